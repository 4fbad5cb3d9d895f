# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Where do texts have the few terms that a query wants?

Read `searchkit.kernels.reference.marking`, the readable twin, for the contracts.
"""

from cpython cimport array
from cpython.bytes cimport (
    PyBytes_AS_STRING,
    PyBytes_Check,
    PyBytes_FromStringAndSize,
    PyBytes_GET_SIZE,
)
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy, memmove

from searchkit.kernels.boundaries cimport (
    APOSTROPHE,
    DIGIT,
    EXTEND,
    LETTER,
    MIDDLE_DOT,
    class_at,
)
from searchkit.kernels.marks cimport Marks
from searchkit.kernels.scanning cimport ESCAPED
from searchkit.kernels.strings cimport String, count_characters, put_text
from searchkit.kernels.text cimport Surfaces
from searchkit.kernels.walking cimport (
    Walk,
    begin_walk,
    characters_between,
    intern_surface,
    next_surface,
)

from array import array as make_array

from searchkit.kernels import HEADS

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef enum:
    MANY = 0x80000000
    ALL = 0xFFFFFFFF

cdef array.array _NUMBERS = make_array("I")
cdef array.array _WORDS = make_array("Q")

cdef struct Quadruples:
    uint32_t* numbers
    size_t count
    size_t capacity


cdef inline bint put(
    Quadruples* found, uint32_t first, uint32_t second, uint32_t third, uint32_t fourth
) noexcept nogil:
    """Appends four numbers; False when there is no memory."""
    cdef void* grown
    cdef uint32_t* place
    if found.count + 4 > found.capacity:
        found.capacity = 2 * found.capacity + 1024
        grown = realloc(found.numbers, found.capacity * sizeof(uint32_t))
        if grown == NULL:
            return False
        found.numbers = <uint32_t*>grown
    place = found.numbers + found.count
    place[0] = first
    place[1] = second
    place[2] = third
    place[3] = fourth
    found.count += 4
    return True


cdef inline bint may_mean(const uint32_t* heads, const Walk* walk, bint positional) noexcept nogil:
    """The same as `_may_mean` of the twin, for a surface that is not plain."""
    cdef const uint8_t* place = walk.start
    cdef uint8_t byte
    cdef int kind, size
    cdef bint begins = True
    while place < walk.end:
        kind = class_at(place, &size)
        byte = place[0] | 0x20 if c'A' <= place[0] <= c'Z' else place[0]
        if begins and (byte >= 0x80 or heads[byte]):
            return True
        if positional and kind > EXTEND and kind != APOSTROPHE and kind != MIDDLE_DOT:
            return True
        begins = byte >= 0x80 or not LETTER <= kind <= DIGIT
        place += size
    return False


# For each byte how a surface may begin with it that is worth a look, as bits of what may follow;
# which of these bits the byte itself has, as what follows; and all of them if what comes after it
# may begin something. Whatever is no ASCII is worth a look wherever it stands.
cdef struct Filter:
    uint32_t[256] begins
    uint32_t[256] follows
    uint32_t[256] opens


cdef void fill(Filter* filter, const uint32_t* heads) noexcept nogil:
    """Makes the filter of the heads of `candidates`."""
    cdef int byte, lowered
    cdef bint plain
    for byte in range(256):
        lowered = byte | 0x20 if c'A' <= byte <= c'Z' else byte
        plain = c'a' <= lowered <= c'z' or c'0' <= byte <= c'9'
        filter.begins[byte] = ALL if byte >= 0x80 else heads[lowered]
        filter.follows[byte] = <uint32_t>1 << (lowered & 31) if plain else ALL
        filter.opens[byte] = 0 if plain else ALL


cdef inline const uint8_t* next_worth(
    const Filter* filter, const uint8_t* text, const uint8_t* place, const uint8_t* limit
) noexcept nogil:
    """The first byte from `place` on at which something may begin that is wanted, or `limit`: in a
    third of the time of finding all surfaces. Eight bytes at a time took longer.
    """
    cdef uint32_t opened = filter.opens[(place - 1)[0]] if place > text else ALL
    cdef uint8_t byte
    while place < limit:
        byte = place[0]
        if byte >= 0x80 or filter.begins[byte] & filter.follows[place[1]] & opened:
            return place
        opened = filter.opens[byte]
        place += 1
    return limit


cdef inline const uint8_t* begin_of(
    const uint8_t* place, const uint8_t* first
) noexcept nogil:
    """Where the stretch without white space begins that has `place`, `first` at the earliest: no
    surface reaches over white space.
    """
    while place > first and (place - 1)[0] > 0x20:
        place -= 1
    return place


def without_body(bytes stored not None):
    """The rest of an article as it is stored, and its body in UTF-8."""
    cdef const uint8_t* start = <const uint8_t*>PyBytes_AS_STRING(stored)
    cdef const uint8_t* end = start + PyBytes_GET_SIZE(stored)
    cdef const uint8_t* place = start + 1
    cdef const uint8_t* key
    cdef String text
    cdef bytes rest, body
    cdef uint8_t* out
    # Before the body there are an id and a headline, if any.
    while place < end and place[0] == c'"':
        key = place + 1
        place = string_end(key, end, &text)
        if place == NULL or end - place < 3 or place[2] != c'"':
            break
        place = string_end(place + 3, end, &text)
        if place == NULL:
            break
        if text.start - key == 7 and memcmp(key, b'body":"', 7) == 0:
            rest = PyBytes_FromStringAndSize(NULL, PyBytes_GET_SIZE(stored) - text.size)
            out = <uint8_t*>PyBytes_AS_STRING(rest)
            memcpy(out, start, text.start - start)
            memcpy(out + (text.start - start), place, end - place)
            if not text.holds & ESCAPED:
                return rest, PyBytes_FromStringAndSize(<const char*>text.start, text.size)
            body = PyBytes_FromStringAndSize(NULL, text.size)
            out = <uint8_t*>PyBytes_AS_STRING(body)
            return rest, body[: put_text(out, text) - out]
        place += 2
    return stored, b""


cdef inline const uint8_t* string_end(
    const uint8_t* start, const uint8_t* end, String* text
) noexcept nogil:
    """The quote that ends a string of sound JSON, which `text` is set to; NULL for none."""
    cdef const uint8_t* quote = start
    cdef const uint8_t* slash
    text.start = start
    text.holds = 0
    while True:
        quote = <const uint8_t*>memchr(quote, c'"', end - quote)
        if quote == NULL:
            return NULL
        slash = quote
        while slash > start and (slash - 1)[0] == c'\\':
            slash -= 1
        if (quote - slash) & 1 == 0:
            break
        quote += 1
    text.size = <uint32_t>(quote - start)
    if memchr(start, c'\\', text.size) != NULL:
        text.holds = ESCAPED
    return quote


def candidates(
    Surfaces surfaces not None, texts, uint32_t language, array.array heads not None,
    bint positional
):
    """The surfaces that may stand for a wanted term, and where each text's end."""
    cdef Py_ssize_t count = len(texts), index, size
    cdef object text
    cdef const uint32_t* head = heads.data.as_uints
    cdef array.array ends = array.clone(_NUMBERS, count, zero=False)
    cdef Quadruples found = Quadruples(NULL, 0, 0)
    cdef const uint8_t* start
    cdef const uint8_t* place
    cdef const uint8_t* worth
    cdef uint32_t before, characters, length, number = 0
    cdef bint ascii, wanted
    cdef Walk walk
    cdef Filter filter
    if len(heads) != HEADS or heads.itemsize != sizeof(uint32_t):
        raise ValueError(f"{len(heads)} heads, expected {HEADS}")
    if not positional:
        fill(&filter, head)
    surfaces._claim()
    try:
        for index in range(count):
            text = texts[index]
            if PyBytes_Check(text):
                start = <const uint8_t*>PyBytes_AS_STRING(text)
                size = PyBytes_GET_SIZE(text)
                ascii = count_characters(start, start + size) == <size_t>size
            else:
                start = <const uint8_t*>PyUnicode_AsUTF8AndSize(text, &size)
                ascii = size == len(text)
            place = start
            characters = before = 0
            worth = start
            begin_walk(&walk, start, size)
            while True:
                if not positional and walk.place > worth:
                    # What lies between is passed over unseen; from the beginning of what may be a
                    # surface on all is looked at, up to what is worth it.
                    worth = next_worth(&filter, start, walk.place, walk.limit)
                    walk.place = begin_of(worth, walk.place)
                if not next_surface(&walk):
                    break
                if walk.size:
                    wanted = head[walk.word[0] & 0xFF] >> (walk.word[0] >> 8 & 31) & 1
                else:
                    wanted = may_mean(head, &walk, positional)
                if not wanted:
                    before += positional
                    continue
                if ascii:
                    characters = <uint32_t>(walk.start - start)
                    length = <uint32_t>(walk.end - walk.start)
                else:
                    characters += characters_between(place, walk.start)
                    length = characters_between(walk.start, walk.end)
                    place = walk.start
                if not intern_surface(&surfaces.table, &walk, language << 16, &number) or not put(
                    &found, number, before, characters, characters + length
                ):
                    raise MemoryError
                before = 0
            ends.data.as_uints[index] = <uint32_t>found.count
        return _taken(&found), ends
    finally:
        surfaces.busy = False
        free(found.numbers)


