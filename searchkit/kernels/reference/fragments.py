"""The stretches of a long text that show most of what is marked in it.

Marks are as `searchkit.kernels.marking.matches` gives them: where each starts and ends, in order
and apart from each other, and the words that it shows, a bit for each.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from functools import reduce
from operator import or_

from searchkit.kernels import FRAGMENT_CHARACTERS
from searchkit.kernels.sentences import goes_on

__all__ = ["best_fragments", "best_runs", "characters"]

_Marks = tuple["array[int]", "array[int]"]

_MAX_FRAGMENTS = 3
# A sentence is cut off at its end where that leaves out less than this.
_NEAR = 60
# Characters on each side of what is shown at least; more than a cut looks at.
_AROUND = 2 * FRAGMENT_CHARACTERS
# A full stop of scripts that have no spaces, or another one that white space follows.
_STOP = re.compile(
    r"""[.!?…؟۔।॥።။。！？｡](?:(?<=[。！？｡])["'”’」』）》]*|[.!?…]*["'”’»)\]]*(?=\s))"""
)


def best_fragments(
    text: str | bytes,
    starts: array[int],
    ends: array[int],
    words: array[int],
    weights: array[float],
) -> list[tuple[str, tuple[tuple[int, int], ...], bool, bool]]:
    """Up to three stretches in the order of the text that show most of what is marked in it: the
    characters, the matches in them, and whether the text has more before and after.

    They begin and end with a line or a sentence where one does near by, otherwise with a word, and
    where there is no space they leave matches and combining sequences whole. They have up to
    FRAGMENT_CHARACTERS characters, more only where a single match has. Of a text in bytes, which
    are of sound UTF-8, only what is around these is decoded. What a word counts for is in
    `weights`. Raises MemoryError.
    """
    runs = best_runs(starts, ends, words, weights, FRAGMENT_CHARACTERS, _MAX_FRAGMENTS)
    fragments = []
    floor = 0
    for place, (first, stop) in enumerate(runs, 1):
        begin = max(0, starts[first] - _AROUND)
        whole = text if isinstance(text, str) else text.decode()
        around = whole[begin : ends[stop - 1] + _AROUND]
        ceiling = starts[runs[place][0]] if place < len(runs) else begin + len(around)
        start, end = _cut(
            around, begin, starts[first], ends[stop - 1], floor, ceiling, (starts, ends)
        )
        # Matches beside the run may show too.
        while first > 0 and starts[first - 1] >= start:
            first -= 1
        while stop < len(starts) and starts[stop] < end:
            stop += 1
        spans = tuple(
            (opening - start, closing - start)
            for opening, closing in zip(starts[first:stop], ends[first:stop], strict=True)
        )
        shown = around[start - begin : end - begin]
        fragments.append((shown, spans, start > 0, end < begin + len(around)))
        floor = end
    return fragments


def _cut(
    text: str, begin: int, first: int, last: int, floor: int, ceiling: int, marks: _Marks
) -> tuple[int, int]:
    """The half-open range to show around the one from `first` to `last`, between `floor` and
    `ceiling`, which are no bad places to cut.

    Of the whole, `text` has what is from `begin` on, and 2 * FRAGMENT_CHARACTERS on both sides at
    least, or all that there is; `marks` are all matches of the whole. It begins and ends with a
    line or a sentence where one does near by, otherwise with a word, and where there is no space
    it leaves matches and combining sequences whole.
    """
    room = max(0, FRAGMENT_CHARACTERS - (last - first))
    start = _start(text, begin, max(floor, first - room // 2) - begin, first - begin, marks)
    highest = min(ceiling, start + max(FRAGMENT_CHARACTERS, last - start))
    return start, _end(text, begin, last - begin, highest - begin, marks)


def _start(text: str, begin: int, lowest: int, first: int, marks: _Marks) -> int:
    start = text.rfind("\n", lowest, first)
    if start < 0:
        start = 0 if lowest == 0 else _last_sentence_end(text, lowest, first)
    if start < 0:
        start = text.find(" ", lowest - 1, first)
    if start < 0:
        start = lowest
    while start < first and (text[start].isspace() or _splits(text, begin, start, marks)):
        start += 1
    return begin + start


def _end(text: str, begin: int, last: int, highest: int, marks: _Marks) -> int:
    end = text.find("\n", last, highest)
    if end < 0 and highest == len(text):
        end = highest
    if end < 0:
        end = _last_sentence_end(text, max(last, highest - _NEAR), highest)
    if end < 0:
        end = text.rfind(" ", last, highest + 1)
    if end < 0:
        end = highest
    while end > last and (text[end - 1].isspace() or _splits(text, begin, end, marks)):
        end -= 1
    return begin + end


def _last_sentence_end(text: str, start: int, end: int) -> int:
    """Where the last sentence ends that ends within ``text[start:end]``, or -1."""
    found = -1
    # One character more, since white space tells the end of most.
    for stop in _STOP.finditer(text, start, end + 1):
        place = stop.end()
        if place <= end and not (text[stop.start()] in ".…" and goes_on(text, *stop.span())):
            found = place
    return found


def _splits(text: str, begin: int, place: int, marks: _Marks) -> bool:
    """Whether a cut there divides a match, or a character from what combines with it."""
    starts, ends = marks
    before = bisect_left(starts, begin + place) - 1
    if before >= 0 and begin + place < ends[before]:
        return True
    if not 0 < place < len(text) or text[place - 1 : place + 1].isascii():
        return False
    joiner = "\u200d"
    return unicodedata.category(text[place])[0] == "M" or joiner in text[place - 1 : place + 1]


def characters(text: bytes, first: int, stop: int) -> str:
    """The characters of sound UTF-8 from `first` on to before `stop`, as far as there are any."""
    return text.decode()[first:stop]


def best_runs(
    starts: array[int],
    ends: array[int],
    words: array[int],
    weights: array[float],
    length: int,
    most: int,
) -> list[tuple[int, int]]:
    """The runs of matches that show most, as half-open ranges of their indices, in order.

    The matches are as `matches` gives them. A run is of matches within `length` characters,
    or a single longer one. `most` of them are chosen at most, without overlap, each the one that
    adds most to those before it: the weight of words that they do not show, then the weight of
    its words, then the number of its matches; of equals the first. `weights` has a number for
    each of up to 64 words. Raises MemoryError.
    """

    def worth(words: int) -> float:
        return sum(weight for bit, weight in enumerate(weights) if words >> bit & 1)

    def rank(run: tuple[int, int]) -> tuple[float, float, int]:
        shows = reduce(or_, words[slice(*run)])
        return worth(shows & ~shown), worth(shows), run[1] - run[0]

    runs = []
    stop = 0
    for first, start in enumerate(starts):
        before = stop
        stop = max(stop, first + 1)
        while stop < len(ends) and ends[stop] - start <= length:
            stop += 1
        if stop > before:
            runs.append((first, stop))
    chosen: list[tuple[int, int]] = []
    shown = 0
    while runs and len(chosen) < most:
        best = max(runs, key=rank)
        chosen.append(best)
        shown = reduce(or_, words[slice(*best)], shown)
        runs = [run for run in runs if run[1] <= best[0] or best[1] <= run[0]]
    return sorted(chosen)
