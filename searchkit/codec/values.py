"""Whole values as terms: what a filter compares."""

from __future__ import annotations

from searchkit.analysis import fold

__all__ = ["filter_term"]

# A value longer than a term may be is cut for filtering, and so is what it is compared with.
_MAX_FILTER_CHARACTERS = 255


def filter_term(value: str) -> str:
    """The term under which a whole value of a filter field is indexed and looked up.

    Empty for white space only; a value of accents only stands for itself.
    """
    return " ".join((fold(value).strip() or value).split())[:_MAX_FILTER_CHARACTERS]
