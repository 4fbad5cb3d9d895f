"""How a query was read, for the person who typed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Interpretation", "Note", "Terms"]


@dataclass(frozen=True, slots=True)
class Note:
    """What was ignored, or read otherwise than one might think, and why.

    It is about ``query[start:end]``.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a word, phrase or pattern stands for, `typed` as in the query.

    `meanings` are the terms, or phrases of terms, that it is looked for by; one that ends with
    ``*`` stands for all that begin so. `expansions` is the number of terms of the index that a
    pattern stands for, None where they have not been counted.
    """

    typed: str
    meanings: tuple[str, ...]
    expansions: int | None = None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How a query was read.

    `reading` is the query written out, everything in brackets; it means the same in any mode.
    `relaxed` is what was run instead because no article has all the words (None: it was not).
    `did_you_mean` has, for typed words that the index lacks, words that it has.
    """

    query: str
    reading: str
    notes: tuple[Note, ...]
    terms: tuple[Terms, ...]
    relaxed: str | None = None
    did_you_mean: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return asdict(self)
