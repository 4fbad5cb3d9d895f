# cython: language_level=3
"""Where surfaces end in UTF-8 text that a NUL follows.

What a surface is stands in `searchkit.kernels.reference.text`.
"""

from libc.stdint cimport uint8_t, uint32_t

include "unicode_classes.pxi"

cdef enum:
    MAX_CHARACTERS = 255


cdef inline int class_at(const uint8_t* place, int* size) noexcept nogil:
    """The class of the character at `place`, and its bytes. The NUL at the end is OTHER."""
    cdef uint32_t character = place[0]
    if character < 0x80:
        size[0] = 1
        return CLASSES[character]
    if character < 0xE0:
        size[0] = 2
        character = (character & 0x1F) << 6 | (place[1] & 0x3F)
    elif character < 0xF0:
        size[0] = 3
        character = (character & 0x0F) << 12 | (place[1] & 0x3F) << 6 | (place[2] & 0x3F)
    else:
        size[0] = 4
        character = (
            (character & 0x07) << 18
            | (place[1] & 0x3F) << 12
            | (place[2] & 0x3F) << 6
            | (place[3] & 0x3F)
        )
    return CLASSES[<uint32_t>BLOCKS[character >> 7] << 7 | (character & 127)]


cdef inline bint is_word(int kind) noexcept nogil:
    return LETTER <= kind <= JAMO_TAIL


cdef inline bint joins(int before, int joiner, int after, bint initial) noexcept nogil:
    """Whether a joiner between characters of two classes makes one surface of two cores.

    `initial` tells that the core before it is a single letter and the surface's first.
    """
    if after != LETTER and after != DIGIT:
        return False
    if joiner == APOSTROPHE:
        return after == LETTER
    if joiner == DOT:
        return before == after
    if joiner == COMMA:
        return before == DIGIT and after == DIGIT
    if joiner == AMPERSAND or joiner == MIDDLE_DOT:
        return before == LETTER and after == LETTER
    if joiner == HYPHEN:
        return before == LETTER and (after == DIGIT or initial)
    return joiner == LOW_LINE


cdef inline const uint8_t* surface_end(const uint8_t* start) noexcept nogil:
    """The end of the surface that begins at `start`: with a letter, a digit, or a sign."""
    cdef const uint8_t* place = start
    cdef const uint8_t* mark = NULL
    cdef int size, after_size, kind, before = OTHER, letters, cores = 0
    if start[0] == c'#' or start[0] == c'@':
        place += 1
        cores = 1
    while True:
        letters = 0
        kind = class_at(place, &size)
        while LETTER <= kind <= EXTEND:
            if kind != EXTEND:
                before = kind
                letters += 1
            place += size
            kind = class_at(place, &size)
        cores += 1
        if kind < APOSTROPHE or not joins(
            before, kind, class_at(place + size, &after_size), cores == 1 and letters == 1
        ):
            break
        place += size
    if place == start + 1:
        if place[0] == c'#':
            mark = place + 1
        elif place[0] == c'+' and place[1] == c'+':
            mark = place + 2
        if mark != NULL and before == LETTER and not is_word(class_at(mark, &size)):
            return mark
    return place


cdef inline const uint8_t* unspaced_end(const uint8_t* place) noexcept nogil:
    """The end of the unspaced character at `place` with what extends it."""
    cdef int size, kind = class_at(place, &size)
    while True:
        place += size
        kind = class_at(place, &size)
        if kind != EXTEND and kind != JAMO_TAIL:
            return place


cdef inline const uint8_t* kept_end(const uint8_t* start, const uint8_t* end) noexcept nogil:
    """The end of the first MAX_CHARACTERS characters from `start`, or `end` before these."""
    cdef int characters = 0
    if end - start <= MAX_CHARACTERS:
        return end
    while start < end:
        # A byte 10xxxxxx continues a character.
        if start[0] & 0xC0 != 0x80:
            if characters == MAX_CHARACTERS:
                return start
            characters += 1
        start += 1
    return end


cdef inline bint ends_word(const uint8_t* end, bint initial) noexcept nogil:
    """Whether a run of ASCII letters and digits that ends at `end` is a surface for sure.

    `initial` tells that it is of one character.
    """
    cdef int size, after_size, kind = class_at(end, &size)
    if kind == OTHER:
        return True
    if kind <= EXTEND:
        return False
    if kind >= SIGN:
        return not initial
    return not joins(CLASSES[(end - 1)[0]], kind, class_at(end + size, &after_size), initial)