def marks(
    array.array candidates not None, array.array ends not None, array.array single not None,
    array.array multiple not None, bytearray wanted not None
):
    """Where the candidates stand for wanted terms, and where each text's end."""
    cdef Py_ssize_t index, i = 0, terms = len(wanted)
    cdef const uint8_t* flags = wanted
    cdef const uint32_t* candidate = candidates.data.as_uints
    cdef array.array found_ends = array.clone(_NUMBERS, len(ends), zero=False)
    cdef Quadruples found = Quadruples(NULL, 0, 0)
    cdef const uint32_t* part
    cdef uint32_t position, code, start, end, k, count
    cdef bint fine = True
    try:
        for index in range(len(ends)):
            position = 0
            while fine and i < <Py_ssize_t>ends.data.as_uints[index]:
                code = single.data.as_uints[candidate[i]]
                position += candidate[i + 1]
                start, end = candidate[i + 2], candidate[i + 3]
                i += 4
                if not code & MANY:
                    if code < terms and flags[code]:
                        fine = put(&found, code, start, end, position)
                    position += 1
                    continue
                part = multiple.data.as_uints + (code & (MANY - 1))
                count = part[0]
                code = part[1]
                for k in range(count):
                    part += 4 if k else 2
                    if part[0] < terms and flags[part[0]]:
                        fine = fine and put(
                            &found, part[0], start + part[2], start + part[3], position + part[1]
                        )
                position += code
            found_ends.data.as_uints[index] = <uint32_t>found.count
        if not fine:
            raise MemoryError
        return _taken(&found), found_ends
    finally:
        free(found.numbers)


