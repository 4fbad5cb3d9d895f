"""A plan over all segments: every match counted, the best kept in order."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeVar

from searchkit.kernels import NO_TIME
from searchkit.kernels.tallies import best_dated
from searchkit.query.plan import Plan

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["Matches", "Order", "execute"]

# By relevance; by date with the newest first; by date with the oldest first.
Order = Literal["relevance", "date", "date-asc"]

# Postings from which on several segments are searched by several threads: a few milliseconds,
# where handing over costs a tenth of one.
_WORTH_THREADS = 1_000_000

# Less than any score.
_NO_SCORE = -1.0

_NO_SET = bytearray()
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
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
    snapshot = plan.searchable.snapshot
    documents = plan.searchable.articles
    by_date = order != "relevance"
    keep_sets = keep_sets or by_date
    limit = documents if best is None else min(best, documents)
    floor = _NO_SCORE

    def searched(number: int) -> tuple[int, list[tuple[float, int]], bytearray, bool]:
        nonlocal floor
        matching, root = plan.matching(number)
        live = snapshot.segments[number]
        size = (live.entry.documents + 63) // 64 * 8
        found = bytearray(size) if keep_sets else _NO_SET
        scored = 0 if by_date else min(limit, live.entry.documents)
        total, hits, complete = matching.run(root, scored, count, found, floor, deadline)
        if len(hits) == limit and limit:
            # What follows in other segments has to be better than all these.
            floor = max(floor, hits[-1][0])
        return total, hits, found, complete

    segments = range(len(snapshot.segments))
    answers = _each(searched, segments, plan.postings >= _WORTH_THREADS)
    sets = tuple(found for _, _, found, _ in answers)
    if by_date:
        ranked = _by_date(plan, sets, limit, newest=order == "date")
    elif len(answers) == 1:
        ranked = [(document, score) for score, document in answers[0][1]]
    else:
        bases = plan.searchable.bases
        ranked = [
            (document, -score)
            for score, document in heapq.nsmallest(
                limit,
                (
                    (-score, base + document)
                    for base, (_, hits, _, _) in zip(bases, answers, strict=True)
                    for score, document in hits
                ),
            )
        ]
    return Matches(
        sum(total for total, *_ in answers),
        ranked,
        sets,
        all(complete for *_, complete in answers),
    )


def _by_date(
    plan: Plan, sets: Sequence[bytearray], limit: int, newest: bool
) -> list[tuple[int, float]]:
    # Newest first the smallest of what is left to the end; without a time last either way.
    dated = (
        (-moment if newest and moment != NO_TIME else moment, base + document)
        for number, (base, found) in enumerate(zip(plan.searchable.bases, sets, strict=True))
        for moment, document in best_dated(
            found, plan.searchable.segment(number).published, limit, newest
        )
    )
    return [(document, 0.0) for _, document in heapq.nsmallest(limit, dated)]


def _each(
    work: Callable[[int], _Answer], numbers: range, threaded: bool
) -> list[_Answer]:
    if threaded and len(numbers) > 1:
        return list(_threads().map(work, numbers))
    return [work(number) for number in numbers]


@cache
def _threads() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # takes 5 ms

    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="searchkit")
