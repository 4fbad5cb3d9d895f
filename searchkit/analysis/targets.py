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
        """The matches among `tokens`, one for each token that is part of any, in text order.

        A phrase's tokens match only where the phrase stands.
        """
        if not (self.terms or self.patterns or self.phrases):
            return []
        sequence = list(tokens)
        terms = {token.term for token in sequence}
        wanted = {term for term in terms if self._wants(term)}
        found = {index for index, token in enumerate(sequence) if token.term in wanted}
        for phrase in self.phrases:
            if terms.issuperset(phrase.terms):
                found |= _phrase_positions(phrase, sequence)
        return [Span(sequence[i].start, sequence[i].end, sequence[i].term) for i in sorted(found)]

    def _wants(self, term: str) -> bool:
        return term in self.terms or any(pattern.fullmatch(term) for pattern in self.patterns)


def _phrase_positions(phrase: Phrase, tokens: list[Token]) -> set[int]:
    """The positions of all tokens that belong to an occurrence of the phrase."""
    wanted = set(phrase.terms)
    places: dict[str, list[int]] = {term: [] for term in wanted}
    for position, token in enumerate(tokens):
        if token.term in wanted:
            places[token.term].append(position)

    # From the end backwards: the positions from which the rest of the phrase can follow ...
    completing = [set(places[phrase.terms[-1]])]
    for term in reversed(phrase.terms[:-1]):
        following = completing[-1]
        completing.append(
            {p for p in places[term] if any(p + d in following for d in _steps(phrase))}
        )
    completing.reverse()

    # ... and forwards again: those of them that a beginning of the phrase leads to.
    reached = completing[0]
    found = set(reached)
    for candidates in completing[1:]:
        reached = {p for p in candidates if any(p - d in reached for d in _steps(phrase))}
        found |= reached
    return found


def _steps(phrase: Phrase) -> range:
    return range(1, phrase.slop + 1)
