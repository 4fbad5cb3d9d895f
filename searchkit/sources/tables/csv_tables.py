"""Here is a table of comma-separated values, or tab-separated ones: which articles are its rows?

The first row names the columns, as the keys of JSON are named. What parts the cells is found
out, in constant memory however large the file is.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.encodings.line_decoding import LineDecoder
from searchkit.sources.encodings.recoding import Recoding
from searchkit.sources.fields.records import RecordReader
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.json.jsonl import lines_of
from searchkit.sources.tables.rows import TableRows
from searchkit.sources.telling import Telling, unless_hopeless

__all__ = ["MAX_ROW_BYTES", "looks_like_csv", "read_csv"]

# A longer row, as one of which a quotation mark is not closed, is not held.
MAX_ROW_BYTES = 64 * 1024 * 1024

_DELIMITERS = (",", ";", "\t", "|")
# How a file may begin that Excel is to understand in any country.
_DECLARED_DELIMITER = re.compile(r"sep=(.)\r?\n")

# What is looked at to find out what a file is.
_ROWS_LOOKED_AT = 20
_LONGEST_NAME = 80
_LONGEST_HEADER = 8192
_ALIKE = 0.8


def read_csv(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise.

    Raises SourceError where the file cannot be read.
    """
    return unless_hopeless(_items(file, options), file.place, "a table of articles", "row")


