# cython: language_level=3
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from searchkit.kernels.packing cimport Buffer


cdef struct Cursor:
    # A place in a dictionary: the term there and what is known of it. Begins with
    # `open_cursor`, freed with free(cursor.term.data).
    const uint8_t* section
    const uint8_t* next
    uint32_t terms
    uint32_t blocks
    const uint8_t* index
    uint32_t ordinal  # of the term; `terms` at the end
    Buffer term
    uint64_t offset  # of the extent
    uint64_t length
    uint32_t count
    uint64_t occurrences
    bint positional


cdef struct Builder:
    # A dictionary being written; begins zeroed.
    Buffer out
    Buffer last
    Buffer index
    uint32_t terms
    uint64_t offset


cdef bint open_cursor(
    Cursor* cursor, const uint8_t* section, size_t size, bint positional
) noexcept nogil
cdef bint advance(Cursor* cursor) noexcept nogil
cdef bint seek(Cursor* cursor, const uint8_t* term, size_t size) noexcept nogil
cdef bint add_term(
    Builder* builder, const uint8_t* term, size_t size, uint32_t count, uint64_t occurrences,
    uint64_t length, bint positional
) noexcept nogil
cdef bint finish(Builder* builder) noexcept nogil
cdef void free_builder(Builder* builder) noexcept nogil
