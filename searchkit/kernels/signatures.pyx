# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Texts to signatures, by which near copies of an article are known.

What a signature is stands in `searchkit.kernels.reference.signatures`, the readable twin.
"""

from cpython cimport array
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from searchkit.kernels.bits cimport bits_of_bytes, lowest_bit
from searchkit.kernels.interning cimport Surface, Table
from searchkit.kernels.packing cimport load64
from searchkit.kernels.text cimport Surfaces

from array import array as make_array

from searchkit.kernels import LEAST_SHINGLES, SIGNATURE

cdef enum:
    BYTES = 32
    BINS = 256
    FEWEST = 32
    # Fewer tokens take half a millisecond; to have the interpreter's lock back may take five.
    WORTH_RELEASING = 100000

assert (BYTES, FEWEST) == (SIGNATURE, LEAST_SHINGLES)

cdef uint32_t EMPTY = 0xFFFFFFFF

cdef uint64_t FIRST = 0x9E3779B97F4A7C15
cdef uint64_t THIRD = 0x165667B19E3779F9
cdef uint64_t LAST = 0xD6E8FEB86659FD93
cdef uint32_t DISTANCE = 0x9E3779B1
cdef uint32_t CHOICE = 0x85EBCA6B


cdef class Signer:
    """Signs batches of texts of one table of surfaces. Not for several threads at once."""

    cdef Surfaces surfaces
    cdef uint32_t* hashes  # by surface
    cdef size_t known
    cdef size_t capacity

    def __init__(self, Surfaces surfaces not None):
        self.surfaces = surfaces

    def __dealloc__(self):
        free(self.hashes)

    @property
    def nbytes(self):
        """Bytes of memory held."""
        return self.capacity * sizeof(uint32_t)

    def sign(self, const uint32_t[::1] tokens, const uint32_t[::1] ends, Py_ssize_t count,
             const uint32_t[::1] captioned):
        """The signatures of `count` articles, one after the other.

        Read `searchkit.kernels.reference.signatures` for the contract.
        """
        cdef bytes signed = PyBytes_FromStringAndSize(NULL, count * BYTES)
        cdef uint8_t* out = <uint8_t*>PyBytes_AS_STRING(signed)
        cdef const uint32_t* token = &tokens[0] if tokens.shape[0] else NULL
        cdef const uint32_t* owner = &captioned[0] if captioned.shape[0] else NULL
        if not count:
            return signed
        if not self._learn():
            raise MemoryError
        if tokens.shape[0] < WORTH_RELEASING:
            self._sign(token, &ends[0], count, owner, captioned.shape[0], out)
        else:
            with nogil:
                self._sign(token, &ends[0], count, owner, captioned.shape[0], out)
        return signed

    cdef bint _learn(self) noexcept:
        """Hashes the surfaces that are new; False when there is no memory."""
        cdef Table* table = &self.surfaces.table
        cdef size_t number, capacity
        cdef void* grown
        if table.count > self.capacity:
            capacity = table.count + (table.count >> 1)
            grown = realloc(self.hashes, capacity * sizeof(uint32_t))
            if grown == NULL:
                return False
            self.hashes = <uint32_t*>grown
            self.capacity = capacity
        for number in range(self.known, table.count):
            self.hashes[number] = hash_of_surface(
                table.arena + table.surfaces[number].offset, table.surfaces[number].shape & 0xFFFF
            )
        self.known = table.count
        return True

    cdef void _sign(
        self, const uint32_t* tokens, const uint32_t* ends, size_t count,
        const uint32_t* captioned, size_t captions, uint8_t* out
    ) noexcept nogil:
        cdef uint32_t[BINS] least
        cdef size_t document, caption = 0, body, shingles
        for document in range(count):
            memset(least, 0xFF, sizeof(least))
            body = count + document
            shingles = self._add(tokens, ends, document, least)
            shingles += self._add(tokens, ends, body, least)
            while caption < captions and captioned[caption] <= document:
                # Pictures change from site to site where the text does not.
                if captioned[caption] == document and ends[body] == ends[body - 1]:
                    shingles += self._add(tokens, ends, 2 * count + caption, least)
                caption += 1
            if shingles < FEWEST:
                memset(out + document * BYTES, 0, BYTES)
            else:
                write_signature(least, out + document * BYTES)

    cdef size_t _add(
        self, const uint32_t* tokens, const uint32_t* ends, size_t text, uint32_t* least
    ) noexcept nogil:
        """Puts the shingles of a text into their bins; returns how many they are."""
        cdef size_t place = ends[text - 1] if text else 0
        cdef size_t end = ends[text]
        cdef uint64_t mixed
        cdef uint32_t first, second, third, value
        cdef const uint32_t* hashes = self.hashes
        if end < place + 3:
            return 0
        first, second = hashes[tokens[place]], hashes[tokens[place + 1]]
        for place in range(place + 2, end):
            third = hashes[tokens[place]]
            mixed = (<uint64_t>first << 32 | second) + third * THIRD
            mixed = (mixed ^ mixed >> 32) * LAST
            value = <uint32_t>(mixed >> 24)
            # A store that is not needed costs less than a branch that cannot be foreseen.
            least[mixed >> 56] = min(value, least[mixed >> 56])
            first, second = second, third
        return end - (ends[text - 1] if text else 0) - 2


cdef uint32_t hash_of_surface(const uint8_t* surface, size_t size) noexcept nogil:
    cdef uint64_t mixed = size, part
    cdef size_t place = 0
    while place < size:
        part = 0
        memcpy(&part, surface + place, min(8, size - place))
        mixed = (mixed ^ part) * FIRST
        mixed ^= mixed >> 29
        place += 8
    return <uint32_t>(mixed >> 16)


cdef void write_signature(const uint32_t* least, uint8_t* out) noexcept nogil:
    """A bit of each bin, and for an empty one of the next that is not; there is one."""
    cdef uint32_t value, empty, distant = 0
    cdef uint64_t bits = 0
    cdef int place = 0
    # What follows the last bin is the first.
    while least[place] == EMPTY:
        place += 1
    value = least[place]
    distant = <uint32_t>place * DISTANCE
    for place in range(BINS - 1, -1, -1):
        # Without branches: which bins are empty cannot be foreseen.
        empty = -<uint32_t>(least[place] == EMPTY)
        value = value & empty | least[place] & ~empty
        distant = (distant + DISTANCE) & empty
        bits = bits << 1 | ((value ^ distant) * CHOICE) >> 31
        if not place & 63:
            memcpy(out + (place >> 3), &bits, 8)


cdef inline uint32_t bits_in_both(uint64_t one, uint64_t other) noexcept nogil:
    """How many bits are set: 16 in a byte of the sum at most, and 128 in all."""
    cdef uint64_t bits = bits_of_bytes(one) + bits_of_bytes(other)
    return <uint32_t>(bits * <uint64_t>0x0101010101010101 >> 56)


def take_similar(uint8_t[::1] documents, const uint8_t[::1] signatures,
                 const uint8_t[::1] wanted, uint32_t most):
    """Takes out of a set the documents whose signatures differ from `wanted` in `most` bits at
    most; returns them in order, as array('I').

    A set has 8 bytes for each 64 documents begun, the lowest bit of the first byte for document
    0; there are SIGNATURE bytes for each document, and in `wanted`. Zeros are no signature.
    """
    cdef array.array taken = make_array("I")
    cdef uint64_t[4] pattern
    cdef uint64_t[4] each
    cdef uint64_t rest, kept
    cdef uint32_t document, differing
    cdef Py_ssize_t word
    cdef size_t count = 0
    cdef size_t room = 0
    cdef uint32_t* found = NULL
    cdef void* grown
    cdef bint fine = True
    if wanted.shape[0] != BYTES:
        raise ValueError(f"a signature of {wanted.shape[0]} bytes; it has {BYTES}")
    memcpy(pattern, &wanted[0], BYTES)
    try:
        with nogil:
            for word in range(documents.shape[0] // 8):
                rest = kept = load64(&documents[8 * word])
                while rest:
                    document = <uint32_t>(64 * word + lowest_bit(rest))
                    rest &= rest - 1
                    memcpy(each, &signatures[<size_t>document * BYTES], BYTES)
                    # Half of the bits tell most that are not similar.
                    differing = bits_in_both(pattern[0] ^ each[0], pattern[1] ^ each[1])
                    if differing > most:
                        continue
                    differing += bits_in_both(pattern[2] ^ each[2], pattern[3] ^ each[3])
                    if differing > most or not (each[0] | each[1] | each[2] | each[3]):
                        continue
                    kept &= ~(<uint64_t>1 << (document & 63))
                    if count == room:
                        room = 2 * room + 64
                        grown = realloc(found, room * sizeof(uint32_t))
                        if grown == NULL:
                            fine = False
                            break
                        found = <uint32_t*>grown
                    found[count] = document
                    count += 1
                if not fine:
                    break
                memcpy(&documents[8 * word], &kept, 8)
        if not fine:
            raise MemoryError
        if count:
            array.resize(taken, count)
            memcpy(taken.data.as_uints, found, count * sizeof(uint32_t))
    finally:
        free(found)
    return taken
