"""The kernels and their twins, side by side; and memory that ends where it says."""

from __future__ import annotations

import ctypes
import mmap
from importlib import import_module
from types import ModuleType, SimpleNamespace

import pytest

NAMES = (
    *("dictionary", "elements", "fragments", "invert", "lists", "lookup", "marking", "matching"),
    *("merge", "patterns", "postings", "records", "signatures", "tallies", "telling", "terms"),
    "text",
)


def compiled(name: str) -> ModuleType:
    return import_module(f"searchkit.kernels.{name}")


def reference(name: str) -> ModuleType:
    return import_module(f"searchkit.kernels.reference.{name}")


# All names of all modules, since those of one family work together.
COMPILED, REFERENCE = (
    SimpleNamespace(**{key: value for name in NAMES for key, value in vars(family(name)).items()})
    for family in (compiled, reference)
)

on_both = pytest.mark.parametrize("kernels", [COMPILED, REFERENCE], ids=["compiled", "reference"])


def fenced(data: bytes) -> memoryview:
    """The bytes at the very end of memory: to read a single one beyond them is a crash."""
    pages = -(-len(data) // mmap.PAGESIZE) or 1
    memory = mmap.mmap(-1, (pages + 1) * mmap.PAGESIZE)
    end = pages * mmap.PAGESIZE
    memory[end - len(data) : end] = data
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    forbidden = ctypes.c_void_p(address + end)
    library = ctypes.CDLL(None, use_errno=True)
    assert library.mprotect(forbidden, ctypes.c_size_t(mmap.PAGESIZE), 0) == 0
    return memoryview(memory)[end - len(data) : end]
