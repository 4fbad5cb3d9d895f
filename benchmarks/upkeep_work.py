"""Here is a large index: what is done to it day by day? Each step is done in a fresh process,
into which the library has been imported, and gives its times in seconds.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import searchkit
from searchkit import Article, Index

__all__ = ["BATCH", "STEPS"]

# Articles that are added, updated or deleted together.
BATCH = 100

_LATER_SEARCHES = 5


def look(directory: Path, _: Path, query: str) -> dict[str, Any]:
    """Opens the index and searches it for the first time, and later with the files in memory."""
    started = time.perf_counter()
    index = searchkit.open(directory)
    opened = time.perf_counter()
    found = index.search(query).total
    searched = time.perf_counter()
    later = [_timed(lambda: index.search(query)) for _ in range(_LATER_SEARCHES)]
    return {
        "found": found,
        "open": opened - started,
        "first_search": searched - opened,
        "later_search": statistics.median(later),
    }


def again(directory: Path, corpus: Path, articles: str) -> dict[str, Any]:
    """Adds all articles once more, as they are."""
    index = searchkit.open(directory)
    started = time.perf_counter()
    report = index.add(searchkit.read(str(corpus)))
    seconds = time.perf_counter() - started
    _require(report.unchanged == int(articles), f"{report.unchanged} of {articles} are unchanged")
    return {"seconds": seconds}


def verify(directory: Path, *_: object) -> dict[str, Any]:
    """Reads and checks all files, first from the disk where the system can be told to forget
    them (else `cold` is None), then from memory.
    """
    cold = searchkit.verify(directory).seconds if _forget(directory) else None
    found = searchkit.verify(directory)
    _require(found.whole, f"the index is damaged: {found.damages}")
    return {"cold": cold, "warm": found.seconds, "size": found.size}


def change(directory: Path, corpus: Path, times: str) -> dict[str, Any]:
    """Adds, updates and deletes BATCH articles, so many times each, durably.

    Articles are added to an index that is open, and to one that is opened for each time, as a
    program does that begins, adds and ends.
    """
    with corpus.open("rb") as lines:
        articles = sum(1 for _ in lines)
    known = _spread(corpus, articles, int(times) * BATCH)
    batches = [known[start : start + BATCH] for start in range(0, len(known), BATCH)]
    index = searchkit.open(directory)
    len(index)
    return {
        "add": [_add(index, _renamed(batch, "new")) for batch in batches],
        "open_and_add": [_add(directory, _renamed(batch, "newer")) for batch in batches],
        "update": [_update(index, batch) for batch in batches],
        "delete": [_delete(index, batch) for batch in batches],
    }


def compact(directory: Path, *_: object) -> dict[str, Any]:
    """Merges everything into one segment."""
    index = searchkit.open(directory)
    started = time.perf_counter()
    done = index.compact()
    return {
        "seconds": time.perf_counter() - started,
        "segments_before": done.segments_before,
        "segments_after": done.segments_after,
        "size_before": done.size_before,
        "size_after": done.size_after,
    }


# By name: each takes the index, the corpus that is in it, and what else it has to know.
STEPS: dict[str, Callable[[Path, Path, str], dict[str, Any]]] = {
    "look": look,
    "again": again,
    "verify": verify,
    "change": change,
    "compact": compact,
}


def _add(index: Index | Path, articles: list[Article]) -> float:
    started = time.perf_counter()
    if isinstance(index, Path):
        index = searchkit.open(index)
    report = index.add(articles)
    seconds = time.perf_counter() - started
    _require(report.added == len(articles), f"{report.added} of {len(articles)} were added")
    return seconds


def _update(index: Index, articles: list[Article]) -> float:
    changed = [replace(article, headline=f"Update: {article.headline}") for article in articles]
    started = time.perf_counter()
    report = index.add(changed)
    seconds = time.perf_counter() - started
    _require(report.updated == len(articles), f"{report.updated} of {len(articles)} were updated")
    return seconds


def _delete(index: Index, articles: list[Article]) -> float:
    started = time.perf_counter()
    deleted = index.delete(*(article.id for article in articles))
    seconds = time.perf_counter() - started
    _require(deleted == len(articles), f"{deleted} of {len(articles)} were deleted")
    return seconds


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _spread(corpus: Path, count: int, wanted: int) -> list[Article]:
    """So many of the `count` articles of a corpus, spread evenly over it."""
    stride = count // wanted
    with corpus.open("rb") as lines, tempfile.TemporaryDirectory(dir=corpus.parent) as place:
        sample = Path(place, "sample.jsonl")
        sample.write_bytes(b"".join(islice(lines, 0, stride * wanted, stride)))
        return list(searchkit.read(str(sample)))


def _renamed(articles: list[Article], prefix: str) -> list[Article]:
    # With another headline they are no copies.
    return [
        replace(article, id=f"{prefix}-{article.id}", headline=f"{prefix} {article.headline}")
        for article in articles
    ]


def _forget(directory: Path) -> bool:
    """Has the system drop what it holds of the files in memory; whether it can be told to."""
    if not hasattr(os, "posix_fadvise"):
        return False
    os.sync()
    for path in directory.iterdir():
        with _opened(path) as descriptor:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    return True


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _require(condition: bool, problem: str) -> None:
    """Times of what did not happen are worth nothing."""
    if not condition:
        raise RuntimeError(problem)
