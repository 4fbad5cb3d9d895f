# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Fingerprints found by hashing, open addressing with linear probing.

A fingerprint is a good hash already, so its first four bytes choose the slot. A slot holds
the number of a document plus one, or 0; there are at least half as many slots again as
documents, a power of two of them.
"""

from cpython cimport array
from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memcmp

from searchkit.kernels.packing cimport load32

from array import array as make_array

from searchkit.kernels import FINGERPRINT

cdef enum:
    SIZE = 16

assert SIZE == FINGERPRINT


cdef bint _is_none(const uint8_t* fingerprint) noexcept nogil:
    cdef size_t i
    for i in range(SIZE):
        if fingerprint[i]:
            return False
    return True


def make_slots(const uint8_t[::1] fingerprints):
    """The slots, as array('I'), for documents with these FINGERPRINT bytes each.

    Zeros stand for no fingerprint. Of equal ones the later document is found.
    """
    cdef Py_ssize_t count = fingerprints.shape[0] // SIZE
    cdef size_t size = 1
    while size < count + count // 2 + 1:
        size *= 2
    cdef array.array slots = make_array("I", bytes(4 * size))
    cdef uint32_t* slot = slots.data.as_uints
    cdef const uint8_t* data = &fingerprints[0] if count else NULL
    cdef const uint8_t* each
    cdef Py_ssize_t document
    cdef size_t place
    with nogil:
        for document in range(count):
            each = data + document * SIZE
            if _is_none(each):
                continue
            place = load32(each) & (size - 1)
            while slot[place] and memcmp(data + <size_t>(slot[place] - 1) * SIZE, each, SIZE):
                place = (place + 1) & (size - 1)
            slot[place] = <uint32_t>document + 1
    return slots


def find_slot(
    const uint8_t[::1] slots, const uint8_t[::1] fingerprints, const uint8_t[::1] wanted
):
    """The document with the fingerprint `wanted`, or -1; `slots` as bytes."""
    cdef size_t size = slots.shape[0] // 4
    cdef size_t place, found
    cdef size_t tried = 0
    if wanted.shape[0] != SIZE or size == 0:
        return -1
    place = load32(&wanted[0]) & (size - 1)
    while tried < size:
        found = load32(&slots[4 * place])
        if found == 0:
            return -1
        if memcmp(&fingerprints[(found - 1) * SIZE], &wanted[0], SIZE) == 0:
            return found - 1
        place = (place + 1) & (size - 1)
        tried += 1
    return -1
