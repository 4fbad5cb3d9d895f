"""One commit as searches see it: the lists of its terms, how long its texts are."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from searchkit.analysis import Variant
from searchkit.codec.segment import Segment, documents_of
from searchkit.codec.snapshot import LiveSegment, Snapshot
from searchkit.kernels import PATTERN_CHARACTERS, PATTERN_KINDS
from searchkit.kernels.lists import Lists, SegmentView
from searchkit.kernels.matching import Weighting
from searchkit.kernels.patterns import expand
from searchkit.kernels.tallies import count_filled
from searchkit.query import tree as t
from searchkit.ranking import Ranking
from searchkit.schema import TEXT_FIELDS, VALUE_FIELDS

__all__ = ["FIELD_NUMBERS", "MAX_EXPANSIONS", "Expansion", "Found", "Searchable", "documents_in"]

# The fields in the order in which kernels number them.
FIELD_NUMBERS = {name: number for number, name in enumerate((*TEXT_FIELDS, *VALUE_FIELDS))}

# The terms of one pattern in one field of a segment. So many, those of an archive of a million
# articles, take a second; what is beyond is left out, and said so.
MAX_EXPANSIONS = 500_000

# Words whose lists are remembered: a KB each with one segment.
_MAX_REMEMBERED = 10_000

_Word = tuple["Found", tuple[Variant, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """Lists of terms, of each segment; in how many articles there is any of the terms, and how
    many postings they have, those included that are deleted but still there.
    """

    lists: tuple[Lists, ...]
    articles: int
    postings: int


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a pattern stands for: lists, the terms by name if asked for, and whether that is all."""

    found: Found
    terms: frozenset[str]
    complete: bool


