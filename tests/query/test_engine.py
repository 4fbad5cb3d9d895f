"""The engine against the oracle: the same articles, the same scores, in order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.analysis import Variant
from searchkit.codec.snapshot import open_snapshot
from searchkit.codec.storage import Storage
from searchkit.query import tree as t
from searchkit.query.execute import Matches, execute
from searchkit.query.plan import plan_for
from searchkit.query.searchable import Searchable
from searchkit.query.whoosh_query import to_whoosh
from searchkit.query.whoosh_search import execute_whoosh
from searchkit.ranking import Ranking
from searchkit.record import decode_article
from tests.query.oracle import Oracle
from tests.query.scores import Scores
from tests.query.trees import LANGUAGES, archives, trees, words

RANKING = Ranking()
WHOOSH = Ranking("whoosh")


class Archive:
    """Articles in an index, in a segment for each stretch between the cuts."""

    def __init__(self, articles: Sequence[Article], searchable: Searchable) -> None:
        self.articles = articles
        self.searchable = searchable
        numbers = {article.id: number for number, article in enumerate(articles)}
        self._numbers = [
            numbers[decode_article(live.segment.stored[document]).id]
            for live in searchable.snapshot.segments
            for document in range(live.entry.documents)
        ]

    def search(self, tree: t.Tree, ranking: Ranking = RANKING, **wanted: object) -> Matches:
        return execute(plan_for(self.searchable, tree, ranking), **wanted)

    def scores_of(self, matches: Matches) -> dict[int, float]:
        """By the article's own number."""
        return {self._numbers[document]: score for document, score in matches.documents}


@contextmanager
def archive_of(
    articles: Sequence[Article], cuts: Sequence[int], deleted: set[int]
) -> Iterator[Archive]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "archive.idx"
        with searchkit.create(path) as index:
            for start, stop in pairwise([0, *sorted(cuts), len(articles)]):
                index.add(articles[start:stop], detect_language=False)
            index.delete(*(articles[number].id for number in deleted))
        yield Archive(articles, Searchable(open_snapshot(Storage(path))))


@st.composite
def places_of_cuts(draw: st.DrawFn) -> tuple[list[Article], list[int], set[int]]:
    """Articles, where a segment ends among them, and those that are deleted."""
    articles = draw(archives())
    last = max(0, len(articles) - 1)
    cuts = draw(st.lists(st.integers(0, len(articles)), max_size=2))
    deleted = draw(st.sets(st.integers(0, last), max_size=2)) if articles else set()
    return articles, cuts, deleted


@settings(max_examples=60)
@given(places_of_cuts(), st.lists(trees, min_size=3, max_size=6))
def test_the_engine_finds_and_scores_what_the_oracle_does(
    made: tuple[list[Article], list[int], set[int]], several: list[t.Tree]
) -> None:
    articles, _, deleted = made
    oracle = Oracle(articles, LANGUAGES)
    with archive_of(*made) as archive:
        scores = Scores(oracle, len(articles), RANKING) if articles else None
        for tree in several:
            matches = archive.search(tree, best=None)
            found = archive.scores_of(matches)
            assert set(found) == oracle.matching(tree) - deleted, tree
            assert matches.total == len(found)
            order = [(-score, document) for document, score in matches.documents]
            assert order == sorted(order)
            # A merge takes deleted articles out, and then they count no more.
            if scores and archive.searchable.articles == len(articles):
                for number, score in found.items():
                    assert score == pytest.approx(scores.score(tree, number), abs=1e-9), tree


@settings(max_examples=30)
@given(places_of_cuts(), st.lists(trees, min_size=3, max_size=6), st.integers(0, 4))
def test_the_best_are_the_first_of_all_and_all_are_counted(
    made: tuple[list[Article], list[int], set[int]], several: list[t.Tree], best: int
) -> None:
    with archive_of(*made) as archive:
        for tree in several:
            everything = archive.search(tree, best=None)
            first = archive.search(tree, best=best)
            assert first.total == everything.total
            for one, other in zip(first.documents, everything.documents[:best], strict=True):
                assert one == (other[0], pytest.approx(other[1])), tree
            hasty = archive.search(tree, best=best, count=False)
            assert hasty.documents == first.documents
            assert hasty.total <= first.total


@settings(max_examples=30)
@given(places_of_cuts(), st.lists(trees, min_size=3, max_size=6))
def test_the_matchers_of_whoosh_find_what_the_engine_finds(
    made: tuple[list[Article], list[int], set[int]], several: list[t.Tree]
) -> None:
    with archive_of(*made) as archive:
        for tree in several:
            matches = execute_whoosh(
                archive.searchable, to_whoosh(tree), None, WHOOSH, order="date", best=None
            )
            ours = archive.search(tree, order="date", best=None)
            assert matches.documents == ours.documents, tree
            assert matches.total == ours.total


def combined(members: st.SearchStrategy[t.Tree]) -> st.SearchStrategy[t.Tree]:
    several = st.lists(members, min_size=1, max_size=3).map(tuple)
    return several.map(t.And) | several.map(t.Or)


def _single(word: t.Word) -> t.Word:
    terms = next((each.terms for each in word.variants if not each.is_prefix), ("fog",))
    return replace(word, variants=(Variant(terms[:1]),), exact=False)


def _is_mixed(tree: t.Tree) -> bool:
    # Of equal members Whoosh leaves out all but one.
    terms = [leaf.variants for leaf in t.leaves(tree) if isinstance(leaf, t.Word)]
    return len(set(terms)) == len(terms)


single_words = words.map(_single)


@settings(max_examples=30)
@given(
    places_of_cuts(),
    st.lists(
        st.recursive(single_words, combined, max_leaves=4).filter(_is_mixed),
        min_size=3,
        max_size=6,
    ),
)
def test_the_ranking_of_whoosh_has_the_scores_of_whoosh(
    made: tuple[list[Article], list[int], set[int]], several: list[t.Tree]
) -> None:
    with archive_of(*made) as archive:
        for tree in several:
            theirs = execute_whoosh(
                archive.searchable, to_whoosh(tree), None, WHOOSH, order="relevance", best=None
            )
            ours = archive.search(tree, WHOOSH, best=None)
            assert dict(ours.documents) == pytest.approx(dict(theirs.documents), abs=1e-6), tree
