# cython: language_level=3
from libc.stdint cimport uint8_t, uint32_t, uint64_t

cdef enum:
    SLOT_BITS = 10
    SLOTS = 1 << SLOT_BITS


cdef class TellingWords:
    cdef uint64_t[SLOTS] keys
    cdef uint8_t[SLOTS] numbers
    cdef int count

    # The number of the list that a text is in the language of, or -1.
    cdef int number_of(self, const uint8_t* start, size_t size) noexcept nogil
    cdef int _number(self, const uint8_t* at, const uint8_t* end) noexcept nogil
    cdef void _count(self, uint64_t key, uint32_t* found) noexcept nogil
    cdef int _clear(self, uint32_t* found, uint32_t words) noexcept nogil
