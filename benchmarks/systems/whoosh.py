"""Stock Whoosh (the fork that searchkit builds upon), with its own codec and stemmer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.systems.interface import (
    WEIGHTS,
    Answer,
    Cores,
    How,
    Installed,
    Missing,
    Searcher,
    probe,
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

TITLE = "Whoosh"
CORES: tuple[Cores, ...] = ("one", "all")
POSITIONS = True
DURABLE = False
SETTINGS = (
    "StemmingAnalyzer(stoplist=None, cachesize=-1), headline, body and captions stored with "
    "phrase positions, writer(limitmb=256); all cores: procs, multisegment=True"
)

_TEXT_FIELDS = ["headline", "body", "captions"]


def available() -> Installed | Missing:
    return probe(whoosh="whoosh3")


def index(corpus: Path, directory: Path, threads: int) -> None:
    from whoosh.index import create_in

    # multisegment spares it the merge in one process, which makes it slower than one core.
    parallel = {"procs": threads, "multisegment": True} if threads > 1 else {}
    writer = create_in(directory, _schema()).writer(limitmb=256, **parallel)
    _add(writer, corpus)
    writer.commit()


def index_parts(parts: Sequence[Path], directory: Path) -> None:
    from whoosh.index import create_in

    archive = create_in(directory, _schema())
    for part in parts:
        writer = archive.writer(limitmb=1024)
        _add(writer, part)
        writer.commit(merge=False)


def _add(writer: Any, corpus: Path) -> None:
    for article in read_articles(corpus):
        writer.add_document(
            id=article["id"],
            headline=article["headline"],
            body=article["body"],
            captions="\n".join(article["captions"]),
        )


def count(directory: Path, word: str) -> int:
    """Words joined by a full stop without a space are one word; apostrophes separate."""
    from whoosh.index import open_dir
    from whoosh.qparser import MultifieldParser

    archive = open_dir(directory)
    with archive.searcher() as searcher:
        query = MultifieldParser(_TEXT_FIELDS, archive.schema).parse(word)
        return sum(1 for _ in query.docs(searcher))


def searcher(directory: Path) -> Searcher:
    return _Searcher(directory)


class _Searcher:
    def __init__(self, directory: Path) -> None:
        from whoosh.index import open_dir
        from whoosh.qparser import AndGroup, MultifieldParser, OrGroup

        archive = open_dir(directory)
        self._searcher = archive.searcher()
        self._parsers = {
            how: MultifieldParser(_TEXT_FIELDS, archive.schema, fieldboosts=WEIGHTS, group=group)
            for how, group in (("and", AndGroup), ("or", OrGroup), ("phrase", AndGroup))
        }

    def search(
        self, words: Sequence[str], how: How, limit: int, *, snippets: bool = False
    ) -> Answer:
        text = " ".join(words)
        query = self._parsers[how].parse(f'"{text}"' if how == "phrase" else text)
        found = self._searcher.search(query, limit=limit)
        hits = [(hit["id"], hit.score) for hit in found]
        shown = [
            (hit.highlights("headline"), hit.highlights("body"))
            for hit in (found if snippets else ())
        ]
        return Answer(len(found), hits, shown)


def _schema() -> Any:
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema

    # stoplist=None: the others index all words too. cachesize=-1: what its manual advises
    # for indexing in bulk.
    analyzer = StemmingAnalyzer(stoplist=None, cachesize=-1)
    texts = {name: TEXT(analyzer=analyzer, phrase=True, stored=True) for name in _TEXT_FIELDS}
    return Schema(id=ID(unique=True, stored=True), **texts)
