"""The stretches of a long text that show most of what a query wants."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from searchkit.highlight.cutting import FRAGMENT_CHARACTERS, Mark, cut
from searchkit.highlight.fragment import Fragment

__all__ = ["best_fragments"]

_MAX_FRAGMENTS = 3


class _Run(NamedTuple):
    """Matches that fit into a fragment: the words that they show, their number and indices."""

    words: int
    matches: int
    first: int
    stop: int


def best_fragments(
    text: str, marks: Sequence[Mark], weights: Sequence[float]
) -> tuple[Fragment, ...]:
    """Up to three stretches in the order of the text, each the one that adds most to those before
    it: words that they do not show, then words, then matches; of equals the first.

    `marks` are in order and apart from each other. `weights` has what each word counts for.
    """
    worth = _Worth(weights)
    runs = _runs(marks)
    chosen: list[_Run] = []
    shown = 0
    while runs and len(chosen) < _MAX_FRAGMENTS:
        best = max(runs, key=lambda run: (worth[run.words & ~shown], worth[run.words], run.matches))
        chosen.append(best)
        shown |= best.words
        runs = [run for run in runs if run.stop <= best.first or best.stop <= run.first]
    chosen.sort(key=lambda run: run.first)

    fragments = []
    floor = 0
    for place, run in enumerate(chosen, 1):
        ceiling = marks[chosen[place].first][0] if place < len(chosen) else len(text)
        start, end = cut(text, marks[run.first][0], marks[run.stop - 1][1], floor, ceiling, marks)
        spans = []
        for index in range(bisect_left(marks, start, key=lambda mark: mark[0]), len(marks)):
            first, last, _ = marks[index]
            if first >= end:
                break
            spans.append((first - start, last - start))
        fragments.append(Fragment(text[start:end], tuple(spans), start > 0, end < len(text)))
        floor = end
    return tuple(fragments)


class _Worth(dict[int, float]):
    """Words, as bits → what they count for together."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._weights = weights

    def __missing__(self, words: int) -> float:
        self[words] = worth = sum(
            weight for bit, weight in enumerate(self._weights) if words >> bit & 1
        )
        return worth


def _runs(marks: Sequence[Mark]) -> list[_Run]:
    """From each match on those that fit into a fragment, unless the run before has them all."""
    runs = []
    latest: dict[int, int] = {}  # words → the last match so far that shows them
    stop = 0
    for first, (start, *_) in enumerate(marks):
        before = stop
        while stop < len(marks) and (
            stop <= first or marks[stop][1] - start <= FRAGMENT_CHARACTERS
        ):
            latest[marks[stop][2]] = stop
            stop += 1
        if stop > before:
            words = 0
            for each, place in latest.items():
                if place >= first:
                    words |= each
            runs.append(_Run(words, stop - first, first, stop))
    return runs
