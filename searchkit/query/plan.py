"""A tree and a ranking to what kernels run: which lists, how much each word weighs.

A word is scored by one inverse document frequency: that of all articles with any of its one-term
variants in any of its fields; where it is a phrase, or a proximity, by the sum of those of its
terms. How often it stands in a field is how often its terms do together, or the number of its
spans that do not overlap. searchkit.ranking has the formulas.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from searchkit.analysis import Variant
from searchkit.errors import QueryTooComplexError
from searchkit.kernels import NO_TIME
from searchkit.kernels.matching import Matching
from searchkit.query import tree as t
from searchkit.query.inspection import Inspection
from searchkit.query.searchable import FIELD_NUMBERS, Expansion, Found, Searchable, documents_in
from searchkit.ranking import Ranking, inverse_document_frequency, whoosh_document_frequency
from searchkit.record import decode_article, published_key
from searchkit.schema import TEXT_FIELDS

__all__ = ["Leaf", "Plan", "WhooshPlan", "plan_for"]

# What is scored as one.
Leaf = t.Word | t.Pattern | t.Near | t.NotNear
# Makes a condition, or an expression on positions, on a segment by its number.
Step = Callable[[Matching, int], int]
# A step for each of some text fields, which have numbers here.
Places = list[tuple[int, Step]]

# The terms of a pattern within a proximity: each keeps 4 KB.
_MAX_PLACED = 10_000

_LAST_TIME = NO_TIME - 1
_MICROSECOND = timedelta(microseconds=1)


class Plan:
    """How one tree is run over every segment of a commit."""

    def __init__(
        self, searchable: Searchable, tree: t.Tree, ranking: Ranking, *, name_terms: bool = False
    ) -> None:
        """`name_terms`: whether the terms that patterns stand for are wanted by name.

        Raises QueryTooComplexError for a pattern of too many terms within a proximity.
        """
        self.searchable = searchable
        self.ranking = ranking
        self.expansions: dict[t.Pattern, Expansion] = {}
        self.postings = 0  # of all lists that are gone through
        self._name_terms = name_terms
        self._step = self._made(tree)

    def matching(self, segment: int) -> tuple[Matching, int]:
        """The conditions on a segment, and which of them is the whole tree."""
        searchable, recency = self.searchable, self.ranking.recency
        matching = Matching(searchable.views[segment], searchable.weighting(self.ranking))
        if recency:
            published = searchable.segment(segment).published_bytes
            half_life = recency.half_life / _MICROSECOND
            matching.prefer_recent(published, published_key(recency.now), half_life, recency.share)
        return matching, self._step(matching, segment)

    def expansion_counts(self) -> dict[t.Pattern, int]:
        """How many terms of the index each pattern stands for; in several fields and segments a
        term counts in each.
        """
        return {
            pattern: sum(map(len, expansion.found.lists))
            for pattern, expansion in self.expansions.items()
        }

    def _made(self, tree: t.Tree) -> Step:
        return _MAKERS[type(tree)](self, tree)

    # -- words

    def _word(self, tree: t.Word | t.Pattern | t.Near | t.NotNear) -> Step:
        return self._ranked(tree, 1)

    def _at_least(self, tree: t.AtLeast) -> Step:
        return self._ranked(tree.member, tree.times)

    def _ranked(self, tree: Leaf, least: int) -> Step:
        """What is scored as one word: in all its fields together."""
        if least == 1 and isinstance(tree, t.Word) and not tree.exact:
            # The usual word or phrase.
            fields = tree.fields
            found, phrases = self.searchable.word(tree.variants, fields)
            weight = tree.boost * self._inverse_of(found, phrases, fields)
            if not phrases:
                return self._stands(found, (), weight, 1)
            return self._stands(found, self._phrases(phrases, fields, tree.slop), weight, 1)
        weight = tree.boost * self.inverse_frequency(tree, t.fields_of(tree))
        return self._counted(tree, t.fields_of(tree), weight, least)

    def _counted(self, tree: Leaf, fields: tuple[str, ...], weight: float, least: int) -> Step:
        """What stands in these fields at least so often."""
        if any(isinstance(leaf, t.Word) and leaf.exact for leaf in t.leaves(tree)):
            return self._read(tree, fields, weight, least)
        if isinstance(tree, (t.Near, t.NotNear)):
            return self._stands(None, self._places(tree, fields), weight, least)
        found, phrases, slop = self._lists(tree, fields)
        if least > 1 and (len(phrases) > 0 or _may_overlap(tree)):
            # Terms may overlap, which their lists do not tell.
            return self._stands(None, self._places(tree, fields), weight, least)
        return self._stands(found, self._phrases(phrases, fields, slop), weight, least)

    def _stands(
        self, found: Found | None, places: Sequence[tuple[int, Step]], weight: float, least: int
    ) -> Step:
        if found:
            self.postings += found.postings
        if not places:
            lists = found.lists if found else ()
            return lambda matching, segment: matching.word(lists[segment], (), weight, least)

        def step(matching: Matching, segment: int) -> int:
            expressions = [(field, place(matching, segment)) for field, place in places]
            return matching.word(
                found.lists[segment] if found else None, expressions, weight, least
            )

        return step

    def _lists(
        self, tree: t.Word | t.Pattern, fields: tuple[str, ...]
    ) -> tuple[Found, tuple[Variant, ...], int]:
        """The lists of the terms that it stands for, the phrases, and their slop."""
        if isinstance(tree, t.Word):
            found, phrases = self.searchable.word(tree.variants, fields)
            return found, phrases, tree.slop
        phrases = tuple(stem for stem in tree.stems if len(stem.terms) > 1)
        return self._expansion(tree, fields).found, phrases, 1

    def _expansion(self, tree: t.Pattern, fields: tuple[str, ...]) -> Expansion:
        key = replace(tree, fields=fields) if fields != tree.fields else tree
        expansion = self.expansions.get(key)
        if expansion is None:
            expansion = self.searchable.expanded(key, self._name_terms)
            self.expansions[key] = expansion
        return expansion

    # -- how rare it is

    def inverse_frequency(self, tree: t.Tree, fields: tuple[str, ...]) -> float:
        """The inverse document frequency of a positional tree in these fields."""
        if isinstance(tree, t.NotNear):
            return self.inverse_frequency(tree.wanted, fields)
        if isinstance(tree, (t.Near, t.Or)):
            frequencies = [self.inverse_frequency(member, fields) for member in tree.members]
            return sum(frequencies) if isinstance(tree, t.Near) else min(frequencies)
        if not isinstance(tree, (t.Word, t.Pattern)):
            raise ValueError(f"{tree} has no positions")
        found, phrases, _ = self._lists(tree, fields)
        if isinstance(tree, t.Pattern):
            return self._inverse(found.articles)
        return self._inverse_of(found, phrases, fields)

    def _inverse_of(
        self, found: Found, phrases: Iterable[Variant], fields: tuple[str, ...]
    ) -> float:
        """That of a word or phrase: of its terms by themselves, or else of its phrases."""
        if found.articles or not phrases:
            return self._inverse(found.articles)
        return min(
            sum(self._inverse(found.articles) for found in self.searchable.phrase(each, fields))
            for each in phrases
        )

    def articles_with(self, tree: t.Tree, fields: tuple[str, ...]) -> int | None:
        """The number of articles by which a tree is weighted; None if that is a sum over terms."""
        if not isinstance(tree, (t.Word, t.Pattern)):
            return None
        found, phrases, _ = self._lists(tree, fields)
        return found.articles if found.articles or not phrases else None

    def _inverse(self, articles: int) -> float:
        return inverse_document_frequency(self.searchable.articles, articles)

    # -- what only the text tells

    def _read(self, tree: Leaf, fields: tuple[str, ...], weight: float, least: int) -> Step:
        """What has words as they are written: those articles are read that have them stemmed."""
        candidates = Plan(self.searchable, _unexact(tree), self.ranking)
        expansions = {
            pattern: self.searchable.expanded(pattern, name_terms=True).terms
            for pattern in t.leaves(tree)
            if isinstance(pattern, t.Pattern)
        }
        inspection = Inspection(tree, expansions, self.searchable.snapshot.manifest.language)

        def step(matching: Matching, segment: int) -> int:
            live = self.searchable.snapshot.segments[segment]
            here, root = candidates.matching(segment)
            found = bytearray((live.entry.documents + 63) // 64 * 8)
            here.run(root, 0, True, found, 0.0, 0.0)
            amounts = array("d", bytes(8 * live.entry.documents))
            weighting = self.searchable.weighting(self.ranking)
            for document in documents_in(found):
                stored = live.segment.stored[document]
                counts = {}
                if inspection.may_stand_in(stored):
                    counts = inspection.occurrences(decode_article(stored))
                counts = {name: counts[name] for name in fields if name in counts}
                if sum(counts.values()) < least:
                    found[document >> 3] &= ~(1 << (document & 7))
                    continue
                amounts[document] = sum(
                    count
                    * weighting.worth(FIELD_NUMBERS[name], live.segment.lengths(name)[document])
                    for name, count in counts.items()
                )
            return matching.members_of(found, amounts, weight)

        return step

    # -- places

    def _phrases(self, phrases: Iterable[Variant], fields: tuple[str, ...], slop: int) -> Places:
        steps = [self._phrase(each, fields, slop) for each in phrases]
        return [
            (number, self._any([step(number) for step in steps]))
            for number in map(FIELD_NUMBERS.__getitem__, fields)
            if steps
        ]

    def _places(self, tree: t.Tree, fields: tuple[str, ...]) -> Places:
        return [(FIELD_NUMBERS[field], self._place(tree, field)) for field in fields]

    def _place(self, tree: t.Tree, field: str) -> Step:
        """Where a positional tree is in a text field."""
        if isinstance(tree, t.Or):
            return self._any([self._place(member, field) for member in tree.members])
        if isinstance(tree, t.NotNear):
            wanted, unwanted = self._place(tree.wanted, field), self._place(tree.unwanted, field)
            distance = tree.distance
            return lambda matching, segment: matching.not_near(
                wanted(matching, segment), unwanted(matching, segment), distance
            )
        if not isinstance(tree, (t.Word, t.Pattern, t.Near)):
            raise ValueError(f"{tree} has no positions")
        if field not in tree.fields:
            return self._any([])
        if isinstance(tree, t.Near):
            members = [self._place(member, field) for member in tree.members]
            return self._chain(members, tree.distance, tree.ordered)
        found, phrases, slop = self._lists(tree, tree.fields)
        if max(map(len, found.lists), default=0) > _MAX_PLACED:
            raise QueryTooComplexError(
                f"{tree.typed} stands for more than {_MAX_PLACED:,} words, too many to look at "
                "what is near them; write more of its letters"
            )
        number = FIELD_NUMBERS[field]
        steps: list[Step] = []
        if found.articles:
            steps.append(lambda matching, segment: matching.places(found.lists[segment], number))
        steps += [self._phrase(each, tree.fields, slop)(number) for each in phrases]
        return self._any(steps)

    def _phrase(self, phrase: Variant, fields: tuple[str, ...], slop: int) -> Callable[[int], Step]:
        """Where a phrase is in one of these fields, which is given by number."""
        terms = [found.lists for found in self.searchable.phrase(phrase, fields)]
        self.postings += sum(found.postings for found in self.searchable.phrase(phrase, fields))

        def in_field(number: int) -> Step:
            return lambda matching, segment: matching.phrase(
                [lists[segment] for lists in terms], number, slop
            )

        return in_field

    def _any(self, steps: list[Step]) -> Step:
        if len(steps) == 1:
            return steps[0]
        return lambda matching, segment: matching.any_of(
            [step(matching, segment) for step in steps]
        )

    def _chain(self, steps: list[Step], distance: int, ordered: bool) -> Step:
        return lambda matching, segment: matching.near(
            [step(matching, segment) for step in steps], distance, ordered
        )

    # -- conditions on an article

    def _value(self, tree: t.Value) -> Step:
        lists = self.searchable.term(tree.term, (tree.field,)).lists
        return lambda matching, segment: matching.word(lists[segment], (), 0.0, 1)

    def _value_prefix(self, tree: t.ValuePrefix) -> Step:
        lists = self.searchable.beginning(tree.prefix, tree.field).lists
        return lambda matching, segment: matching.word(lists[segment], (), 0.0, 1)

    def _dates(self, tree: t.Dates) -> Step:
        first = 0 if tree.first is None else tree.first
        last = _LAST_TIME if tree.last is None else min(tree.last, _LAST_TIME)
        return lambda matching, segment: matching.numbered(
            self.searchable.segment(segment).published_bytes, 8, first, last
        )

    def _length(self, tree: t.Length) -> Step:
        most = (1 << 32) - 1
        least, most = tree.least or 0, most if tree.most is None else min(tree.most, most)
        return self._of_length("body", least, most)

    def _of_length(self, field: str, least: int, most: int) -> Step:
        def step(matching: Matching, segment: int) -> int:
            lengths, width = self.searchable.segment(segment).length_bytes(field)
            return matching.numbered(lengths, width, least, most)

        return step

    def _exists(self, tree: t.Exists) -> Step:
        if tree.field in TEXT_FIELDS:
            return self._of_length(tree.field, 1, (1 << 32) - 1)
        if tree.field == "published":
            return self._dates(t.Dates(None, None))
        if tree.field == "id":
            return self._everything(tree)
        return lambda matching, segment: matching.filled(
            self.searchable.segment(segment).words(tree.field).places.ends.cast("B")
        )

    # -- what combines conditions

    def _and(self, tree: t.And) -> Step:
        steps = [self._made(member) for member in tree.members]
        if not steps:
            return self._everything(tree)
        return lambda matching, segment: matching.all_of(
            [step(matching, segment) for step in steps]
        )

    def _or(self, tree: t.Or) -> Step:
        return self._at_least_some(tree.members, 1)

    def _some(self, tree: t.Some) -> Step:
        if tree.required > 0:
            return self._at_least_some(tree.members, tree.required)
        welcome = self._at_least_some(tree.members, 1)
        return lambda matching, segment: matching.preferably(
            matching.everything(), welcome(matching, segment)
        )

    def _at_least_some(self, members: Iterable[t.Tree], required: int) -> Step:
        steps = [self._made(member) for member in members]
        return lambda matching, segment: matching.some_of(
            [step(matching, segment) for step in steps], required
        )

    def _not(self, tree: t.Not) -> Step:
        step = self._made(tree.member)
        return lambda matching, segment: matching.all_but(step(matching, segment))

    def _everything(self, _tree: t.Tree) -> Step:
        return lambda matching, _: matching.everything()

    def _nothing(self, _tree: t.Nothing) -> Step:
        return lambda matching, _: matching.some_of((), 1)


_MAKERS: dict[type[Any], Callable[[Plan, Any], Step]] = {
    t.Word: Plan._word,
    t.Pattern: Plan._word,
    t.Near: Plan._word,
    t.NotNear: Plan._word,
    t.AtLeast: Plan._at_least,
    t.Value: Plan._value,
    t.ValuePrefix: Plan._value_prefix,
    t.Dates: Plan._dates,
    t.Length: Plan._length,
    t.Exists: Plan._exists,
    t.And: Plan._and,
    t.Or: Plan._or,
    t.Some: Plan._some,
    t.Not: Plan._not,
    t.Everything: Plan._everything,
    t.Nothing: Plan._nothing,
}


def _may_overlap(tree: t.Tree) -> bool:
    return not isinstance(tree, t.Word) or len(tree.variants) > 1 or tree.variants[0].is_prefix


def _unexact(tree: t.Tree) -> t.Tree:
    """What has all the articles of a positional tree, with words stemmed."""
    match tree:
        case t.Word():
            return replace(tree, exact=False)
        case t.Near() | t.Or():
            return replace(tree, members=tuple(map(_unexact, tree.members)))
        case t.NotNear():
            return _unexact(tree.wanted)
        case _:
            return tree


class WhooshPlan(Plan):
    """The same for the ranking of Whoosh: what is scored as one is so in each field."""

    def _ranked(self, tree: Leaf, least: int) -> Step:
        fields = t.fields_of(tree)
        if least > 1:
            condition = self._counted(tree, fields, 0.0, least)
            ranked = self._ranked(tree, 1)
            return lambda matching, segment: matching.all_of(
                [condition(matching, segment), ranked(matching, segment)]
            )
        steps = [self._counted(tree, (field,), self.weight(tree, field), 1) for field in fields]
        return lambda matching, segment: matching.some_of(
            [step(matching, segment) for step in steps], 1
        )

    def weight(self, tree: Leaf, field: str) -> float:
        """What its saturated amount in a field is multiplied by."""
        return (
            tree.boost
            * self.ranking.weights[field]
            * (self.ranking.k1 + 1)
            * self.inverse_frequency(tree, (field,))
        )

    def _inverse(self, articles: int) -> float:
        return whoosh_document_frequency(self.searchable.articles, articles)


def plan_for(
    searchable: Searchable, tree: t.Tree, ranking: Ranking, *, name_terms: bool = False
) -> Plan:
    """The plan of a tree for a ranking; see `Plan`."""
    kind = WhooshPlan if ranking.model == "whoosh" else Plan
    return kind(searchable, tree, ranking, name_terms=name_terms)
