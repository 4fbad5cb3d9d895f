"""The index directory: made, opened, looked into. Whoosh's storage errors become ours here."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import secrets
import struct
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.fields import Schema
from whoosh.reading import IndexReader, TermNotFound
from whoosh.writing import SegmentWriter

from searchkit.analysis import language_code
from searchkit.codec.whoosh_schema import whoosh_schema
from searchkit.errors import (
    IndexDamagedError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    IndexVersionError,
    StorageError,
)

__all__ = [
    "Directory",
    "count_values",
    "create_directory",
    "damage_named",
    "find_article",
    "open_directory",
    "open_writer",
    "write_failures_named",
]

FORMAT_VERSION = 1
_SETTINGS_NAME = "searchkit.json"

# As often and as long, in seconds, as Whoosh tries to open the segments.
_OPENING_TRIES = 10
_OPENING_PAUSE = 0.05

# Postings kept in memory before Whoosh sorts them out to disk.
_WRITER_MEMORY_MB = 256


@dataclass(frozen=True, slots=True)
class Directory:
    """An index directory: its path, the language of its text, the Whoosh index in it.

    `schema` is that of the index; Whoosh would read it from disk each time it is asked for.
    """

    path: Path
    language: str
    schema: Schema
    whoosh: Any

    def size(self) -> int:
        """Bytes on disk of all files."""
        total = 0
        with os.scandir(self.path) as entries:
            for entry in entries:
                # A writer may delete what it has merged.
                with contextlib.suppress(FileNotFoundError):
                    total += entry.stat().st_size if entry.is_file() else 0
        return total


class FreshNamesCodec(W3Codec):  # type: ignore[misc]  # whoosh is untyped
    """Whoosh's codec, with names of segments from the system's source of randomness.

    Whoosh takes them from the module ``random``: a program that seeds it alike for two
    commits would give two segments one name, and lose the first.
    """

    def new_segment(self, storage: Any, indexname: str) -> W3Segment:  # noqa: ARG002
        """A segment that is about to be written."""
        return W3Segment(self, indexname, segid=secrets.token_hex(8))


def create_directory(path: Path, language: str) -> Directory:
    """Makes an empty index in a new or empty directory.

    Raises LanguageError, IndexExistsError when anything is there already, and StorageError
    when the directory cannot be made.
    """
    language = language_code(language)
    try:
        path.mkdir(parents=True, exist_ok=True)
        occupied = any(path.iterdir())
    except FileExistsError as error:
        raise IndexExistsError(f"{path} is a file; choose another directory") from error
    except OSError as error:
        raise _unwritable(path, error) from error
    if occupied:
        if _is_index(path):
            raise IndexExistsError(
                f"{path} holds an index already; open it or delete the directory"
            )
        raise IndexExistsError(f"{path} holds other files; choose a new or an empty directory")
    try:
        schema = whoosh_schema(language)
        whoosh = whoosh_index.create_in(str(path), schema)
        # Last, so that a directory with settings always holds a whole index.
        _write_settings(path, {"format": FORMAT_VERSION, "language": language})
    except OSError as error:
        raise _unwritable(path, error) from error
    return Directory(path, language, schema, whoosh)


def open_directory(path: Path) -> Directory:
    """Opens the index in a directory.

    Raises IndexNotFoundError, IndexVersionError or IndexDamagedError.
    """
    if not _is_index(path):
        if path.is_file():
            raise IndexNotFoundError(f"{path} is a file, not the directory of an index")
        what = "there is no index in" if path.is_dir() else "there is no directory"
        raise IndexNotFoundError(
            f"{what} {path}; make one with `searchkit --index {path} index FILES...` "
            "or searchkit.create()"
        )
    language = _read_settings(path)
    with damage_named(path):
        try:
            return Directory(path, language, whoosh_schema(language), _opened(path))
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            # What Whoosh's reading of a table of contents comes to on arbitrary bytes.
            raise pickle.UnpicklingError(str(error)) from error


def _opened(path: Path) -> Any:
    """Whoosh's index. A writer may delete a table of contents that was the last one a moment
    ago: then there is a later one to open.
    """
    for _ in range(_OPENING_TRIES):
        with contextlib.suppress(FileNotFoundError):
            return whoosh_index.open_dir(str(path))
        time.sleep(_OPENING_PAUSE)
    return whoosh_index.open_dir(str(path))


def open_writer(directory: Directory, timeout: float) -> SegmentWriter:
    """Whoosh's writer, which holds the index's only write lock until commit or cancel.

    Raises IndexLockedError when another writer keeps the lock for `timeout` seconds, and
    StorageError when the directory cannot be written to.
    """
    try:
        with damage_named(directory.path), write_failures_named(directory.path):
            return directory.whoosh.writer(
                codec=FreshNamesCodec(), timeout=timeout, delay=0.05, limitmb=_WRITER_MEMORY_MB
            )
    except whoosh_index.LockError as error:
        raise IndexLockedError(
            f"another process is writing to {directory.path}; "
            "wait until it has finished, then run this again"
        ) from error


def find_article(reader: IndexReader, article_id: str) -> tuple[int, bytes] | None:
    """The document number and the digest of the article with this id, or None."""
    for leaf, base in reader.leaf_readers():
        try:
            matcher = leaf.postings("id", article_id)
        except TermNotFound:
            continue
        if matcher.is_active():
            number = matcher.id()
            return base + number, leaf.column_reader("digest")[number]
    return None


def count_values(reader: IndexReader, field: str) -> dict[str, int]:
    """The terms of a field with the number of live documents, the most frequent first."""
    counts: Counter[str] = Counter()
    for leaf, _ in reader.leaf_readers():
        for term in leaf.lexicon(field):
            counts[term.decode()] += sum(1 for _ in leaf.postings(field, term).all_ids())
    return dict(counts.most_common())


@contextlib.contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Turns what reading a damaged file raises into IndexDamagedError."""
    try:
        yield
    except whoosh_index.IndexVersionError as error:
        raise IndexVersionError(f"{path} was written by an incompatible Whoosh: {error}") from error
    except (
        whoosh_index.IndexError,
        pickle.UnpicklingError,
        struct.error,
        zlib.error,
        EOFError,
        FileNotFoundError,
    ) as error:
        raise IndexDamagedError(
            f"the index in {path} is damaged ({type(error).__name__}: {error}); "
            "restore it from a copy, or delete the directory and index the articles again"
        ) from error


