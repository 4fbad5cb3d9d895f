# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The documents of a window, as bits of 32 machine words: the lowest of the first for the window's
first document.
"""

from libc.stdint cimport uint32_t, uint64_t

cdef extern from *:
    int lowest_bit "__builtin_ctzll"(uint64_t word) noexcept nogil

cdef enum:
    WINDOW = 2048
    WORDS = 32
    # Documents with a larger distance on average are put one by one; measured to be even at 3.
    SPARSE = 3


cdef inline uint32_t bits_in(uint64_t word) noexcept nogil:
    """How many bits are set. A compiler that has to serve old machines calls a function for it,
    which took 3 % of all time.
    """
    return <uint32_t>(bits_of_bytes(word) * <uint64_t>0x0101010101010101 >> 56)


cdef inline uint64_t bits_of_bytes(uint64_t word) noexcept nogil:
    """How many are set in each of its bytes."""
    word -= (word >> 1) & <uint64_t>0x5555555555555555
    word = (word & <uint64_t>0x3333333333333333) + ((word >> 2) & <uint64_t>0x3333333333333333)
    return (word + (word >> 4)) & <uint64_t>0x0F0F0F0F0F0F0F0F


cdef inline uint32_t bits_in_window(const uint64_t* bits) noexcept nogil:
    """How many bits are set in a window; both halves add up to 128 in a byte at most."""
    cdef uint64_t low = 0, high = 0
    cdef int word
    for word in range(WORDS // 2):
        low += bits_of_bytes(bits[word])
        high += bits_of_bytes(bits[word + WORDS // 2])
    low = (low & <uint64_t>0x00FF00FF00FF00FF) + (low >> 8 & <uint64_t>0x00FF00FF00FF00FF)
    high = (high & <uint64_t>0x00FF00FF00FF00FF) + (high >> 8 & <uint64_t>0x00FF00FF00FF00FF)
    return <uint32_t>((low + high) * <uint64_t>0x0001000100010001 >> 48)


cdef inline uint32_t bits_between(
    const uint64_t* bits, uint32_t first, uint32_t last, uint32_t most
) noexcept nogil:
    """How many bits there are from `first` to `last`, both included; more than `most` may be
    counted short.
    """
    cdef uint32_t word = first >> 6, end = last >> 6, count = 0
    cdef uint64_t found = bits[word] & (~<uint64_t>0 << (first & 63))
    while word < end:
        if found:
            count += bits_in(found)
            if count > most:
                return count
        word += 1
        found = bits[word]
    return count + bits_in(found & (~<uint64_t>0 >> (63 - (last & 63))))


cdef inline bint any_between(
    const uint64_t* bits, uint32_t first, uint32_t last
) noexcept nogil:
    """Whether there is a bit from `first` to `last` (both included)."""
    cdef uint32_t word = first >> 6, end = last >> 6
    cdef uint64_t found = bits[word] & (~<uint64_t>0 << (first & 63))
    while word < end:
        if found:
            return True
        word += 1
        found = bits[word]
    return found & (~<uint64_t>0 >> (63 - (last & 63))) != 0


cdef inline void put_bits(
    const uint32_t* documents, uint32_t at, uint32_t stop, uint32_t base, uint64_t* bits
) noexcept nogil:
    """Sets the bits of documents, from the place `at` to before `stop`."""
    cdef uint32_t place, word = (documents[at] - base) >> 6
    cdef uint64_t gathered = 0
    if documents[stop - 1] - documents[at] > SPARSE * (stop - at):
        while at < stop:
            place = documents[at] - base
            bits[place >> 6] |= <uint64_t>1 << (place & 63)
            at += 1
        return
    # Where many are of one machine word it is in memory once; where it ends is hard to foretell.
    while at < stop:
        place = documents[at] - base
        if place >> 6 != word:
            bits[word] |= gathered
            word = place >> 6
            gathered = 0
        gathered |= <uint64_t>1 << (place & 63)
        at += 1
    bits[word] |= gathered
