"""A plan over all segments: every match counted, the best kept in order."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from searchkit.kernels import NO_TIME
from searchkit.kernels.tallies import best_dated
from searchkit.query.plan import Plan
from searchkit.query.searchable import Searchable

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["Matches", "Order", "dated", "execute"]

# By relevance; by date with the newest first; by date with the oldest first.
Order = Literal["relevance", "date", "date-asc"]

# Postings from which on several segments are searched by several threads: a few milliseconds,
# where handing over costs a tenth of one.
_WORTH_THREADS = 1_000_000

# Less than any score.
_NO_SCORE = -1.0

_NO_SET = bytearray()
# How many match, (score, document) of the best, the bits of all, whether it is complete.
_Answer = tuple[int, list[tuple[float, int]], bytearray, bool]


@dataclass(slots=True)
class Matches:
    """How many documents match, and the best of them as (number, score), best first; equal ones
    in the order of their numbers. Sorted by date a score is 0.

    `sets` has for each segment the bits of all that match, if asked for. `complete` is False
    when time was up before everything was looked at.
    """

    total: int
    documents: list[tuple[int, float]]
    sets: tuple[bytearray, ...]
    complete: bool


def execute(
    plan: Plan,
    *,
    order: Order = "relevance",
    best: int | None = 10,
    count: bool = True,
    keep_sets: bool = False,
    deadline: float = 0.0,
) -> Matches:
    """Runs a plan. `best` is how many documents are wanted (None: all).

    Without `count` what cannot be among the best need not be counted: the total is a lower bound.
    At `deadline`, a time of `time.monotonic` (0: none), it stops with what it has.
    """
    searchable = plan.searchable
    segments = searchable.snapshot.segments
    by_date = order != "relevance"
    limit = searchable.articles if best is None else min(best, searchable.articles)
    scored = 0 if by_date else limit
    floor = _NO_SCORE

    def searched(number: int) -> _Answer:
        nonlocal floor
        matching, root = plan.matching(number)
        found = _NO_SET
        if keep_sets or by_date:
            found = bytearray((segments[number].entry.documents + 63) // 64 * 8)
        total, hits, complete = matching.run(root, scored, count, found, floor, deadline)
        if scored and len(hits) == scored:
            # What follows in other segments has to be better than all these.
            floor = max(floor, hits[-1][0])
        return total, hits, found, complete

    if len(segments) == 1:
        total, hits, found, complete = searched(0)
        ranked = [(document, score) for score, document in hits]
        sets: tuple[bytearray, ...] = (found,)
    else:
        answers = _each(searched, range(len(segments)), plan.postings >= _WORTH_THREADS)
        total = sum(answer[0] for answer in answers)
        sets = tuple(answer[2] for answer in answers)
        complete = all(answer[3] for answer in answers)
        ranked = _best([answer[1] for answer in answers], searchable.bases, limit)
    if by_date:
        ranked = dated(searchable, sets, limit, newest=order == "date")
    return Matches(total, ranked, sets, complete)


def _best(
    hits: Sequence[Sequence[tuple[float, int]]], bases: Sequence[int], limit: int
) -> list[tuple[int, float]]:
    """The best of all segments, where (score, document) come best first."""
    numbered = [
        (-score, base + document)
        for base, of_segment in zip(bases, hits, strict=True)
        for score, document in of_segment
    ]
    numbered.sort()
    return [(number, -score) for score, number in numbered[:limit]]


def dated(
    searchable: Searchable, sets: Sequence[bytearray], limit: int, *, newest: bool
) -> list[tuple[int, float]]:
    """The newest or oldest documents of a set for each segment, with scores of 0; those without a
    date last.
    """
    # Newest first the smallest of what is left to the end; without a time last either way.
    moments = (
        (-moment if newest and moment != NO_TIME else moment, base + document)
        for number, (base, found) in enumerate(zip(searchable.bases, sets, strict=True))
        for moment, document in best_dated(
            found, searchable.segment(number).published, limit, newest
        )
    )
    return [(document, 0.0) for _, document in heapq.nsmallest(limit, moments)]


def _each(work: Callable[[int], _Answer], numbers: range, threaded: bool) -> list[_Answer]:
    if threaded and len(numbers) > 1:
        return list(_threads().map(work, numbers))
    return [work(number) for number in numbers]


@cache
def _threads() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # takes 5 ms

    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="searchkit")
