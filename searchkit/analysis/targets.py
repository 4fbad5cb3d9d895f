"""What a query looks for in one field, and where a text has it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from searchkit.analysis.analyzer import Token

__all__ = ["Phrase", "Span", "Targets"]


class Span(NamedTuple):
    """A match: the half-open character range ``text[start:end]`` and the term found there."""

    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that must stand in this order, each at most `slop` positions after the one before."""

    terms: tuple[str, ...]
    slop: int = 1


@dataclass(frozen=True, slots=True)
class Targets:
    """The single terms, term patterns and phrases that a query wants in one field."""

    terms: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    phrases: tuple[Phrase, ...] = ()

    def __or__(self, other: Targets) -> Targets:
        return Targets(
            self.terms | other.terms,
            self.patterns + other.patterns,
            self.phrases + other.phrases,
        )

    def find(self, tokens: Iterable[Token]) -> list[Span]:
        """The matches among `tokens`, in text order and without overlap.

        A phrase's tokens match only where the phrase stands; matches that overlap become one.
        """
        if not (self.terms or self.patterns or self.phrases):
            return []
        in_phrases = {term for phrase in self.phrases for term in phrase.terms}
        concerned: dict[str, bool] = {}
        candidates = []
        places: dict[str, set[int]] = {term: set() for term in in_phrases}
        for token in tokens:
            term = token.term
            if term not in concerned:
                concerned[term] = term in in_phrases or self._wants(term)
            if concerned[term]:
                candidates.append(token)
                if term in in_phrases:
                    places[term].add(token.position)
        standing: set[tuple[str, int]] = set()
        for phrase in self.phrases:
            standing |= _places_of(phrase, places)
        return _apart(
            Span(token.start, token.end, token.term)
            for token in candidates
            if (token.term, token.position) in standing or self._wants(token.term)
        )

    def _wants(self, term: str) -> bool:
        return term in self.terms or any(pattern.fullmatch(term) for pattern in self.patterns)


def _places_of(phrase: Phrase, places: dict[str, set[int]]) -> set[tuple[str, int]]:
    """The terms and positions of all occurrences of the phrase; `places` are those of terms."""
    # From the end backwards: the positions from which the rest of the phrase can follow ...
    completing = [places[phrase.terms[-1]]]
    for term in reversed(phrase.terms[:-1]):
        following = completing[-1]
        completing.append(
            {p for p in places[term] if any(p + d in following for d in _steps(phrase))}
        )
    completing.reverse()

    # ... and forwards again: those of them that a beginning of the phrase leads to.
    reached = completing[0]
    found = {(phrase.terms[0], position) for position in reached}
    for term, candidates in zip(phrase.terms[1:], completing[1:], strict=True):
        reached = {p for p in candidates if any(p - d in reached for d in _steps(phrase))}
        found |= {(term, position) for position in reached}
    return found


def _steps(phrase: Phrase) -> range:
    return range(1, phrase.slop + 1)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap as one under the term of the first."""
    apart: list[Span] = []
    for span in sorted(spans):
        if apart and span.start < apart[-1].end:
            apart[-1] = apart[-1]._replace(end=max(span.end, apart[-1].end))
        else:
            apart.append(span)
    return apart