@contextlib.contextmanager
def write_failures_named(path: Path) -> Iterator[None]:
    """Turns a full disk and the like into StorageError."""
    try:
        yield
    except FileNotFoundError:
        raise  # a file that should be there: damage
    except OSError as error:
        raise StorageError(
            f"cannot write to {path}: {error.strerror or error}; the index is as of its last "
            "commit. Mend that, then run this again"
        ) from error


def _is_index(path: Path) -> bool:
    return (path / _SETTINGS_NAME).is_file()


def _read_settings(path: Path) -> str:
    file = path / _SETTINGS_NAME
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
        version, language = settings["format"], language_code(settings["language"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamagedError(
            f"{file} cannot be read ({error}); restore it from a copy, "
            "or delete the directory and index the articles again"
        ) from error
    if version != FORMAT_VERSION:
        raise IndexVersionError(
            f"{path} has index format {version}, this searchkit reads format {FORMAT_VERSION}; "
            "install the searchkit that wrote it, or index the articles again"
        )
    return language


def _write_settings(path: Path, settings: dict[str, Any]) -> None:
    temporary = path / f"{_SETTINGS_NAME}.tmp"
    temporary.write_text(json.dumps(settings) + "\n", encoding="utf-8")
    temporary.replace(path / _SETTINGS_NAME)


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"cannot make an index in {path}: {error.strerror or error}; choose another directory"
    )
