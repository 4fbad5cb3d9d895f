# cython: language_level=3
from libc.stdint cimport uint8_t, uint32_t

from searchkit.kernels.packing cimport Buffer


cdef class Run:
    cdef uint32_t* terms
    cdef uint32_t* offsets
    cdef size_t entries
    cdef Buffer data
    cdef uint32_t first_document
    cdef bint positional
