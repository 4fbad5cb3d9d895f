"""Whole values as terms: what a filter compares, and times as numbers in order."""

from __future__ import annotations

from datetime import datetime, timezone

from searchkit.analysis import fold

__all__ = ["filter_term", "published_key"]

# A value longer than a term may be is cut for filtering, and so is what it is compared with.
_MAX_FILTER_CHARACTERS = 255

_YEAR_ONE = datetime(1, 1, 1, tzinfo=timezone.utc)
# Whoosh keeps signed numbers; this moves them to where their order is that of their bytes.
_SIGN = 1 << 63


def filter_term(value: str) -> str:
    """The term under which a whole value of a filter field is indexed and looked up.

    Empty for white space only; a value of accents only stands for itself.
    """
    return " ".join((fold(value).strip() or value).split())[:_MAX_FILTER_CHARACTERS]


def published_key(moment: datetime) -> int:
    """A time with a zone as a number: microseconds since the year 1 in UTC, plus 2**63."""
    since = moment - _YEAR_ONE
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds + _SIGN
