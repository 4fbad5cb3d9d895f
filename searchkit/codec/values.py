"""Whole values as terms: what a filter compares, and times as numbers in order."""

from __future__ import annotations

from datetime import datetime, timezone

from searchkit.analysis import fold

__all__ = ["TIME_LEVELS", "filter_term", "published_key", "published_term"]

# A value longer than a term may be is cut for filtering, and so is what it is compared with.
_MAX_FILTER_CHARACTERS = 255

_YEAR_ONE = datetime(1, 1, 1, tzinfo=timezone.utc)
# Whoosh keeps signed numbers; this moves them to where their order is that of their bytes.
_SIGN = 1 << 63

# A time is indexed in full and at seven coarser levels, of 2**8 to 2**56 microseconds, so that
# a range of times is a few hundred terms at most (as Whoosh's NUMERIC fields have it).
TIME_LEVELS = 8


def filter_term(value: str) -> str:
    """The term under which a whole value of a filter field is indexed and looked up.

    Empty for white space only; a value of accents only stands for itself.
    """
    return " ".join((fold(value).strip() or value).split())[:_MAX_FILTER_CHARACTERS]


def published_key(moment: datetime) -> int:
    """A time with a zone as a number: microseconds since the year 1 in UTC, plus 2**63."""
    since = moment - _YEAR_ONE
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds + _SIGN


def published_term(key: int, level: int) -> bytes:
    """The term of a time at a level: a byte that names it, then the number without its lowest
    ``8 * level`` bits.
    """
    shift = 8 * level
    return bytes((shift,)) + (key >> shift).to_bytes(8, "big")
