# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Whole values as terms, numbered in order of first appearance."""

from cpython cimport array
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from searchkit.kernels.interning cimport (
    Table,
    close_table,
    intern_long,
    intern_short,
    open_table,
    table_bytes,
)

import os
from array import array as make_array

from searchkit.kernels import MAX_VALUE_BYTES, NO_TIME, TIME_LEVELS

cdef enum:
    MOST_BYTES = 2040
    LEVELS = 8
    TIME_BYTES = 9

assert (MOST_BYTES, LEVELS) == (MAX_VALUE_BYTES, TIME_LEVELS)


cdef class Values:
    """Terms of up to MAX_VALUE_BYTES bytes, numbered from 0. Not for several threads at once."""

    cdef Table table
    cdef uint8_t[MOST_BYTES + 8] word

    def __cinit__(self):
        memset(&self.table, 0, sizeof(Table))
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

    def number(self, bytes term):
        """The number of a term. Raises ValueError for one that is too long, or empty."""
        cdef Py_ssize_t size = PyBytes_GET_SIZE(term)
        if not 0 < size <= MOST_BYTES:
            raise ValueError(f"a value of {size} bytes; it takes 1 to {MOST_BYTES}")
        return self._number(<const uint8_t*>PyBytes_AS_STRING(term), <uint32_t>size)

    def times(self, const uint64_t[::1] keys):
        """The numbers of the terms of times, one after the other, and where each time's end.

        A time has LEVELS terms, the finest first: a byte with the number of bits that are left
        out, then the rest in eight bytes, the highest first. NO_TIME has none.
        """
        cdef array.array tokens = make_array("I")
        cdef array.array ends = make_array("I", bytes(4 * keys.shape[0]))
        cdef uint32_t* token
        cdef uint32_t count = 0
        cdef uint8_t[TIME_BYTES] term
        cdef uint64_t rest
        cdef Py_ssize_t i
        cdef unsigned level, byte
        array.resize(tokens, LEVELS * keys.shape[0])
        token = <uint32_t*>tokens.data.as_voidptr
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

    def terms(self):
        """All terms, each at its number."""
        cdef uint32_t i
        cdef list found = []
        for i in range(self.table.count):
            start = self.table.arena + self.table.surfaces[i].offset
            found.append(start[:self.table.surfaces[i].shape])
        return found

    cdef uint32_t _number(self, const uint8_t* term, uint32_t size) except? 0xFFFFFFFF:
        cdef uint32_t number = 0
        cdef uint64_t key = 0
        cdef bint fine
        if size <= 8:
            memcpy(&key, term, size)
            fine = intern_short(&self.table, key, size, &number)
        else:
            memcpy(self.word, term, size)
            memset(self.word + size, 0, 8)
            fine = intern_long(&self.table, self.word, size, &number)
        if not fine:
            raise MemoryError
        return number


assert NO_TIME == (1 << 64) - 1
