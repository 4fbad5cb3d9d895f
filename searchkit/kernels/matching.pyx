# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A tree of conditions over one segment: which documents match, how well, which are best?

Documents are taken a window of 2,048 at a time. In each window every condition becomes a bit for
each document, so that AND, OR and NOT are those of machine words and counting is counting bits;
words gather their weighted frequencies beside. Of lists whose blocks hold nothing that can still
match, none is decoded. Windows that cannot hold anything good enough any more are not scored,
by the largest frequency and shortest length of their blocks: intervals of documents with bounds
as in Dimopoulos, Nepomnyachiy and Suel, "Optimizing Top-k Document Retrieval Strategies for
Block-Max Indexes" (WSDM 2013).
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort, realloc
from libc.string cimport memcpy, memset

from searchkit.kernels.packing cimport Buffer, load32, load64, reserve, unpack
from searchkit.kernels.postings cimport decode_frames, decode_tail

cdef extern from *:
    int bits_in "__builtin_popcountll"(uint64_t word) noexcept nogil
    int lowest_bit "__builtin_ctzll"(uint64_t word) noexcept nogil

cdef enum:
    BLOCK_SIZE = 128
    HEADER_SIZE = 20
    ENTRY_SIZE = 16
    WINDOW = 2048
    WORDS = 32
    # Lengths whose norms are looked up; those of longer texts are computed.
    NORMS = 1024
    # Alternatives that are bounded each.
    MOST_BOUNDED = 64

cdef enum Kind:
    WORD
    ALL_OF
    SOME_OF
    EXCEPT
    PREFERABLY
    SET
    EVERYTHING

cdef enum Sort:
    TERM
    ANY
    NEAR
    NOT_NEAR

cdef struct Field:
    const uint8_t* lengths
    unsigned width
    double base   # a norm is weight / (base + slope * length)
    double slope
    double weight
    double* norms

# A place in a list: what is before `block` has been passed.
cdef struct Cursor:
    const uint8_t* extent
    uint32_t count
    uint32_t full_blocks
    uint32_t blocks
    bint positional
    int field
    uint32_t block   # the next to decode
    uint32_t at      # in what is decoded
    uint32_t size
    uint32_t stop
    uint32_t[BLOCK_SIZE] documents
    uint32_t[BLOCK_SIZE] frequencies
    const uint8_t* packed  # frequencies not decoded yet, or NULL
    unsigned packed_width
    const uint8_t* after_tail
    bint placed      # whether the positions of what is decoded are there
    uint32_t[BLOCK_SIZE + 1] starts
    Buffer positions

cdef struct Span:
    uint32_t start
    uint32_t end

# A condition on positions: cursor for a term, members for the others.
cdef struct Expression:
    Sort sort
    int cursor    # which passes through the windows
    int places    # which follows with positions
    uint32_t* members
    uint32_t count
    uint32_t distance
    bint ordered
    Buffer spans
    uint64_t[WORDS] bits

cdef struct Source:
    int cursor
    int expression
    int field

cdef struct Node:
    Kind kind
    uint32_t* members
    uint32_t count
    Source* sources
    double weight
    uint32_t least
    const uint8_t* set
    uint64_t[WORDS] bits
    uint64_t[WORDS] filled
    double* amounts
    uint32_t* occurrences

cdef struct Hit:
    double score
    uint32_t document


# -- lists

cdef inline uint32_t last_of(const Cursor* cursor, uint32_t block) noexcept nogil:
    """The last document of a full block."""
    return load32(cursor.extent + HEADER_SIZE + <size_t>block * ENTRY_SIZE)


cdef inline int64_t before_block(const Cursor* cursor, uint32_t block) noexcept nogil:
    """The last document before a block, or -1."""
    return last_of(cursor, block - 1) if block else -1


cdef const uint8_t* decode_documents(
    const uint8_t* data, unsigned width, int64_t before, uint32_t* documents
) noexcept nogil:
    """The documents of a full block; returns the end of their bytes."""
    cdef uint32_t document = <uint32_t>(before + 1)
    cdef uint64_t mask = (<uint64_t>1 << width) - 1
    cdef size_t bit = 0
    cdef int i
    for i in range(BLOCK_SIZE):
        document += <uint32_t>((load64(data + (bit >> 3)) >> (bit & 7)) & mask)
        documents[i] = document
        document += 1
        bit += width
    return data + 16 * width


cdef inline void decode_frequencies(Cursor* cursor) noexcept nogil:
    """Decodes the frequencies of the block, once."""
    cdef int i
    if cursor.packed != NULL:
        unpack(cursor.packed, BLOCK_SIZE, cursor.packed_width, cursor.frequencies)
        for i in range(BLOCK_SIZE):
            cursor.frequencies[i] += 1
        cursor.packed = NULL


cdef void decode(Cursor* cursor) noexcept nogil:
    """Decodes the next block."""
    cdef uint32_t block = cursor.block
    cdef const uint8_t* data = cursor.extent
    cdef int64_t before = before_block(cursor, block)
    cursor.at = 0
    cursor.placed = False
    cursor.block = block + 1
    if block < cursor.full_blocks:
        data += load32(cursor.extent + HEADER_SIZE + <size_t>block * ENTRY_SIZE + 4)
        cursor.size = BLOCK_SIZE
        cursor.packed_width = data[1]
        cursor.packed = decode_documents(
            data + (2 if cursor.positional else 1), data[0], before, cursor.documents
        )
        return
    cursor.packed = NULL
    cursor.size = cursor.count % BLOCK_SIZE
    if cursor.full_blocks:
        data += load32(cursor.extent + 12)
    cursor.after_tail = decode_tail(
        data, cursor.size, before, cursor.positional, cursor.documents, cursor.frequencies
    )


