"""Here are the documents that match, best first: which are near copies of a better one?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from searchkit.kernels.signatures import take_similar
from searchkit.query.execute import Matches
from searchkit.query.searchable import Searchable

__all__ = ["NEAR", "fold_matches"]

# Of two texts that have so much of their shingles in common, by their signatures, each is a near
# copy of the other: `python -m benchmarks duplicates` measures it.
NEAR = 0.6


def fold_matches(
    searchable: Searchable, matches: Matches, wanted: int
) -> tuple[list[tuple[int, float]], dict[int, Sequence[int]]]:
    """What is shown of the documents of `matches`: those that are no near copies of one that is
    shown before them, as many as are wanted or there are; and the numbers of the near copies of
    each, among all that match, on this page or not.

    A document that is a near copy of several that are shown is one of the first of these.
    `matches` has the sets of all that match.
    """
    left = [bytearray(each) for each in matches.sets]
    shown: list[tuple[int, float]] = []
    folded: dict[int, Sequence[int]] = {}
    for number, score in matches.documents:
        segment = bisect_right(searchable.bases, number) - 1
        document = number - searchable.bases[segment]
        if not left[segment][document >> 3] >> (document & 7) & 1:
            continue
        if len(shown) == wanted:
            break
        left[segment][document >> 3] &= ~(1 << (document & 7)) & 0xFF
        shown.append((number, score))
        folded[number] = _near_copies(searchable, segment, document, left)
    return shown, folded


def _near_copies(
    searchable: Searchable, segment: int, document: int, left: Sequence[bytearray]
) -> list[int]:
    """Takes the near copies of a document out of what is left; returns their numbers."""
    signature = searchable.segment(segment).signatures[document]
    return [
        searchable.bases[number] + near
        for number, documents in enumerate(left)
        for near in take_similar(
            documents, searchable.segment(number).signature_bytes, signature, NEAR
        )
    ]
