# cython: language_level=3
"""JSON in UTF-8, as strict as RFC 8259 and stricter: where a value ends, what a string holds.

Everything here stays below `end`, and gives NULL for whatever is wrong or unusual: nesting
beyond DEEPEST, numbers with an exponent or so many digits that a float would lose some.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from *:
    int zeros_below "__builtin_ctzll"(uint64_t word) noexcept nogil

cdef enum:
    DEEPEST = 32
    MOST_DIGITS = 17

# What a string holds, beside ASCII characters that stand for themselves.
cdef enum:
    ESCAPED = 1  # a backslash
    REWRITTEN = 2  # an escape that the stored form has not, such as \u00e9 or \/
    FOREIGN = 4  # characters beyond ASCII


cdef inline uint64_t repeated(uint64_t byte) noexcept nogil:
    return byte * <uint64_t>0x0101010101010101


cdef inline uint64_t unplain(uint64_t text) noexcept nogil:
    """The highest bit of the first byte that is a quote, a backslash, a control character or
    beyond ASCII; those above it may be wrong.
    """
    # What a subtraction makes of bytes beyond ASCII does not matter: these are found anyway.
    cdef uint64_t quote = (text ^ repeated(c'"')) - repeated(1)
    cdef uint64_t backslash = (text ^ repeated(c'\\')) - repeated(1)
    return (quote | backslash | (text - repeated(0x20)) | text) & repeated(0x80)


cdef inline const uint8_t* after_space(const uint8_t* place, const uint8_t* end) noexcept nogil:
    while place < end and (place[0] == c' ' or 9 <= place[0] <= 10 or place[0] == 13):
        place += 1
    return place


cdef inline const uint8_t* after_character(
    const uint8_t* place, const uint8_t* end
) noexcept nogil:
    """The end of a character beyond ASCII (Unicode, table 3-7); NULL for none."""
    cdef uint8_t first = place[0], second
    cdef int more, index
    if end - place < 2:
        return NULL
    second = place[1]
    if 0xC2 <= first < 0xE0:
        more = 1
    elif 0xE0 <= first < 0xF0:
        more = 2
        if (first == 0xE0 and second < 0xA0) or (first == 0xED and second >= 0xA0):
            return NULL
    elif 0xF0 <= first < 0xF5:
        more = 3
        if (first == 0xF0 and second < 0x90) or (first == 0xF4 and second >= 0x90):
            return NULL
    else:
        return NULL
    if end - place <= more:
        return NULL
    for index in range(1, more + 1):
        if place[index] & 0xC0 != 0x80:
            return NULL
    return place + more + 1


cdef inline int hex_digit(uint8_t byte) noexcept nogil:
    if c'0' <= byte <= c'9':
        return byte - c'0'
    byte |= 0x20
    return byte - c'a' + 10 if c'a' <= byte <= c'f' else -1


cdef inline int code_unit(const uint8_t* digits) noexcept nogil:
    """The number of four hexadecimal digits, or -1."""
    cdef int unit = 0, index, digit
    for index in range(4):
        digit = hex_digit(digits[index])
        if digit < 0:
            return -1
        unit = unit << 4 | digit
    return unit


cdef inline const uint8_t* after_escape(
    const uint8_t* place, const uint8_t* end, uint32_t* character
) noexcept nogil:
    """The end of the escape whose backslash is at `place`, and what it stands for."""
    cdef uint8_t sort
    cdef int unit, low
    if end - place < 2:
        return NULL
    sort = place[1]
    if sort == c'u':
        if end - place < 6:
            return NULL
        unit = code_unit(place + 2)
        if unit < 0:
            return NULL
        character[0] = unit
        if not 0xD800 <= unit < 0xE000:
            return place + 6
        if unit >= 0xDC00 or end - place < 12 or place[6] != c'\\' or place[7] != c'u':
            return NULL
        low = code_unit(place + 8)
        if not 0xDC00 <= low < 0xE000:
            return NULL
        character[0] = 0x10000 + ((<uint32_t>unit - 0xD800) << 10 | <uint32_t>(low - 0xDC00))
        return place + 12
    if sort == c'n':
        character[0] = 10
    elif sort == c'"' or sort == c'\\' or sort == c'/':
        character[0] = sort
    elif sort == c't':
        character[0] = 9
    elif sort == c'r':
        character[0] = 13
    elif sort == c'b':
        character[0] = 8
    elif sort == c'f':
        character[0] = 12
    else:
        return NULL
    return place + 2


cdef inline const uint8_t* string_end(
    const uint8_t* place, const uint8_t* end, uint8_t* holds
) noexcept nogil:
    """The quote that ends the string which has begun before `place`."""
    cdef uint64_t text, found
    cdef uint32_t character
    cdef uint8_t byte
    holds[0] = 0
    while place != NULL and place < end:
        if end - place >= 8:
            memcpy(&text, place, 8)
            found = unplain(text)
            if not found:
                place += 8
                continue
            place += zeros_below(found) >> 3
        byte = place[0]
        if byte == c'"':
            return place
        if byte == c'\\':
            holds[0] |= ESCAPED
            if place + 1 < end and (place[1] == c'u' or place[1] == c'/'):
                holds[0] |= REWRITTEN
            place = after_escape(place, end, &character)
        elif byte >= 0x80:
            holds[0] |= FOREIGN
            while place != NULL and place < end and place[0] >= 0x80:
                place = after_character(place, end)
        elif byte < 0x20:
            return NULL
        else:
            place += 1
    return NULL


cdef inline const uint8_t* number_end(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """The end of a number of up to MOST_DIGITS digits before and after its point."""
    cdef const uint8_t* start
    if place < end and place[0] == c'-':
        place += 1
    start = place
    while place < end and c'0' <= place[0] <= c'9':
        place += 1
    if not 1 <= place - start <= MOST_DIGITS or (start[0] == c'0' and place - start > 1):
        return NULL
    if place < end and place[0] == c'.':
        place += 1
        start = place
        while place < end and c'0' <= place[0] <= c'9':
            place += 1
        if not 1 <= place - start <= MOST_DIGITS:
            return NULL
    if place < end and (place[0] == c'e' or place[0] == c'E'):
        return NULL
    return place


cdef inline const uint8_t* word_end(
    const uint8_t* place, const uint8_t* end, const char* word, Py_ssize_t size
) noexcept nogil:
    cdef Py_ssize_t index
    if end - place < size:
        return NULL
    for index in range(size):
        if place[index] != <uint8_t>word[index]:
            return NULL
    return place + size


cdef inline const uint8_t* value_end(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """The end of the value that begins at `place`."""
    cdef uint8_t[DEEPEST] closing
    cdef int depth = 0
    cdef uint8_t byte, holds
    while True:
        # Here a value begins, and in an object that of a key.
        if place == NULL or place >= end:
            return NULL
        byte = place[0]
        if byte == c'"':
            place = string_end(place + 1, end, &holds)
            if place == NULL:
                return NULL
            place += 1
        elif byte == c'{' or byte == c'[':
            if depth == DEEPEST:
                return NULL
            closing[depth] = byte + 2
            place = after_space(place + 1, end)
            if place >= end:
                return NULL
            if place[0] != byte + 2:
                depth += 1
                if byte == c'{':
                    place = after_key(place, end)
                continue
            place += 1
        elif byte == c't':
            place = word_end(place, end, b"true", 4)
        elif byte == c'f':
            place = word_end(place, end, b"false", 5)
        elif byte == c'n':
            place = word_end(place, end, b"null", 4)
        else:
            place = number_end(place, end)
        # Here one has ended, and what it was the last of.
        while True:
            if place == NULL or depth == 0:
                return place
            place = after_space(place, end)
            if place >= end:
                return NULL
            if place[0] != closing[depth - 1]:
                break
            depth -= 1
            place += 1
        if place[0] != c',':
            return NULL
        place = after_space(place + 1, end)
        if closing[depth - 1] == c'}':
            place = after_key(place, end)


cdef inline const uint8_t* after_key(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """Where the value of the key begins that is at `place`."""
    cdef uint8_t holds
    if place >= end or place[0] != c'"':
        return NULL
    place = string_end(place + 1, end, &holds)
    if place == NULL:
        return NULL
    place = after_space(place + 1, end)
    if place >= end or place[0] != c':':
        return NULL
    return after_space(place + 1, end)