cdef uint32_t block_of(const Cursor* cursor, uint32_t low, uint32_t document) noexcept nogil:
    """The first block from `low` on that may have the document or a later one."""
    cdef uint32_t step = 1, high = low, middle
    while high < cursor.full_blocks and last_of(cursor, high) < document:
        low = high + 1
        high += step
        step *= 2
    high = min(high, cursor.full_blocks)
    while low < high:
        middle = (low + high) // 2
        if last_of(cursor, middle) < document:
            low = middle + 1
        else:
            high = middle
    return low


cdef uint32_t next_document(const Cursor* cursor) noexcept nogil:
    """No document before this one is still to come."""
    if cursor.at < cursor.size:
        return cursor.documents[cursor.at]
    if cursor.block >= cursor.blocks:
        return 0xFFFFFFFF
    return <uint32_t>(before_block(cursor, cursor.block) + 1)


cdef inline bint any_between(
    const uint64_t* bits, uint32_t first, uint32_t last
) noexcept nogil:
    """Whether there is a bit from `first` to `last` (both included)."""
    cdef uint32_t word = first >> 6, end = last >> 6
    cdef uint64_t found = bits[word] & (~<uint64_t>0 << (first & 63))
    while word < end:
        if found:
            return True
        word += 1
        found = bits[word]
    return found & (~<uint64_t>0 >> (63 - (last & 63))) != 0


cdef bint advance_to(
    Cursor* cursor, uint32_t base, uint32_t end, const uint64_t* wanted
) noexcept nogil:
    """Goes to the next document from `base` on, decoding its block unless that is known to
    hold none that is wanted; False when there is none below `end`.
    """
    cdef int64_t before
    cdef uint32_t last
    while True:
        while cursor.at < cursor.size and cursor.documents[cursor.at] < base:
            cursor.at += 1
        if cursor.at < cursor.size:
            return cursor.documents[cursor.at] < end
        if cursor.block < cursor.full_blocks and last_of(cursor, cursor.block) < base:
            cursor.block = block_of(cursor, cursor.block, base)
        if cursor.block >= cursor.blocks:
            return False
        before = before_block(cursor, cursor.block)
        if before + 1 >= <int64_t>end:
            return False
        if cursor.block < cursor.full_blocks:
            last = last_of(cursor, cursor.block)
            if last < end and not any_between(
                wanted, <uint32_t>(before + 1 - base) if before + 1 > <int64_t>base else 0,
                last - base
            ):
                cursor.block += 1
                continue
        decode(cursor)


cdef inline double norm_of(const Field* field, uint32_t document) noexcept nogil:
    """What an occurrence in this field of a document counts."""
    cdef uint32_t length
    cdef uint16_t short_length
    if field.width == 1:
        length = field.lengths[document]
    elif field.width == 2:
        memcpy(&short_length, field.lengths + 2 * <size_t>document, 2)
        length = short_length
    else:
        length = load32(field.lengths + 4 * <size_t>document)
    if length < NORMS:
        return field.norms[length]
    return field.weight / (field.base + field.slope * length)


cdef void gather(
    Cursor* cursor, uint32_t base, uint32_t end, const uint64_t* wanted, uint64_t* bits
) noexcept nogil:
    """Sets the bits of the wanted documents of a window that the list has."""
    cdef uint32_t place, at, word
    cdef uint64_t gathered
    while advance_to(cursor, base, end, wanted):
        at = cursor.at
        place = cursor.documents[at] - base
        end_of_block(cursor, end)
        word = place >> 6
        gathered = 0
        while at < cursor.stop:
            place = cursor.documents[at] - base
            if place >> 6 != word:
                bits[word] |= gathered & wanted[word]
                word = place >> 6
                gathered = 0
            gathered |= <uint64_t>1 << (place & 63)
            at += 1
        bits[word] |= gathered & wanted[word]
        cursor.at = at
        if at < cursor.size:
            return


cdef void gather_amounts(
    Cursor* cursor, const Field* field, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored, uint64_t* bits, double* amounts, uint32_t* occurrences
) noexcept nogil:
    """The same; and adds for the documents in `scored`, which are wanted ones, what their
    occurrences amount to, and how many there are, unless these are NULL.
    """
    cdef uint32_t place, at, word
    cdef uint64_t gathered, bit
    while advance_to(cursor, base, end, wanted):
        at = cursor.at
        place = cursor.documents[at] - base
        end_of_block(cursor, end)
        if cursor.packed != NULL and any_between(
            scored, place, cursor.documents[cursor.stop - 1] - base
        ):
            decode_frequencies(cursor)
        word = place >> 6
        gathered = 0
        while at < cursor.stop:
            place = cursor.documents[at] - base
            if place >> 6 != word:
                bits[word] |= gathered & wanted[word]
                word = place >> 6
                gathered = 0
            bit = <uint64_t>1 << (place & 63)
            gathered |= bit
            if scored[word] & bit:
                if amounts != NULL:
                    amounts[place] += cursor.frequencies[at] * norm_of(field, place + base)
                if occurrences != NULL:
                    occurrences[place] += cursor.frequencies[at]
            at += 1
        bits[word] |= gathered & wanted[word]
        cursor.at = at
        if at < cursor.size:
            return


cdef inline void end_of_block(Cursor* cursor, uint32_t end) noexcept nogil:
    """Finds where the documents below `end` stop in what is decoded."""
    cdef uint32_t stop = cursor.size
    if cursor.documents[stop - 1] >= end:
        stop = cursor.at + 1
        while cursor.documents[stop] < end:
            stop += 1
    cursor.stop = stop


# -- positions

