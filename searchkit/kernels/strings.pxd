# cython: language_level=3
"""Strings of JSON that are known to be sound: what they stand for, and how they are stored.

White space is what `str.isspace` says it is.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy, memmove

from searchkit.kernels.scanning cimport ESCAPED, REWRITTEN, after_escape, repeated

cdef struct String:
    const uint8_t* start  # the character after the quote
    uint32_t size
    uint8_t holds  # as `string_end` says


cdef inline uint8_t* put(uint8_t* out, const void* bytes, size_t size) noexcept nogil:
    memcpy(out, bytes, size)
    return out + size


cdef inline uint8_t* put_character(uint8_t* out, uint32_t character) noexcept nogil:
    """Writes a character as UTF-8; returns the end."""
    if character < 0x80:
        out[0] = <uint8_t>character
        return out + 1
    if character < 0x800:
        out[0] = <uint8_t>(0xC0 | character >> 6)
        out[1] = <uint8_t>(0x80 | character & 0x3F)
        return out + 2
    if character < 0x10000:
        out[0] = <uint8_t>(0xE0 | character >> 12)
        out[1] = <uint8_t>(0x80 | character >> 6 & 0x3F)
        out[2] = <uint8_t>(0x80 | character & 0x3F)
        return out + 3
    out[0] = <uint8_t>(0xF0 | character >> 18)
    out[1] = <uint8_t>(0x80 | character >> 12 & 0x3F)
    out[2] = <uint8_t>(0x80 | character >> 6 & 0x3F)
    out[3] = <uint8_t>(0x80 | character & 0x3F)
    return out + 4


cdef inline uint8_t* put_text(uint8_t* out, String string) noexcept nogil:
    """Writes what a string stands for, in no more bytes than it has; returns the end."""
    cdef const uint8_t* place = string.start
    cdef const uint8_t* end = place + string.size
    cdef const uint8_t* escape
    cdef uint32_t character = 0
    while string.holds & ESCAPED:
        escape = <const uint8_t*>memchr(place, c'\\', end - place)
        if escape == NULL:
            break
        out = put(out, place, escape - place)
        place = after_escape(escape, end, &character)
        out = put_character(out, character)
    return put(out, place, end - place)


cdef inline uint8_t* put_json(
    uint8_t* out, String string, const uint8_t* text, const uint8_t* end
) noexcept nogil:
    """Writes the text for which a string stands as it is stored, without quotes, in no more
    bytes than the string has; returns the end.
    """
    cdef const char* digits = b"0123456789abcdef"
    cdef const char* named = b"btn_fr"
    cdef uint8_t byte
    if not string.holds & REWRITTEN:
        return put(out, string.start, string.size)
    while text < end:
        byte = text[0]
        text += 1
        if byte >= 0x20 and byte != c'"' and byte != c'\\':
            out[0] = byte
            out += 1
            continue
        out[0] = c'\\'
        if byte >= 0x20:
            out[1] = byte
            out += 2
        elif 8 <= byte <= 13 and byte != 11:
            out[1] = named[byte - 8]
            out += 2
        else:
            memcpy(out + 1, b"u00", 3)
            out[4] = digits[byte >> 4]
            out[5] = digits[byte & 15]
            out += 6
    return out


cdef inline size_t count_characters(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """The characters of UTF-8: all bytes but those that go on with one."""
    cdef size_t count = end - place
    cdef uint64_t text
    while end - place >= 8:
        memcpy(&text, place, 8)
        text = text >> 7 & ~text >> 6 & repeated(1)  # 1 in each byte that goes on
        count -= text * repeated(1) >> 56
        place += 8
    while place < end:
        count -= place[0] & 0xC0 == 0x80
        place += 1
    return count


cdef inline const uint8_t* after_white(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """The end of the white space character at `place`; NULL for none."""
    cdef uint8_t byte = place[0], second, third
    if byte == c' ' or 9 <= byte <= 13 or 0x1C <= byte <= 0x1F:
        return place + 1
    if byte == 0xC2 and end - place >= 2 and (place[1] == 0x85 or place[1] == 0xA0):
        return place + 2
    if not 0xE1 <= byte <= 0xE3 or end - place < 3:
        return NULL
    second = place[1]
    third = place[2]
    if byte == 0xE1:
        return place + 3 if second == 0x9A and third == 0x80 else NULL
    if byte == 0xE3:
        return place + 3 if second == 0x80 and third == 0x80 else NULL
    if second == 0x80 and (third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF):
        return place + 3
    return place + 3 if second == 0x81 and third == 0x9F else NULL


cdef inline const uint8_t* last_character(
    const uint8_t* start, const uint8_t* end
) noexcept nogil:
    """Where the last character begins of a text that is not empty."""
    end -= 1
    while end > start and end[0] & 0xC0 == 0x80:
        end -= 1
    return end


cdef inline bint is_white(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """Whether there is nothing but white space."""
    while place != NULL and place < end:
        place = after_white(place, end)
    return place != NULL


cdef inline bint ends_white(const uint8_t* start, const uint8_t* end) noexcept nogil:
    """Whether the text begins or ends with white space."""
    return start < end and (
        after_white(start, end) != NULL or after_white(last_character(start, end), end) != NULL
    )


cdef inline uint8_t* strip(uint8_t* text, const uint8_t* end) noexcept nogil:
    """Takes white space off both ends of a text, in place; returns its new end."""
    cdef const uint8_t* start = text
    while start < end and after_white(start, end) != NULL:
        start = after_white(start, end)
    while start < end and after_white(last_character(start, end), end) != NULL:
        end = last_character(start, end)
    memmove(text, start, end - start)
    return text + (end - start)


cdef inline bint is_line(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """Whether these are printable ASCII characters, none of them a backslash, with no space at
    the ends nor two side by side.
    """
    cdef bint spaced = True  # whether another space would be too much
    while place < end:
        if place[0] == c' ':
            if spaced:
                return False
            spaced = True
        elif 0x20 < place[0] < 0x7F and place[0] != c'\\':
            spaced = False
        else:
            return False
        place += 1
    return not spaced
