# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Text to surfaces: found, lower-cased and numbered.

What a surface is stands in `searchkit.kernels.reference.text`, the readable twin.
"""

from cpython cimport array
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
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
from searchkit.kernels.interning cimport (
    Surface,
    Table,
    close_table,
    intern_long,
    intern_short,
    open_table,
    table_bytes,
)

import os
from array import array as make_array

from searchkit.kernels.unicode_classes import MAX_SURFACE_CHARACTERS

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef extern from *:
    int trailing_zeros "__builtin_ctzll"(uint64_t word) noexcept nogil

cdef enum:
    # Four bytes a character, and zeros up to a multiple of eight.
    MAX_BYTES = 1032

assert MAX_CHARACTERS == MAX_SURFACE_CHARACTERS

# Where tokens go: with a table their numbers there, without one their starts and ends in bytes.
cdef struct Sink:
    Table* table
    uint32_t language  # << 16
    uint32_t* tokens
    size_t count

cdef struct Text:
    const uint8_t* start
    Py_ssize_t size

cdef array.array _NUMBERS = make_array("I")


# -- tokens

cdef inline bint take_short(Sink* sink, uint64_t key, uint32_t size) noexcept nogil:
    """Adds the token of a surface of up to 8 bytes; False when there is no memory."""
    cdef uint32_t* token = sink.tokens + sink.count
    sink.count += 1
    return intern_short(sink.table, key, size | sink.language, token)


cdef inline bint take_long(Sink* sink, const uint8_t* word, uint32_t size) noexcept nogil:
    """The same for more than 8 bytes, with zeros up to a multiple of 8."""
    cdef uint32_t* token = sink.tokens + sink.count
    sink.count += 1
    return intern_long(sink.table, word, size | sink.language, token)


cdef bint take(
    Sink* sink, const uint8_t* text, const uint8_t* start, const uint8_t* end
) noexcept nogil:
    """Adds the token of any surface; False when there is no memory."""
    cdef uint8_t[MAX_BYTES] word
    cdef uint64_t key = 0
    cdef uint32_t size, place
    cdef uint8_t byte
    if sink.table == NULL:
        sink.tokens[sink.count] = <uint32_t>(start - text)
        sink.tokens[sink.count + 1] = <uint32_t>(end - text)
        sink.count += 2
        return True
    size = <uint32_t>(kept_end(start, end) - start)
    for place in range(size):
        byte = start[place]
        word[place] = byte | 0x20 if c'A' <= byte <= c'Z' else byte
    if size <= 8:
        memcpy(&key, word, size)
        return take_short(sink, key, size)
    memcpy(word + size, &key, 8)
    return take_long(sink, word, size)


# -- texts

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


cdef inline uint64_t load(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """Eight bytes, or those up to `end` and zeros."""
    cdef uint64_t bytes = 0
    if end - place >= 8:
        memcpy(&bytes, place, 8)
    else:
        memcpy(&bytes, place, end - place)
    return bytes


cdef const uint8_t* take_ascii(
    Sink* sink, const uint8_t* start, const uint8_t* end, bint* enough_memory
) noexcept nogil:
    """Adds the token of the run of ASCII letters and digits at `start`; returns its end.

    NULL when the run may be a part of a surface only.
    """
    cdef uint64_t[32] word
    cdef uint64_t lowered
    cdef uint64_t outside = ascii_word(load(start, end), &lowered)
    cdef const uint8_t* after = start
    cdef int parts = 0, length
    if outside:
        length = trailing_zeros(outside) >> 3
        after = start + length
        if not ends_word(after, length == 1):
            return NULL
        lowered &= (<uint64_t>1 << 8 * length) - 1
        enough_memory[0] = take_short(sink, lowered, length)
        return after
    while not outside:
        word[parts] = lowered
        parts += 1
        after += 8
        if after - start > MAX_CHARACTERS - 8:
            return NULL
        outside = ascii_word(load(after, end), &lowered)
    length = trailing_zeros(outside) >> 3
    word[parts] = lowered & ((<uint64_t>1 << 8 * length) - 1)
    after += length
    if not ends_word(after, False):
        return NULL
    if after - start == 8:
        enough_memory[0] = take_short(sink, word[0], 8)
    else:
        enough_memory[0] = take_long(sink, <const uint8_t*>word, <uint32_t>(after - start))
    return after


cdef bint tokenize_text(Sink* sink, const uint8_t* text, Py_ssize_t size) noexcept nogil:
    """Adds the tokens of a text; False when there is no memory.

    Words of ASCII letters and digits that nothing joins to others are found and lower-cased
    eight bytes at a time; `surface_end` has the rest.
    """
    cdef const uint8_t* end = text + size
    cdef const uint8_t* place = text
    cdef const uint8_t* start
    cdef const uint8_t* after = NULL  # the end of the last surface
    cdef int kind, length, next_length
    cdef bint enough_memory = True
    while place < end and enough_memory:
        kind = class_at(place, &length)
        start = place
        if kind == LETTER or kind == DIGIT:
            place = NULL
            if start[0] < 0x80 and sink.table != NULL:
                place = take_ascii(sink, start, end, &enough_memory)
            if place == NULL:
                place = surface_end(start)
                enough_memory = take(sink, text, start, place)
            after = place
        elif kind == UNSPACED or kind == JAMO_TAIL:
            place = unspaced_end(start)
            after = place
            if class_at(place, &next_length) == UNSPACED:
                after = unspaced_end(place)
            enough_memory = take(sink, text, start, after)
        elif kind == SIGN and start != after and LETTER <= class_at(start + 1, &next_length) <= DIGIT:
            place = surface_end(start)
            after = place
            enough_memory = take(sink, text, start, place)
        else:
            place = start + length
    return enough_memory


cdef class Surfaces:
    """Distinct (language, surface) pairs, numbered from 0 in order of first appearance."""

    cdef Table table
    cdef bint busy

    def __cinit__(self):
        if not open_table(&self.table, int.from_bytes(os.urandom(8), "little") | 1):
            raise MemoryError

    def __dealloc__(self):
        close_table(&self.table)

    def __len__(self):
        return self.table.count

    @property
    def nbytes(self):
        """Bytes of memory held."""
        return table_bytes(&self.table)

    def surfaces(self, start=0):
        """The languages of the surfaces from number `start` on, and the surfaces."""
        cdef Py_ssize_t first = start, number
        cdef Surface* surface
        cdef bytearray languages = bytearray()
        cdef list found = []
        if not 0 <= first <= self.table.count:
            raise IndexError(f"surface {start} of {len(self)}")
        for number in range(first, self.table.count):
            surface = &self.table.surfaces[number]
            languages.append(surface.shape >> 16)
            found.append(
                (<const char*>self.table.arena + surface.offset)[: surface.shape & 0xFFFF].decode()
            )
        return bytes(languages), found

    def tokenize(self, texts, bytes languages):
        """The surfaces' numbers of all texts one after the other, and where each text ends.

        Read `searchkit.kernels.reference.text` for the contract.
        """
        cdef tuple held = tuple(texts)  # while others may change the list
        cdef Py_ssize_t count = len(held), index, capacity = 0
        cdef const uint8_t* language_of = <const uint8_t*><const char*>languages
        cdef Text* items
        cdef Sink sink
        cdef void* grown
        cdef bint enough_memory = True
        cdef array.array tokens, ends = array.clone(_NUMBERS, count, zero=False)
        if len(languages) != count:
            raise ValueError(f"{count} texts and the languages of {len(languages)}")
        self._claim()
        sink.table = &self.table
        sink.tokens = NULL
        sink.count = 0
        items = <Text*>malloc((count + 1) * sizeof(Text))
        try:
            if items == NULL:
                raise MemoryError
            for index in range(count):
                if isinstance(held[index], bytes):
                    items[index].start = <const uint8_t*>PyBytes_AS_STRING(held[index])
                    items[index].size = PyBytes_GET_SIZE(held[index])
                else:
                    items[index].start = <const uint8_t*>PyUnicode_AsUTF8AndSize(
                        held[index], &items[index].size
                    )
            with nogil:
                for index in range(count):
                    # Each token begins at a byte of its own; memory not touched costs nothing.
                    if <Py_ssize_t>sink.count + items[index].size > capacity:
                        capacity = capacity * 2 + items[index].size
                        grown = realloc(sink.tokens, capacity * sizeof(uint32_t))
                        if grown == NULL:
                            enough_memory = False
                            break
                        sink.tokens = <uint32_t*>grown
                    sink.language = <uint32_t>language_of[index] << 16
                    enough_memory = tokenize_text(&sink, items[index].start, items[index].size)
                    if not enough_memory:
                        break
                    ends.data.as_uints[index] = <uint32_t>sink.count
            if not enough_memory:
                raise MemoryError
            tokens = _copied(&sink)
        finally:
            self.busy = False
            free(items)
            free(sink.tokens)
        return tokens, ends

    cdef _claim(self):
        """Refuses a second thread while the table changes without the interpreter's lock."""
        if self.busy:
            raise RuntimeError("this table of surfaces is in use by another thread; make one each")
        self.busy = True


