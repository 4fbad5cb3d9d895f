"""The engine against the oracle: the same articles, the same scores, in order."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.codec.snapshot import open_snapshot
from searchkit.codec.storage import Storage
from searchkit.query import tree as t
from searchkit.query.execute import execute
from searchkit.query.plan import Plan
from searchkit.query.searchable import Searchable
from searchkit.ranking import Ranking, inverse_document_frequency
from searchkit.schema import TEXT_FIELDS
from tests.query.oracle import Oracle, _looks_like
from tests.query.trees import LANGUAGES, archives, trees

from hypothesis import Phase
SEVERAL = settings(max_examples=100, deadline=None, phases=(Phase.generate,))


class Scores:
    """BM25F over the oracle's articles, those included that are deleted."""

    def __init__(self, oracle: Oracle, articles: int, ranking: Ranking) -> None:
        self.oracle = oracle
        self.articles = articles
        self.ranking = ranking
        self.averages = {
            field: sum(oracle.length(n, field) for n in range(articles)) / articles or 1
            for field in TEXT_FIELDS
        }

    def score(self, tree: t.Tree, number: int) -> float:
        """The score of an article that matches."""
        if isinstance(tree, (t.And, t.Or, t.Some)):
            return sum(
                self.score(member, number)
                for member in tree.members
                if number in self.oracle.matching(member)
            )
        if isinstance(tree, t.AtLeast):
            frequencies = self.oracle.occurrences(tree.member, number)
            return self.saturated(tree.member, frequencies, number)
        if isinstance(tree, (t.Word, t.Pattern)):
            return self.saturated(tree, self.frequencies(tree, number), number)
        if isinstance(tree, (t.Near, t.NotNear)):
            return self.saturated(tree, self.oracle.occurrences(tree, number), number)
        return 0.0

    def saturated(self, tree: t.Tree, frequencies: dict[str, int], number: int) -> float:
        ranking = self.ranking
        amount = 0.0
        for field, frequency in frequencies.items():
            length = self.oracle.length(number, field) / self.averages[field]
            amount += (
                ranking.weights[field] * frequency / (1 - ranking.b + ranking.b * length)
            )
        return tree.boost * self.frequency(tree) * amount / (ranking.k1 + amount)

    def frequencies(self, tree: t.Word | t.Pattern, number: int) -> dict[str, int]:
        if isinstance(tree, t.Word) and tree.exact:
            return self.oracle.occurrences(tree, number)
        single = self.single(tree)
        phrases = self.phrases(tree)
        counts = {}
        for field in tree.fields:
            terms = [term for term, _ in self.oracle._terms(number, field) if single(term)]
            spans = self.oracle.occurrences(phrases, number) if phrases else {}
            counts[field] = len(terms) + spans.get(field, 0)
        return counts

    def single(self, tree):
        if isinstance(tree, t.Word):
            variants, looks = tree.variants, lambda term: False
        else:
            variants, looks = tree.stems, _looks_like(tree)
        exact = {v.terms[0] for v in variants if len(v.terms) == 1 and not v.is_prefix}
        starts = tuple(v.terms[0] for v in variants if v.is_prefix)
        return lambda term: looks(term) or term in exact or term.startswith(starts)

    def phrases(self, tree):
        variants = tree.variants if isinstance(tree, t.Word) else tree.stems
        phrases = tuple(each for each in variants if len(each.terms) > 1)
        slop = tree.slop if isinstance(tree, t.Word) else 1
        return t.Word(tree.fields, phrases, "", slop) if phrases else None

    def frequency(self, tree: t.Tree) -> float:
        if isinstance(tree, (t.Near, t.Or)):
            found = list(map(self.frequency, tree.members))
            return sum(found) if isinstance(tree, t.Near) else min(found)
        if isinstance(tree, t.NotNear):
            return self.frequency(tree.wanted)
        assert isinstance(tree, (t.Word, t.Pattern))
        single = self.single(tree)
        count = self.count(single, tree.fields)
        phrases = self.phrases(tree)
        if isinstance(tree, t.Pattern) or count or not phrases:
            return self.idf(count)
        return min(
            sum(
                self.idf(self.count(lambda each, term=term: each == term, tree.fields))
                for term in phrase.terms
            )
            for phrase in phrases.variants
        )

    def count(self, wanted, fields: tuple[str, ...]) -> int:
        return sum(
            any(wanted(term) for field in fields for term, _ in self.oracle._terms(n, field))
            for n in range(self.articles)
        )

    def idf(self, count: int) -> float:
        return inverse_document_frequency(self.articles, count)


@contextmanager
def searched(
    articles: Sequence[Article], cuts: list[int], deleted: set[int]
) -> Iterator[Searchable]:
    """The articles in a segment for each stretch between the cuts."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "archive.idx"
        with searchkit.create(path) as index:
            for start, stop in itertools.pairwise([0, *sorted(cuts), len(articles)]):
                if articles[start:stop]:
                    index.add(articles[start:stop])
            index.delete(*(articles[number].id for number in deleted))
        yield Searchable(open_snapshot(Storage(path)))


class TestEngine:
    @SEVERAL
    @given(archives(), st.lists(trees, min_size=3, max_size=6), st.data())
    def test_finds_what_the_oracle_finds(self, articles, several, data) -> None:
        cuts = data.draw(st.lists(st.integers(0, len(articles)), max_size=2))
        numbers = st.integers(0, max(0, len(articles) - 1))
        deleted = data.draw(st.sets(numbers, max_size=2)) if articles else set()
        limit = data.draw(st.none() | st.integers(0, 3))
        oracle = Oracle(articles, LANGUAGES)
        scores = Scores(oracle, len(articles), Ranking()) if articles else None
        with searched(articles, cuts, deleted) as searchable:
            order = [
                article.id
                for live in searchable.snapshot.segments
                for article in map(
                    searchkit.record.decode_article,
                    (live.segment.stored[d] for d in range(live.entry.documents)),
                )
            ]
            numbers_of = {article.id: number for number, article in enumerate(articles)}
            for tree in several:
                expected = oracle.matching(tree) - deleted
                everything = execute(Plan(searchable, tree, Ranking()), best=None)
                found = {numbers_of[order[n]]: score for n, score in everything.documents}
                assert set(found) == expected, tree
                assert everything.total == len(expected)
                # A merge takes deleted articles out, and then they count no more.
                for number, score in found.items() if searchable.articles == len(articles) else ():
                    assert score == pytest.approx(scores.score(tree, number), abs=1e-9), tree
                ranks = [(-score, n) for n, score in everything.documents]
                assert ranks == sorted(ranks)
                if limit is None:
                    continue
                best = execute(Plan(searchable, tree, Ranking()), best=limit)
                assert best.total == len(expected)
                assert [round(score, 9) for _, score in best.documents] == [
                    round(score, 9) for _, score in everything.documents[:limit]
                ], tree
                assert best.documents == [
                    (n, pytest.approx(score)) for n, score in everything.documents[:limit]
                ]
                hasty = execute(Plan(searchable, tree, Ranking()), best=limit, count=False)
                assert hasty.documents == best.documents
                assert hasty.total <= best.total
