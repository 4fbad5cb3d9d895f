"""A query over all segments, by Whoosh's matchers: every match counted, the best kept in order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from whoosh.query import Query, Require
from whoosh.searching import Searcher

from searchkit.query.tree import Tree
from searchkit.query.whoosh_query import to_whoosh

__all__ = ["Matches", "Order", "all_documents", "execute"]

# By relevance; by date with the newest first; by date with the oldest first.
Order = Literal["relevance", "date", "date-asc"]


@dataclass(frozen=True, slots=True)
class Matches:
    """How many documents match, and the wanted stretch of them as (number, score).

    Sorted by date a score is 0.
    """

    total: int
    documents: list[tuple[int, float]]


def execute(
    searcher: Searcher,
    tree: Tree,
    condition: Tree | None,
    order: Order,
    offset: int,
    limit: int | None,
) -> Matches:
    """Runs `tree`, narrowed by `condition`, which does not count for the score.

    Equal documents stand in the order of their numbers. A limit of None is all.
    """
    query = to_whoosh(tree)
    if condition is not None:
        query = Require(query, to_whoosh(condition))
    total = 0

    def counted(keys: Iterator[tuple[float, int, float]]) -> Iterator[tuple[float, int, float]]:
        nonlocal total
        for key in keys:
            total += 1
            yield key

    if order == "relevance":
        keys = _by_score(searcher, query)
    else:
        keys = _by_date(searcher, query, newest_first=order == "date")
    if limit is None:
        best = sorted(counted(keys))
    else:
        best = heapq.nsmallest(offset + limit, counted(keys))
        # Wanting none, it looks at none: the rest is counted here.
        for _ in counted(keys):
            pass
    return Matches(total, [(number, score) for _, number, score in best[offset:]])


def all_documents(searcher: Searcher, tree: Tree, condition: Tree | None) -> list[int]:
    """The numbers of all documents that match."""
    return [number for number, _ in execute(searcher, tree, condition, "date", 0, None).documents]


def _by_score(searcher: Searcher, query: Query) -> Iterator[tuple[float, int, float]]:
    context = searcher.context()
    for leaf, base in searcher.leaf_searchers():
        matcher = query.matcher(leaf, context)
        while matcher.is_active():
            score = matcher.score()
            yield -score, base + matcher.id(), score
            matcher.next()


def _by_date(
    searcher: Searcher, query: Query, newest_first: bool
) -> Iterator[tuple[float, int, float]]:
    for leaf, base in searcher.leaf_searchers():
        reader = leaf.reader()
        undated = searcher.schema["published"].column_type.default_value()
        published = None
        if reader.has_column("published"):
            published = reader.column_reader("published", translate=False)
        matcher = query.matcher(leaf, searcher.boolean_context())
        while matcher.is_active():
            number = matcher.id()
            moment = published[number] if published else undated
            key = -moment if newest_first else moment
            yield float("inf") if moment == undated else key, base + number, 0.0
            matcher.next()
