"""BM25F of any tree, by the oracle and the formula (`searchkit.ranking.bm25f`)."""

from __future__ import annotations

from collections.abc import Callable

from searchkit.query import tree as t
from searchkit.ranking import Ranking, inverse_document_frequency
from searchkit.schema import TEXT_FIELDS
from tests.query.oracle import Oracle, looks_like

__all__ = ["Scores"]


class Scores:
    """Scores the first `articles` of an oracle, all of which count for how rare words are."""

    def __init__(self, oracle: Oracle, articles: int, ranking: Ranking) -> None:
        self._oracle = oracle
        self._numbers = range(articles)
        self._ranking = ranking
        self._averages = {}
        for field in TEXT_FIELDS:
            lengths = [oracle.length(number, field) for number in self._numbers]
            # Whoosh counts those without the field, too.
            counted = len(lengths) if ranking.model == "whoosh" else sum(map(bool, lengths))
            self._averages[field] = sum(lengths) / counted if any(lengths) else 1.0

    def score(self, tree: t.Tree, number: int) -> float:
        """The score of an article that matches."""
        match tree:
            case t.And() | t.Or() | t.Some():
                matching = (each for each in tree.members if number in self._oracle.matching(each))
                return sum(self.score(each, number) for each in matching)
            case t.AtLeast(times=1):
                return self.score(tree.member, number)
            case t.AtLeast():
                frequencies = self._oracle.occurrences(tree.member, number)
                return self._saturated(tree.member, frequencies, number)
            case t.Word() | t.Pattern() | t.Near() | t.NotNear():
                return self._saturated(tree, self._frequencies(tree, number), number)
            case _:
                return 0.0

    def _saturated(
        self,
        tree: t.Word | t.Pattern | t.Near | t.NotNear,
        frequencies: dict[str, int],
        number: int,
    ) -> float:
        ranking = self._ranking
        amount = 0.0
        for field, frequency in frequencies.items():
            length = self._oracle.length(number, field) / self._averages[field]
            amount += ranking.weights[field] * frequency / (1 - ranking.b + ranking.b * length)
        return tree.boost * self._rarity(tree, t.fields_of(tree)) * amount / (ranking.k1 + amount)

    def _frequencies(self, tree: t.Tree, number: int) -> dict[str, int]:
        """Of a word or pattern terms by themselves count each, of all else spans."""
        if not isinstance(tree, (t.Word, t.Pattern)) or _is_exact(tree):
            return self._oracle.occurrences(tree, number)
        stands = _stands(tree)
        phrases = _phrases(tree)
        spans = self._oracle.occurrences(phrases, number) if phrases else {}
        return {
            field: sum(map(stands, self._oracle.terms(number, field))) + spans.get(field, 0)
            for field in tree.fields
        }

    def _rarity(self, tree: t.Tree, fields: tuple[str, ...]) -> float:
        match tree:
            case t.Near():
                return sum(self._rarity(member, fields) for member in tree.members)
            case t.Or():
                return min(self._rarity(member, fields) for member in tree.members)
            case t.NotNear():
                return self._rarity(tree.wanted, fields)
            case t.Word() | t.Pattern():
                count = self._count(_stands(tree), fields)
                phrases = _phrases(tree)
                if isinstance(tree, t.Pattern) or count or not phrases:
                    return self._inverse(count)
                return min(
                    sum(self._inverse(self._count(term.__eq__, fields)) for term in each.terms)
                    for each in phrases.variants
                )
            case _:
                raise AssertionError(tree)

    def _count(self, wanted: Callable[[str], bool], fields: tuple[str, ...]) -> int:
        return sum(
            any(any(map(wanted, self._oracle.terms(number, field))) for field in fields)
            for number in self._numbers
        )

    def _inverse(self, count: int) -> float:
        return inverse_document_frequency(len(self._numbers), count)


def _is_exact(tree: t.Tree) -> bool:
    return isinstance(tree, t.Word) and tree.exact


def _stands(tree: t.Word | t.Pattern) -> Callable[[str], bool]:
    """Whether a term is what it stands for, by itself."""
    variants = tree.variants if isinstance(tree, t.Word) else tree.stems
    terms = {each.terms[0] for each in variants if len(each.terms) == 1 and not each.is_prefix}
    beginnings = tuple(each.terms[0] for each in variants if each.is_prefix)

    def stands(term: str) -> bool:
        return (
            term in terms
            or term.startswith(beginnings)
            or (isinstance(tree, t.Pattern) and looks_like(tree)(term))
        )

    return stands


def _phrases(tree: t.Word | t.Pattern) -> t.Word | None:
    variants = tree.variants if isinstance(tree, t.Word) else tree.stems
    phrases = tuple(each for each in variants if len(each.terms) > 1)
    slop = tree.slop if isinstance(tree, t.Word) else 1
    return t.Word(tree.fields, phrases, tree.typed, slop) if phrases else None
