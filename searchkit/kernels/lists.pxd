# cython: language_level=3
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from searchkit.kernels.dictionary cimport Cursor as TermCursor


# A term's list in a field.
cdef struct Entry:
    const uint8_t* extent
    uint32_t count
    int field
    bint positional


# A field of a segment; `lengths` is NULL where there are none.
cdef struct FieldView:
    TermCursor terms
    const uint8_t* dictionary
    size_t dictionary_size
    const uint8_t* postings
    const uint8_t* checked
    bint positional
    const uint8_t* lengths
    unsigned width


cdef class SegmentView:
    cdef readonly uint32_t documents
    cdef const uint8_t[::1] live
    cdef FieldView* fields
    cdef readonly uint32_t field_count
    cdef list held
    cdef list checks
    cdef bint put_here(self, Lists found, int field) except False


cdef class Lists:
    cdef SegmentView view
    cdef Entry* entries
    cdef uint32_t count
    cdef uint32_t capacity
    cdef object counted
    cdef bint put(
        self, const uint8_t* extent, uint32_t count, int field, bint positional
    ) except False
