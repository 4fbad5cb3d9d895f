"""Here is an object's set of keys: which of them hold which field?

Keys are known by many names, without regard to case and separators: pubDate, pub_date and
"Pub Date" are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["KeyTable"]

# What is remembered is bounded, so that a file with other keys in each line costs time only.
_REMEMBERED_KEY_SETS = 1000
_REMEMBERED_KEY_CHARACTERS = 4000


class KeyTable:
    """For objects with certain keys: which of them hold which field, by a table of aliases.

    `mapping` takes the place of the table for the fields it names.
    """

    def __init__(
        self, aliases: Mapping[str, tuple[str, ...]], mapping: Mapping[str, str] | None = None
    ) -> None:
        self._aliases = aliases
        self._mapping = mapping or {}
        self._remembered: dict[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]] = {}

    def __call__(self, keys: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(field, its keys in order of preference) for the fields that have any."""
        found = self._remembered.get(keys)
        if found is None:
            found = self._looked_up(keys)
            if sum(map(len, keys)) <= _REMEMBERED_KEY_CHARACTERS:
                if len(self._remembered) >= _REMEMBERED_KEY_SETS:
                    self._remembered.clear()
                self._remembered[keys] = found
        return found

    def _looked_up(self, keys: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        taken = set(self._mapping.values())
        by_alias: dict[str, list[str]] = {}
        for key in keys:
            if key not in taken:
                by_alias.setdefault(re.sub(r"[\W_]+", "", key).casefold(), []).append(key)
        found = {
            field: tuple(key for alias in names for key in by_alias.get(alias, ()))
            for field, names in self._aliases.items()
        }
        found.update({f: (key,) if key in keys else () for f, key in self._mapping.items()})
        return tuple((field, held) for field, held in found.items() if held)
