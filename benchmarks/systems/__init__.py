"""What is measured: searchkit and its rivals, one module each, by the name on the command line."""

from benchmarks.systems import bm25s, fts5, searchkit, tantivy, whoosh
from benchmarks.systems.interface import (
    Answer,
    Cores,
    How,
    Installed,
    Missing,
    Searcher,
    System,
    read_articles,
)

__all__ = [
    "SYSTEMS",
    "Answer",
    "Cores",
    "How",
    "Installed",
    "Missing",
    "Searcher",
    "System",
    "read_articles",
]

SYSTEMS: dict[str, System] = {
    "searchkit": searchkit,
    "whoosh": whoosh,
    "fts5": fts5,
    "tantivy": tantivy,
    "bm25s": bm25s,
}
