# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Words that only one language has: of which language are those of a text?

The words are in a table found by hashing, open addressing with linear probing, each as the number
that its bytes make; 0 is a free slot. The first words of a text, which nearly always
are enough, take about a microsecond.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memset

from searchkit.kernels import (
    TELLING_BYTES,
    TELLING_LEAST,
    TELLING_RATIO,
    TELLING_SHARE,
    TELLING_STRIDE,
    TELLING_WORD,
)

cdef enum:
    LISTS = 32
    WORD = 8
    BYTES = 2048
    LEAST = 5
    RATIO = 6
    SHARE = 16
    STRIDE = 16

assert (WORD, BYTES, LEAST) == (TELLING_WORD, TELLING_BYTES, TELLING_LEAST)
assert (RATIO, SHARE, STRIDE) == (TELLING_RATIO, TELLING_SHARE, TELLING_STRIDE)


cdef class TellingWords:
    """Lists of words, each the words of one language."""

    def __init__(self, lists):
        cdef uint64_t key
        cdef uint32_t slot
        assert len(lists) <= LISTS and sum(map(len, lists)) <= SLOTS // 3
        memset(self.keys, 0, sizeof(self.keys))
        self.count = len(lists)
        for number, words in enumerate(lists):
            for word in words:
                assert 0 < len(word) <= WORD
                key = int.from_bytes(word, "little")
                slot = slot_of(key)
                while self.keys[slot]:
                    slot = (slot + 1) & (SLOTS - 1)
                self.keys[slot] = key
                self.numbers[slot] = number

    def number(self, bytes text not None):
        """The number of the list that a text, of sound UTF-8, is in the language of, or -1."""
        return self.number_of(<const uint8_t*>PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))

    cdef int number_of(self, const uint8_t* start, size_t size) noexcept nogil:
        if size > BYTES:
            size = BYTES
            while size and start[size - 1] != 0x20:
                size -= 1
        return self._number(start, start + size)

    cdef int _number(self, const uint8_t* at, const uint8_t* end) noexcept nogil:
        cdef uint32_t[LISTS] found
        cdef uint32_t words = 0
        cdef uint32_t length
        cdef uint64_t key
        cdef uint8_t byte
        cdef int clear
        memset(found, 0, sizeof(found))
        while True:
            # Between words.
            while at < end:
                byte = at[0]
                if byte < 0x80:
                    if <uint8_t>((byte | 0x20) - 0x61) < 26:
                        break
                    at += 1
                elif byte == 0xE2:
                    at += 3
                elif byte == 0xC2:
                    at += 2
                else:
                    break
            if at >= end:
                return self._clear(found, words)
            key = length = 0
            while at < end:
                byte = at[0]
                if byte < 0x80:
                    byte |= 0x20
                    if <uint8_t>(byte - 0x61) >= 26:
                        break
                elif byte == 0xE2 or byte == 0xC2:
                    break
                if length < WORD:
                    key |= <uint64_t>byte << (8 * length)
                length += 1
                at += 1
            words += 1
            if length <= WORD:
                self._count(key, found)
            if words % STRIDE == 0:
                clear = self._clear(found, words)
                if clear >= 0:
                    return clear

    cdef void _count(self, uint64_t key, uint32_t* found) noexcept nogil:
        cdef uint32_t slot = slot_of(key)
        while self.keys[slot]:
            if self.keys[slot] == key:
                found[self.numbers[slot]] += 1
                return
            slot = (slot + 1) & (SLOTS - 1)

    cdef int _clear(self, uint32_t* found, uint32_t words) noexcept nogil:
        """The list that the words found are of, or -1."""
        cdef int number
        cdef int best = 0
        cdef uint32_t all_of_them = 0
        for number in range(self.count):
            all_of_them += found[number]
            if found[number] > found[best]:
                best = number
        if found[best] < LEAST or found[best] * SHARE < words:
            return -1
        return best if found[best] >= RATIO * (all_of_them - found[best]) else -1


cdef inline uint32_t slot_of(uint64_t key) noexcept nogil:
    return <uint32_t>((key * <uint64_t>0x9E3779B97F4A7C15) >> (64 - SLOT_BITS))
