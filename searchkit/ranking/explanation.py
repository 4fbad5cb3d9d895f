"""The arithmetic of one score."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Explanation", "FieldShare", "WordShare"]


@dataclass(frozen=True, slots=True)
class FieldShare:
    """What a word's occurrences in one field amount to.

    `frequency` of them stand in `length` words, where the field has `average` in an article;
    `weight` is that of the field.
    """

    field: str
    frequency: int
    length: int
    average: float
    weight: float
    amount: float


@dataclass(frozen=True, slots=True)
class WordShare:
    """What a word, phrase or pattern adds to a score.

    `articles` have it, of all those in the index; for a phrase or a proximity that is None, and
    `idf` the sum of those of its terms. `amount` is that of its `fields` together. In the ranking
    of Whoosh there is one for each word and field.
    """

    typed: str
    boost: float
    articles: int | None
    idf: float
    fields: tuple[FieldShare, ...]
    amount: float
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a hit has its score: the sum of its words' shares, times the factor for its age.

    `articles` are those in the index, `k1` and `b` those of the formula.
    """

    score: float
    words: tuple[WordShare, ...]
    articles: int
    k1: float
    b: float
    recency: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return asdict(self)

    def __str__(self) -> str:
        lines = []
        for word in self.words:
            had = (
                "" if word.articles is None else f", {word.articles:,} of {self.articles:,} have it"
            )
            boost = "" if word.boost == 1 else f"{word.boost:g} × "
            lines.append(f"{word.share:9.4f}  {word.typed}")
            lines.append(
                f"           = {boost}{word.idf:.4f} × {word.amount:.4f} / "
                f"({self.k1:g} + {word.amount:.4f}){had}"
            )
            lines += [
                f"             {each.amount:.4f} {each.field}: "
                f"{each.weight:g} × {each.frequency} / "
                f"(1 - {self.b:g} + {self.b:g} × {each.length:,} / {each.average:,.1f})"
                for each in word.fields
            ]
        if self.recency is not None:
            lines.append(f"{self.recency:9.4f}× for its age")
        lines.append(f"{self.score:9.4f}  score")
        return "\n".join(lines)
