# cython: language_level=3
"""An object in a line of JSON: its members, and the texts in them."""

from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memchr, memcpy, memset

from searchkit.kernels.interning cimport Table, intern_long
from searchkit.kernels.scanning cimport ESCAPED, REWRITTEN, after_space, string_end, value_end
from searchkit.kernels.strings cimport (
    String,
    count_characters,
    ends_white,
    is_white,
    put,
    put_json,
    put_text,
    strip,
)

# The places of RECORD_FIELDS.
cdef enum:
    IGNORED
    ID
    HEADLINE
    BODY
    CAPTIONS
    PUBLISHED
    SECTION
    PUBLISHER
    AUTHORS
    AGENCIES
    LANGUAGE
    URL
    KEYWORDS
    STANDFIRST
    SUMMARY
    FIELDS

cdef enum:
    MEMBERS = 64
    KEY_BYTES = 4096
    OWN = 0x80
    IMAGES = 0x40
    NO_SHAPE = 0xFFFFFFFF

# What a value is.
cdef enum:
    NOTHING  # null, or empty
    TEXT
    INTEGER  # and not 0
    OTHER

cdef struct Member:
    String value  # of a text without its quotes
    uint8_t kind
    uint8_t flags  # OWN, IMAGES

cdef struct Line:
    const uint8_t* start
    Py_ssize_t size
    uint32_t shape  # the number of its keys; NO_SHAPE when it is not plain
    uint32_t count
    size_t first  # the offset of its members
    Member* held[FIELDS]  # those that are there, by field
    # Where its texts are, the headline, the body and each caption, one after the other; where
    # their part of the stored form is, and where the sizes of the captions.
    size_t texts
    size_t stored
    size_t captions
    size_t headline_size
    size_t body_size
    size_t stored_size
    size_t caption_count  # 0 for captions that are left to `value`
    size_t characters
    int told  # the number of the language of the body, or -1

# Where the next text goes, its part of the stored form, and the size of a caption.
cdef struct Output:
    uint8_t* text
    uint8_t* stored
    uint32_t* size


# -- parsing

cdef inline bint parse_line(Line* line, Member* member, Table* shapes) noexcept nogil:
    """Finds the members of a line, up to MEMBERS, and the number of its keys in `shapes`, where
    each is followed by a zero; False when there is no memory.
    """
    cdef const uint8_t* end = line.start + line.size
    cdef const uint8_t* place = after_space(line.start, end)
    cdef const uint8_t* key
    cdef uint8_t[KEY_BYTES + 8] keys
    cdef uint32_t size = 0, length
    cdef uint8_t holds
    line.shape = NO_SHAPE
    line.count = 0
    if line.size >> 31 or place >= end or place[0] != c'{':
        return True
    while True:
        place = after_space(place + 1, end)
        if place >= end or place[0] != c'"' or line.count == MEMBERS:
            return True
        key = place + 1
        place = string_end(key, end, &holds)
        if place == NULL or holds & ESCAPED or place - key >= KEY_BYTES - size:
            return True
        length = <uint32_t>(place - key)
        memcpy(keys + size, key, length)
        size += length
        keys[size] = 0
        size += 1
        place = after_space(place + 1, end)
        if place >= end or place[0] != c':':
            return True
        place = read_value(after_space(place + 1, end), end, &member[line.count])
        if place == NULL:
            return True
        line.count += 1
        place = after_space(place, end)
        if place >= end:
            return True
        if place[0] == c'}':
            break
        if place[0] != c',':
            return True
    if after_space(place + 1, end) != end:
        return True
    memset(keys + size, 0, 8)
    return intern_long(shapes, keys, size, &line.shape)


