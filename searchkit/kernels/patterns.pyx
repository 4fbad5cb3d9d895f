# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The terms of a dictionary that look like something: by prefix, by wildcards, by edit distance.

The dictionary is walked in order with a row of the automaton for each character of the term, so
that what a term shares with the one before is not looked at again; when a beginning can match no
more, all terms that have it are passed over, whole blocks at a time.

Distances are those of optimal string alignment: letters put in, left out, replaced, or exchanged
with a neighbour, no part changed twice (Boytsov, "Indexing methods for approximate dictionary
searching", 2011, section 2.1).
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, qsort
from libc.string cimport memcmp, memcpy, memset

from searchkit.kernels.dictionary cimport Cursor as TermCursor
from searchkit.kernels.lists cimport FieldView, Lists, SegmentView
from searchkit.kernels.packing cimport Buffer, get_varint, load32, reserve

from searchkit.kernels import MAX_TERM_BYTES, PATTERN_CHARACTERS, PATTERN_KINDS

cdef enum:
    BLOCK_TERMS = 32
    TRAILER = 8
    TERM_BYTES = 2040
    # A pattern's characters; a row has one place more.
    CHARACTERS = 255
    ROW = 256
    PREFIX = 0
    WILDCARD = 1
    FUZZY = 2

assert TERM_BYTES == MAX_TERM_BYTES
assert CHARACTERS == PATTERN_CHARACTERS
assert PATTERN_KINDS == ("prefix", "wildcard", "fuzzy")

cdef struct Found:
    uint32_t ordinal
    uint32_t count
    uint64_t offset
    uint64_t length
    size_t term        # where it stands in `terms`
    uint32_t size

# One pattern on its way through a dictionary.
cdef struct Walk:
    int kind
    uint32_t distance
    uint32_t[CHARACTERS] pattern   # code points
    uint32_t size
    uint8_t* rows                  # one for each character of the term, and the first
    uint32_t[TERM_BYTES + 1] characters
    uint32_t[TERM_BYTES + 1] ends  # in bytes, of that many characters
    uint32_t depth                 # characters with a row
    uint8_t[TERM_BYTES + 8] term
    uint32_t dead                  # bytes at the beginning that no match has; 0: none


def expand(SegmentView view not None, fields, patterns, uint32_t limit, terms):
    """The lists of all terms that look like any of these patterns, in fields by number; and
    whether that is all: there are `limit` terms of each pattern in a field at most, the first.

    A pattern is (kind, text, distance): the number of its kind in PATTERN_KINDS, text of
    PATTERN_CHARACTERS at most, of which a wildcard's ``*`` stands for any characters and ``?``
    for one; the distance is that of fuzzy ones, 0 to 2. The terms are put into the set `terms`,
    unless that is None.
    """
    cdef Lists lists = Lists(view)
    cdef Buffer found, bytes_found
    cdef Walk* walk = <Walk*>malloc(sizeof(Walk))
    cdef FieldView* here
    cdef Found* each
    cdef size_t i, before
    cdef bint complete = True, fine = True
    cdef int field
    memset(&found, 0, sizeof(found))
    memset(&bytes_found, 0, sizeof(bytes_found))
    if walk == NULL:
        raise MemoryError
    walk.rows = <uint8_t*>malloc(ROW * (TERM_BYTES + 1))
    try:
        if walk.rows == NULL:
            raise MemoryError
        for field in fields:
            here = &view.fields[field]
            found.size = bytes_found.size = 0
            for kind, text, distance in patterns:
                walk.kind = kind
                walk.distance = distance
                walk.size = <uint32_t>len(text)
                for i in range(walk.size):
                    walk.pattern[i] = <uint32_t>ord(text[i])
                before = found.size // sizeof(Found)
                with nogil:
                    fine = go_through(walk, here, limit + 1, &found, &bytes_found)
                if not fine:
                    raise MemoryError
                if found.size // sizeof(Found) - before > limit:
                    found.size -= sizeof(Found)
                    complete = False
            each = <Found*>found.data
            if len(patterns) > 1:
                qsort(each, found.size // sizeof(Found), sizeof(Found), order_of_found)
            for i in range(found.size // sizeof(Found)):
                if i and each[i].ordinal == each[i - 1].ordinal:
                    continue
                here.terms.offset = each[i].offset
                here.terms.length = each[i].length
                here.terms.count = each[i].count
                view.put_here(lists, field)
                if terms is not None:
                    terms.add(bytes_found.data[each[i].term:each[i].term + each[i].size])
    finally:
        free(found.data)
        free(bytes_found.data)
        free(walk.rows)
        free(walk)
    return lists, complete


cdef int order_of_found(const void* first, const void* second) noexcept nogil:
    cdef uint32_t one = (<const Found*>first).ordinal, other = (<const Found*>second).ordinal
    return (one > other) - (one < other)


cdef bint go_through(
    Walk* walk, const FieldView* field, uint32_t limit, Buffer* found, Buffer* terms
) noexcept nogil:
    """Puts the terms of a dictionary that match, up to `limit`; False without memory."""
    cdef uint32_t blocks = load32(field.dictionary + field.dictionary_size - 4)
    cdef uint32_t all_terms = load32(field.dictionary + field.dictionary_size - TRAILER)
    cdef const uint8_t* index = (
        field.dictionary + field.dictionary_size - TRAILER - 4 * <size_t>blocks
    )
    cdef const uint8_t* data
    cdef uint64_t offset, shared, size, value, length
    cdef uint32_t block = 0, ordinal, last, before_size = 0
    cdef size_t enough = found.size + limit * sizeof(Found)
    cdef Found* each
    begin(walk)
    while block < blocks:
        while walk.dead and block + 1 < blocks and has_head(
            field.dictionary + load32(index + 4 * (block + 1)), walk.term, walk.dead
        ):
            block += 1
        data = get_varint(field.dictionary + load32(index + 4 * block), &offset)
        last = min((block + 1) * BLOCK_TERMS, all_terms)
        for ordinal in range(block * BLOCK_TERMS, last):
            if ordinal % BLOCK_TERMS:
                data = get_varint(data, &shared)
                data = get_varint(data, &size)
            else:
                data = get_varint(data, &size)
                shared = shared_with(walk.term, before_size, data, size)
                data += shared
                size -= shared
            memcpy(walk.term + shared, data, size)
            data = get_varint(data + size, &value)
            before_size = <uint32_t>(shared + size)
            if field.positional:
                data = get_varint(data, &length)
            data = get_varint(data, &length)
            if matches(walk, <uint32_t>shared, before_size):
                if not (reserve(found, sizeof(Found)) and reserve(terms, before_size)):
                    return False
                each = <Found*>(found.data + found.size)
                each.ordinal = ordinal
                each.count = <uint32_t>value
                each.offset = offset
                each.length = length
                each.term = terms.size
                each.size = before_size
                memcpy(terms.data + terms.size, walk.term, before_size)
                terms.size += before_size
                found.size += sizeof(Found)
                if found.size >= enough:
                    return True
            offset += length
        block += 1
    return True


cdef inline bint has_head(const uint8_t* block, const uint8_t* term, uint32_t size) noexcept nogil:
    """Whether the first term of a block begins with this."""
    cdef uint64_t value
    block = get_varint(block, &value)
    block = get_varint(block, &value)
    return value >= size and memcmp(block, term, size) == 0


cdef inline uint64_t shared_with(
    const uint8_t* one, uint64_t one_size, const uint8_t* other, uint64_t other_size
) noexcept nogil:
    """How many bytes they have in common at the beginning."""
    cdef uint64_t shared = 0
    while shared < one_size and shared < other_size and one[shared] == other[shared]:
        shared += 1
    return shared


cdef inline uint32_t character_at(const uint8_t* data, uint32_t* size) noexcept nogil:
    """The code point that UTF-8 has here, and its bytes."""
    cdef uint32_t first = data[0]
    if first < 0x80:
        size[0] = 1
        return first
    if first < 0xE0:
        size[0] = 2
        return (first & 0x1F) << 6 | (data[1] & 0x3F)
    if first < 0xF0:
        size[0] = 3
        return (first & 0x0F) << 12 | (data[1] & 0x3F) << 6 | (data[2] & 0x3F)
    size[0] = 4
    return (
        (first & 0x07) << 18 | (data[1] & 0x3F) << 12 | (data[2] & 0x3F) << 6 | (data[3] & 0x3F)
    )


# -- the automata: a row has for each beginning of the pattern what the term so far is to it


cdef void begin(Walk* walk) noexcept nogil:
    """Before the first character: for a wildcard whether the beginning matches nothing, for a
    fuzzy pattern its distance from nothing.
    """
    cdef uint32_t i
    walk.depth = 0
    walk.dead = 0
    walk.ends[0] = 0
    walk.rows[0] = 1 if walk.kind == WILDCARD else 0
    for i in range(walk.size):
        if walk.kind == WILDCARD:
            walk.rows[i + 1] = walk.rows[i] and walk.pattern[i] == c'*'
        else:
            walk.rows[i + 1] = <uint8_t>min(i + 1, 255)


cdef inline bint matches(Walk* walk, uint32_t shared, uint32_t size) noexcept nogil:
    """Whether the term of that many bytes matches; the first `shared` are as they were."""
    cdef uint32_t width
    if walk.dead and shared >= walk.dead:
        return False
    walk.dead = 0
    while walk.ends[walk.depth] > shared:
        walk.depth -= 1
    while walk.ends[walk.depth] < size:
        if walk.kind == PREFIX and walk.depth == walk.size:
            return True
        walk.characters[walk.depth] = character_at(
            walk.term + walk.ends[walk.depth], &width
        )
        walk.ends[walk.depth + 1] = walk.ends[walk.depth] + width
        walk.depth += 1
        if not follow(walk):
            walk.dead = walk.ends[walk.depth]
            return False
    if walk.kind == PREFIX:
        return walk.depth >= walk.size
    if walk.kind == WILDCARD:
        return walk.rows[walk.depth * ROW + walk.size]
    return walk.rows[walk.depth * ROW + walk.size] <= walk.distance


cdef inline bint follow(Walk* walk) noexcept nogil:
    """Makes the row of the last character; whether any term with this beginning may match."""
    cdef uint32_t depth = walk.depth, i, cost, best
    cdef uint32_t character = walk.characters[depth - 1]
    cdef const uint8_t* before = walk.rows + (depth - 1) * ROW
    cdef uint8_t* row = walk.rows + depth * ROW
    cdef bint alive = False
    if walk.kind == PREFIX:
        return walk.pattern[depth - 1] == character
    if walk.kind == WILDCARD:
        row[0] = 0
        for i in range(walk.size):
            if walk.pattern[i] == c'*':
                row[i + 1] = row[i] or before[i + 1]
            else:
                row[i + 1] = before[i] and (
                    walk.pattern[i] == c'?' or walk.pattern[i] == character
                )
            alive = alive or row[i + 1]
        return alive
    row[0] = <uint8_t>min(depth, 255)
    alive = row[0] <= walk.distance
    for i in range(walk.size):
        cost = walk.pattern[i] != character
        best = min(before[i] + cost, min(before[i + 1], row[i]) + 1)
        if (
            cost and i and depth > 1 and walk.pattern[i - 1] == character
            and walk.pattern[i] == walk.characters[depth - 2]
        ):
            best = min(best, (before - ROW)[i - 1] + 1)
        row[i + 1] = <uint8_t>min(best, 255)
        alive = alive or best <= walk.distance
    return alive
