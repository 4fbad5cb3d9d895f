# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Terms, of words and of whole values, numbered in order of first appearance."""

from cpython cimport array
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp, memcpy, memset

from searchkit.kernels.interning cimport (
    Surface,
    close_table,
    intern_long,
    intern_short,
    open_table,
    table_bytes,
)
from searchkit.kernels.text cimport Surfaces
from searchkit.kernels.walking cimport MAX_CHARACTERS

import os
from array import array as make_array

from searchkit.kernels import MAX_TERM_BYTES, NO_TERM, NO_TIME, TIME_LEVELS

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef enum:
    LEVELS = 8
    TIME_BYTES = 9

assert (MOST_BYTES, LEVELS) == (MAX_TERM_BYTES, TIME_LEVELS)
assert NO_TIME == (1 << 64) - 1
assert NO_TERM == 0xFFFFFFFF

cdef array.array _NUMBERS = make_array("I")


cdef class Terms:
    """Terms of 1 to MAX_TERM_BYTES bytes, numbered from 0. Not for several threads at once.

    What numbers terms raises ValueError for one that is empty or too long, and RuntimeError
    while a merger reads them; those before it keep their numbers.
    """

    def __cinit__(self):
        if not open_table(&self.table, int.from_bytes(os.urandom(8), "little") | 1):
            raise MemoryError

    def __dealloc__(self):
        close_table(&self.table)

    def __len__(self):
        return self.table.count

    def __getitem__(self, number):
        """The term with this number."""
        cdef Py_ssize_t place = number
        if not 0 <= place < self.table.count:
            raise IndexError(f"term {number} of {len(self)}")
        start = self.table.arena + self.table.surfaces[place].offset
        return start[:self.table.surfaces[place].shape]

    @property
    def nbytes(self):
        """Bytes of memory held."""
        return table_bytes(&self.table)

    def number(self, bytes term not None):
        """The number of a term."""
        return self._number(<const uint8_t*>PyBytes_AS_STRING(term), PyBytes_GET_SIZE(term))

    def numbers(self, list terms not None):
        """The numbers of terms, which are bytes, or str that stand for their UTF-8."""
        cdef Py_ssize_t count = len(terms), i, size
        cdef array.array found = array.clone(_NUMBERS, count, zero=False)
        cdef const char* data
        for i in range(count):
            term = terms[i]
            if isinstance(term, str):
                data = PyUnicode_AsUTF8AndSize(term, &size)
            else:
                data = PyBytes_AS_STRING(<bytes?>term)
                size = PyBytes_GET_SIZE(term)
            found.data.as_uints[i] = self._number(<const uint8_t*>data, size)
        return found

    def plain(self, Surfaces surfaces not None, Py_ssize_t first=0):
        """The numbers of the terms of the surfaces from number `first` on, NO_TERM for those that
        are not plain; and of these their places among them, their languages, and themselves.

        Read `searchkit.kernels.reference.terms` for the contract.
        """
        cdef Table* table = &surfaces.table
        cdef uint8_t[MAX_CHARACTERS] term
        cdef array.array numbers
        cdef list places = [], others = []
        cdef bytearray languages = bytearray()
        cdef const uint8_t* start
        cdef uint32_t shape
        cdef size_t size
        cdef Py_ssize_t i
        if not 0 <= first <= table.count:
            raise IndexError(f"surface {first} of {table.count}")
        numbers = array.clone(_NUMBERS, table.count - first, zero=False)
        for i in range(table.count - first):
            start = table.arena + table.surfaces[first + i].offset
            shape = table.surfaces[first + i].shape
            size = plain_term(start, shape & 0xFFFF, term)
            if size:
                numbers.data.as_uints[i] = self._number(term, size)
            else:
                numbers.data.as_uints[i] = 0xFFFFFFFF
                places.append(i)
                languages.append(shape >> 16)
                others.append((<const char*>start)[: shape & 0xFFFF].decode())
        return numbers, places, bytes(languages), others

    def beginning(self, bytes prefix not None, Py_ssize_t first=0):
        """The numbers, from `first` on, of the terms that begin so."""
        cdef array.array found = make_array("I")
        cdef const char* wanted = prefix
        cdef Py_ssize_t size = len(prefix), number
        cdef Surface* term
        for number in range(first, self.table.count):
            term = &self.table.surfaces[number]
            if term.shape >= size and memcmp(self.table.arena + term.offset, wanted, size) == 0:
                found.append(number)
        return found

    def times(self, const uint64_t[::1] keys):
        """The numbers of the terms of times, one after the other, and where each time's end.

        A time has LEVELS terms, the finest first: a byte with the number of bits that are left
        out, then the rest in eight bytes, the highest first. NO_TIME has none.
        """
        cdef array.array tokens = array.clone(_NUMBERS, LEVELS * keys.shape[0], zero=False)
        cdef array.array ends = array.clone(_NUMBERS, keys.shape[0], zero=False)
        cdef uint32_t* token = tokens.data.as_uints
        cdef uint32_t count = 0
        cdef uint8_t[TIME_BYTES] term
        cdef uint64_t rest
        cdef uint64_t before = <uint64_t>-1
        cdef uint32_t[LEVELS] numbers  # of the terms of the time before
        cdef Py_ssize_t i
        cdef unsigned level, byte
        for i in range(keys.shape[0]):
            if keys[i] != <uint64_t>-1:
                for level in range(LEVELS):
                    rest = keys[i] >> 8 * level
                    # Neighbours share the coarser ones.
                    if before == <uint64_t>-1 or rest != before >> 8 * level:
                        term[0] = <uint8_t>(8 * level)
                        for byte in range(8):
                            term[8 - byte] = <uint8_t>(rest >> 8 * byte)
                        numbers[level] = self._number(term, TIME_BYTES)
                    token[count] = numbers[level]
                    count += 1
                before = keys[i]
            ends.data.as_uints[i] = count
        array.resize(tokens, count)
        return tokens, ends

    cdef uint32_t _number(self, const uint8_t* term, size_t size) except? 0xFFFFFFFF:
        cdef uint32_t number = 0
        cdef uint64_t key = 0
        cdef bint fine
        if not 0 < size <= MOST_BYTES:
            raise ValueError(f"a term of {size} bytes; it takes 1 to {MOST_BYTES}")
        if self.readers:
            raise RuntimeError("these terms are being merged; number others when that is done")
        if size <= 8:
            memcpy(&key, term, size)
            fine = intern_short(&self.table, key, <uint32_t>size, &number)
        else:
            memcpy(self.word, term, size)
            memset(self.word + size, 0, 8)
            fine = intern_long(&self.table, self.word, <uint32_t>size, &number)
        if not fine:
            raise MemoryError
        return number


