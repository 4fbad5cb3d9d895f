"""The stretches of a long text that show most of what a query wants."""

from __future__ import annotations

from array import array

from searchkit.analysis import Marks
from searchkit.highlight.cutting import FRAGMENT_CHARACTERS, cut
from searchkit.highlight.fragment import Fragment
from searchkit.kernels.marking import best_runs, characters

__all__ = ["best_fragments"]

_MAX_FRAGMENTS = 3

# Characters on each side of what is shown at least; more than a cut looks at.
_AROUND = 2 * FRAGMENT_CHARACTERS


def best_fragments(text: str | bytes, marks: Marks, weights: array[float]) -> tuple[Fragment, ...]:
    """Up to three stretches in the order of the text that show most of what is marked in it.

    Of a text in bytes, which are of UTF-8, only what is around these is decoded.
    What a word of the marks counts for is in `weights`.
    """
    starts, ends, words = marks
    runs = best_runs(starts, ends, words, weights, FRAGMENT_CHARACTERS, _MAX_FRAGMENTS)
    fragments = []
    floor = 0
    for place, (first, stop) in enumerate(runs, 1):
        begin = max(0, starts[first] - _AROUND)
        around = _stretch(text, begin, ends[stop - 1] + _AROUND)
        ceiling = starts[runs[place][0]] if place < len(runs) else begin + len(around)
        start, end = cut(around, begin, starts[first], ends[stop - 1], floor, ceiling, marks)
        # Matches beside the run may show too.
        while first > 0 and starts[first - 1] >= start:
            first -= 1
        while stop < len(starts) and starts[stop] < end:
            stop += 1
        spans = tuple(
            [
                (opening - start, closing - start)
                for opening, closing in zip(starts[first:stop], ends[first:stop], strict=True)
            ]
        )
        shown = around[start - begin : end - begin]
        fragments.append(Fragment(shown, spans, start > 0, end < begin + len(around)))
        floor = end
    return tuple(fragments)


def _stretch(text: str | bytes, start: int, end: int) -> str:
    return text[start:end] if isinstance(text, str) else characters(text, start, end)