cdef bint place(Cursor* cursor) noexcept nogil:
    """Decodes the positions of what is decoded; False when there is no memory."""
    cdef const uint8_t* data = cursor.extent
    cdef uint32_t block = cursor.block - 1, i, j, position, total = 0
    cdef uint32_t* out
    decode_frequencies(cursor)
    for i in range(cursor.size):
        cursor.starts[i] = total
        total += cursor.frequencies[i]
    cursor.starts[cursor.size] = total
    cursor.positions.size = 0
    if not reserve(&cursor.positions, (<size_t>total + BLOCK_SIZE) * 4):
        return False
    out = <uint32_t*>cursor.positions.data
    if block < cursor.full_blocks:
        data += load32(data + HEADER_SIZE + <size_t>block * ENTRY_SIZE + 8)
    elif cursor.full_blocks:
        data += load32(data + 16)
    else:
        data = cursor.after_tail
    decode_frames(data, total, out)
    for i in range(cursor.size):
        position = 0
        for j in range(cursor.starts[i], cursor.starts[i + 1]):
            position += out[j]
            out[j] = position
            position += 1
    cursor.placed = True
    return True


cdef bint find_document(Cursor* cursor, uint32_t document) noexcept nogil:
    """Goes forward to a document; whether it is there."""
    if cursor.at >= cursor.size or cursor.documents[cursor.size - 1] < document:
        if cursor.block < cursor.full_blocks and last_of(cursor, cursor.block) < document:
            cursor.block = block_of(cursor, cursor.block, document)
        if cursor.block >= cursor.blocks:
            cursor.at = cursor.size
            return False
        decode(cursor)
    while cursor.at < cursor.size and cursor.documents[cursor.at] < document:
        cursor.at += 1
    return cursor.at < cursor.size and cursor.documents[cursor.at] == document


cdef bint put_span(Buffer* spans, uint32_t start, uint32_t end) noexcept nogil:
    cdef Span* span
    if not reserve(spans, sizeof(Span)):
        return False
    span = <Span*>(spans.data + spans.size)
    span.start = start
    span.end = end
    spans.size += sizeof(Span)
    return True


cdef int order_of_spans(const void* first, const void* second) noexcept nogil:
    cdef const Span* one = <const Span*>first
    cdef const Span* other = <const Span*>second
    if one.end != other.end:
        return 1 if one.end > other.end else -1
    return (one.start > other.start) - (one.start < other.start)


cdef void arrange(Buffer* spans) noexcept nogil:
    """By their ends, each once."""
    cdef Span* span = <Span*>spans.data
    cdef size_t count = spans.size // sizeof(Span), kept = 0, i
    if count < 2:
        return
    qsort(span, count, sizeof(Span), order_of_spans)
    for i in range(count):
        if i == 0 or span[i].start != span[kept - 1].start or span[i].end != span[kept - 1].end:
            span[kept] = span[i]
            kept += 1
    spans.size = kept * sizeof(Span)