cdef inline bint is_digit(uint8_t byte) noexcept nogil:
    return <uint8_t>(byte - 0x30) < 10


cdef size_t plain_term(const uint8_t* surface, size_t size, uint8_t* term) noexcept nogil:
    """Writes the term of a plain surface and returns its size; 0 for any other."""
    cdef size_t place = 0, written, start
    cdef bint digits = False
    if size > MAX_CHARACTERS:
        return 0
    while place < size and (is_digit(surface[place]) or <uint8_t>(surface[place] - 0x61) < 26):
        digits |= is_digit(surface[place])
        place += 1
    if not digits:
        return 0
    memcpy(term, surface, place)
    if place == size:
        return size
    written = place
    for place in range(written):
        if not is_digit(surface[place]):
            return 0
    place = written
    while place < size and surface[place] == 0x2C:
        if written > 3 and place == written:
            return 0
        start = place + 1
        place = start
        while place < size and is_digit(surface[place]):
            term[written] = surface[place]
            written += 1
            place += 1
        if place - start != 3:
            return 0
    if place < size and surface[place] == 0x2E:
        start = place + 1
        while place < size and (is_digit(surface[place]) or place < start):
            term[written] = surface[place]
            written += 1
            place += 1
        if place == start:
            return 0
    return written if place == size else 0