cdef array.array _taken(const Quadruples* found):
    cdef array.array copy = array.clone(_NUMBERS, found.count, zero=False)
    if found.count:
        memcpy(copy.data.as_uints, found.numbers, found.count * sizeof(uint32_t))
    return copy


def matches(
    array.array found not None, Py_ssize_t begin, Py_ssize_t end, array.array terms not None,
    array.array shows not None
):
    """Where each match starts and ends, and what it shows."""
    cdef Py_ssize_t most = (end - begin) // 4, count = 0, at, term
    cdef array.array starts = array.clone(_NUMBERS, most, zero=False)
    cdef array.array ends = array.clone(_NUMBERS, most, zero=False)
    cdef array.array words = array.clone(_WORDS, most, zero=False)
    cdef Marks marked = Marks(starts.data.as_uints, ends.data.as_uints, words.data.as_ulonglongs)
    cdef const uint32_t* place = found.data.as_uints + begin
    cdef const uint64_t* shown = shows.data.as_ulonglongs
    if not 0 <= begin <= begin + 4 * most <= len(found):
        raise IndexError(f"{begin} to {end} of {len(found)} numbers")
    if len(terms) != len(shows):
        raise ValueError(f"{len(terms)} terms, {len(shows)} that show something")
    for at in range(most):
        term = place_of_term(terms.data.as_uints, len(terms), place[0])
        if term >= 0:
            count = put_match(&marked, count, place[1], place[2], shown[term])
        place += 4
    array.resize(starts, count)
    array.resize(ends, count)
    array.resize(words, count)
    return starts, ends, words


cdef inline Py_ssize_t place_of_term(
    const uint32_t* terms, Py_ssize_t count, uint32_t term
) noexcept nogil:
    """Where a number is among ascending ones, or -1."""
    cdef Py_ssize_t low = 0, high = count, middle
    while low < high:
        middle = (low + high) // 2
        if terms[middle] < term:
            low = middle + 1
        else:
            high = middle
    return low if low < count and terms[low] == term else -1


cdef inline Py_ssize_t put_match(
    Marks* marked, Py_ssize_t count, uint32_t start, uint32_t end, uint64_t words
) noexcept nogil:
    """Adds a match to so many that are in order and apart; returns how many there are then."""
    cdef Py_ssize_t at = count
    # Hardly ever does one begin before the last: those of one surface may.
    while at and start < marked.starts[at - 1]:
        at -= 1
    if at and start < marked.ends[at - 1]:
        at -= 1
        marked.ends[at] = max(marked.ends[at], end)
        marked.words[at] |= words
    else:
        memmove(marked.starts + at + 1, marked.starts + at, (count - at) * sizeof(uint32_t))
        memmove(marked.ends + at + 1, marked.ends + at, (count - at) * sizeof(uint32_t))
        memmove(marked.words + at + 1, marked.words + at, (count - at) * sizeof(uint64_t))
        marked.starts[at] = start
        marked.ends[at] = end
        marked.words[at] = words
        count += 1
    # It may reach into those after it.
    while at + 1 < count and marked.starts[at + 1] < marked.ends[at]:
        marked.ends[at] = max(marked.ends[at], marked.ends[at + 1])
        marked.words[at] |= marked.words[at + 1]
        count -= 1
        memmove(
            marked.starts + at + 1, marked.starts + at + 2, (count - at - 1) * sizeof(uint32_t)
        )
        memmove(marked.ends + at + 1, marked.ends + at + 2, (count - at - 1) * sizeof(uint32_t))
        memmove(
            marked.words + at + 1, marked.words + at + 2, (count - at - 1) * sizeof(uint64_t)
        )
    return count
