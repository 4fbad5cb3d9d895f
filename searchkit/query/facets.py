"""What the articles that match have in common: how many are of each section, author, month?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

from searchkit.codec.values import filter_term
from searchkit.errors import QueryError
from searchkit.kernels.tallies import count_days, count_numbers
from searchkit.query.searchable import Searchable
from searchkit.schema import FILTER_FIELDS

__all__ = ["FACETS", "Period", "check_facets", "facet"]

Period = Literal["day", "month", "year"]

_COLUMNS = {name: column for column, name in FILTER_FIELDS.items()}
FACETS = (*_COLUMNS, *get_args(Period))

# The beginning of an ISO date that stands for the period.
_LETTERS = {"day": 10, "month": 7, "year": 4}


def check_facets(names: Sequence[str]) -> None:
    """Raises QueryError for a name that is not one of FACETS."""
    for name in names:
        if name not in FACETS:
            raise QueryError(f"{name!r} cannot be counted; choose of {', '.join(FACETS)}")


def facet(searchable: Searchable, sets: Sequence[bytearray], name: str) -> dict[str, int]:
    """How many articles of these sets, one of each segment, have each value.

    Values are those of a filter, letter case and accents aside, written as most are, the most
    frequent first; or days, months or years in UTC, the earliest first, without empty ones.
    """
    if name in _COLUMNS:
        return _values(searchable, sets, _COLUMNS[name])
    return _periods(searchable, sets, _LETTERS[name])


def _values(searchable: Searchable, sets: Sequence[bytearray], column: str) -> dict[str, int]:
    spellings: Counter[str] = Counter()
    for number, documents in enumerate(sets):
        words = searchable.segment(number).words(column)
        places = words.places
        counts = count_numbers(documents, places.ends, places.numbers, len(words.words))
        for place, count in enumerate(counts):
            if count:
                spellings[words.words[place]] += count
    # An article with two spellings of a value would count twice: they are rare, and stay so.
    merged: dict[str, Counter[str]] = {}
    for spelling, count in spellings.items():
        merged.setdefault(filter_term(spelling), Counter())[spelling] += count
    counted = [
        (min(each, key=lambda spelling: (-each[spelling], spelling)), each.total())
        for each in merged.values()
    ]
    return dict(sorted(counted, key=lambda item: (-item[1], item[0])))


def _periods(searchable: Searchable, sets: Sequence[bytearray], letters: int) -> dict[str, int]:
    days: Counter[int] = Counter()
    for number, documents in enumerate(sets):
        first, counts, _ = count_days(documents, searchable.segment(number).published)
        for day, count in enumerate(counts, first):
            if count:
                days[day] += count
    periods: Counter[str] = Counter()
    for day, count in sorted(days.items()):
        # A moment with a zone may be just outside the calendar in UTC.
        ordinal = min(max(day + 1, date.min.toordinal()), date.max.toordinal())
        periods[date.fromordinal(ordinal).isoformat()[:letters]] += count
    return dict(periods)