def looks_like_csv(head: bytes) -> bool:
    """Whether content that begins so is a table whose first row names the fields of articles."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    first = text.partition("\n")[0]
    reader = RecordReader()
    if len(first) > _LONGEST_HEADER or not any(
        len(_fields(reader, first.split(each))) > 1 for each in _DELIMITERS
    ):
        return False
    delimiter = _delimiter(text, None)
    rows = _beginning(text, delimiter)
    alike = sum(len(row) == len(rows[0]) for row in rows)
    return (
        len(rows) > 1
        and alike >= _ALIKE * len(rows)
        and all(len(name) <= _LONGEST_NAME for name in rows[0])
        and not _fields(reader, rows[0]).isdisjoint(("headline", "body"))
    )


def _items(file: OpenFile, options: Options) -> Iterator[Item]:
    recoding = Recoding(file, options)
    if recoding.notice is not None:
        yield recoding.notice
    head = file.head()
    text = head.decode(recoding.recoded or recoding.declared or "utf-8", "replace")
    chunks = recoding.chunks()
    if "\r" in text and "\n" not in text:
        chunks = (chunk.replace(b"\r", b"\n") for chunk in chunks)
    delimiter = _delimiter(text, options)
    lines = _Lines(chunks, LineDecoder(recoding.declared, "row"))
    yield from _Table(file.place, options, lines, delimiter).items()


class _RowError(Exception):
    """Why a row cannot be read."""


class _Lines(Iterator[str]):
    """The lines of the file for csv.reader, which asks for those of a row one by one.

    `number` counts them; `row` are those since it was emptied, and `remarks` what is to be told of
    their encoding.
    """

    def __init__(self, chunks: Iterable[bytes], decoder: LineDecoder) -> None:
        self.number = 0
        self.row: list[str] = []
        self.remarks: list[tuple[str, str]] = []
        self._size = 0
        self._lines = chain.from_iterable(lines_of(chunks))
        self._decoder = decoder

    def begin_row(self) -> None:
        self.row.clear()
        self.remarks.clear()
        self._size = 0

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._size += MAX_ROW_BYTES + 1 if line is None else len(line) + 1
        if line is None or self._size > MAX_ROW_BYTES:
            limit = f"longer than {MAX_ROW_BYTES // 2**20} MiB"
            raise _RowError(f"{limit}; is a quotation mark not closed?")
        try:
            text, remark = self._decoder.decode(line)
        except SourceError as error:
            raise _RowError(str(error)) from error
        if remark:
            self.remarks.append(("encoding", remark))
        text += "\n"
        self.row.append(text)
        return text


class _Table:
    def __init__(self, place: str, options: Options, lines: _Lines, delimiter: str) -> None:
        self._place = place
        self._options = options
        self._lines = lines
        self._delimiter = delimiter
        self._telling = Telling(place, "row")
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)

    def items(self) -> Iterator[Item]:
        """What is in the rows. Raises SourceError where the rest of them cannot be read."""
        header: list[str] = []
        for _, found in self._rows():
            if isinstance(found, Reject):
                raise SourceError(f"its first row cannot be read: {found.reason}")
            if not _DECLARED_DELIMITER.fullmatch("".join(self._lines.row)):
                header = found
                break
        if not header:
            raise SourceError("empty: there are no rows in it")
        yield from self._records(_names(header))

    def _records(self, names: list[str]) -> Iterator[Item]:
        rows = TableRows(self._place, self._options, names)
        places: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            places.setdefault(name, []).append(place)
        for name in rows.columns:
            if len(held := places.get(name, ())) > 1:
                reason = f"has {len(held)} columns of the name {name!r}, which are read as one"
                yield Notice(self._place, reason, self._lines.number)
        is_empty = True
        try:
            for line, cells in self._rows():
                is_empty = False
                reject = cells if isinstance(cells, Reject) else self._ragged(cells, names, line)
                if reject is not None:
                    yield from rows.finish()
                    yield reject
                elif isinstance(cells, list):
                    yield from self._telling.notices(self._lines.remarks, line)
                    yield from rows.add(rows.of_texts(_joined(places, cells)), line)
        except SourceError:
            yield from rows.finish()
            raise
        if is_empty:
            raise SourceError("empty: there are no rows below the names of its columns")
        yield from self._telling.end(())
        yield from rows.end()

    def _rows(self) -> Iterator[tuple[int, list[str] | Reject]]:
        """The rows that are not blank, each with the line in which it begins."""
        while True:
            line = self._lines.number + 1
            self._lines.begin_row()
            # The limit is one for all of Python, so that it is only changed for the moment.
            limit = csv.field_size_limit(MAX_ROW_BYTES)
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except _RowError as error:
                yield line, Reject(self._place, str(error), line)
                continue
            except csv.Error as error:
                reason = f"not a row of a table ({error}); write quotation marks in a cell twice"
                yield line, Reject(self._place, reason, line, "".join(self._lines.row))
                continue
            finally:
                csv.field_size_limit(limit)
            if any(cell and not cell.isspace() for cell in row):
                yield line, row

    def _ragged(self, cells: list[str], names: list[str], line: int) -> Reject | None:
        if len(cells) >= len(names) and not any(cells[len(names) :]):
            return None
        reason = (
            f"has {len(cells)} cells, where the first row has {len(names)}; put a cell that "
            f"holds {json.dumps(self._delimiter)} between quotation marks"
        )
        return Reject(self._place, reason, line, "".join(self._lines.row))


def _names(header: list[str]) -> list[str]:
    return [name.strip(' "\t\ufeff') for name in header]


def _joined(places: dict[str, list[int]], cells: list[str]) -> dict[str, Any]:
    """The cells by the names of their columns; those of columns of one name as a list."""
    return {
        name: cells[held[0]] if len(held) == 1 else [cells[place] for place in held]
        for name, held in places.items()
    }


def _delimiter(text: str, options: Options | None) -> str:
    """What parts the cells of a table that begins so: that by which the first row names the most
    fields, and then by which the rows are most alike.
    """
    declared = _DECLARED_DELIMITER.match(text)
    if declared:
        return declared[1]
    reader = RecordReader(options.fields if options else None)

    def worth(delimiter: str) -> tuple[int, float, int]:
        rows = _beginning(text, delimiter)
        if not rows:
            return 0, 0.0, 0
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        return len(_fields(reader, rows[0])), alike, len(rows[0])

    return max(_DELIMITERS, key=worth)


def _fields(reader: RecordReader, header: list[str]) -> set[str]:
    """The fields of an article that a first row names."""
    return set(reader.fields(tuple(dict.fromkeys(_names(header))))[0])


def _beginning(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, without the last one of a text that may go on."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in islice(csv.reader(lines, delimiter=delimiter), _ROWS_LOOKED_AT + 1):
            rows += [row] if row else []
    return rows[:-1] if len(rows) > 2 else rows
