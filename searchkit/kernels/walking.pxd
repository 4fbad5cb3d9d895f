# cython: language_level=3
"""The surfaces of a text, one after the other.

What a surface is stands in `searchkit.kernels.reference.text`.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from searchkit.kernels.boundaries cimport (
    DIGIT,
    JAMO_TAIL,
    LETTER,
    MAX_CHARACTERS,
    SIGN,
    UNSPACED,
    class_at,
    ends_word,
    kept_end,
    surface_end,
    unspaced_end,
)
from searchkit.kernels.interning cimport Table, intern_long, intern_short

cdef extern from *:
    int trailing_zeros "__builtin_ctzll"(uint64_t word) noexcept nogil

cdef enum:
    # Four bytes a character, and zeros up to a multiple of eight.
    MAX_PARTS = 129

# Where a walk through a text is: `start` to `end` is the surface found last. `word` has `size`
# bytes of it, lower-cased and cut, with zeros up to a multiple of eight; `size` is 0 as long as
# that has not been done.
cdef struct Walk:
    const uint8_t* place
    const uint8_t* limit
    const uint8_t* start
    const uint8_t* end
    uint32_t size
    uint64_t[MAX_PARTS] word


cdef inline void begin_walk(Walk* walk, const uint8_t* text, Py_ssize_t size) noexcept nogil:
    """Readies a walk through a text, which a NUL follows."""
    walk.place = text
    walk.limit = text + size
    walk.end = NULL


cdef inline bint next_surface(Walk* walk) noexcept nogil:
    """Finds the next surface; False at the end of the text.

    Words of ASCII letters and digits that nothing joins to others are found and lower-cased
    eight bytes at a time, and have a `size` then; `surface_end` has the rest.
    """
    cdef const uint8_t* place = walk.place
    cdef int kind, length, next_length
    walk.size = 0
    while place < walk.limit:
        kind = class_at(place, &length)
        walk.start = place
        if kind == LETTER or kind == DIGIT:
            if place[0] >= 0x80 or not find_plain(walk):
                walk.end = surface_end(place)
            walk.place = walk.end
            return True
        if kind == UNSPACED or kind == JAMO_TAIL:
            walk.place = unspaced_end(place)
            walk.end = walk.place
            if class_at(walk.place, &next_length) == UNSPACED:
                walk.end = unspaced_end(walk.place)
            return True
        if (
            kind == SIGN
            and place != walk.end
            and LETTER <= class_at(place + 1, &next_length) <= DIGIT
        ):
            walk.end = surface_end(place)
            walk.place = walk.end
            return True
        place += length
    return False


cdef inline uint64_t eight(uint64_t byte) noexcept nogil:
    return byte * <uint64_t>0x0101010101010101


cdef inline uint64_t ascii_word(uint64_t text, uint64_t* lowered) noexcept nogil:
    """Lower-cases eight bytes; returns the highest bit of each that is no letter or digit.

    Adding to seven bits what lacks from a bound to 128 sets the eighth from the bound on.
    """
    cdef uint64_t low = text & eight(0x7F)
    cdef uint64_t folded = low | eight(0x20)
    cdef uint64_t ascii = ~text & eight(0x80)
    cdef uint64_t letters = (
        (folded + eight(128 - c'a')) & ~(folded + eight(127 - c'z')) & ascii
    )
    cdef uint64_t digits = (low + eight(128 - c'0')) & ~(low + eight(127 - c'9')) & ascii
    lowered[0] = text | letters >> 2
    return (letters | digits) ^ eight(0x80)


cdef inline uint64_t load(const uint8_t* place, const uint8_t* limit) noexcept nogil:
    """Eight bytes, or those up to `limit` and zeros."""
    cdef uint64_t bytes = 0
    if limit - place >= 8:
        memcpy(&bytes, place, 8)
    else:
        memcpy(&bytes, place, limit - place)
    return bytes


cdef inline bint find_plain(Walk* walk) noexcept nogil:
    """Takes the run of ASCII letters and digits at `start`; False when it may be a part of a
    surface only.
    """
    cdef uint64_t lowered
    cdef uint64_t outside = ascii_word(load(walk.start, walk.limit), &lowered)
    cdef const uint8_t* after = walk.start
    cdef int parts = 0, length
    while not outside:
        walk.word[parts] = lowered
        parts += 1
        after += 8
        if after - walk.start > MAX_CHARACTERS - 8:
            return False
        outside = ascii_word(load(after, walk.limit), &lowered)
    length = trailing_zeros(outside) >> 3
    walk.word[parts] = lowered & ((<uint64_t>1 << 8 * length) - 1)
    after += length
    if not ends_word(after, after == walk.start + 1):
        return False
    walk.end = after
    walk.size = <uint32_t>(after - walk.start)
    return True


cdef inline void lower_surface(Walk* walk) noexcept nogil:
    """Fills `word` with any surface."""
    cdef uint8_t* word = <uint8_t*>walk.word
    cdef uint32_t place
    cdef uint8_t byte
    walk.size = <uint32_t>(kept_end(walk.start, walk.end) - walk.start)
    for place in range(walk.size):
        byte = walk.start[place]
        word[place] = byte | 0x20 if c'A' <= byte <= c'Z' else byte
    for place in range(walk.size, (walk.size + 7) & ~7):
        word[place] = 0


cdef inline bint intern_surface(
    Table* table, Walk* walk, uint32_t language, uint32_t* number
) noexcept nogil:
    """Writes the number of the surface, in a language << 16; False when there is no memory."""
    if not walk.size:
        lower_surface(walk)
    if walk.size <= 8:
        return intern_short(table, walk.word[0], walk.size | language, number)
    return intern_long(table, <const uint8_t*>walk.word, walk.size | language, number)


cdef inline uint32_t characters_between(const uint8_t* start, const uint8_t* end) noexcept nogil:
    """How many characters there are in sound UTF-8."""
    cdef uint32_t characters = 0
    while start < end:
        characters += start[0] & 0xC0 != 0x80
        start += 1
    return characters
