# cython: language_level=3
"""Bytes, varints and bit-packed integers: what the other kernels are made of.

Little-endian throughout; everything here is inline and runs without the GIL.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport realloc
from libc.string cimport memcpy


cdef struct Buffer:
    # A growing array of bytes; begins as {NULL, 0, 0}, freed with free(data).
    uint8_t* data
    size_t size
    size_t capacity


cdef inline bint reserve(Buffer* buffer, size_t extra) noexcept nogil:
    """Makes room for `extra` more bytes; False when there is no memory."""
    cdef size_t capacity
    cdef uint8_t* data
    if buffer.capacity - buffer.size >= extra:
        return True
    capacity = buffer.capacity + (buffer.capacity >> 1) + extra + 64
    data = <uint8_t*>realloc(buffer.data, capacity)
    if data == NULL:
        return False
    buffer.data = data
    buffer.capacity = capacity
    return True


cdef inline uint8_t* put_varint(uint8_t* out, uint64_t value) noexcept nogil:
    """LEB128: seven bits a byte, the lowest first, the high bit set on all but the last."""
    while value >= 0x80:
        out[0] = <uint8_t>(value | 0x80)
        out += 1
        value >>= 7
    out[0] = <uint8_t>value
    return out + 1


cdef inline const uint8_t* get_varint(const uint8_t* data, uint64_t* value) noexcept nogil:
    cdef uint64_t found = data[0]
    cdef unsigned shift = 14
    if found < 0x80:
        value[0] = found
        return data + 1
    found = (found & 0x7F) | <uint64_t>(data[1] & 0x7F) << 7
    if data[1] < 0x80:
        value[0] = found
        return data + 2
    data += 1
    while True:
        data += 1
        found |= <uint64_t>(data[0] & 0x7F) << shift
        if data[0] < 0x80 or shift >= 56:
            break
        shift += 7
    value[0] = found
    return data + 1


cdef inline uint32_t load32(const uint8_t* data) noexcept nogil:
    cdef uint32_t value
    memcpy(&value, data, 4)
    return value


cdef inline uint64_t load64(const uint8_t* data) noexcept nogil:
    cdef uint64_t value
    memcpy(&value, data, 8)
    return value


cdef extern from *:
    int __builtin_clz(unsigned int value) nogil
    void prefetch "__builtin_prefetch"(const void* address) nogil


cdef inline unsigned bits_of(uint32_t value) noexcept nogil:
    """The bits that the value needs; 0 for 0."""
    return 32 - __builtin_clz(value) if value else 0


cdef inline size_t packed_size(size_t count, unsigned width) noexcept nogil:
    return (count * width + 7) >> 3


cdef inline uint8_t* pack(
    const uint32_t* values, size_t count, unsigned width, uint8_t* out
) noexcept nogil:
    """`count` values of `width` bits (0 to 32), the first in the lowest bits of the first byte.

    Writes packed_size(count, width) bytes and returns their end. Bits above `width` must be 0.
    """
    cdef uint64_t pending = 0
    cdef uint32_t word
    cdef unsigned filled = 0
    cdef size_t i
    for i in range(count):
        pending |= <uint64_t>values[i] << filled
        filled += width
        if filled >= 32:
            word = <uint32_t>pending
            memcpy(out, &word, 4)
            out += 4
            pending >>= 32
            filled -= 32
    while filled > 0:
        out[0] = <uint8_t>pending
        out += 1
        pending >>= 8
        filled = filled - 8 if filled > 8 else 0
    return out


cdef inline const uint8_t* unpack(
    const uint8_t* data, size_t count, unsigned width, uint32_t* values
) noexcept nogil:
    """The inverse of `pack`; returns the end of the packed bytes.

    Up to 8 bytes beyond the end are read (and ignored), so there must be that many.
    """
    cdef uint64_t mask = (<uint64_t>1 << width) - 1, eight
    cdef size_t i = 0, bit
    cdef int j
    # Eight at a time, which are as many bytes as one is bits: a third of the time.
    while width <= 8 and i + 8 <= count:
        eight = load64(data + (i >> 3) * width)
        for j in range(8):
            values[i + j] = <uint32_t>(eight & mask)
            eight >>= width
        i += 8
    bit = i * width
    while i < count:
        values[i] = <uint32_t>((load64(data + (bit >> 3)) >> (bit & 7)) & mask)
        bit += width
        i += 1
    return data + ((bit + 7) >> 3)


cdef inline const uint8_t* unpack_ascending(
    const uint8_t* data, size_t count, unsigned width, uint32_t first, uint32_t* values
) noexcept nogil:
    """The same for `pack`ed gaps: numbers each larger than the one before by the gap and one,
    the first by its gap than `first`.
    """
    cdef uint64_t mask = (<uint64_t>1 << width) - 1, eight
    cdef size_t i = 0, bit
    cdef int j
    while width <= 8 and i + 8 <= count:
        eight = load64(data + (i >> 3) * width)
        for j in range(8):
            first += <uint32_t>(eight & mask)
            values[i + j] = first + j
            eight >>= width
        first += 8
        i += 8
    bit = i * width
    while i < count:
        first += <uint32_t>((load64(data + (bit >> 3)) >> (bit & 7)) & mask)
        values[i] = first
        first += 1
        bit += width
        i += 1
    return data + ((bit + 7) >> 3)
