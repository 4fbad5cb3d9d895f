"""Fingerprints found by hashing, open addressing with linear probing.

A fingerprint is a good hash already, so its first four bytes choose the slot. A slot holds
the number of a document plus one, or 0; there are at least half as many slots again as
documents, a power of two of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from searchkit.kernels import FINGERPRINT

__all__ = ["find_slot", "make_slots"]

_NONE = bytes(FINGERPRINT)


def make_slots(fingerprints: bytes | memoryview) -> array[int]:
    """The slots, as array('I'), for documents with these FINGERPRINT bytes each.

    Zeros stand for no fingerprint. Of equal ones the later document is found.
    """
    count = len(fingerprints) // FINGERPRINT
    size = 1
    while size < count + count // 2 + 1:
        size *= 2
    slots = array("I", bytes(4 * size))
    for document in range(count):
        fingerprint = _fingerprint(fingerprints, document)
        if fingerprint == _NONE:
            continue
        for place in _places(fingerprint, size):
            if not slots[place] or _fingerprint(fingerprints, slots[place] - 1) == fingerprint:
                slots[place] = document + 1
                break
    return slots


def find_slot(
    slots: bytes | memoryview, fingerprints: bytes | memoryview, wanted: bytes | memoryview
) -> int:
    """The document with the fingerprint `wanted`, or -1; `slots` as bytes."""
    if len(wanted) != FINGERPRINT:
        return -1
    for place in _places(wanted, len(slots) // 4):
        found = int.from_bytes(slots[4 * place : 4 * place + 4], "little")
        if not found:
            return -1
        if _fingerprint(fingerprints, found - 1) == wanted:
            return found - 1
    return -1


def _fingerprint(fingerprints: bytes | memoryview, document: int) -> bytes:
    return bytes(fingerprints[document * FINGERPRINT : (document + 1) * FINGERPRINT])


def _places(fingerprint: bytes | memoryview, size: int) -> Iterator[int]:
    """The slots where it may be, of `size` ones, the first choice first."""
    first = int.from_bytes(fingerprint[:4], "little")
    return ((first + step) % size for step in range(size))
