# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Text to surfaces: found, lower-cased and numbered.

What a surface is stands in `searchkit.kernels.reference.text`, the readable twin.
"""

from cpython cimport array
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy

from searchkit.kernels.interning cimport Surface, close_table, open_table, table_bytes
from searchkit.kernels.walking cimport (
    MAX_CHARACTERS,
    Walk,
    begin_walk,
    characters_between,
    intern_surface,
    next_surface,
)

import os
from array import array as make_array

from searchkit.kernels.unicode_classes import MAX_SURFACE_CHARACTERS

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

assert MAX_CHARACTERS == MAX_SURFACE_CHARACTERS

cdef struct Text:
    const uint8_t* start
    Py_ssize_t size

cdef array.array _NUMBERS = make_array("I")


cdef class Surfaces:
    """Distinct (language, surface) pairs, numbered from 0 in order of first appearance."""

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
        cdef Walk walk
        cdef uint32_t* numbers = NULL
        cdef size_t found = 0
        cdef void* grown
        cdef bint enough_memory = True
        cdef array.array tokens, ends = array.clone(_NUMBERS, count, zero=False)
        if len(languages) != count:
            raise ValueError(f"{count} texts and the languages of {len(languages)}")
        self._claim()
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
                    if <Py_ssize_t>found + items[index].size > capacity:
                        capacity = capacity * 2 + items[index].size
                        grown = realloc(numbers, capacity * sizeof(uint32_t))
                        if grown == NULL:
                            enough_memory = False
                            break
                        numbers = <uint32_t*>grown
                    begin_walk(&walk, items[index].start, items[index].size)
                    while enough_memory and next_surface(&walk):
                        enough_memory = intern_surface(
                            &self.table, &walk, <uint32_t>language_of[index] << 16, numbers + found
                        )
                        found += 1
                    if not enough_memory:
                        break
                    ends.data.as_uints[index] = <uint32_t>found
            if not enough_memory:
                raise MemoryError
            tokens = _copied(numbers, found)
        finally:
            self.busy = False
            free(items)
            free(numbers)
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
    cdef Py_ssize_t size
    cdef const uint8_t* start = <const uint8_t*>PyUnicode_AsUTF8AndSize(text, &size)
    cdef const uint8_t* place = start
    cdef uint32_t characters = 0
    cdef size_t count = 0
    cdef Walk walk
    cdef array.array found
    cdef uint32_t* bounds = <uint32_t*>malloc((2 * size + 1) * sizeof(uint32_t))
    if bounds == NULL:
        raise MemoryError
    try:
        with nogil:
            begin_walk(&walk, start, size)
            while next_surface(&walk):
                characters += characters_between(place, walk.start)
                place = walk.start
                bounds[count] = characters
                bounds[count + 1] = characters + characters_between(place, walk.end)
                count += 2
        found = _copied(bounds, count)
    finally:
        free(bounds)
    return found


cdef array.array _copied(const uint32_t* numbers, size_t count):
    cdef array.array copy = array.clone(_NUMBERS, count, zero=False)
    if count:
        memcpy(copy.data.as_uints, numbers, count * sizeof(uint32_t))
    return copy
