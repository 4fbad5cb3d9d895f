"""The stretches of a long text that show most of what a query wants."""

from __future__ import annotations

from array import array

from searchkit.highlight.cutting import FRAGMENT_CHARACTERS, Mark, cut
from searchkit.highlight.fragment import Fragment
from searchkit.kernels.marking import best_runs

__all__ = ["best_fragments"]

_MAX_FRAGMENTS = 3


def best_fragments(text: str, marks: list[Mark], weights: array[float]) -> tuple[Fragment, ...]:
    """Up to three stretches in the order of the text that show most of what is marked in it.

    `marks` are in order and apart from each other; what a word of theirs counts for is in
    `weights`.
    """
    runs = best_runs(marks, weights, FRAGMENT_CHARACTERS, _MAX_FRAGMENTS)
    fragments = []
    floor = 0
    for place, (first, stop) in enumerate(runs, 1):
        ceiling = marks[runs[place][0]][0] if place < len(runs) else len(text)
        start, end = cut(text, marks[first][0], marks[stop - 1][1], floor, ceiling, marks)
        # Matches beside the run may show too.
        while first > 0 and marks[first - 1][0] >= start:
            first -= 1
        while stop < len(marks) and marks[stop][0] < end:
            stop += 1
        spans = tuple([(begin - start, last - start) for begin, last, _ in marks[first:stop]])
        fragments.append(Fragment(text[start:end], spans, start > 0, end < len(text)))
        floor = end
    return tuple(fragments)
