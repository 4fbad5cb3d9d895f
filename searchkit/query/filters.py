"""What narrows a search down beside its words: dates and whole values of metadata."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone

from whoosh.query import And, NumericRange, Or, Query, Term

from searchkit.codec.values import filter_term
from searchkit.codec.whoosh_schema import published_sort_key
from searchkit.errors import QueryError
from searchkit.schema import FILTER_FIELDS

__all__ = ["Filters", "Moment", "Values"]

# A moment or a stretch of time: a datetime, a date (the whole day), or ISO 8601 text, where
# "2020" and "2020-02" stand for the whole year and month. Without a zone: UTC.
Moment = datetime | date | str
Values = str | Sequence[str]

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?$")


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that all must hold; of several values of one field any will do.

    `since` and `until` both include the moment or the stretch of time that they name.
    Values are compared whole, letter case and accents aside.
    """

    since: Moment | None = None
    until: Moment | None = None
    section: Values | None = None
    publisher: Values | None = None
    author: Values | None = None
    agency: Values | None = None
    language: Values | None = None
    keyword: Values | None = None

    def to_query(self) -> Query | None:
        """The Whoosh query that matches what passes, or None without conditions.

        Raises QueryError for a date that cannot be read.
        """
        conditions = []
        if self.since is not None or self.until is not None:
            since = None if self.since is None else _stretch("since", self.since)[0]
            until = None if self.until is None else _stretch("until", self.until)[1]
            if since and until and since > until:
                raise QueryError(
                    f"since {self.since} is later than until {self.until}; exchange the two"
                )
            conditions.append(
                NumericRange(
                    "published",
                    None if since is None else published_sort_key(since),
                    None if until is None else published_sort_key(until),
                )
            )
        for field, name in FILTER_FIELDS.items():
            values = getattr(self, name)
            if values is None:
                continue
            terms = {filter_term(value) for value in _listed(name, values)}
            conditions.append(Or([Term(field, term) for term in sorted(terms)]))
        return And(conditions).normalize() if conditions else None


def _listed(name: str, values: Values) -> Sequence[str]:
    listed = [values] if isinstance(values, str) else values
    if not isinstance(listed, Sequence) or not all(isinstance(each, str) for each in listed):
        raise QueryError(f"{name} takes a string or a list of strings, not {values!r}")
    if not listed:
        raise QueryError(f"{name} has no value; leave it out or give one")
    return listed


def _stretch(name: str, moment: Moment) -> tuple[datetime, datetime]:
    """The first and the last microsecond that a moment names."""
    if isinstance(moment, str):
        return _parsed_stretch(name, moment.strip())
    if isinstance(moment, datetime):
        if moment.utcoffset() is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment, moment
    if isinstance(moment, date):
        return _days(moment, moment)
    raise QueryError(f"{name} takes a date, a datetime or a string, not {moment!r}")


def _parsed_stretch(name: str, text: str) -> tuple[datetime, datetime]:
    try:
        if partial := _PARTIAL_DATE.match(text):
            year, month = int(partial[1]), partial[2]
            first, last = (int(month), int(month)) if month else (1, 12)
            return _days(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
        if len(text) == len("2020-02-20"):
            return _stretch(name, date.fromisoformat(text))
        # fromisoformat reads a final Z only from Python 3.11 on.
        return _stretch(name, datetime.fromisoformat(re.sub("Z$", "+00:00", text)))
    except ValueError as error:
        raise QueryError(
            f"{name} {text!r} is not a date; write 2020, 2020-02, 2020-02-20 "
            "or 2020-02-20T10:30:00+01:00"
        ) from error


def _days(first: date, last: date) -> tuple[datetime, datetime]:
    start = datetime(first.year, first.month, first.day, tzinfo=timezone.utc)
    end = datetime(last.year, last.month, last.day, 23, 59, 59, 999_999, tzinfo=timezone.utc)
    return start, end
