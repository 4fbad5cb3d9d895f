# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Where does an array or object of JSON end?

Read `searchkit.kernels.reference.elements`, the readable twin, for the contracts.
"""

from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcpy

from searchkit.kernels.scanning cimport unplain, zeros_below

cdef enum:
    OUTSIDE = 0
    INSIDE = 1
    ESCAPED = 2


def element_end(bytes data not None, Py_ssize_t start, Py_ssize_t depth, int string):
    """How far an element goes that has begun."""
    cdef const uint8_t* first = data
    cdef const uint8_t* place = first + start
    cdef const uint8_t* end = first + len(data)
    cdef uint64_t text, found
    cdef uint8_t byte
    if not 0 <= start <= len(data) or depth < 1:
        raise ValueError(f"from {start} of {len(data)} bytes, at a depth of {depth}")
    with nogil:
        while place < end:
            if string == INSIDE and end - place >= 8:
                memcpy(&text, place, 8)
                found = unplain(text)
                if not found:
                    place += 8
                    continue
                place += zeros_below(found) >> 3
            byte = place[0]
            place += 1
            if string == ESCAPED:
                string = INSIDE
            elif byte == c'"':
                string = OUTSIDE if string else INSIDE
            elif string:
                if byte == c'\\':
                    string = ESCAPED
            elif byte == c'{' or byte == c'[':
                depth += 1
            elif byte == c'}' or byte == c']':
                depth -= 1
                if not depth:
                    break
    return place - first, depth, string
