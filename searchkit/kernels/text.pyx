# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Text to surfaces: found, lower-cased and numbered.

What a surface is stands in `searchkit.kernels.reference.text`, the readable twin.
"""

from cpython cimport array
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy

import os
from array import array as make_array

from searchkit.kernels.unicode_classes import MAX_SURFACE_CHARACTERS

include "unicode_classes.pxi"

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef extern from *:
    int trailing_zeros "__builtin_ctzll"(uint64_t word) noexcept nogil

cdef enum:
    MAX_CHARACTERS = 255
    # Four bytes a character, and zeros up to a multiple of eight.
    MAX_BYTES = 1032
    # A table begins with 2**12 entries.
    FIRST_BITS = 12

assert MAX_CHARACTERS == MAX_SURFACE_CHARACTERS

# An entry with shape 0 is free. A surface of up to 8 bytes is its own key, so that finding it
# costs one cache line; the key of a longer one is its hash.
cdef struct Entry:
    uint64_t key
    uint32_t shape   # bytes | language << 16
    uint32_t number

cdef struct Surface:
    uint32_t offset  # into the arena
    uint32_t shape

# Open addressing with linear probing, at most half full. The multiplier is random, so that
# nobody can write a text whose words all fall into one place.
cdef struct Table:
    Entry* entries
    uint64_t multiplier
    int bits
    Surface* surfaces
    uint32_t count
    uint32_t capacity
    uint8_t* arena
    size_t arena_size
    size_t arena_capacity

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


# -- characters

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


cdef const uint8_t* surface_end(const uint8_t* start) noexcept nogil:
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


cdef const uint8_t* unspaced_end(const uint8_t* place) noexcept nogil:
    """The end of the unspaced character at `place` with what extends it."""
    cdef int size, kind = class_at(place, &size)
    while True:
        place += size
        kind = class_at(place, &size)
        if kind != EXTEND and kind != JAMO_TAIL:
            return place


cdef const uint8_t* kept_end(const uint8_t* start, const uint8_t* end) noexcept nogil:
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


# -- the table of surfaces

cdef inline size_t slot_of(Table* table, uint64_t key, uint32_t shape) noexcept nogil:
    return ((key ^ <uint64_t>shape << 32) * table.multiplier) >> (64 - table.bits)


cdef uint64_t hash_of(Table* table, const uint8_t* word, uint32_t size) noexcept nogil:
    """Eight bytes at a time; what follows `word` up to the next multiple of 8 is zero."""
    cdef uint64_t mixed = 0, part
    cdef uint32_t place
    for place in range(0, size, 8):
        memcpy(&part, word + place, 8)
        mixed = (mixed ^ part) * table.multiplier
        mixed ^= mixed >> 29
    return mixed


cdef bint grow_entries(Table* table, int bits) noexcept nogil:
    """Moves the entries into a table of 2**bits; False when there is no memory."""
    cdef size_t capacity = <size_t>1 << bits, old = 0, index, slot
    cdef Entry* entries = <Entry*>calloc(capacity, sizeof(Entry))
    cdef Entry* entry
    if entries == NULL:
        return False
    if table.entries != NULL:
        old = <size_t>1 << table.bits
    table.bits = bits
    for index in range(old):
        entry = &table.entries[index]
        if entry.shape:
            slot = slot_of(table, entry.key, entry.shape)
            while entries[slot].shape:
                slot = (slot + 1) & (capacity - 1)
            entries[slot] = entry[0]
    free(table.entries)
    table.entries = entries
    return True


cdef bint add(
    Table* table, size_t slot, uint64_t key, uint32_t shape, const uint8_t* word
) noexcept nogil:
    """Gives a new surface its number, in a free slot; False when there is no memory."""
    cdef size_t size = shape & 0xFFFF
    cdef size_t capacity
    cdef void* grown
    if table.count == table.capacity:
        capacity = <size_t>table.capacity * 2 + 1024
        grown = realloc(table.surfaces, capacity * sizeof(Surface))
        if grown == NULL:
            return False
        table.surfaces = <Surface*>grown
        table.capacity = <uint32_t>capacity
    if table.arena_size + size > table.arena_capacity:
        capacity = table.arena_capacity * 2 + 16384
        if capacity >> 32:  # more than offsets can say
            return False
        grown = realloc(table.arena, capacity)
        if grown == NULL:
            return False
        table.arena = <uint8_t*>grown
        table.arena_capacity = capacity
    memcpy(table.arena + table.arena_size, word, size)
    table.surfaces[table.count].offset = <uint32_t>table.arena_size
    table.surfaces[table.count].shape = shape
    table.entries[slot].key = key
    table.entries[slot].shape = shape
    table.entries[slot].number = table.count
    table.arena_size += size
    table.count += 1
    if <size_t>table.count * 2 > <size_t>1 << table.bits:
        return grow_entries(table, table.bits + 1)
    return True


cdef inline bint take_short(Sink* sink, uint64_t key, uint32_t size) noexcept nogil:
    """Adds the token of a surface of up to 8 bytes; False when there is no memory."""
    cdef Table* table = sink.table
    cdef uint32_t shape = size | sink.language
    cdef size_t slot = slot_of(table, key, shape)
    cdef Entry* entry = &table.entries[slot]
    while entry.key != key or entry.shape != shape:
        if entry.shape == 0:
            sink.tokens[sink.count] = table.count
            sink.count += 1
            return add(table, slot, key, shape, <const uint8_t*>&key)
        slot = (slot + 1) & ((<size_t>1 << table.bits) - 1)
        entry = &table.entries[slot]
    sink.tokens[sink.count] = entry.number
    sink.count += 1
    return True


cdef bint take_long(Sink* sink, const uint8_t* word, uint32_t size) noexcept nogil:
    """The same for more than 8 bytes, with zeros after them as `hash_of` wants it."""
    cdef Table* table = sink.table
    cdef uint64_t key = hash_of(table, word, size)
    cdef uint32_t shape = size | sink.language
    cdef size_t slot = slot_of(table, key, shape)
    cdef Entry* entry = &table.entries[slot]
    while (
        entry.key != key
        or entry.shape != shape
        or memcmp(table.arena + table.surfaces[entry.number].offset, word, size)
    ):
        if entry.shape == 0:
            sink.tokens[sink.count] = table.count
            sink.count += 1
            return add(table, slot, key, shape, word)
        slot = (slot + 1) & ((<size_t>1 << table.bits) - 1)
        entry = &table.entries[slot]
    sink.tokens[sink.count] = entry.number
    sink.count += 1
    return True


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
        self.table.multiplier = int.from_bytes(os.urandom(8), "little") | 1
        if not grow_entries(&self.table, FIRST_BITS):
            raise MemoryError

    def __dealloc__(self):
        free(self.table.entries)
        free(self.table.surfaces)
        free(self.table.arena)

    def __len__(self):
        return self.table.count

    @property
    def nbytes(self):
        """Bytes of memory held."""
        return (
            (sizeof(Entry) << self.table.bits)
            + self.table.capacity * sizeof(Surface)
            + self.table.arena_capacity
        )

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

    def tokenize(self, list texts, bytes languages):
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
