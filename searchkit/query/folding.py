"""Which hits are near copies of a better one?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from searchkit.errors import QueryError
from searchkit.kernels import SIGNATURE
from searchkit.kernels.signatures import take_similar
from searchkit.query.execute import Matches
from searchkit.query.searchable import Searchable

__all__ = ["MOST_DIFFERING_BITS", "Fold", "Folding", "check_fold", "fold_matches"]

# Of the 256 bits of two signatures: where articles share three fifths of all shingles that either
# has, a fifth of the bits differs. docs/benchmarks.md has what that finds of real near copies.
MOST_DIFFERING_BITS = 51

# All that matches is compared with each hit, which takes 10 ns for each document: a tenth of a
# second for a page of ten of a million.
_MOST_HITS = 10_000

# Of what is folded into a hit, so many are named.
_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Fold:
    """The near copies of a hit that match: how many, and the numbers of the first 100, in order."""

    count: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Folding:
    """What was folded into each hit, by its number, and how many documents that match are neither
    hits nor folded: those of the pages that follow.
    """

    folds: Mapping[int, Fold]
    left: int


def check_fold(limit: int | None, offset: int) -> int:
    """How many hits there are to fold. Raises QueryError where they are too many."""
    if limit is None or offset + limit > _MOST_HITS:
        raise QueryError(
            f"only the first {_MOST_HITS:,} hits can be folded, as all others are compared with "
            "each; give a limit that ends there"
        )
    return offset + limit


def fold_matches(
    searchable: Searchable, run: Callable[[int], Matches], wanted: int, deadline: float
) -> tuple[Matches, Folding]:
    """What matches, with the first `wanted` hits of it, and what is folded into each.

    The best document is a hit, and its near copies are folded into it; so is the best of those
    that are left, and so on. `run` gives so many of the best, and the sets of all; it is called
    again where these are not enough. At `deadline`, a time of `time.monotonic` (0: none), ends
    with what there is.
    """
    best = wanted
    matches = run(best)
    left = [bytearray(each) for each in matches.sets]
    ranked, complete = matches.documents, matches.complete
    hits: list[tuple[int, float]] = []
    folds: dict[int, Fold] = {}
    place = 0
    while len(hits) < wanted and complete:
        if place == len(ranked):
            if place < best:
                break
            best *= 4
            again = run(best)
            ranked, complete = again.documents, again.complete
            continue
        number, score = ranked[place]
        place += 1
        similar = _take(searchable, left, number)
        if similar:
            hits.append((number, score))
            others = (each for each in similar if each != number)
            folds[number] = Fold(len(similar) - 1, tuple(islice(others, _MOST_NAMED)))
        complete = not (deadline and time.monotonic() > deadline)
    remaining = sum(int.from_bytes(each, "little").bit_count() for each in left)
    matches = replace(matches, documents=hits, complete=complete)
    return matches, Folding(folds, remaining)


def _take(searchable: Searchable, left: list[bytearray], number: int) -> list[int]:
    """Takes a document and its near copies out of the sets, and returns them; nothing if it is not
    there any more.
    """
    bases = searchable.bases
    own = max(place for place, base in enumerate(bases) if base <= number)
    document = number - bases[own]
    if not left[own][document >> 3] >> (document & 7) & 1:
        return []
    start = document * SIGNATURE
    signature = searchable.segment(own).signature_bytes[start : start + SIGNATURE]
    if not any(signature):
        left[own][document >> 3] ^= 1 << (document & 7)
        return [number]
    return [
        base + similar
        for place, base in enumerate(bases)
        for similar in take_similar(
            left[place], searchable.segment(place).signature_bytes, signature, MOST_DIFFERING_BITS
        )
    ]
