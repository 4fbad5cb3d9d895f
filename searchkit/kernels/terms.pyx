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

import os
from array import array as make_array

from searchkit.kernels import MAX_TERM_BYTES, NO_TIME, TIME_LEVELS

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef enum:
    LEVELS = 8
    TIME_BYTES = 9

assert (MOST_BYTES, LEVELS) == (MAX_TERM_BYTES, TIME_LEVELS)
assert NO_TIME == (1 << 64) - 1

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
        cdef Py_ssize_t i
        cdef unsigned level, byte
        for i in range(keys.shape[0]):
            if keys[i] != <uint64_t>-1:
                for level in range(LEVELS):
                    rest = keys[i] >> 8 * level
                    term[0] = <uint8_t>(8 * level)
                    for byte in range(8):
                        term[8 - byte] = <uint8_t>(rest >> 8 * byte)
                    token[count] = self._number(term, TIME_BYTES)
                    count += 1
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
