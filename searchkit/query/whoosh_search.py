"""A query of Whoosh, run by Whoosh's own matchers over our postings."""

from __future__ import annotations

import heapq

from whoosh.query import Query, Require
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from searchkit.codec.whoosh_codec import reader_of
from searchkit.codec.whoosh_schema import whoosh_schema
from searchkit.query import tree as t
from searchkit.query.execute import Matches, Order, dated
from searchkit.query.searchable import Searchable
from searchkit.query.whoosh_query import to_whoosh
from searchkit.ranking import Ranking

__all__ = ["execute_whoosh"]


def execute_whoosh(
    searchable: Searchable,
    query: Query,
    condition: t.Tree | None,
    ranking: Ranking,
    *,
    order: Order,
    best: int | None,
) -> Matches:
    """The answer of `execute` for a query of Whoosh, with the scores that Whoosh gives by the k1
    and b of the ranking. Takes some microseconds for each article that matches.
    """
    schema = whoosh_schema(searchable.snapshot.manifest.language)
    searcher = Searcher(
        reader_of(searchable.snapshot, schema), weighting=BM25F(B=ranking.b, K1=ranking.k1)
    )
    if condition is not None:
        query = Require(query, to_whoosh(condition))
    sets = tuple(
        bytearray((live.entry.documents + 63) // 64 * 8) for live in searchable.snapshot.segments
    )
    limit = searchable.articles if best is None else best
    scored = []
    context = searcher.context()
    readers = searcher.leaf_searchers()
    # An index without segments has an empty reader all the same.
    for documents, (leaf, base) in zip(sets, readers, strict=False):
        matcher = query.matcher(leaf, context)
        while matcher.is_active():
            document = matcher.id()
            documents[document >> 3] |= 1 << (document & 7)
            scored.append((-matcher.score(), base + document))
            matcher.next()
    if order == "relevance":
        ranked = [(number, -score) for score, number in heapq.nsmallest(limit, scored)]
    else:
        ranked = dated(searchable, sets, limit, newest=order == "date")
    return Matches(len(scored), ranked, sets, True)
