# cython: language_level=3
from searchkit.kernels.interning cimport Table


cdef class Surfaces:
    cdef Table table
    cdef bint busy

    cdef _claim(self)
