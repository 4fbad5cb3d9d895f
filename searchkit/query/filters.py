"""What narrows a search down beside its words: dates and whole values of metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from searchkit.codec.values import filter_term
from searchkit.errors import QueryError
from searchkit.query import tree as t
from searchkit.query.dates import Moment, dates_between
from searchkit.schema import FILTER_FIELDS

__all__ = ["Filters", "Values"]

Values = str | Sequence[str]


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

    def to_tree(self) -> t.Tree | None:
        """What matches all that passes, or None without conditions.

        Raises QueryError for a date that cannot be read, and for values that are none.
        """
        conditions: list[t.Tree] = []
        if self.since is not None or self.until is not None:
            conditions.append(dates_between(self.since, self.until))
        for field, name in FILTER_FIELDS.items():
            if (given := getattr(self, name)) is not None:
                terms = dict.fromkeys(map(filter_term, _listed(name, given)))
                values = tuple(t.Value(field, term) for term in terms)
                conditions.append(values[0] if len(values) == 1 else t.Or(values))
        if len(conditions) > 1:
            return t.And(tuple(conditions))
        return conditions[0] if conditions else None


def _listed(name: str, values: Values) -> Sequence[str]:
    listed = [values] if isinstance(values, str) else values
    if not isinstance(listed, Sequence) or not all(isinstance(each, str) for each in listed):
        raise QueryError(f"{name} takes a string or a list of strings, not {values!r}")
    if not listed:
        raise QueryError(f"{name} has no value; leave it out or give one")
    return listed
