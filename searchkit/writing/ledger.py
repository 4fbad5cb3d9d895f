"""Here is a file: has the index read it before, and which of its articles came from it?

The ledger stands beside the index, in a database of SQLite, and follows it: what it says of a
file is written after the commit that has the file's articles, and taken back before one that
deletes any of them. So a ledger that is behind, missing or damaged costs time only: files are
read again.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xxhash import xxh3_64_intdigest

from searchkit.codec.manifest import LEDGER_FILES
from searchkit.errors import Notice, Reject
from searchkit.sources.files import FileDone

__all__ = ["Ledger", "drop_ledger", "has_ledger", "key_of"]

# Raised when the table changes; a ledger of another version is begun anew.
_VERSION = 1

# A file of which there is more to tell is read each time, and tells it itself.
_MOST_REMARKS = 1000

# In the place of its size, of a file that is to be read again, whatever it is.
_NO_SIZE = -1

_TABLES = """
BEGIN;
DROP TABLE IF EXISTS files;
DROP TABLE IF EXISTS state;
CREATE TABLE files (
    path BLOB PRIMARY KEY, size INTEGER, modified INTEGER, digest BLOB, reading TEXT,
    articles BLOB, remarks TEXT
) WITHOUT ROWID;
CREATE TABLE state (generation INTEGER);
INSERT INTO state VALUES (0);
PRAGMA user_version = %d;
COMMIT;
"""


# The 64 bits by which the ledger knows an article: XXH3 of its id.
key_of = xxh3_64_intdigest


class Ledger:
    """The files that were read into an index, in the index's directory; only its writer has it.

    `generation` is that of the commit that is the index: a ledger of a later one, which a
    restored copy may stand beside, is begun anew. Whatever goes wrong with it is as if it were
    empty: nothing is raised.
    """

    def __init__(self, directory: Path, generation: int) -> None:
        self._directory = directory
        self._database = self._opened(generation)

    def close(self) -> None:
        """Closes the database."""
        if self._database is not None:
            self._database.close()

    def find(self, path: str) -> FileDone | None:
        """The file at this path, absolute and without links, as it was when it was read."""
        found = self._rows("SELECT * FROM files WHERE path = ?", (os.fsencode(path),))
        return _file(found[0]) if found else None

    def articles(self, path: str) -> array[int]:
        """The keys of the articles that came from the file."""
        query = "SELECT articles FROM files WHERE path = ?"
        found = self._rows(query, (os.fsencode(path),))
        return array("Q", found[0][0]) if found else array("Q")

    def below(self, path: str) -> list[str]:
        """The files that were read in a folder or deeper, or the file itself, in order."""
        folder = os.fsencode(path.rstrip(os.sep)) + os.fsencode(os.sep)
        query = "SELECT path FROM files WHERE path = ? OR (path >= ? AND path < ?) ORDER BY path"
        after = folder[:-1] + bytes([folder[-1] + 1])
        found = self._rows(query, (os.fsencode(path), folder, after))
        return [os.fsdecode(row[0]) for row in found]

    def record(self, generation: int, files: Iterable[tuple[FileDone, array[int]]]) -> None:
        """Remembers files as they were read, and the keys of their articles, which the commit
        of that generation has.
        """
        rows = [_row(file, keys) for file, keys in files]
        if rows:
            insert = "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)"
            self._change((insert, rows), ("UPDATE state SET generation = ?", [(generation,)]))

    def forget(self, paths: Iterable[str]) -> None:
        """Forgets these files."""
        rows = [(os.fsencode(path),) for path in paths]
        self._change(("DELETE FROM files WHERE path = ?", rows))

    def reread(self, keys: Collection[int]) -> None:
        """Has the files from which any of these articles came read again when they are named."""
        if keys:
            wanted = set(keys)
            paths = [path for path, own in self._all() if not wanted.isdisjoint(own)]
            rows = [(_NO_SIZE, os.fsencode(path)) for path in paths]
            self._change(("UPDATE files SET size = ? WHERE path = ?", rows))

    def without_a_file(self, keys: Iterable[int], gone: Collection[str]) -> set[int]:
        """Those of the keys of which no file but those that are gone has the article."""
        left = set(keys)
        for path, own in self._all():
            if not left:
                break
            if path not in gone:
                left.difference_update(own)
        return left

    def _all(self) -> Iterator[tuple[str, array[int]]]:
        for path, articles in self._rows("SELECT path, articles FROM files", ()):
            yield os.fsdecode(path), array("Q", articles)

    def _opened(self, generation: int) -> sqlite3.Connection | None:
        try:
            return self._connected(generation)
        except sqlite3.Error:  # not a database, or a damaged one
            drop_ledger(self._directory)
        try:
            return self._connected(generation)
        except sqlite3.Error:
            return None

    def _connected(self, generation: int) -> sqlite3.Connection:
        database = sqlite3.connect(self._directory / LEDGER_FILES[0], isolation_level=None)
        try:
            # What a power failure makes of it costs time only.
            database.execute("PRAGMA synchronous = OFF")
            if not _is_current(database, generation):
                database.executescript(_TABLES % _VERSION)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        if self._database is None:
            return []
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error:
            return []

    def _change(self, *statements: tuple[str, Sequence[tuple[object, ...]]]) -> None:
        if self._database is None or not any(rows for _, rows in statements):
            return
        try:
            self._database.execute("BEGIN")
            for statement, rows in statements:
                self._database.executemany(statement, rows)
            self._database.execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")


def has_ledger(directory: Path) -> bool:
    """Whether the index in the directory has a ledger."""
    return (directory / LEDGER_FILES[0]).exists()


def drop_ledger(directory: Path) -> None:
    """Forgets all files: they are read again when they are named."""
    for name in LEDGER_FILES:
        with contextlib.suppress(OSError):
            (directory / name).unlink()


def _is_current(database: sqlite3.Connection, generation: int) -> bool:
    if database.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
        return False
    recorded = database.execute("SELECT generation FROM state").fetchone()[0]
    return bool(recorded <= generation)


def _row(file: FileDone, keys: array[int]) -> tuple[object, ...]:
    if len(file.remarks) > _MOST_REMARKS:
        file = replace(file, size=_NO_SIZE, remarks=())
    remarks = [
        [isinstance(each, Reject), each.place, each.reason, each.line] for each in file.remarks
    ]
    return (
        *(os.fsencode(file.path), file.size, file.modified, file.digest, file.reading),
        *(keys.tobytes(), json.dumps(remarks)),
    )


def _file(row: Any) -> FileDone:
    path, size, modified, digest, reading, articles, remarks = row
    told = (
        (Reject if is_reject else Notice)(place, reason, line)
        for is_reject, place, reason, line in json.loads(remarks)
    )
    count = len(articles) // array("Q").itemsize
    return FileDone(os.fsdecode(path), size, modified, digest, reading, tuple(told), count)
