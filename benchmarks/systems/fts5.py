"""SQLite's full-text index, FTS5, from the standard library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.systems.interface import (
    WEIGHTS,
    Answer,
    Cores,
    How,
    Installed,
    Missing,
    Searcher,
    read_articles,
)

__all__ = [
    "CORES",
    "DURABLE",
    "POSITIONS",
    "SETTINGS",
    "TITLE",
    "available",
    "count",
    "index",
    "index_parts",
    "searcher",
]

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

_INSERT = "INSERT INTO articles VALUES (?, ?, ?, ?)"
_BEST = "SELECT id, rank{} FROM articles WHERE articles MATCH ? ORDER BY rank LIMIT ?"
# Columns 1 and 2, without marks, in so many words.
_SNIPPETS = ", snippet(articles, 1, '', '', '…', 16), snippet(articles, 2, '', '', '…', 32)"
_COUNT = "SELECT count(*) FROM articles WHERE articles MATCH ?"


def available() -> Installed | Missing:
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
    except sqlite3.OperationalError as error:
        return Missing(f"this Python's SQLite has no FTS5 ({error}); use one built with it")
    return Installed({"SQLite": sqlite3.sqlite_version})


def index(corpus: Path, directory: Path, threads: int) -> None:  # noqa: ARG001  # has one writer
    with closing(_create(directory)) as database, database:
        database.executemany(_INSERT, _rows(corpus))


def index_parts(parts: Sequence[Path], directory: Path) -> None:
    with closing(_create(directory)) as database:
        _configure(database, "automerge", 0)
        _configure(database, "rank", f"bm25(0.0, {', '.join(map(str, WEIGHTS.values()))})")
        for part in parts:
            with database:
                database.executemany(_INSERT, _rows(part))
        if len(parts) == 1:
            with database:
                database.execute("INSERT INTO articles (articles) VALUES ('optimize')")


def count(directory: Path, word: str) -> int:
    """Everything that is neither letter nor digit separates words; accents are dropped."""
    with closing(sqlite3.connect(directory / _FILE)) as database:
        return _count(database, f'"{word}"')


def searcher(directory: Path) -> Searcher:
    return _Searcher(directory)


class _Searcher:
    def __init__(self, directory: Path) -> None:
        self._database = sqlite3.connect(directory / _FILE)

    def search(
        self, words: Sequence[str], how: How, limit: int, *, snippets: bool = False
    ) -> Answer:
        """It does not count what it ranks: that is a query more, where there are more than
        `limit`.
        """
        if how == "phrase":
            query = f'"{" ".join(words)}"'
        else:
            query = f" {how.upper()} ".join(f'"{word}"' for word in words)
        best = _BEST.format(_SNIPPETS if snippets else "")
        rows = self._database.execute(best, (query, limit)).fetchall()
        total = len(rows) if len(rows) < limit else _count(self._database, query)
        return Answer(total, [(row[0], -row[1]) for row in rows], [row[2:] for row in rows])


def _create(directory: Path) -> sqlite3.Connection:
    database = sqlite3.connect(directory / _FILE)
    # A rollback journal, not a write-ahead log: into a new file it writes nothing twice.
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(
        "CREATE VIRTUAL TABLE articles USING fts5("
        "id UNINDEXED, headline, body, captions, tokenize = 'porter unicode61')"
    )
    _configure(database, "hashsize", _HASH_BYTES)
    return database


def _configure(database: sqlite3.Connection, option: str, value: object) -> None:
    with database:
        database.execute("INSERT INTO articles (articles, rank) VALUES (?, ?)", (option, value))


def _count(database: sqlite3.Connection, query: str) -> int:
    (found,) = database.execute(_COUNT, (query,)).fetchone()
    return int(found)


def _rows(corpus: Path) -> Iterator[tuple[str, str, str, str]]:
    for article in read_articles(corpus):
        captions = "\n".join(article["captions"])
        yield article["id"], article["headline"], article["body"], captions
