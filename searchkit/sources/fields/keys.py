"""Here is an object's set of keys: which of them hold which field?

Keys are known by many names, without regard to case and separators: pubDate, pub_date and
"Pub Date" are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

__all__ = ["KeyTable", "by_field", "folded"]

_Row = TypeVar("_Row")

# What is remembered is bounded, so that a file with other keys in each line costs time only.
_REMEMBERED_KEY_SETS = 1000
_REMEMBERED_KEY_CHARACTERS = 4000


def folded(key: str) -> str:
    """The key as all its spellings are known."""
    return re.sub(r"[\W_]+", "", key).casefold()


def by_field(field: str, keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The plainest row of a table."""
    return field, keys


class KeyTable(dict[tuple[str, ...], tuple[_Row, ...]]):
    """For an object's keys: the rows of the fields that have any of them, by a table of
    aliases and in its order. It is asked for with `[]`.

    `row` makes of a field and its keys, in order of preference, what is to be known of them.
    `mapping` takes the place of the table for the fields it names.
    """

    def __init__(
        self,
        aliases: Mapping[str, tuple[str, ...]],
        row: Callable[[str, tuple[str, ...]], _Row],
        mapping: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._aliases = aliases
        self._row = row
        self._mapping = mapping or {}

    def __missing__(self, keys: tuple[str, ...]) -> tuple[_Row, ...]:
        rows = self._looked_up(keys)
        if sum(map(len, keys)) <= _REMEMBERED_KEY_CHARACTERS:
            if len(self) >= _REMEMBERED_KEY_SETS:
                self.clear()
            self[keys] = rows
        return rows

    def _looked_up(self, keys: tuple[str, ...]) -> tuple[_Row, ...]:
        taken = set(self._mapping.values())
        by_alias: dict[str, list[str]] = {}
        for key in keys:
            if key not in taken:
                by_alias.setdefault(folded(key), []).append(key)
        found = {
            field: tuple(key for alias in names for key in by_alias.get(alias, ()))
            for field, names in self._aliases.items()
        }
        found.update({f: (key,) if key in keys else () for f, key in self._mapping.items()})
        return tuple(self._row(field, held) for field, held in found.items() if held)
