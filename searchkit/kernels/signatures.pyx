# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Signatures of texts, by which near copies are told: one-permutation MinHash.

A text is the set of its shingles, SHINGLE words in a row each. Their hashes fall into SIGNATURE
bins; of each bin the least hash is kept, as one byte. Of two texts the part of the bins that hold
the same, among those that are not empty in both, estimates the Jaccard similarity of their sets:
Li, Owen and Zhang, "One Permutation Hashing" (2012), with the low bits only of Li and König,
"b-Bit Minwise Hashing" (2010).
"""

from cpython cimport array
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memset

from searchkit.kernels.bits cimport lowest_bit
from searchkit.kernels.packing cimport load64

from array import array as make_array

from searchkit.kernels import LEAST_SHINGLES, SHINGLE, SIGNATURE

cdef enum:
    BINS = 64
    WORDS = 4
    LEAST = 16

assert (BINS, WORDS, LEAST) == (SIGNATURE, SHINGLE, LEAST_SHINGLES)

cdef uint64_t RADIX = 0x9E3779B97F4A7C15
cdef uint64_t MIXER = 0xD6E8FEB86659FD93
cdef uint64_t EMPTY = <uint64_t>-1


def sign(const uint32_t[::1] tokens, const uint32_t[::1] ends, const uint64_t[::1] hashes,
         Py_ssize_t first, Py_ssize_t last):
    """The signatures of the texts `first` to `last` (excluded), one after the other, as bytes.

    `tokens` are surface numbers, `ends` each text's end among them, and `hashes` has 64 bits for
    each surface. The signature of a text of fewer than LEAST_SHINGLES shingles is zeros.
    """
    cdef Py_ssize_t count = last - first
    cdef bytes signatures = bytes(max(0, count) * BINS)
    cdef uint8_t* out = signatures
    cdef const uint32_t* token
    cdef const uint64_t* hash_of
    cdef size_t begin
    cdef Py_ssize_t t
    if count <= 0 or not tokens.shape[0]:
        return signatures
    token = &tokens[0]
    hash_of = &hashes[0]
    begin = ends[first - 1] if first > 0 else 0
    with nogil:
        for t in range(first, last):
            if ends[t] >= begin + WORDS - 1 + LEAST:
                _sign(token + begin, ends[t] - begin, hash_of, out)
            begin = ends[t]
            out += BINS
    return signatures


cdef void _sign(
    const uint32_t* tokens, size_t count, const uint64_t* hashes, uint8_t* out
) noexcept nogil:
    cdef uint64_t least[BINS]
    cdef uint64_t a = hashes[tokens[0]], b = hashes[tokens[1]], c = hashes[tokens[2]], d, mixed
    cdef size_t i, place
    memset(least, 0xFF, sizeof(least))
    for i in range(WORDS - 1, count):
        d = hashes[tokens[i]]
        mixed = ((a * RADIX + b) * RADIX + c) * RADIX + d
        mixed ^= mixed >> 32
        mixed *= MIXER
        mixed ^= mixed >> 32
        place = mixed >> 58
        if mixed < least[place]:
            least[place] = mixed
        a, b, c = b, c, d
    for place in range(BINS):
        if least[place] != EMPTY:
            out[place] = <uint8_t>(1 + least[place] % 255)


def take_similar(uint8_t[::1] documents, const uint8_t[::1] signatures,
                 const uint8_t[::1] wanted, double least):
    """Takes out of a set the documents whose signature is similar to `wanted`, at least so much,
    above 0; returns them, ascending, as array('I').

    To one that is empty nothing is similar.
    """
    cdef array.array found = make_array("I")
    cdef size_t at, number
    cdef uint64_t word, bit
    cdef const uint8_t* theirs
    cdef Py_ssize_t i
    for i in range(BINS):
        if wanted[i]:
            break
    else:
        return found
    for at in range(<size_t>documents.shape[0] // 8):
        word = load64(&documents[8 * at])
        while word:
            bit = word & (0 - word)
            number = 64 * at + lowest_bit(word)
            word ^= bit
            theirs = &signatures[BINS * number]
            if _are_similar(theirs, &wanted[0], least):
                found.append(number)
                documents[number >> 3] &= ~(<uint8_t>1 << (number & 7))
    return found


def similarity(const uint8_t[::1] one, const uint8_t[::1] other):
    """The estimated similarity of two texts by their signatures, from 0 to 1; 0 for empty ones."""
    cdef uint32_t same = 0, filled = 0
    _compare(&one[0], &other[0], &same, &filled)
    return same / <double>filled if filled else 0.0


cdef inline bint _are_similar(
    const uint8_t* one, const uint8_t* other, double least
) noexcept nogil:
    cdef uint32_t same = 0, filled = 0
    _compare(one, other, &same, &filled)
    return filled and same >= least * filled


cdef inline void _compare(
    const uint8_t* one, const uint8_t* other, uint32_t* same, uint32_t* filled
) noexcept nogil:
    """Counts the bins in which both have the same, and those in which any has something."""
    cdef Py_ssize_t i
    for i in range(BINS):
        filled[0] += (one[i] | other[i]) != 0
        same[0] += (one[i] == other[i]) & (one[i] != 0)
