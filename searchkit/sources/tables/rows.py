"""Here are the rows of a table whose columns have names: which articles are they?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from searchkit.errors import SourceError
from searchkit.sources.fields.paths import first_key
from searchkit.sources.fields.records import RecordReader
from searchkit.sources.fields.values import shown
from searchkit.sources.files import Item, Options
from searchkit.sources.json.objects import JsonObjects
from searchkit.sources.json.types import as_json

__all__ = ["TableRows"]

# Of the fields of an article, those that make it one.
_TEXTS = frozenset({"headline", "body", "captions", "standfirst", "summary"})

# Read together, as the kernel then has much to do at a time.
_ROWS_AT_ONCE = 256
_BYTES_AT_ONCE = 512 * 1024

# Whose cells may hold several values, as an array of JSON.
_LISTS = frozenset({"captions", "authors", "agencies", "keywords"})


class TableRows:
    """Reads the rows of the table at a place: each is an object, and read as one of JSON is, so
    that the same values give the same article. `numbered` says that rows have numbers, no lines.

    `columns` are those that rows need to have, each once. Raises SourceError when none of the
    `names` is that of a column of an article's text.
    """

    def __init__(
        self, place: str, options: Options, names: Sequence[str], *, numbered: bool = False
    ) -> None:
        self._objects = JsonObjects(
            place, options, None, record="row", advice="correct it", numbered=numbered
        )
        self._waiting: list[bytes | None] = []
        self._lines: list[int | None] = []
        self._size = 0
        records = RecordReader(options.fields)
        held, _ = records.fields(tuple(dict.fromkeys(names)))
        # A mapping may lead into the values of any column.
        is_flat = records.is_flat(names)
        if is_flat and not _TEXTS & held.keys():
            raise SourceError(
                "its first row names no column for a headline, a body or captions (but "
                f"{shown(', '.join(names))}); pass fields={{'headline': ...}} / --map headline=..."
            )
        self.columns = [name for of_field in held.values() for name in of_field]
        self._lists = {name for field in _LISTS for name in held.get(field, ())}
        if not is_flat:
            self.columns = list(dict.fromkeys(names))
            self._lists |= {first_key(path) for path in (options.fields or {}).values()}
        self._dates = set(held.get("published", ()))

    def of_texts(self, cells: dict[str, str]) -> dict[str, Any]:
        """The record of a row all of whose cells are texts: an array or an object of JSON in a
        cell that may hold several values is what it stands for.
        """
        record: dict[str, Any] = dict(cells)
        for name in self._lists & cells.keys():
            record[name] = _several(cells[name])
        for name in self._dates & cells.keys():
            record[name] = cells[name] or None
        return record

    def add(self, record: dict[str, Any], line: int | None = None) -> Iterator[Item]:
        """What is in the rows that are done with this one, which begins at a line, or has none."""
        written = _written(record)
        self._waiting.append(written)
        self._lines.append(line)
        self._size += len(written)
        if len(self._waiting) == _ROWS_AT_ONCE or self._size > _BYTES_AT_ONCE:
            yield from self.finish()

    def pass_over(self) -> None:
        """Counts a row that cannot be read."""
        self._waiting.append(b"")
        self._lines.append(None)

    def finish(self) -> Iterator[Item]:
        """What is in the rows that were added and not done with yet."""
        waiting, lines = self._waiting, self._lines
        self._waiting, self._lines, self._size = [], [], 0
        yield from self._objects.read_all(waiting, lines)

    def end(self) -> Iterator[Item]:
        """What is left to tell at the end of the file."""
        yield from self.finish()
        yield from self._objects.end()


def _written(record: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(record, default=as_json)
    except TypeError:  # half of a surrogate pair, an integer of more than 64 bits
        return json.dumps(as_json(record)).encode()


def _several(cell: str) -> Any:
    if cell[:1] in ("[", "{"):
        try:
            return orjson.loads(cell)
        except ValueError:
            return cell
    return cell or []
