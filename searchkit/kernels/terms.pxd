# cython: language_level=3
from libc.stdint cimport uint8_t, uint32_t

from searchkit.kernels.interning cimport Table

cdef enum:
    MOST_BYTES = 2040


cdef class Terms:
    cdef Table table
    cdef uint8_t[MOST_BYTES + 8] word
    # Those who read the arena: until there are none, nothing is added.
    cdef uint32_t readers

    cdef uint32_t _number(self, const uint8_t* term, size_t size) except? 0xFFFFFFFF
