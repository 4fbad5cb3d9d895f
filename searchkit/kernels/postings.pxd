# cython: language_level=3
from libc.stdint cimport int64_t, uint8_t, uint32_t

from searchkit.kernels.packing cimport Buffer


cdef struct List:
    # One term's postings, collected before they are encoded and after they are decoded.
    # Positions are gaps: the difference to the position before in the document, less one
    # (the first: to -1). Begins zeroed; freed with `free_list`.
    uint32_t* documents
    uint32_t* frequencies
    size_t count
    size_t capacity
    uint32_t* positions
    size_t position_count
    size_t position_capacity


cdef bint grow_list(List* postings, size_t documents, size_t positions) noexcept nogil
cdef void free_list(List* postings) noexcept nogil
cdef bint encode_list(
    const List* postings, const uint32_t* lengths, bint positions, Buffer* out
) noexcept nogil
cdef const uint8_t* decode_tail(
    const uint8_t* data, size_t count, int64_t previous, bint positions,
    uint32_t* documents, uint32_t* frequencies
) noexcept nogil
cdef const uint8_t* decode_block(
    const uint8_t* data, int64_t previous, bint positions,
    uint32_t* documents, uint32_t* frequencies
) noexcept nogil
cdef const uint8_t* decode_frames(
    const uint8_t* data, size_t count, uint32_t* gaps
) noexcept nogil
cdef bint decode_list(
    const uint8_t* extent, size_t count, size_t occurrences, bint positions, List* out
) noexcept nogil
