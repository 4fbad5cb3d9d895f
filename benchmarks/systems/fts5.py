"""SQLite's full-text index, FTS5, from the standard library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.systems.interface import Cores, Installed, Missing, read_articles

__all__ = ["CORES", "DURABLE", "POSITIONS", "SETTINGS", "TITLE", "available", "count", "index"]

TITLE = "SQLite FTS5"
CORES: tuple[Cores, ...] = ("one",)
POSITIONS = True
DURABLE = True
SETTINGS = (
    "tokenize='porter unicode61', detail=full, contents stored, one transaction, hashsize 64 MB, "
    "synchronous=FULL; has no use for a second core"
)

_FILE = "articles.sqlite"

# What it collects in memory before it writes a segment: 5 to 8 % faster than the default 1 MB
# on 26 MB of text, for 35 MB more memory. Larger pages or cache made no difference.
_HASH_BYTES = 64 << 20


def available() -> Installed | Missing:
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
    except sqlite3.OperationalError as error:
        return Missing(f"this Python's SQLite has no FTS5 ({error}); use one built with it")
    return Installed({"SQLite": sqlite3.sqlite_version})


def index(corpus: Path, directory: Path, threads: int) -> None:  # noqa: ARG001  # has one writer
    with closing(sqlite3.connect(directory / _FILE)) as database:
        # A rollback journal, not a write-ahead log: into a new file it writes nothing twice.
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(
            "CREATE VIRTUAL TABLE articles USING fts5("
            "id UNINDEXED, headline, body, captions, tokenize = 'porter unicode61')"
        )
        database.execute(
            "INSERT INTO articles (articles, rank) VALUES ('hashsize', ?)", (_HASH_BYTES,)
        )
        with database:
            database.executemany("INSERT INTO articles VALUES (?, ?, ?, ?)", _rows(corpus))


def count(directory: Path, word: str) -> int:
    """Everything that is neither letter nor digit separates words; accents are dropped."""
    with closing(sqlite3.connect(directory / _FILE)) as database:
        query = "SELECT count(*) FROM articles WHERE articles MATCH ?"
        (found,) = database.execute(query, (f'"{word}"',)).fetchone()
    return int(found)


def _rows(corpus: Path) -> Iterator[tuple[str, str, str, str]]:
    for article in read_articles(corpus):
        captions = "\n".join(article["captions"])
        yield article["id"], article["headline"], article["body"], captions
