# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A tree of conditions in a window of documents: which match?

Every condition becomes a bit for each document of the window, so that AND, OR and NOT are those of
machine words; words gather beside what their occurrences amount to.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from searchkit.kernels.bits cimport WINDOW, WORDS, bits_in_window, lowest_bit
from searchkit.kernels.cursors cimport (
    NO_DOCUMENT, Cursor, Field, advance_to, find_document, gather, gather_amounts, next_document,
    norm_of
)
from searchkit.kernels.expressions cimport (
    Expression, Expressions, find_candidates, find_phrase, find_spans, member_cursor, next_place
)
from searchkit.kernels.packing cimport load32, load64
from searchkit.kernels.spans cimport matches_of

cdef enum:
    # Members that are put in order.
    MOST_ORDERED = 64

cdef enum Kind:
    WORD
    ALL_OF
    SOME_OF
    ALL_BUT
    PREFERABLY
    MEMBERS_OF  # a set
    NUMBERED    # whose number in a column is within bounds
    FILLED      # that have anything in a column of lists
    EVERYTHING

# Of a word in a field: a list or an expression, the other is -1.
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
    # Of a word of very many lists, of a set, of a column.
    const uint8_t* set
    const double* collected  # what the occurrences in each document amount to
    double most_collected
    const uint8_t* column
    unsigned width
    uint64_t low
    uint64_t high
    uint64_t[WORDS] bits
    uint64_t[WORDS] filled   # of `amounts`
    double* amounts
    uint32_t* occurrences

cdef struct Conditions:
    uint32_t documents
    double saturation
    Field* fields
    Expressions places
    Node** nodes
    uint32_t node_count
    double deadline  # in seconds of CLOCK_MONOTONIC; 0: none
    bint late        # whether something has been left out since


# -- what is still to come

cdef inline uint32_t next_match(Conditions* self, uint32_t number) noexcept nogil:
    """No document before this one, of those that are still to come, matches."""
    cdef Node* node = self.nodes[number]
    cdef uint32_t found, i
    if node.kind == WORD and node.set == NULL:
        found = NO_DOCUMENT
        for i in range(node.count):
            if node.sources[i].cursor >= 0:
                found = min(found, next_document(self.places.cursors[node.sources[i].cursor]))
            else:
                found = min(found, next_place(&self.places, node.sources[i].expression))
        return found
    if node.kind == ALL_OF:
        found = 0
        for i in range(node.count):
            found = max(found, next_match(self, node.members[i]))
        return found
    if node.kind == SOME_OF and node.least > 0:
        found = NO_DOCUMENT
        for i in range(node.count):
            found = min(found, next_match(self, node.members[i]))
        return found
    return next_match(self, node.members[0]) if node.kind == PREFERABLY else 0


# -- evaluation

