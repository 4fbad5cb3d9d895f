"""Here is a field of text: what have the kernels to do with it that search?"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Iterator
from itertools import accumulate

from benchmarks.work import Work
from searchkit.kernels import BLOCK, CHUNK, DAY, PATTERN_KINDS, TIME_ZERO
from searchkit.kernels.dictionary import Dictionary
from searchkit.kernels.lists import Lists, SegmentView
from searchkit.kernels.matching import Matching, Weighting
from searchkit.kernels.patterns import expand
from searchkit.kernels.tallies import best_dated, count_days, count_numbers

__all__ = ["search_works"]

_QUERIES = 100
_TERMS = 3
_BEST = 10
_PATTERNS = 10
_UNLIMITED = 1 << 30

# Of each document so many numbers, of so many different ones; and a day of ten years.
_NUMBERS = 3
_DIFFERENT = 1000
_DAYS = 3652

_K1, _B = 0.9, 0.4


def search_works(dictionary: bytes, postings: bytes, lengths: array[int]) -> Iterator[Work]:
    """Queries of frequent terms, patterns, and counts over all documents; `postings` are followed
    by 8 bytes more. No queries, if there are no lists of a block each.
    """
    chance = random.Random(1)
    here = Dictionary(dictionary, True)
    frequent, terms = [], []
    while here.valid:
        terms.append(here.term.decode())
        if here.entry[0] >= BLOCK:
            frequent.append(here.term)
        here.next()
    view = _view(dictionary, postings, lengths)
    if frequent:
        queries = [
            [view.find([term], [0]) for term in chance.choices(frequent, k=_TERMS)]
            for _ in range(_QUERIES)
        ]
        yield from _matching_works(view, queries, lengths)
    for kind, changes in zip(PATTERN_KINDS, (0, 0, 1), strict=True):
        texts = [_pattern(kind, term) for term in chance.choices(terms, k=_PATTERNS)]
        yield _expansion(view, kind, texts, changes, len(terms), len(dictionary))
    yield from _tally_works(chance, len(lengths))


def _matching_works(
    view: SegmentView, queries: list[list[Lists]], lengths: array[int]
) -> Iterator[Work]:
    """The `_BEST` of each query with its exact total."""
    average = sum(lengths) / len(lengths)
    weighting = Weighting(_K1, [(1.0, 1 - _B, _B / average)])
    count = sum(each.postings for query in queries for each in query)

    def work(name: str, root: Callable[[Matching, list[Lists]], int]) -> Work:
        def run() -> None:
            for query in queries:
                matching = Matching(view, weighting)
                matching.run(root(matching, query), _BEST, True, bytearray(), -1.0, 0.0)

        return Work(name, "posting", count, 8 * count, "numbers", run)

    def words(matching: Matching, query: list[Lists]) -> list[int]:
        return [matching.word(each, (), 1.0, 1) for each in query]

    def phrase(matching: Matching, query: list[Lists]) -> int:
        places = [matching.places(each, 0) for each in query]
        return matching.word(None, [(0, matching.near(places, 1, True))], 1.0, 1)

    yield work("match any", lambda matching, query: matching.some_of(words(matching, query), 1))
    yield work("match all", lambda matching, query: matching.all_of(words(matching, query)))
    yield work("match phrases", phrase)


def _pattern(kind: str, term: str) -> str:
    """A pattern of a kind that the term fits."""
    if kind == "prefix":
        return term[:3]
    return f"{term[:1]}*{term[-1:]}" if kind == "wildcard" else term


def _expansion(
    view: SegmentView, kind: str, texts: list[str], changes: int, terms: int, size: int
) -> Work:
    number = PATTERN_KINDS.index(kind)

    def run() -> None:
        for text in texts:
            expand(view, [0], [(number, text, changes)], _UNLIMITED, None)

    times = len(texts)
    return Work(f"expand {kind}", "term", times * terms, times * size, "dictionary", run)


def _tally_works(chance: random.Random, documents: int) -> Iterator[Work]:
    """Columns of made-up values; every document is counted."""
    everything = _all_of(documents)
    ends = memoryview(array("I", accumulate([_NUMBERS] * documents)))
    numbers = memoryview(
        array("I", (chance.randrange(_DIFFERENT) for _ in range(_NUMBERS * documents)))
    )
    published = memoryview(
        array("Q", (TIME_ZERO + chance.randrange(_DAYS) * DAY for _ in range(documents)))
    )

    def work(name: str, size: int, run: Callable[[], object]) -> Work:
        return Work(name, "document", documents, size, "column", run)

    yield work(
        "count values",
        ends.nbytes + numbers.nbytes,
        lambda: count_numbers(everything, ends, numbers, _DIFFERENT),
    )
    yield work("count days", published.nbytes, lambda: count_days(everything, published))
    yield work(
        "best by date", published.nbytes, lambda: best_dated(everything, published, _BEST, True)
    )


def _view(dictionary: bytes, postings: bytes, lengths: array[int]) -> SegmentView:
    """A segment of one field, with everything there and checked."""
    view = SegmentView(len(lengths), _all_of(len(lengths)))
    checked = b"\1" * (len(postings) // CHUNK + 1)
    view.add_field(dictionary, postings, checked, _checked, True, lengths.tobytes(), 4)
    return view


def _checked(_start: int, _end: int) -> None:
    """Nothing is left to check."""


def _all_of(documents: int) -> bytes:
    return ((1 << documents) - 1).to_bytes((documents + 63) // 64 * 8, "little")