def locate(str text):
    """The start and the end in characters of each token of a text, in pairs.

    Read `searchkit.kernels.reference.text` for the contract.
    """
    cdef Py_ssize_t size, index, length = len(text)
    cdef const uint8_t* start = <const uint8_t*>PyUnicode_AsUTF8AndSize(text, &size)
    cdef const uint8_t* place = start
    cdef uint32_t characters = 0
    cdef const uint8_t* end
    cdef Sink sink
    cdef array.array found
    sink.table = NULL
    sink.count = 0
    sink.tokens = <uint32_t*>malloc((2 * size + 1) * sizeof(uint32_t))
    if sink.tokens == NULL:
        raise MemoryError
    try:
        with nogil:
            tokenize_text(&sink, start, size)
            if size != length:
                for index in range(0, <Py_ssize_t>sink.count, 2):
                    characters += characters_between(place, start + sink.tokens[index])
                    place = start + sink.tokens[index]
                    end = start + sink.tokens[index + 1]
                    sink.tokens[index] = characters
                    sink.tokens[index + 1] = characters + characters_between(place, end)
        found = _copied(&sink)
    finally:
        free(sink.tokens)
    return found


cdef uint32_t characters_between(const uint8_t* start, const uint8_t* end) noexcept nogil:
    cdef uint32_t characters = 0
    while start < end:
        characters += start[0] & 0xC0 != 0x80
        start += 1
    return characters


cdef array.array _copied(Sink* sink):
    cdef array.array copy = array.clone(_NUMBERS, sink.count, zero=False)
    if sink.count:
        memcpy(copy.data.as_uints, sink.tokens, sink.count * sizeof(uint32_t))
    return copy
