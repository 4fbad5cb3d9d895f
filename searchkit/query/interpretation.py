"""How a query was read, for the person who typed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from searchkit.analysis import Variant
from searchkit.query import tree as t
from searchkit.query.reading import reading_of

__all__ = ["Interpretation", "Note", "Relaxation", "Terms"]


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
    """What a word, phrase or pattern stands for, `typed` as in the query (``harbour~1``).

    `meanings` are the terms, or phrases of terms, that it is looked for by; one that ends with
    ``*`` stands for all that begin so. `expansions` is the number of terms of the index that a
    pattern stands for, None where they have not been counted.
    """

    typed: str
    meanings: tuple[str, ...]
    expansions: int | None = None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What was run because no article has all of `words` words: `required` of them, the most that
    any article has.
    """

    words: int
    required: int
    tree: t.Tree

    @property
    def reading(self) -> str:
        """The query that was run, written out."""
        return reading_of(self.tree)

    def __str__(self) -> str:
        return f"no article has all {self.words} words; these have {self.required} of them"


@dataclass(frozen=True)
class Interpretation:
    """How a query was read; what is costly to tell is made when somebody asks.

    `relaxed` is what was run instead because no article has all the words (None: it was not).
    `did_you_mean` has, for typed words that the index lacks, words that it has; `expansions`, for
    patterns of the tree, how many terms of the index they stand for.
    """

    query: str
    tree: t.Tree
    notes: tuple[Note, ...]
    relaxed: Relaxation | None = None
    did_you_mean: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expansions: Mapping[t.Pattern, int] = field(default_factory=dict)

    @cached_property
    def reading(self) -> str:
        """The query written out, everything in brackets; it means the same in any mode."""
        return reading_of(self.tree)

    @cached_property
    def terms(self) -> tuple[Terms, ...]:
        """What each word, phrase and pattern stands for, once each, in the order of the query."""
        found: dict[Terms, None] = {}
        for leaf in t.leaves(self.tree):
            if isinstance(leaf, t.Word):
                found[Terms(leaf.typed, _meanings(leaf.variants))] = None
            elif isinstance(leaf, t.Pattern):
                suffix = f"~{leaf.distance}" if leaf.kind == "fuzzy" else ""
                looks = leaf.text + ("*" if leaf.kind == "prefix" else suffix)
                meanings = _meanings(leaf.stems, looks)
                found[Terms(leaf.typed + suffix, meanings, self.expansions.get(leaf))] = None
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        relaxed = self.relaxed
        return {
            "query": self.query,
            "reading": self.reading,
            "notes": [asdict(note) for note in self.notes],
            "terms": [asdict(terms) for terms in self.terms],
            "relaxed": relaxed
            and {
                "words": relaxed.words,
                "required": relaxed.required,
                "reading": relaxed.reading,
                "text": str(relaxed),
            },
            "did_you_mean": {word: list(words) for word, words in self.did_you_mean.items()},
        }


def _meanings(variants: tuple[Variant, ...], *looks: str) -> tuple[str, ...]:
    phrases = (" ".join(each.terms) + "*" * each.is_prefix for each in variants)
    return tuple(dict.fromkeys([*looks, *phrases]))
