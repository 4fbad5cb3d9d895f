"""BM25F by its formula, word by word over every article: what searchkit's engine is held against.

    score  = Σ over words   ln(1 + (N - n + 0.5) / (n + 0.5)) * amount / (k1 + amount)
    amount = Σ over fields  weight * frequency / (1 - b + b * length / average length)

Of N articles n have the word in any field. Robertson, Zaragoza and Taylor, "Simple BM25 Extension
to Multiple Weighted Fields" (CIKM 2004). Words and terms are those of `searchkit.analysis`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from searchkit.analysis import analyzer_for, fold, variants_of
from searchkit.ranking import Ranking

__all__ = ["BruteForce"]

_LANGUAGE = "en"

# Of each article that has it, by the field: how often.
_Counts = Mapping[str, Mapping[str, int]]


class BruteForce:
    """Ranks articles, given by their ids: for each text field its text, in English."""

    def __init__(self, articles: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = {
            article: {field: _places(text) for field, text in fields.items()}
            for article, fields in articles.items()
        }
        self._lengths = {
            article: {field: sum(map(len, places.values())) for field, places in fields.items()}
            for article, fields in self._texts.items()
        }
        filled: dict[str, list[int]] = {}
        for lengths in self._lengths.values():
            for field, length in lengths.items():
                if length:
                    filled.setdefault(field, []).append(length)
        self._averages = {field: sum(each) / len(each) for field, each in filled.items()}
        self._counts, self._rarities = cache(self._count), cache(self._rarity)

    def rank(
        self, words: Iterable[str], ranking: Ranking, stop_words: AbstractSet[str] = frozenset()
    ) -> dict[str, float]:
        """The articles that have any of the words, with their scores.

        Stop words count only where there is nothing else.
        """
        words = list(words)
        scores: dict[str, float] = {}
        for word in [word for word in words if fold(word) not in stop_words] or words:
            rarity = self._rarities(word)
            for article, counts in self._counts(word).items():
                amount = sum(
                    ranking.weights[field] * count / self._stretch(article, field, ranking.b)
                    for field, count in counts.items()
                )
                share = rarity * amount / (ranking.k1 + amount)
                scores[article] = scores.get(article, 0.0) + share
        return scores

    def _stretch(self, article: str, field: str, b: float) -> float:
        return 1 - b + b * self._lengths[article][field] / self._averages[field]

    def _count(self, word: str) -> _Counts:
        """Where a word stands, and how often: each of its variants."""
        variants = variants_of(word, (_LANGUAGE,))
        found = {}
        for article, fields in self._texts.items():
            counts = {}
            for field, places in fields.items():
                if count := sum(_occurrences(variant.terms, places) for variant in variants):
                    counts[field] = count
            if counts:
                found[article] = counts
        return found

    def _rarity(self, word: str) -> float:
        """The inverse document frequency of the variants that are terms, or of the rest of them,
        phrases, the least sum of those of their terms.
        """
        variants = variants_of(word, (_LANGUAGE,))
        terms = {variant.terms for variant in variants if len(variant.terms) == 1}
        articles = self._articles_with(terms)
        if articles or len(terms) == len(variants):
            return self._inverse(articles)
        return min(
            sum(self._inverse(self._articles_with({(term,)})) for term in variant.terms)
            for variant in variants
        )

    def _articles_with(self, terms: AbstractSet[tuple[str, ...]]) -> int:
        return sum(
            any(term in places for (term,) in terms for places in fields.values())
            for fields in self._texts.values()
        )

    def _inverse(self, articles: int) -> float:
        return math.log(1 + (len(self._texts) - articles + 0.5) / (articles + 0.5))


def _places(text: str) -> dict[str, list[int]]:
    """The positions of each term."""
    places: dict[str, list[int]] = {}
    for token in analyzer_for(_LANGUAGE).tokens(text):
        places.setdefault(token.term, []).append(token.position)
    return places


def _occurrences(terms: Sequence[str], places: Mapping[str, list[int]]) -> int:
    """How often the terms stand one after the other; of what overlaps the first counts."""
    count, free = 0, 0
    for start in places.get(terms[0], ()):
        follow = enumerate(terms[1:], start + 1)
        if start >= free and all(place in places.get(term, ()) for place, term in follow):
            count += 1
            free = start + len(terms)
    return count
