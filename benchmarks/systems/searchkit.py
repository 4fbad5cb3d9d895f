"""searchkit itself, through its public interface and with its default settings."""

from __future__ import annotations

from pathlib import Path

from benchmarks.systems.interface import Cores, Installed, Missing, probe

__all__ = ["CORES", "DURABLE", "POSITIONS", "SETTINGS", "TITLE", "available", "count", "index"]

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


def count(directory: Path, word: str) -> int:
    """Words joined by an apostrophe or & are one word; a possessive counts as the word."""
    import searchkit

    with searchkit.open(directory) as archive:
        return archive.search(word, limit=1, highlight=False).total
