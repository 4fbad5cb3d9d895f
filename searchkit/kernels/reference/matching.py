"""A tree of conditions over one segment: which documents match, and which of them are best?

The compiled one takes a window of documents at a time, and leaves out what cannot be among the
best; here each condition is evaluated as soon as it is made, for all documents.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

from searchkit.kernels import MAX_SPANS, NO_TIME
from searchkit.kernels.reference.lists import Lists, SegmentView
from searchkit.kernels.reference.packing import set_bits

__all__ = ["Matching", "Weighting"]

# First and last position.
_Span = tuple[int, int]
# Of an expression: its spans in each document that has any.
_Spans = dict[int, set[_Span]]
# Of a condition: the score of each document that matches.
_Scores = dict[int, float]


class Weighting:
    """What occurrences are worth: in text field i an occurrence in a text of n tokens amounts to
    weight / (base + slope * n), by `fields`, tuples of (weight, base, slope); the amounts a of a
    word give the score idf * a / (saturation + a).
    """

    def __init__(self, saturation: float, fields: Sequence[tuple[float, float, float]]) -> None:
        self._saturation = saturation
        self._fields = list(fields)

    def worth(self, field: int, length: int) -> float:
        """What an occurrence in a text of this length amounts to."""
        weight, base, slope = self._fields[field]
        return weight / (base + slope * length)


class Matching:
    """The conditions on one segment, and their run. Not for several threads at once.

    Conditions are built from the bottom: expressions on positions, words, and what combines
    them; each is known by the number that the method which made it returned, which is of use once.
    """

    def __init__(self, view: SegmentView, weighting: Weighting) -> None:
        self._view = view
        self._weighting = weighting
        self._expressions: list[_Spans] = []
        self._conditions: list[_Scores] = []
        self._recency: tuple[list[int], int, float, float] | None = None

    # -- expressions on positions

    def places(self, lists: Lists, field: int) -> int:
        """The positions of any of the terms that these are lists of, in one field."""
        found: _Spans = {}
        for each in lists._lists:
            if each.field == field:
                for document, positions in each.positions.items():
                    spans = {(position, position) for position in positions}
                    found[document] = found.get(document, set()) | spans
        return self._add_expression(found)

    def phrase(self, terms: Iterable[Lists], field: int, distance: int) -> int:
        """Where any of the terms of the first of these lists is, and of each next ones at most
        `distance` positions after that, in one field.
        """
        return self.near([self.places(lists, field) for lists in terms], distance, True)

    def any_of(self, members: Iterable[int]) -> int:
        """Where any of these expressions is."""
        found: _Spans = {}
        for number in members:
            for document, spans in self._expressions[number].items():
                found[document] = found.get(document, set()) | spans
        return self._add_expression(found)

    def near(self, members: Iterable[int], distance: int, ordered: bool) -> int:
        """Where these expressions, at least one, are each at most `distance` positions from
        those before it together, from the end of one to the beginning of the other; each after
        those before it, or in any order. Of pairs in one document the first MAX_SPANS count.
        """
        found, *others = (self._expressions[number] for number in members)
        for other in others:
            found = {
                document: set(
                    islice(_pairs(spans, other.get(document, set()), distance, ordered), MAX_SPANS)
                )
                for document, spans in found.items()
            }
        return self._add_expression(found)

    def not_near(self, wanted: int, unwanted: int, distance: int) -> int:
        """Where `wanted` is and no `unwanted` within `distance` positions, in any order."""
        others = self._expressions[unwanted]
        return self._add_expression(
            {
                document: {
                    span
                    for span in spans
                    if all(_gap(span, other) > distance for other in others.get(document, ()))
                }
                for document, spans in self._expressions[wanted].items()
            }
        )

    # -- conditions

    def word(
        self,
        lists: Lists | None,
        expressions: Iterable[tuple[int, int]],
        weight: float,
        least: int,
    ) -> int:
        """Documents in which something stands at least `least` times: the terms of these lists
        (or None), and (field, expression) in text fields. Its score is multiplied by `weight`;
        with 0 there is none, and lists may be of any field.
        """
        sources = [(each.field, each.frequencies) for each in lists._lists] if lists else []
        for field, number in expressions:
            spans = self._expressions[number]
            sources.append((field, {document: _apart(spans[document]) for document in spans}))
        occurrences: Counter[int] = Counter()
        amounts: defaultdict[int, float] = defaultdict(float)
        for field, frequencies in sources:
            for document, frequency in frequencies.items():
                occurrences[document] += frequency
                if weight:
                    length = self._view._length(field, document)
                    amounts[document] += frequency * self._weighting.worth(field, length)
        return self._add_condition(
            {
                document: self._saturated(weight, amounts[document])
                for document, count in occurrences.items()
                if count >= least
            }
        )

    def all_of(self, members: Iterable[int]) -> int:
        """Documents that match all conditions, at least one."""
        conditions = [self._conditions[number] for number in members]
        return self._some_of(conditions, len(conditions))

    def some_of(self, members: Iterable[int], least: int) -> int:
        """Documents that match at least so many of the conditions; with 0 all documents."""
        return self._some_of([self._conditions[number] for number in members], least)

    def all_but(self, unwanted: int) -> int:
        """Documents that do not match a condition."""
        unwanted_ones = self._conditions[unwanted]
        return self._keep(each for each in self._documents if each not in unwanted_ones)

    def preferably(self, needed: int, welcome: int) -> int:
        """Documents that match the first condition; the second counts for the score only."""
        scores = self._conditions[welcome]
        return self._add_condition(
            {
                document: score + scores.get(document, 0.0)
                for document, score in self._conditions[needed].items()
            }
        )

    def members_of(self, bits: bytes | memoryview, amounts: Sequence[float], weight: float) -> int:
        """The documents of a set, with bits as `live` has them. Their occurrences amount to
        `amounts`, one for each document, unless that is empty; `weight` as for a word.
        """
        if not len(amounts):
            return self._keep(set_bits(bits))
        return self._add_condition(
            {document: self._saturated(weight, amounts[document]) for document in set_bits(bits)}
        )

    def numbered(self, column: bytes | memoryview, width: int, low: int, high: int) -> int:
        """Documents whose number in a column, of `width` bytes each, is within bounds, both
        included.
        """
        numbers = _numbers(column, width)
        return self._keep(each for each in self._documents if low <= numbers[each] <= high)

    def filled(self, ends: bytes | memoryview) -> int:
        """Documents that have anything in a column of lists, which begins with u32 ends."""
        numbers = [0, *_numbers(ends, 4)]
        return self._keep(each for each in self._documents if numbers[each] < numbers[each + 1])

    def everything(self) -> int:
        """All documents."""
        return self._keep(self._documents)

    def prefer_recent(
        self, published: bytes | memoryview, now: int, half_life: float, share: float
    ) -> None:
        """Multiplies scores by 1 - share + share * 2 ** (-age / half_life): ages are those of
        u64 in a column, before `now` and in its unit, 0 for what is later, endless for none.
        """
        self._recency = _numbers(published, 8), now, half_life, share

    # -- running, once

    def run(
        self,
        root: int,
        best: int,
        count: bool,
        matches: bytearray | memoryview,
        floor: float,
        deadline: float,
    ) -> tuple[int, list[tuple[float, int]], bool]:
        """How many live documents match; the best of them as (score, document), best first, of
        equal ones those with lower numbers; and whether that is all.

        Sets the bits of all that match in `matches`, as long as `live`, or empty. Without `count`
        documents that cannot be among the best need not be counted: the number is a lower
        bound then. Only scores above `floor` are of use. At `deadline`, a time of
        CLOCK_MONOTONIC in seconds (0: none), it stops.
        """
        if deadline and time.monotonic() > deadline:
            return 0, [], False
        scores = self._conditions[root]
        found = [document for document in set_bits(self._view._live) if document in scores]
        if len(matches):
            for document in found:
                matches[document // 8] |= 1 << document % 8
        hits = [(scores[document] * self._freshness(document), document) for document in found]
        hits = [(score, document) for score, document in hits if score > floor]
        hits.sort(key=lambda hit: (-hit[0], hit[1]))
        return len(found) if count else len(hits), hits[:best], True

    # -- what these are made of

    @property
    def _documents(self) -> range:
        return range(self._view.documents)

    def _add_expression(self, spans: _Spans) -> int:
        self._expressions.append({document: each for document, each in spans.items() if each})
        return len(self._expressions) - 1

    def _add_condition(self, scores: _Scores) -> int:
        self._conditions.append(scores)
        return len(self._conditions) - 1

    def _keep(self, documents: Iterable[int]) -> int:
        return self._add_condition(dict.fromkeys(documents, 0.0))

    def _some_of(self, conditions: list[_Scores], least: int) -> int:
        counts = Counter(document for scores in conditions for document in scores)
        return self._add_condition(
            {
                document: sum(scores.get(document, 0.0) for scores in conditions)
                for document in self._documents
                if counts[document] >= least
            }
        )

    def _saturated(self, weight: float, amount: float) -> float:
        return weight * amount / (self._weighting._saturation + amount)

    def _freshness(self, document: int) -> float:
        if self._recency is None:
            return 1.0
        published, now, half_life, share = self._recency
        if published[document] == NO_TIME:
            return 1 - share
        return 1 - share + share * 2 ** (-max(0, now - published[document]) / half_life)


def _gap(one: _Span, other: _Span) -> int:
    """From the end of one to the beginning of the other, whichever comes first; 0 and less
    when they overlap.
    """
    return max(other[0] - one[1], one[0] - other[1])


def _pairs(spans: set[_Span], others: set[_Span], distance: int, ordered: bool) -> Iterator[_Span]:
    """The pairs that are near enough, as one span each."""
    for after, before in product(_by_ends(others), _by_ends(spans)):
        if 0 < _gap(before, after) <= distance and (before[1] < after[0] or not ordered):
            yield min(before[0], after[0]), max(before[1], after[1])


def _by_ends(spans: set[_Span]) -> list[_Span]:
    return sorted(spans, key=lambda span: (span[1], span[0]))


def _apart(spans: set[_Span]) -> int:
    """How many spans there are that do not overlap, counted from the left by their ends."""
    count, last = 0, -1
    for start, end in _by_ends(spans):
        if start > last:
            count, last = count + 1, end
    return count


def _numbers(column: bytes | memoryview, width: int) -> list[int]:
    return [
        int.from_bytes(column[place : place + width], "little")
        for place in range(0, len(column), width)
    ]
