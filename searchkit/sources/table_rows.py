"""Here are the rows of a table whose columns have names: which articles are they?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from searchkit.errors import ArticleError, Notice, Reject, SourceError
from searchkit.sources.files import Item, Options
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.paths import first_key
from searchkit.sources.records import RecordReader
from searchkit.sources.telling import Telling
from searchkit.sources.values import shown

__all__ = ["TableRows"]

# Of the fields of an article, those that make it one.
_TEXTS = frozenset({"headline", "body", "captions", "standfirst", "summary"})

# Whose cells may hold several values, as an array of JSON.
_LISTS = frozenset({"captions", "authors", "agencies", "keywords"})


class TableRows:
    """Reads the rows of the table at a place.

    `columns` are those that rows need to have, each once. Raises SourceError when none of the
    `names` is that of a column of an article's text.
    """

    def __init__(self, place: str, options: Options, names: Sequence[str]) -> None:
        self._place = place
        self._records = RecordReader(options.fields)
        self._telling = Telling(place, "row")
        held, _ = self._records.fields(tuple(dict.fromkeys(names)))
        # A mapping may lead into the values of any column.
        is_flat = self._records.is_flat(names)
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

    def read(
        self, record: dict[str, Any], line: int | None, where: str, fingerprint: bytes
    ) -> Iterator[Item]:
        """The article of a row and its notices, or why it is rejected; `where` begins these."""
        remarks: list[tuple[str, str]] = []
        try:
            article = self._records.read(record, remarks)
        except ArticleError as error:
            told = json.dumps(record, ensure_ascii=False)
            yield Reject(self._place, f"{where}{error}", line, told)
            return
        yield from self._telling.notices(remarks, line, where)
        yield NEVER_KNOWN if remarks else fingerprint, article

    def notices(self, remark: str, line: int) -> Iterator[Notice]:
        """A remark on the encoding of a row."""
        return self._telling.notices([("encoding", remark)], line)

    def end(self) -> Iterator[Notice]:
        """What is left to tell at the end of the file."""
        return self._telling.end(self._records.missing)


def _several(cell: str) -> Any:
    if cell[:1] in ("[", "{"):
        try:
            return orjson.loads(cell)
        except ValueError:
            return cell
    return cell or []
