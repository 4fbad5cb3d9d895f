# cython: language_level=3
"""Matches in a text, as three arrays."""

from libc.stdint cimport uint32_t, uint64_t

# Where each starts and ends, and the words that it shows, a bit for each.
cdef struct Marks:
    uint32_t* starts
    uint32_t* ends
    uint64_t* words