cdef inline const uint8_t* read_value(
    const uint8_t* place, const uint8_t* end, Member* member
) noexcept nogil:
    """What the value at `place` is; returns its end, or NULL."""
    cdef String* value = &member.value
    cdef bint quoted = place < end and place[0] == c'"'
    value.start = place + quoted
    value.holds = 0
    if quoted:
        place = string_end(value.start, end, &value.holds)
    else:
        place = value_end(place, end)
    if place == NULL:
        return NULL
    value.size = <uint32_t>(place - value.start)
    if quoted:
        member.kind = TEXT if value.size else NOTHING
    else:
        member.kind = kind_of(value.start, place)
    return place + quoted


cdef inline uint8_t kind_of(const uint8_t* start, const uint8_t* end) noexcept nogil:
    """What a value is that is no string."""
    cdef uint8_t byte = start[0]
    if byte == c'n':
        return NOTHING
    if byte == c'[' or byte == c'{':
        return NOTHING if after_space(start + 1, end) == end - 1 else OTHER
    if byte == c't' or byte == c'f' or memchr(start, c'.', end - start) != NULL:
        return OTHER
    start += byte == c'-'
    return OTHER if start[0] == c'0' else INTEGER


# -- texts

cdef inline size_t size_of(const Member* member) noexcept nogil:
    return 0 if member == NULL else member.value.size


cdef inline bint put_headline(Output* out, Line* line) noexcept nogil:
    """Writes the headline without white space at its ends; False when the line is not plain."""
    cdef Member* member = line.held[HEADLINE]
    cdef uint8_t* end = out.text
    line.characters = line.headline_size = 0
    if member == NULL:
        return True
    if member.kind != TEXT:
        return False
    end = put_text(out.text, member.value)
    if ends_white(out.text, end):
        if member.flags & OWN:
            return False
        end = strip(out.text, end)
        member.value.holds |= REWRITTEN
    line.headline_size = end - out.text
    line.characters = count_characters(out.text, end)
    if line.headline_size:
        out.stored = put(out.stored, b',"headline":"', 13)
        put_part(out, &member.value, end)
        out.stored = put(out.stored, b'"', 1)
    return True


cdef inline bint put_body(Output* out, Line* line) noexcept nogil:
    """Writes the body; False when the line is not plain."""
    cdef Member* member = line.held[BODY]
    cdef uint8_t* end
    line.body_size = 0
    if member == NULL:
        return True
    end = put_text(out.text, member.value)
    if member.kind != TEXT or is_white(out.text, end):
        return False
    line.body_size = end - out.text
    line.characters += count_characters(out.text, end)
    out.stored = put(out.stored, b',"body":"', 9)
    put_part(out, &member.value, end)
    out.stored = put(out.stored, b'"', 1)
    return True


cdef inline void put_captions(Output* out, const Member* member) noexcept nogil:
    """Writes captions that are an array of texts, none of them empty or with white space at its
    ends, and nothing of any others.
    """
    cdef Output before = out[0]
    cdef const uint8_t* place
    cdef const uint8_t* last
    cdef uint8_t* end
    cdef String caption
    if member == NULL or member.flags & IMAGES or member.value.start[0] != c'[':
        return
    place = member.value.start
    last = place + member.value.size - 1
    out.stored = put(out.stored, b',"captions":[', 13)
    while place < last:  # at the bracket, or at a comma
        place = after_space(place + 1, last)
        caption.start = place + 1
        end = out.text
        if place[0] == c'"':
            place = string_end(caption.start, last, &caption.holds)
            caption.size = <uint32_t>(place - caption.start)
            end = put_text(out.text, caption)
        if end == out.text or ends_white(out.text, end):
            out[0] = before
            return
        out.size[0] = <uint32_t>(end - out.text)
        out.size += 1
        out.stored = put(out.stored, b'{"text":"', 9)
        put_part(out, &caption, end)
        out.stored = put(out.stored, b'"},', 3)
        place = after_space(place + 1, last)
    out.stored[-1] = c']'  # in the place of the last comma


cdef inline void put_part(Output* out, const String* string, uint8_t* end) noexcept nogil:
    """Adds the text that is written up to `end`, and goes on after it."""
    out.stored = put_json(out.stored, string[0], out.text, end)
    out.text = end
