"""Texts to signatures, by which near copies of an article are known.

Two articles resemble each other by the share of their *shingles* that both have, of all that
either has (A. Broder: *On the resemblance and containment of documents*, 1997); a shingle is three
surfaces that follow each other in a text. A signature of SIGNATURE bytes estimates that: of two
articles that share nothing half of the bits differ, of two that share everything none, and in
between their number goes down evenly.

It is made by one permutation hashing (P. Li, A. Owen, C.-H. Zhang, 2012): each shingle has a
hash of which 8 bits choose one of 256 bins, and the least value of each bin is kept; of that, one
bit (P. Li, C. König: *b-bit minwise hashing*, 2010). A bin without any has the value of the
next one, around the end, with its distance (A. Shrivastava, P. Li: *Densifying one permutation
hashing via rotation*, 2014).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from searchkit.kernels import LEAST_SHINGLES, SIGNATURE
from searchkit.kernels.reference.text import Surfaces

__all__ = ["Signer", "take_similar"]

_BINS = 8 * SIGNATURE

_FIRST = 0x9E3779B97F4A7C15
_THIRD = 0x165667B19E3779F9
_LAST = 0xD6E8FEB86659FD93
_DISTANCE = 0x9E3779B1
_CHOICE = 0x85EBCA6B


class Signer:
    """Signs batches of texts of one table of surfaces."""

    def __init__(self, surfaces: Surfaces) -> None:
        self._surfaces = surfaces
        self._hashes: list[int] = []

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the hashes would take as numbers of 32 bits."""
        return 4 * len(self._hashes)

    def sign(
        self, tokens: array[int], ends: array[int], count: int, captioned: array[int]
    ) -> bytes:
        """The signatures of `count` articles, one after the other.

        `tokens` are surfaces, `ends` where each text's end: first all headlines, then all bodies,
        then captions; `captioned` has the article of each of these, ascending from 0. The shingles
        of an article are those of its headline and its body; without a body, of its captions. One
        with fewer than LEAST_SHINGLES of them, equal ones counted, has zeros.
        """
        new = self._surfaces.surfaces(len(self._hashes))[1]
        self._hashes += [_hash_of_surface(surface.encode()) for surface in new]
        texts = [
            [self._hashes[token] for token in tokens[start:end]]
            for start, end in zip([0, *ends], ends, strict=False)
        ]
        signed = bytearray()
        for article in range(count):
            headline, body = texts[article], texts[count + article]
            own = [headline, body]
            if not body:
                own += [
                    text
                    for owner, text in zip(captioned, texts[2 * count :], strict=True)
                    if owner == article
                ]
            shingles = [shingle for text in own for shingle in _shingles(text)]
            signed += _signature(shingles) if len(shingles) >= LEAST_SHINGLES else bytes(SIGNATURE)
        return bytes(signed)


def _hash_of_surface(surface: bytes) -> int:
    """32 bits of its UTF-8, eight bytes at a time."""
    mixed = len(surface)
    for start in range(0, len(surface), 8):
        mixed = (mixed ^ int.from_bytes(surface[start : start + 8], "little")) * _FIRST % 2**64
        mixed ^= mixed >> 29
    return (mixed >> 16) % 2**32


def _shingles(hashes: Sequence[int]) -> Iterator[int]:
    """A hash of 64 bits for each three neighbours."""
    for first, second, third in zip(hashes, hashes[1:], hashes[2:], strict=False):
        mixed = ((first << 32 | second) + third * _THIRD) % 2**64
        yield (mixed ^ mixed >> 32) * _LAST % 2**64


def _signature(shingles: Sequence[int]) -> bytes:
    least: dict[int, int] = {}
    for shingle in shingles:
        place, value = shingle >> 56, (shingle >> 24) % 2**32
        least[place] = min(value, least.get(place, value))
    bits = 0
    for place in range(_BINS):
        distance = 0
        while (place + distance) % _BINS not in least:
            distance += 1
        value = least[(place + distance) % _BINS]
        chosen = ((value ^ distance * _DISTANCE) * _CHOICE >> 31) & 1
        bits |= chosen << place
    return bits.to_bytes(SIGNATURE, "little")


def take_similar(
    documents: bytearray, signatures: bytes | memoryview, wanted: bytes | memoryview, most: int
) -> array[int]:
    """Takes out of a set the documents whose signatures differ from `wanted` in `most` bits at
    most; returns them in order, as array('I').

    A set has 8 bytes for each 64 documents begun, the lowest bit of the first byte for document
    0; there are SIGNATURE bytes for each document, and in `wanted`. Zeros are no signature.
    """
    if len(wanted) != SIGNATURE:
        raise ValueError(f"a signature of {len(wanted)} bytes; it has {SIGNATURE}")
    taken = array("I")
    pattern = int.from_bytes(wanted, "little")
    for document in range(8 * len(documents)):
        if not documents[document >> 3] >> (document & 7) & 1:
            continue
        start = document * SIGNATURE
        each = int.from_bytes(signatures[start : start + SIGNATURE], "little")
        if each and (pattern ^ each).bit_count() <= most:
            documents[document >> 3] ^= 1 << (document & 7)
            taken.append(document)
    return taken