class Searchable:
    """What is needed to search a commit. Safe to share between threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.articles = sum(each.entry.documents for each in snapshot.segments)
        self._words: dict[tuple[tuple[Variant, ...], tuple[str, ...]], _Word] = {}
        self._terms: dict[tuple[str, tuple[str, ...]], Found] = {}
        self._phrases: dict[tuple[Variant, tuple[str, ...]], tuple[Found, ...]] = {}
        self._weightings: dict[Ranking, Weighting] = {}

    def segment(self, number: int) -> Segment:
        """A segment by its number."""
        return self.snapshot.segments[number].segment

    @cached_property
    def views(self) -> tuple[SegmentView, ...]:
        """Each segment for the kernels, its fields in the order of FIELD_NUMBERS."""
        return tuple(map(_view, self.snapshot.segments))

    @cached_property
    def bases(self) -> tuple[int, ...]:
        """The number of each segment's first document."""
        counts = (live.entry.documents for live in self.snapshot.segments)
        return tuple(itertools.accumulate(counts, initial=0))[:-1]

    def average_lengths(self, ranking: Ranking) -> dict[str, float]:
        """The tokens of each text field in an article, on average; 1 if there are none.

        Whoosh counts the articles that have no such field, too.
        """
        segments = [live.segment for live in self.snapshot.segments]
        averages = {}
        for name in TEXT_FIELDS:
            tokens = sum(segment.fields[name].occurrences for segment in segments)
            articles = self.articles if ranking.model == "whoosh" else self._filled[name]
            averages[name] = tokens / articles if tokens else 1.0
        return averages

    @cached_property
    def _filled(self) -> dict[str, int]:
        """How many articles have a token in each text field."""
        return {
            name: sum(
                count_filled(*live.segment.length_bytes(name)) for live in self.snapshot.segments
            )
            for name in TEXT_FIELDS
        }

    # -- lists

    def word(
        self, variants: tuple[Variant, ...], fields: tuple[str, ...]
    ) -> tuple[Found, tuple[Variant, ...]]:
        """The lists of the terms that are variants by themselves, or begin so; and the other
        variants.
        """
        key = variants, fields
        known = self._words.get(key)
        if known is None:
            known = self._found_word(variants, fields)
            _remember(self._words, key, known)
        return known

    def term(self, term: str, fields: tuple[str, ...]) -> Found:
        """The lists of a term in any of these fields."""
        key = term, fields
        found = self._terms.get(key)
        if found is None:
            found = self._find([term], fields)
            _remember(self._terms, key, found)
        return found

    def phrase(self, phrase: Variant, fields: tuple[str, ...]) -> tuple[Found, ...]:
        """The lists of each term of a phrase in any of these fields."""
        key = phrase, fields
        found = self._phrases.get(key)
        if found is None:
            found = tuple(self.term(term, fields) for term in phrase.terms)
            _remember(self._phrases, key, found)
        return found

    def beginning(self, prefix: str, field: str) -> Found:
        """The lists of all terms of a field that begin so."""
        return self._expand([("prefix", prefix, 0)], (field,), None).found

    def expanded(self, pattern: t.Pattern, name_terms: bool) -> Expansion:
        """What a pattern stands for, with those of its stems that are one term; the terms by name
        only if asked for.
        """
        stems = [stem for stem in pattern.stems if len(stem.terms) == 1]
        patterns = [(pattern.kind, pattern.text, pattern.distance)]
        for stem in stems:
            if stem.is_prefix:
                patterns.append(("prefix", stem.terms[0], 0))
            # At a distance of 0, which is that of the other kinds, it is the term itself.
            patterns.append(("fuzzy", stem.terms[0], pattern.distance))
        return self._expand(patterns, pattern.fields, set() if name_terms else None)

    def near(self, term: str, distance: int, fields: tuple[str, ...]) -> frozenset[str]:
        """The terms of these fields that are so many changes from a term at most."""
        return self._expand([("fuzzy", term, distance)], fields, set()).terms

    def first_article(self, term: str, fields: tuple[str, ...]) -> tuple[LiveSegment, int] | None:
        """The segment and number of the first document, deleted or not, with a term."""
        for live in self.snapshot.segments:
            for field in fields:
                postings = live.segment.find(field, term.encode())
                if postings is not None:
                    return live, next(documents_of(postings))
        return None

    def _found_word(self, variants: tuple[Variant, ...], fields: tuple[str, ...]) -> _Word:
        phrases = tuple(each for each in variants if len(each.terms) > 1)
        single = [each for each in variants if len(each.terms) == 1]
        if any(each.is_prefix for each in single):
            patterns = [
                ("prefix" if each.is_prefix else "fuzzy", each.terms[0], 0) for each in single
            ]
            return self._expand(patterns, fields, None).found, phrases
        return self._find([each.terms[0] for each in single], fields), phrases

    def _find(self, terms: Sequence[str], fields: tuple[str, ...]) -> Found:
        encoded = [term.encode() for term in terms]
        numbers = [FIELD_NUMBERS[name] for name in fields]
        return _found(view.find(encoded, numbers) for view in self.views)

    def _expand(
        self,
        patterns: Sequence[tuple[str, str, int]],
        fields: tuple[str, ...],
        terms: set[bytes] | None,
    ) -> Expansion:
        numbered = [
            (PATTERN_KINDS.index(kind), text[:PATTERN_CHARACTERS], distance)
            for kind, text, distance in dict.fromkeys(patterns)
        ]
        numbers = [FIELD_NUMBERS[name] for name in fields]
        expanded = [expand(view, numbers, numbered, MAX_EXPANSIONS, terms) for view in self.views]
        return Expansion(
            _found(lists for lists, _ in expanded),
            frozenset(term.decode() for term in terms or ()),
            all(complete for _, complete in expanded),
        )

    def weighting(self, ranking: Ranking) -> Weighting:
        """What occurrences are worth in this commit."""
        weighting = self._weightings.get(ranking)
        if weighting is None:
            averages = self.average_lengths(ranking)
            weighting = Weighting(
                ranking.k1,
                [
                    (
                        ranking.weights[name] if ranking.model == "bm25f" else 1.0,
                        1 - ranking.b,
                        ranking.b / averages[name],
                    )
                    for name in TEXT_FIELDS
                ],
            )
            if len(self._weightings) >= _MAX_WEIGHTINGS:
                self._weightings.clear()
            self._weightings[ranking] = weighting
        return weighting


# Rankings whose tables are remembered: 24 KB each.
_MAX_WEIGHTINGS = 100


def documents_in(bits: bytes | bytearray) -> Iterator[int]:
    """The documents of a set, which has the lowest bit of the first byte for document 0."""
    for place, byte in enumerate(bits):
        while byte:
            lowest = byte & -byte
            yield 8 * place + lowest.bit_length() - 1
            byte ^= lowest


def _found(lists: Iterable[Lists]) -> Found:
    of_all = tuple(lists)
    return Found(
        of_all, sum(each.documents for each in of_all), sum(each.postings for each in of_all)
    )


def _remember(known: dict[Any, Any], key: object, value: object) -> None:
    if len(known) >= _MAX_REMEMBERED:
        known.clear()
    known[key] = value


def _view(live: LiveSegment) -> SegmentView:
    segment = live.segment
    view = SegmentView(segment.documents, _live_bits(live))
    for name in FIELD_NUMBERS:
        _add_field(view, segment, name)
    return view


def _add_field(view: SegmentView, segment: Segment, name: str) -> None:
    positional = segment.fields[name].positional
    lengths, width = segment.length_bytes(name) if positional else (b"", 0)
    view.add_field(
        segment.file.whole(f"terms:{name}"),
        *segment.file.unchecked(f"postings:{name}"),
        positional,
        lengths,
        width,
    )


def _live_bits(live: LiveSegment) -> bytes:
    documents = live.entry.documents
    there = ((1 << documents) - 1) & ~int.from_bytes(live.deleted, "little")
    return there.to_bytes((documents + 63) // 64 * 8, "little")