cdef uint32_t matches_of(const Buffer* spans) noexcept nogil:
    """How many spans there are that do not overlap, counted from the left."""
    cdef const Span* span = <const Span*>spans.data
    cdef size_t i
    cdef int64_t last = -1
    cdef uint32_t count = 0
    for i in range(spans.size // sizeof(Span)):
        if <int64_t>span[i].start > last:
            count += 1
            last = span[i].end
    return count


cdef inline int64_t gap_between(const Span* first, const Span* second) noexcept nogil:
    """From the end of one to the beginning of the other, whichever comes first; 0 and less
    when they overlap.
    """
    if second.start > first.end:
        return <int64_t>second.start - first.end
    return <int64_t>first.start - second.end


cdef class Matching:
    """The conditions on one segment of `documents` documents, and their run. Not for several
    threads at once.

    Conditions are built from the bottom: lists, expressions on positions, words, and what
    combines them; each is known by the number that the method which made it returned. `live` has
    a bit for each document that is there, the lowest of the first byte for document 0; it has 8
    bytes for each 64 documents begun, as every set of documents has.
    """

    cdef uint32_t documents
    cdef double saturation
    cdef const uint8_t[::1] live
    cdef list held
    cdef Field* fields
    cdef uint32_t field_count
    cdef Cursor** cursors
    cdef uint32_t cursor_count
    cdef Expression** expressions
    cdef uint32_t expression_count
    cdef Node** nodes
    cdef uint32_t node_count
    cdef double* scores
    cdef Hit* hits
    cdef uint32_t hit_count

    def __cinit__(self, uint32_t documents, const uint8_t[::1] live, double saturation):
        self.documents = documents
        self.live = live
        self.saturation = saturation
        self.held = []
        self.scores = <double*>calloc(WINDOW, sizeof(double))
        if self.scores == NULL:
            raise MemoryError

    def __dealloc__(self):
        cdef uint32_t i
        for i in range(self.field_count):
            free(self.fields[i].norms)
        for i in range(self.cursor_count):
            free(self.cursors[i].positions.data)
            free(self.cursors[i])
        for i in range(self.expression_count):
            free(self.expressions[i].members)
            free(self.expressions[i].spans.data)
            free(self.expressions[i])
        for i in range(self.node_count):
            free(self.nodes[i].members)
            free(self.nodes[i].sources)
            free(self.nodes[i].amounts)
            free(self.nodes[i].occurrences)
            free(self.nodes[i])
        free(self.fields)
        free(self.cursors)
        free(self.expressions)
        free(self.nodes)
        free(self.scores)
        free(self.hits)

    # -- building

    def field(self, const uint8_t[::1] lengths, unsigned width, double weight, double base,
              double slope):
        """A field with `width` bytes for the length of each document: an occurrence in a text of
        `length` tokens amounts to weight / (base + slope * length).
        """
        cdef Field* field
        cdef uint32_t length
        self.fields = <Field*>_grown(self.fields, self.field_count, sizeof(Field))
        field = &self.fields[self.field_count]
        field.lengths = &lengths[0] if lengths.shape[0] else NULL
        field.width = width
        field.weight = weight
        field.base = base
        field.slope = slope
        field.norms = <double*>malloc(NORMS * sizeof(double))
        if field.norms == NULL:
            raise MemoryError
        for length in range(NORMS):
            field.norms[length] = weight / (base + slope * length)
        self.held.append(lengths)
        self.field_count += 1
        return self.field_count - 1

    def postings(self, const uint8_t[::1] section, Py_ssize_t offset, uint32_t count,
                 bint positional):
        """A list as PostingList has it."""
        cdef Cursor* cursor = <Cursor*>calloc(1, sizeof(Cursor))
        if cursor == NULL:
            raise MemoryError
        cursor.extent = &section[0] + offset
        cursor.count = count
        cursor.full_blocks = count // BLOCK_SIZE
        cursor.blocks = (count + BLOCK_SIZE - 1) // BLOCK_SIZE
        cursor.positional = positional
        self.held.append(section)
        try:
            self.cursors = <Cursor**>_grown(self.cursors, self.cursor_count, sizeof(void*))
        except MemoryError:
            free(cursor)
            raise
        self.cursors[self.cursor_count] = cursor
        self.cursor_count += 1
        return self.cursor_count - 1

    def term(self, int windows, int places):
        """The places of a term: of two numbers of its list, as two go through it."""
        cdef Expression* expression = self._expression(TERM, ())
        expression.cursor = windows
        expression.places = places
        return self.expression_count - 1

    def any_of(self, members):
        """The places of any of these expressions."""
        self._expression(ANY, members)
        return self.expression_count - 1

    def near(self, members, uint32_t distance, bint ordered):
        """Where these expressions, each the next to the one before it, are at most `distance`
        positions apart, from the end of one to the beginning of the other; in this order, or
        each pair in any.
        """
        cdef Expression* expression = self._expression(NEAR, members)
        expression.distance = distance
        expression.ordered = ordered
        return self.expression_count - 1

    def not_near(self, int wanted, int unwanted, uint32_t distance):
        """Where `wanted` is and no `unwanted` within `distance` positions, in any order."""
        cdef Expression* expression = self._expression(NOT_NEAR, (wanted, unwanted))
        expression.distance = distance
        return self.expression_count - 1

    cdef Expression* _expression(self, Sort sort, members) except NULL:
        cdef Expression* expression = <Expression*>calloc(1, sizeof(Expression))
        if expression == NULL:
            raise MemoryError
        try:
            expression.members = _numbers(members)
            self.expressions = <Expression**>_grown(
                self.expressions, self.expression_count, sizeof(void*)
            )
        except MemoryError:
            free(expression.members)
            free(expression)
            raise
        expression.sort = sort
        expression.count = <uint32_t>len(members)
        self.expressions[self.expression_count] = expression
        self.expression_count += 1
        return expression

    def word(self, sources, double weight, uint32_t least):
        """Documents in which something stands at least `least` times in all sources together.

        A source is (field, list, -1) or (field, -1, expression). The amounts a of all
        occurrences give the score weight * a / (saturation + a); with a weight of 0 there is
        none.
        """
        cdef Node* node = self._node(WORD, ())
        cdef uint32_t i
        node.weight = weight
        node.least = least
        node.count = <uint32_t>len(sources)
        node.sources = <Source*>malloc((node.count + 1) * sizeof(Source))
        node.amounts = <double*>calloc(WINDOW, sizeof(double))
        if least > 1:
            node.occurrences = <uint32_t*>calloc(WINDOW, sizeof(uint32_t))
        if node.sources == NULL or node.amounts == NULL or (
            least > 1 and node.occurrences == NULL
        ):
            raise MemoryError
        for i, (field, cursor, expression) in enumerate(sources):
            node.sources[i].field = field
            node.sources[i].cursor = cursor
            node.sources[i].expression = expression
        return self.node_count - 1

    def all_of(self, members):
        """Documents that match all conditions; the rarest first is the fastest."""
        self._node(ALL_OF, members)
        return self.node_count - 1

    def some_of(self, members, uint32_t least):
        """Documents that match at least so many of the conditions."""
        cdef Node* node = self._node(SOME_OF, members)
        node.least = least
        if least > 1:
            node.occurrences = <uint32_t*>calloc(WINDOW, sizeof(uint32_t))
            if node.occurrences == NULL:
                raise MemoryError
        return self.node_count - 1

    def all_but(self, int unwanted):
        """Documents that do not match a condition."""
        self._node(EXCEPT, (unwanted,))
        return self.node_count - 1

    def preferably(self, int needed, int welcome):
        """Documents that match the first condition; the second counts for the score."""
        self._node(PREFERABLY, (needed, welcome))
        return self.node_count - 1

    def documents_in(self, const uint8_t[::1] bits):
        """The documents of a set, with bits as `live` has them."""
        cdef Node* node = self._node(SET, ())
        node.set = &bits[0] if bits.shape[0] else NULL
        self.held.append(bits)
        return self.node_count - 1

    def everything(self):
        """All documents."""
        self._node(EVERYTHING, ())
        return self.node_count - 1

    cdef Node* _node(self, Kind kind, members) except NULL:
        cdef Node* node = <Node*>calloc(1, sizeof(Node))
        if node == NULL:
            raise MemoryError
        try:
            node.members = _numbers(members)
            self.nodes = <Node**>_grown(self.nodes, self.node_count, sizeof(void*))
        except MemoryError:
            free(node.members)
            free(node)
            raise
        node.kind = kind
        node.count = <uint32_t>len(members)
        self.nodes[self.node_count] = node
        self.node_count += 1
        return node

    # -- running, once

    def run(self, int root, uint32_t best, bint count, uint8_t[::1] matches):
        """How many live documents match, and the best of them as (score, document), best first;
        of equal ones those with lower numbers.

        Sets the bits of all that match in `matches` unless that is empty. Without `count`
        documents that cannot be among the best need not be counted: the number is a lower
        bound then.
        """
        cdef uint64_t total = 0
        cdef bint fine
        cdef uint8_t* out = &matches[0] if matches.shape[0] else NULL
        self.hits = <Hit*>malloc((<size_t>best + 1) * sizeof(Hit))
        if self.hits == NULL:
            raise MemoryError
        with nogil:
            fine = self._run(root, best, count or out != NULL, out, &total)
        if not fine:
            raise MemoryError
        found = [(self.hits[i].score, self.hits[i].document) for i in range(self.hit_count)]
        found.sort(key=_best_first)
        return total, found

    cdef bint _run(
        self, int root, uint32_t best, bint count, uint8_t* out, uint64_t* total
    ) noexcept nogil:
        cdef uint64_t[WORDS] wanted
        cdef uint64_t[WORDS] candidates
        cdef Node* node = self.nodes[root]
        cdef uint32_t base = 0, end, next_one
        cdef size_t bytes
        cdef bint scored
        cdef int word
        while base < self.documents:
            next_one = self._next(root)
            if next_one >= self.documents:
                break
            if next_one > base:
                base = next_one // WINDOW * WINDOW
            end = min(base + WINDOW, self.documents)
            scored = best > 0
            if scored and self.hit_count == best and self._bound(root, base, end) <= (
                self.hits[0].score
            ):
                if not count:
                    base += WINDOW
                    continue
                scored = False
            memset(wanted, 0, sizeof(wanted))
            bytes = (end - base + 63) // 64 * 8
            memcpy(wanted, &self.live[0] + base // 8, bytes)
            if scored and node.kind == SOME_OF and node.least <= 1 and self.hit_count == best:
                if not self._evaluate_best(node, base, end, wanted, candidates, count):
                    return False
            else:
                if not self._evaluate(root, base, end, wanted, wanted if scored else NULL):
                    return False
                memcpy(candidates, node.bits, sizeof(candidates))
            for word in range(WORDS):
                total[0] += bits_in(node.bits[word])
            if out != NULL:
                memcpy(out + base // 8, node.bits, bytes)
            if scored:
                self._keep_best(root, base, best, candidates)
            base += WINDOW
        return True

    cdef uint32_t _next(self, int number) noexcept nogil:
        """No document before this one, of those that are still to come, matches."""
        cdef Node* node = self.nodes[number]
        cdef uint32_t found, i, each
        if node.kind == WORD:
            found = 0xFFFFFFFF
            for i in range(node.count):
                if node.sources[i].cursor >= 0:
                    each = next_document(self.cursors[node.sources[i].cursor])
                else:
                    each = self._next_place(node.sources[i].expression)
                found = min(found, each)
            return found
        if node.kind == ALL_OF:
            found = 0
            for i in range(node.count):
                found = max(found, self._next(node.members[i]))
            return found
        if node.kind == SOME_OF:
            found = 0xFFFFFFFF
            for i in range(node.count):
                found = min(found, self._next(node.members[i]))
            return found
        return self._next(node.members[0]) if node.kind == PREFERABLY else 0

    cdef uint32_t _next_place(self, int number) noexcept nogil:
        cdef Expression* expression = self.expressions[number]
        cdef uint32_t found, i
        if expression.sort == TERM:
            return next_document(self.cursors[expression.cursor])
        found = self._next_place(expression.members[0]) if expression.count else 0xFFFFFFFF
        if expression.sort == NOT_NEAR:
            return found
        for i in range(1, expression.count):
            if expression.sort == ANY:
                found = min(found, self._next_place(expression.members[i]))
            else:
                found = max(found, self._next_place(expression.members[i]))
        return found

    # -- bounds

    cdef double _bound(self, int number, uint32_t base, uint32_t end) noexcept nogil:
        """At least the score of any document of a window."""
        cdef Node* node = self.nodes[number]
        cdef double sum = 0
        cdef uint32_t i
        if node.kind == WORD:
            if node.weight == 0:
                return 0
            for i in range(node.count):
                if node.sources[i].cursor < 0:
                    return node.weight
                sum += self._most(&node.sources[i], base, end)
            return node.weight * sum / (self.saturation + sum)
        if node.kind == ALL_OF or node.kind == SOME_OF or node.kind == PREFERABLY:
            for i in range(node.count):
                sum += self._bound(node.members[i], base, end)
        return sum

    cdef double _most(self, const Source* source, uint32_t base, uint32_t end) noexcept nogil:
        """At least what the occurrences in one document of a window amount to."""
        cdef Cursor* cursor = self.cursors[source.cursor]
        cdef const Field* field = &self.fields[source.field]
        cdef const uint8_t* entry
        cdef uint32_t block, frequency
        cdef uint16_t most, shortest
        cdef double found = 0, each
        if cursor.full_blocks == 0:
            return self._most_decoded(cursor, field, end)
        block = cursor.block
        # What is decoded but not yet passed belongs to the block before.
        if cursor.at < cursor.size and block:
            block -= 1
        while True:
            if block >= cursor.blocks or before_block(cursor, block) + 1 >= <int64_t>end:
                return found
            if block < cursor.full_blocks and last_of(cursor, block) < base:
                block = block_of(cursor, block, base)
                continue
            if block < cursor.full_blocks:
                entry = cursor.extent + HEADER_SIZE + <size_t>block * ENTRY_SIZE
                memcpy(&most, entry + 12, 2)
                memcpy(&shortest, entry + 14, 2)
                frequency = load32(cursor.extent) if most == 0xFFFF else most
                each = frequency * (field.weight / (field.base + field.slope * shortest))
            else:
                each = load32(cursor.extent) * (
                    field.weight / (field.base + field.slope * load32(cursor.extent + 4))
                )
            found = max(found, each)
            block += 1

    cdef double _most_decoded(
        self, Cursor* cursor, const Field* field, uint32_t end
    ) noexcept nogil:
        cdef double found = 0
        cdef uint32_t i
        if cursor.block == 0:
            decode(cursor)
        decode_frequencies(cursor)
        for i in range(cursor.at, cursor.size):
            if cursor.documents[i] >= end:
                break
            found = max(found, cursor.frequencies[i] * norm_of(field, cursor.documents[i]))
        return found

    # -- evaluation

    cdef bint _evaluate(
        self, int number, uint32_t base, uint32_t end, const uint64_t* wanted,
        const uint64_t* scored
    ) noexcept nogil:
        """Sets the node's bits to the wanted documents that match; False for no memory."""
        cdef Node* node = self.nodes[number]
        cdef Node* member
        cdef const uint64_t* candidates = wanted
        cdef uint64_t any_bit
        cdef uint32_t i
        cdef int word
        if node.kind == WORD:
            return self._evaluate_word(node, base, end, wanted, scored)
        if node.kind == ALL_OF:
            memcpy(node.bits, wanted, sizeof(node.bits))
            for i in range(node.count):
                any_bit = 0
                for word in range(WORDS):
                    any_bit |= candidates[word]
                if not any_bit:
                    break
                if not self._evaluate(
                    node.members[i], base, end, candidates,
                    NULL if scored == NULL else candidates
                ):
                    return False
                candidates = self.nodes[node.members[i]].bits
            memcpy(node.bits, candidates, sizeof(node.bits))
            return True
        if node.kind == SOME_OF:
            return self._evaluate_some(node, base, end, wanted, scored)
        if node.kind == EXCEPT:
            if not self._evaluate(node.members[0], base, end, wanted, NULL):
                return False
            member = self.nodes[node.members[0]]
            for word in range(WORDS):
                node.bits[word] = wanted[word] & ~member.bits[word]
            return True
        if node.kind == PREFERABLY:
            if not self._evaluate(node.members[0], base, end, wanted, scored):
                return False
            memcpy(node.bits, self.nodes[node.members[0]].bits, sizeof(node.bits))
            return scored == NULL or self._evaluate(
                node.members[1], base, end, node.bits, node.bits
            )
        memcpy(node.bits, wanted, sizeof(node.bits))
        if node.kind == SET:
            memset(node.filled, 0, sizeof(node.filled))
            memcpy(node.filled, node.set + base // 8, (end - base + 63) // 64 * 8)
            for word in range(WORDS):
                node.bits[word] &= node.filled[word]
        return True

    cdef bint _evaluate_best(
        self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
        uint64_t* candidates, bint count
    ) noexcept nogil:
        """Evaluates alternatives when only documents better than the worst that is kept are of
        use: those that have nothing but members which even together are no better need no
        score, and without `count` no bits. `candidates` are the others that match (MaxScore,
        Turtle and Flood, "Query Evaluation: Strategies and Optimizations", 1995, in a window).
        """
        cdef double[MOST_BOUNDED] bounds
        cdef uint32_t[MOST_BOUNDED] order
        cdef double bound, sum = 0
        cdef uint32_t i, j, poor = 0, members = node.count
        cdef Node* member
        cdef int word
        if members > MOST_BOUNDED:
            if not self._evaluate_some(node, base, end, wanted, wanted):
                return False
            memcpy(candidates, node.bits, sizeof(node.bits))
            return True
        for i in range(members):
            bound = self._bound(node.members[i], base, end)
            j = i
            while j and bounds[j - 1] > bound:
                bounds[j] = bounds[j - 1]
                order[j] = order[j - 1]
                j -= 1
            bounds[j] = bound
            order[j] = i
        while poor < members and sum + bounds[poor] <= self.hits[0].score:
            sum += bounds[poor]
            poor += 1
        memset(candidates, 0, sizeof(node.bits))
        for i in range(poor, members):
            if not self._evaluate(node.members[order[i]], base, end, wanted, wanted):
                return False
            member = self.nodes[node.members[order[i]]]
            for word in range(WORDS):
                candidates[word] |= member.bits[word]
        memcpy(node.bits, candidates, sizeof(node.bits))
        for i in range(poor):
            if not self._evaluate(
                node.members[order[i]], base, end, wanted if count else candidates, candidates
            ):
                return False
            member = self.nodes[node.members[order[i]]]
            for word in range(WORDS):
                node.bits[word] |= member.bits[word]
        return True

    cdef bint _evaluate_some(
        self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
        const uint64_t* scored
    ) noexcept nogil:
        cdef Node* member
        cdef uint64_t rest
        cdef uint32_t i
        cdef int word
        memset(node.bits, 0, sizeof(node.bits))
        for i in range(node.count):
            if not self._evaluate(node.members[i], base, end, wanted, scored):
                return False
            member = self.nodes[node.members[i]]
            for word in range(WORDS):
                node.bits[word] |= member.bits[word]
        if node.least <= 1:
            return True
        memset(node.occurrences, 0, WINDOW * sizeof(uint32_t))
        for i in range(node.count):
            member = self.nodes[node.members[i]]
            for word in range(WORDS):
                rest = member.bits[word]
                while rest:
                    node.occurrences[64 * word + lowest_bit(rest)] += 1
                    rest &= rest - 1
        drop_rare(node)
        return True

    cdef bint _evaluate_word(
        self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
        const uint64_t* scored
    ) noexcept nogil:
        cdef uint32_t i
        cdef Source* source
        cdef double* amounts = node.amounts if scored != NULL and node.weight else NULL
        if node.least > 1:
            scored = wanted
        clear(node)
        for i in range(node.count):
            source = &node.sources[i]
            if source.cursor >= 0:
                if amounts == NULL and node.occurrences == NULL:
                    gather(self.cursors[source.cursor], base, end, wanted, node.bits)
                else:
                    gather_amounts(
                        self.cursors[source.cursor], &self.fields[source.field], base, end,
                        wanted, scored, node.bits, amounts, node.occurrences
                    )
            elif not self._gather_places(node, source, base, end, wanted, amounts):
                return False
        memcpy(node.filled, node.bits, sizeof(node.bits))
        if node.least > 1:
            drop_rare(node)
        return True

    cdef bint _gather_places(
        self, Node* node, const Source* source, uint32_t base, uint32_t end,
        const uint64_t* wanted, double* amounts
    ) noexcept nogil:
        """What `gather` does, for an expression."""
        cdef Expression* expression = self.expressions[source.expression]
        cdef const Field* field = &self.fields[source.field]
        cdef uint64_t rest
        cdef uint32_t place, matches
        cdef int word
        self._candidates(source.expression, base, end, wanted)
        for word in range(WORDS):
            rest = expression.bits[word]
            while rest:
                place = 64 * word + lowest_bit(rest)
                rest &= rest - 1
                if not self._find_spans(source.expression, base + place):
                    return False
                matches = matches_of(&expression.spans)
                if matches:
                    node.bits[word] |= <uint64_t>1 << (place & 63)
                    if amounts != NULL:
                        amounts[place] += matches * norm_of(field, base + place)
                    if node.occurrences != NULL:
                        node.occurrences[place] += matches
        return True

    cdef void _candidates(
        self, int number, uint32_t base, uint32_t end, const uint64_t* wanted
    ) noexcept nogil:
        """Sets the expression's bits to wanted documents, all that may have it among them."""
        cdef Expression* expression = self.expressions[number]
        cdef const uint64_t* candidates = wanted
        cdef uint32_t i
        cdef int word
        memset(expression.bits, 0, sizeof(expression.bits))
        if expression.sort == TERM:
            gather(self.cursors[expression.cursor], base, end, wanted, expression.bits)
            return
        for i in range(1 if expression.sort == NOT_NEAR else expression.count):
            self._candidates(expression.members[i], base, end, candidates)
            if expression.sort == NEAR:
                candidates = self.expressions[expression.members[i]].bits
            else:
                for word in range(WORDS):
                    expression.bits[word] |= self.expressions[expression.members[i]].bits[word]
        if expression.sort == NEAR:
            memcpy(expression.bits, candidates, sizeof(expression.bits))

    cdef bint _find_spans(self, int number, uint32_t document) noexcept nogil:
        """Finds the expression's spans in a document; False when there is no memory."""
        cdef Expression* expression = self.expressions[number]
        cdef Cursor* cursor
        cdef Buffer* spans
        cdef const uint32_t* positions
        cdef uint32_t i
        expression.spans.size = 0
        if expression.sort == TERM:
            cursor = self.cursors[expression.places]
            if not find_document(cursor, document):
                return True
            if not cursor.placed and not place(cursor):
                return False
            positions = <const uint32_t*>cursor.positions.data
            for i in range(cursor.starts[cursor.at], cursor.starts[cursor.at + 1]):
                if not put_span(&expression.spans, positions[i], positions[i]):
                    return False
            return True
        for i in range(expression.count):
            if not self._find_spans(expression.members[i], document):
                return False
        if expression.sort == ANY:
            for i in range(expression.count):
                spans = &self.expressions[expression.members[i]].spans
                if not reserve(&expression.spans, spans.size):
                    return False
                memcpy(expression.spans.data + expression.spans.size, spans.data, spans.size)
                expression.spans.size += spans.size
            arrange(&expression.spans)
            return True
        if expression.sort == NOT_NEAR:
            return self._find_lonely(expression)
        return self._find_near(expression)

    cdef bint _find_near(self, Expression* expression) noexcept nogil:
        """Follows the members one after the other; False when there is no memory."""
        cdef Buffer* spans = &self.expressions[expression.members[0]].spans
        cdef Buffer joined
        cdef uint32_t i
        if not reserve(&expression.spans, spans.size):
            return False
        memcpy(expression.spans.data, spans.data, spans.size)
        expression.spans.size = spans.size
        memset(&joined, 0, sizeof(joined))
        for i in range(1, expression.count):
            spans = &self.expressions[expression.members[i]].spans
            joined.size = 0
            if not join(
                &expression.spans, spans, expression.distance, expression.ordered, &joined
            ):
                free(joined.data)
                return False
            expression.spans, joined = joined, expression.spans
        free(joined.data)
        return True

    cdef bint _find_lonely(self, Expression* expression) noexcept nogil:
        cdef Buffer* wanted = &self.expressions[expression.members[0]].spans
        cdef Buffer* unwanted = &self.expressions[expression.members[1]].spans
        cdef Span* one = <Span*>wanted.data
        cdef Span* other = <Span*>unwanted.data
        cdef size_t i, j
        cdef bint lonely
        for i in range(wanted.size // sizeof(Span)):
            lonely = True
            for j in range(unwanted.size // sizeof(Span)):
                if gap_between(&one[i], &other[j]) <= <int64_t>expression.distance:
                    lonely = False
                    break
            if lonely and not put_span(&expression.spans, one[i].start, one[i].end):
                return False
        return True

    # -- scores

    cdef void _keep_best(
        self, int root, uint32_t base, uint32_t best, const uint64_t* candidates
    ) noexcept nogil:
        """Scores documents of a window that match, and keeps the best."""
        cdef uint64_t rest
        cdef uint32_t place
        cdef int word
        self._add_scores(root, candidates)
        for word in range(WORDS):
            rest = candidates[word]
            while rest:
                place = 64 * word + lowest_bit(rest)
                rest &= rest - 1
                self._offer(self.scores[place], base + place, best)
                self.scores[place] = 0

    cdef void _add_scores(self, int number, const uint64_t* matching) noexcept nogil:
        """Adds what a node gives to the scores of the documents that match it and all that it
        is a part of.
        """
        cdef Node* node = self.nodes[number]
        cdef Node* member
        cdef uint64_t[WORDS] both
        cdef uint64_t rest
        cdef uint32_t i, place
        cdef double amount
        cdef int word
        if node.kind == WORD:
            if node.weight == 0:
                return
            for word in range(WORDS):
                rest = matching[word]
                while rest:
                    place = 64 * word + lowest_bit(rest)
                    rest &= rest - 1
                    amount = node.amounts[place]
                    self.scores[place] += node.weight * (amount / (self.saturation + amount))
            return
        if node.kind == EXCEPT or node.kind == SET or node.kind == EVERYTHING:
            return
        for i in range(node.count):
            member = self.nodes[node.members[i]]
            rest = 0
            for word in range(WORDS):
                both[word] = matching[word] & member.bits[word]
                rest |= both[word]
            if rest:
                self._add_scores(node.members[i], both)

    cdef void _offer(self, double score, uint32_t document, uint32_t best) noexcept nogil:
        """Keeps a document if it is among the best: a heap with the worst on top."""
        cdef Hit* hits = self.hits
        cdef Hit hit
        cdef uint32_t place, child
        hit.score = score
        hit.document = document
        if self.hit_count < best:
            place = self.hit_count
            self.hit_count += 1
            while place and is_worse(&hit, &hits[(place - 1) // 2]):
                hits[place] = hits[(place - 1) // 2]
                place = (place - 1) // 2
            hits[place] = hit
            return
        if not is_worse(&hits[0], &hit):
            return
        place = 0
        while True:
            child = 2 * place + 1
            if child >= best:
                break
            if child + 1 < best and is_worse(&hits[child + 1], &hits[child]):
                child += 1
            if not is_worse(&hits[child], &hit):
                break
            hits[place] = hits[child]
            place = child
        hits[place] = hit


def _best_first(hit):
    return -hit[0], hit[1]


cdef inline bint is_worse(const Hit* one, const Hit* other) noexcept nogil:
    if one.score != other.score:
        return one.score < other.score
    return one.document > other.document


cdef void clear(Node* node) noexcept nogil:
    """Forgets what the window before has left in a word."""
    cdef uint64_t rest
    cdef int word, filled = 0
    cdef uint32_t place
    for word in range(WORDS):
        filled += bits_in(node.filled[word])
    if filled > WINDOW // 8:
        memset(node.amounts, 0, WINDOW * sizeof(double))
        if node.occurrences != NULL:
            memset(node.occurrences, 0, WINDOW * sizeof(uint32_t))
        filled = 0
    for word in range(WORDS if filled else 0):
        rest = node.filled[word]
        while rest:
            place = 64 * word + lowest_bit(rest)
            rest &= rest - 1
            node.amounts[place] = 0
            if node.occurrences != NULL:
                node.occurrences[place] = 0
    memset(node.bits, 0, sizeof(node.bits))


cdef void drop_rare(Node* node) noexcept nogil:
    """Leaves the documents with at least `least` occurrences."""
    cdef uint64_t rest
    cdef int word, bit
    for word in range(WORDS):
        rest = node.bits[word]
        while rest:
            bit = lowest_bit(rest)
            rest &= rest - 1
            if node.occurrences[64 * word + bit] < node.least:
                node.bits[word] &= ~(<uint64_t>1 << bit)


cdef bint join(
    const Buffer* before, const Buffer* after, uint32_t distance, bint ordered, Buffer* out
) noexcept nogil:
    """Pairs of spans that are near enough, as one span each; False when there is no memory."""
    cdef const Span* one = <const Span*>before.data
    cdef const Span* other = <const Span*>after.data
    cdef size_t i, j, count = before.size // sizeof(Span)
    cdef int64_t gap
    for j in range(after.size // sizeof(Span)):
        for i in range(count):
            gap = gap_between(&one[i], &other[j])
            if not 0 < gap <= <int64_t>distance:
                continue
            if ordered and other[j].start <= one[i].end:
                continue
            if not put_span(
                out, min(one[i].start, other[j].start), max(one[i].end, other[j].end)
            ):
                return False
    arrange(out)
    return True


cdef void* _grown(void* items, uint32_t count, size_t size) except NULL:
    """Room for one more: doubled whenever the count is a power of two."""
    cdef void* grown = items
    if count & (count - 1) == 0:
        grown = realloc(items, (<size_t>count * 2 + 1) * size)
        if grown == NULL:
            raise MemoryError
    return grown


cdef uint32_t* _numbers(members) except NULL:
    cdef uint32_t* numbers = <uint32_t*>malloc((len(members) + 1) * sizeof(uint32_t))
    if numbers == NULL:
        raise MemoryError
    for i, member in enumerate(members):
        numbers[i] = member
    return numbers
