"""The stretches of a long text that show most of what a query wants."""

from __future__ import annotations

from array import array

from searchkit.analysis import Marks
from searchkit.highlight.cutting import FRAGMENT_CHARACTERS, cut
from searchkit.highlight.fragment import Fragment
from searchkit.kernels.marking import best_runs

__all__ = ["best_fragments"]

_MAX_FRAGMENTS = 3


def best_fragments(text: str, marks: Marks, weights: array[float]) -> tuple[Fragment, ...]:
    """Up to three stretches in the order of the text that show most of what is marked in it.

    What a word of the marks counts for is in `weights`.
    """
    starts, ends, words = marks
    runs = best_runs(starts, ends, words, weights, FRAGMENT_CHARACTERS, _MAX_FRAGMENTS)
    fragments = []
    floor = 0
    for place, (first, stop) in enumerate(runs, 1):
        ceiling = starts[runs[place][0]] if place < len(runs) else len(text)
        start, end = cut(text, starts[first], ends[stop - 1], floor, ceiling, marks)
        # Matches beside the run may show too.
        while first > 0 and starts[first - 1] >= start:
            first -= 1
        while stop < len(starts) and starts[stop] < end:
            stop += 1
        spans = tuple(
            [
                (begin - start, last - start)
                for begin, last in zip(starts[first:stop], ends[first:stop], strict=True)
            ]
        )
        fragments.append(Fragment(text[start:end], spans, start > 0, end < len(text)))
        floor = end
    return tuple(fragments)
