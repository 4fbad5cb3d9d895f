"""BM25F: an article's score by how often it has the words of a query, and where.

    score  = Σ over words   boost * idf * amount / (k1 + amount)
    amount = Σ over fields  weight * frequency / (1 - b + b * length / average length)
    idf    = ln(1 + (N - n + 0.5) / (n + 0.5)), of N articles n have the word

A word is weighted over all fields before it is saturated, once: Robertson, Zaragoza and Taylor,
"Simple BM25 Extension to Multiple Weighted Fields" (CIKM 2004); Robertson and Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond" (2009), with an idf that is never negative.
The average is over the articles that have anything in the field: those with captions, where few
have any, have no long ones for that.

Whoosh's ranking of this name is a sum of BM25 over fields, each with an idf of its own:

    score  = Σ over words, fields  boost * weight * idf * (k1 + 1) * amount / (k1 + amount)
    amount = frequency / (1 - b + b * length / average length)
    idf    = ln(N / (n + 1)) + 1, of N articles n have the word in the field

in which the average is over all articles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from searchkit.errors import QueryError
from searchkit.schema import FIELD_WEIGHTS, TEXT_FIELDS

__all__ = [
    "Model",
    "Ranking",
    "Recency",
    "inverse_document_frequency",
    "whoosh_document_frequency",
]

Model = Literal["bm25f", "whoosh"]


@dataclass(frozen=True, slots=True)
class Recency:
    """Newer articles first, other things being equal: a score is multiplied by
    ``1 - share + share * 2 ** (-age / half_life)``.

    An age is counted before `now`; what is published later has none, what has no date an endless
    one. `now` has a zone. Raises QueryError for a half-life that is not positive, a `now` without
    zone, or a share that is not from 0 to 1.
    """

    half_life: timedelta
    now: datetime
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.half_life <= timedelta():
            raise QueryError(f"half_life is {self.half_life}; give a time above zero")
        if self.now.utcoffset() is None:
            raise QueryError(f"now is {self.now}, without a zone; add one, such as timezone.utc")
        if not 0 <= self.share <= 1:
            raise QueryError(f"share is {self.share}; give a number from 0 to 1")

    def factor(self, published: datetime | None) -> float:
        """What the score of an article of that time is multiplied by."""
        if published is None:
            return 1 - self.share
        age = max(timedelta(), self.now - published)
        return 1 - self.share + self.share * float(2 ** -(age / self.half_life))


@dataclass(frozen=True)
class Ranking:
    """How articles are scored: the parameters of the formulas of this module.

    `k1`, above 0: how soon a word that stands there more often counts no more. `b`, from 0 to 1:
    how far long texts count for less. `weights` of the text fields, 0 or above: those left out
    have the usual one. Raises QueryError for others.
    """

    model: Model = "bm25f"
    k1: float = 1.2
    b: float = 0.75
    weights: Mapping[str, float] = field(default_factory=dict, hash=False)
    recency: Recency | None = None

    def __post_init__(self) -> None:
        if self.model not in ("bm25f", "whoosh"):
            raise QueryError(f"there is no ranking {self.model!r}; write bm25f or whoosh")
        if not (0 < self.k1 < math.inf and 0 <= self.b <= 1):
            raise QueryError(
                f"k1 is {self.k1} and b {self.b}; give a k1 above 0 and a b from 0 to 1"
            )
        for name, weight in self.weights.items():
            if name not in TEXT_FIELDS or not 0 <= weight < math.inf:
                raise QueryError(
                    f"{name} has the weight {weight}; give 0 or more for any of "
                    f"{', '.join(TEXT_FIELDS)}"
                )
        object.__setattr__(self, "weights", {**FIELD_WEIGHTS, **self.weights})


def inverse_document_frequency(articles: int, frequency: int) -> float:
    """The idf of a word that `frequency` of so many articles have."""
    return math.log1p((articles - frequency + 0.5) / (frequency + 0.5))


def whoosh_document_frequency(articles: int, frequency: int) -> float:
    """The same as Whoosh has it."""
    return math.log(articles / (frequency + 1)) + 1 if articles else 0.0
