"""Signatures of texts, by which near copies are told: one-permutation MinHash.

A text is the set of its shingles, SHINGLE words in a row each. Their hashes fall into SIGNATURE
bins; of each bin the least hash is kept, as one byte. Of two texts the part of the bins that hold
the same, among those that are not empty in both, estimates the Jaccard similarity of their sets:
Li, Owen and Zhang, "One Permutation Hashing" (2012), with the low bits only of Li and König,
"b-Bit Minwise Hashing" (2010).
"""

from __future__ import annotations

from array import array

from searchkit.kernels import LEAST_SHINGLES, SHINGLE, SIGNATURE
from searchkit.kernels.reference.packing import set_bits

__all__ = ["sign", "similarity", "take_similar"]

_RADIX = 0x9E3779B97F4A7C15
_MIXER = 0xD6E8FEB86659FD93
_MASK = (1 << 64) - 1


def sign(tokens: array[int], ends: array[int], hashes: array[int], first: int, last: int) -> bytes:
    """The signatures of the texts `first` to `last` (excluded), one after the other, as bytes.

    `tokens` are surface numbers, `ends` each text's end among them, and `hashes` has 64 bits for
    each surface. The signature of a text of fewer than LEAST_SHINGLES shingles is zeros.
    """
    begins = [0, *ends]
    texts = [tokens[begins[text] : ends[text]] for text in range(first, last)]
    return b"".join(_signature([hashes[token] for token in text]) for text in texts)


def _signature(words: list[int]) -> bytes:
    shingles = [words[i : i + SHINGLE] for i in range(len(words) - SHINGLE + 1)]
    if len(shingles) < LEAST_SHINGLES:
        return bytes(SIGNATURE)
    least: dict[int, int] = {}
    for shingle in shingles:
        mixed = 0
        for word in shingle:
            mixed = (mixed * _RADIX + word) & _MASK
        mixed ^= mixed >> 32
        mixed = mixed * _MIXER & _MASK
        mixed ^= mixed >> 32
        place = mixed >> 58
        least[place] = min(least.get(place, mixed), mixed)
    return bytes(1 + least[place] % 255 if place in least else 0 for place in range(SIGNATURE))


def take_similar(
    documents: bytearray, signatures: memoryview, wanted: bytes | memoryview, least: float
) -> array[int]:
    """Takes out of a set the documents whose signature is similar to `wanted`, at least so much,
    above 0; returns them, ascending, as array('I').

    To one that is empty nothing is similar.
    """
    found = array("I")
    for document in set_bits(documents):
        theirs = signatures[SIGNATURE * document : SIGNATURE * (document + 1)]
        if any(wanted) and similarity(theirs, wanted) >= least:
            found.append(document)
            documents[document >> 3] &= ~(1 << (document & 7)) & 0xFF
    return found


def similarity(one: bytes | memoryview, other: bytes | memoryview) -> float:
    """The estimated similarity of two texts by their signatures, from 0 to 1; 0 for empty ones."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a or b]
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0