cdef inline bint evaluate(
    Conditions* self, uint32_t number, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    """Sets the node's bits to the wanted documents of a window that match; False when there
    is no memory. What words amount to is gathered for those in `scored`, which are wanted ones,
    unless that is NULL.
    """
    cdef Node* node = self.nodes[number]
    cdef Node* member
    cdef int word
    if node.kind == WORD:
        return evaluate_word(self, node, base, end, wanted, scored)
    if node.kind == ALL_OF:
        return evaluate_all(self, node, base, end, wanted, scored)
    if node.kind == SOME_OF:
        return evaluate_some(self, node, base, end, wanted, scored)
    if node.kind == ALL_BUT:
        if not evaluate(self, node.members[0], base, end, wanted, NULL):
            return False
        member = self.nodes[node.members[0]]
        for word in range(WORDS):
            node.bits[word] = wanted[word] & ~member.bits[word]
        return True
    if node.kind == PREFERABLY:
        if not evaluate(self, node.members[0], base, end, wanted, scored):
            return False
        memcpy(node.bits, self.nodes[node.members[0]].bits, sizeof(node.bits))
        return scored == NULL or evaluate(
            self, node.members[1], base, end, node.bits, node.bits
        )
    memcpy(node.bits, wanted, sizeof(node.bits))
    if node.kind == MEMBERS_OF:
        keep_members(node, base, end)
    elif node.kind != EVERYTHING:
        keep_within(node, base)
    return True


cdef inline bint evaluate_all(
    Conditions* self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    cdef const uint64_t* candidates = wanted
    cdef uint32_t i
    for i in range(node.count):
        if is_empty(candidates):
            break
        if not evaluate(
            self, node.members[i], base, end, candidates,
            NULL if scored == NULL else candidates
        ):
            return False
        candidates = self.nodes[node.members[i]].bits
    memcpy(node.bits, candidates, sizeof(node.bits))
    return True


cdef inline bint evaluate_some(
    Conditions* self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    cdef Node* member
    cdef uint64_t rest
    cdef uint32_t i
    cdef int word
    memset(node.bits, 0, sizeof(node.bits))
    for i in range(node.count):
        if not evaluate(self, node.members[i], base, end, wanted, scored):
            return False
        member = self.nodes[node.members[i]]
        for word in range(WORDS):
            node.bits[word] |= member.bits[word]
    if node.least == 0:
        memcpy(node.bits, wanted, sizeof(node.bits))
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


cdef inline bint evaluate_word(
    Conditions* self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    cdef uint32_t i
    cdef int word
    cdef Source* source
    cdef double* amounts = node.amounts if scored != NULL and node.weight else NULL
    if node.set != NULL:
        # `amounts` are those of the whole segment.
        memcpy(node.bits, wanted, sizeof(node.bits))
        keep_members(node, base, end)
        return True
    if node.least > 1:
        scored = wanted
    clear(node)
    for i in range(node.count):
        source = &node.sources[i]
        if source.cursor >= 0:
            if amounts == NULL and node.occurrences == NULL:
                gather(self.places.cursors[source.cursor], base, end, wanted, node.bits)
            else:
                gather_amounts(
                    self.places.cursors[source.cursor], &self.fields[source.field], base, end,
                    wanted, scored, node.bits, amounts, node.occurrences
                )
        elif not gather_places(self, node, source, base, end, wanted, amounts):
            return False
    memcpy(node.filled, node.bits, sizeof(node.bits))
    for word in range(WORDS):
        node.bits[word] &= wanted[word]
    if node.least > 1:
        drop_rare(node)
    return True


cdef inline bint gather_places(
    Conditions* self, Node* node, const Source* source, uint32_t base, uint32_t end,
    const uint64_t* wanted, double* amounts
) noexcept nogil:
    """What `gather_amounts` does, for an expression, unless time is up; False when there is no
    memory.
    """
    cdef Expression* expression = self.places.expressions[source.expression]
    cdef const Field* field = &self.fields[source.field]
    cdef uint64_t rest
    cdef uint32_t place
    cdef int word
    if expression.walked:
        return walk_together(self, node, source, base, end, wanted, amounts)
    find_candidates(&self.places, source.expression, base, end, wanted)
    for word in range(WORDS):
        rest = expression.bits[word]
        # A document may take milliseconds, if somebody has meant it to.
        if rest and is_over(self):
            self.late = True
            return True
        while rest:
            place = 64 * word + lowest_bit(rest)
            rest &= rest - 1
            if not find_spans(&self.places, source.expression, base + place):
                return False
            put_matches(node, matches_of(&expression.spans), field, base, place, amounts)
    return True


cdef inline bint walk_together(
    Conditions* self, Node* node, const Source* source, uint32_t base, uint32_t end,
    const uint64_t* wanted, double* amounts
) noexcept nogil:
    """The same for terms near each other: the rarest leads, the others follow."""
    cdef Expression* expression = self.places.expressions[source.expression]
    cdef Cursor* rarest = member_cursor(&self.places, expression, 0)
    cdef uint32_t document, place, i, matches = 0, looked_at = 0
    cdef bint found
    while advance_to(rarest, base, end, wanted):
        document = rarest.documents[rarest.at]
        place = document - base
        found = (wanted[place >> 6] >> (place & 63)) & 1
        i = 1
        while found and i < expression.count:
            found = find_document(member_cursor(&self.places, expression, i), document)
            i += 1
        if found:
            looked_at += 1
            if looked_at % 64 == 0 and is_over(self):
                self.late = True
                return True
            if expression.ordered and expression.distance == 1:
                if not find_phrase(&self.places, expression, &matches):
                    return False
            elif find_spans(&self.places, source.expression, document):
                matches = matches_of(&expression.spans)
            else:
                return False
            put_matches(node, matches, &self.fields[source.field], base, place, amounts)
        rarest.at += 1
    return True


cdef inline void put_matches(
    Node* node, uint32_t matches, const Field* field, uint32_t base, uint32_t place,
    double* amounts
) noexcept nogil:
    """Counts what a document of the window has."""
    if matches:
        node.bits[place >> 6] |= <uint64_t>1 << (place & 63)
        if amounts != NULL:
            amounts[place] += matches * norm_of(field, base + place)
        if node.occurrences != NULL:
            node.occurrences[place] += matches


# -- in which order

cdef inline uint64_t put_in_order(Conditions* self, uint32_t number) noexcept nogil:
    """Puts what must all match in the order in which it is best looked at; returns about
    how many documents it costs to look at a node.
    """
    cdef Node* node = self.nodes[number]
    cdef uint64_t[MOST_ORDERED] costs
    cdef uint64_t cost = 0, each
    cdef uint32_t i, j, member
    if node.kind == WORD and node.set == NULL:
        for i in range(node.count):
            if node.sources[i].cursor >= 0:
                cost += self.places.cursors[node.sources[i].cursor].count
            else:
                # Positions are dear: after all that may leave some of them out.
                cost += 4 * <uint64_t>self.documents
        return cost
    if node.kind == ALL_BUT or node.kind == SOME_OF or node.kind == PREFERABLY:
        for i in range(node.count):
            cost += put_in_order(self, node.members[i])
        return cost + (self.documents if node.kind == ALL_BUT else 0)
    if node.kind != ALL_OF:
        return self.documents // 64 if node.set != NULL else 2 * <uint64_t>self.documents
    for i in range(node.count):
        member = node.members[i]
        each = put_in_order(self, member)
        cost = min(cost, each) if i else each
        if node.count > MOST_ORDERED:
            continue
        j = i
        while j and costs[j - 1] > each:
            costs[j] = costs[j - 1]
            node.members[j] = node.members[j - 1]
            j -= 1
        costs[j] = each
        node.members[j] = member
    return cost


# -- time

cdef inline bint is_over(const Conditions* self) noexcept nogil:
    """Whether it is later than the deadline."""
    cdef timespec now
    if self.deadline == 0:
        return False
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec + now.tv_nsec / 1e9 > self.deadline


# -- bits

cdef inline bint is_empty(const uint64_t* bits) noexcept nogil:
    cdef uint64_t any_bit = 0
    cdef int word
    for word in range(WORDS):
        any_bit |= bits[word]
    return any_bit == 0


cdef inline void keep_members(Node* node, uint32_t base, uint32_t end) noexcept nogil:
    """Leaves the documents of the node's set."""
    cdef uint32_t word
    for word in range((end - base + 63) // 64):
        node.bits[word] &= load64(node.set + base // 8 + 8 * word)


cdef inline void keep_within(Node* node, uint32_t base) noexcept nogil:
    """Leaves the documents with a number within the bounds, or with anything in the column."""
    cdef uint64_t rest, number
    cdef size_t document
    cdef int word, bit
    for word in range(WORDS):
        rest = node.bits[word]
        while rest:
            bit = lowest_bit(rest)
            rest &= rest - 1
            document = base + 64 * word + bit
            if node.width == 8:
                number = load64(node.column + 8 * document)
            elif node.width == 4:
                number = load32(node.column + 4 * document)
            elif node.width == 2:
                number = node.column[2 * document] | node.column[2 * document + 1] << 8
            else:
                number = node.column[document]
            if node.kind == FILLED:
                # The column has where each document's numbers end.
                number -= load32(node.column + 4 * (document - 1)) if document else 0
            if not node.low <= number <= node.high:
                node.bits[word] &= ~(<uint64_t>1 << bit)


cdef inline void clear(Node* node) noexcept nogil:
    """Forgets what the window before has left in a word."""
    cdef uint64_t rest
    cdef int word
    memset(node.bits, 0, sizeof(node.bits))
    if node.occurrences != NULL:
        memset(node.occurrences, 0, WINDOW * sizeof(uint32_t))
    if node.amounts == NULL:
        return
    if bits_in_window(node.filled) > WINDOW // 8:
        memset(node.amounts, 0, WINDOW * sizeof(double))
        return
    for word in range(WORDS):
        rest = node.filled[word]
        while rest:
            node.amounts[64 * word + lowest_bit(rest)] = 0
            rest &= rest - 1


cdef inline void drop_rare(Node* node) noexcept nogil:
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
