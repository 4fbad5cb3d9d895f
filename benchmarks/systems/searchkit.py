"""searchkit itself, through its public interface and with its default settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.systems.interface import Answer, Cores, How, Installed, Missing, Searcher, probe

if TYPE_CHECKING:
    from searchkit import Fragment

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

TITLE = "searchkit"
CORES: tuple[Cores, ...] = ("one", "all")
POSITIONS = True
DURABLE = True
SETTINGS = (
    "defaults: Snowball stemming, positions, the whole article stored, memory 256 MiB; also keeps "
    "date, section, author, source and url for filters, which no rival is asked for"
)


def available() -> Installed | Missing:
    return probe(searchkit="searchkit", Stemmer="PyStemmer", orjson="orjson")


def index(corpus: Path, directory: Path, threads: int) -> None:
    import searchkit

    with searchkit.create(directory) as archive:
        report = archive.add(searchkit.read(str(corpus)), workers=threads)
    if report.rejected:
        raise RuntimeError(f"{len(report.rejected)} articles rejected; {report.rejected[0]}")


def index_parts(parts: Sequence[Path], directory: Path) -> None:
    import searchkit

    with searchkit.create(directory) as archive:
        for part in parts:
            # Every worker makes a segment.
            archive.add(searchkit.read(str(part)), workers=1)
        if len(parts) == 1:
            archive.compact()
        if (segments := archive.info().segments) != len(parts):
            raise RuntimeError(
                f"{len(parts)} parts became {segments} segments; give fewer, or more articles"
            )


def count(directory: Path, word: str) -> int:
    """Words joined by an apostrophe or & are one word; a possessive counts as the word."""
    import searchkit

    with searchkit.open(directory) as archive:
        return archive.search(word, limit=1, highlight=False).total


def searcher(directory: Path) -> Searcher:
    return _Searcher(directory)


class _Searcher:
    def __init__(self, directory: Path) -> None:
        import searchkit

        self._archive = searchkit.open(directory)

    def search(
        self, words: Sequence[str], how: How, limit: int, *, snippets: bool = False
    ) -> Answer:
        query = f'"{" ".join(words)}"' if how == "phrase" else f" {how.upper()} ".join(words)
        found = self._archive.search(query, limit=limit, stop_words=None, highlight=snippets)
        hits = [(hit.id, hit.score) for hit in found.hits]
        shown = [
            (_first(hit.highlights["headline"]), _first(hit.highlights["body"]))
            for hit in (found.hits if snippets else ())
        ]
        return Answer(found.total, hits, shown)


def _first(fragments: Sequence[Fragment]) -> str:
    return fragments[0].text if fragments else ""
