"""Here is an index of searchkit: what else is asked of it, and how long does that take? Each step
is done in a fresh process, into which the library has been imported, and gives seconds.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import searchkit
from benchmarks.asking import PAGE, passes_over, timed
from benchmarks.memory import own_bytes
from searchkit import Index, SearchKitError

__all__ = ["HOSTILE", "STEPS"]

# How often each of what is done over all that matches.
_TIMES = 20

_FACETS = ("section", "publisher", "author", "month")

_MILLION = 1_000_000


def patterns(directory: Path, given: str) -> dict[str, Any]:
    """Asks for each of some patterns, a list in a file of JSON."""
    asked = json.loads(Path(given).read_text(encoding="utf-8"))
    with searchkit.open(directory) as index:
        totals = [_search(index, text).total for text in asked]
        seconds = passes_over([functools.partial(_search, index, text) for text in asked])
    return {"totals": totals, "seconds": seconds}


def aggregate(directory: Path, word: str) -> dict[str, Any]:
    """Narrows down, counts and dates everything that has a common word."""
    with searchkit.open(directory) as index:
        sections = index.search("*", limit=0, facets=("section",)).facets["section"]
        section = next(iter(sections))
        works: dict[str, Callable[[], object]] = {
            "search": functools.partial(_search, index, word),
            "filter by section": functools.partial(_search, index, word, section=section),
            "filter by date": functools.partial(_search, index, word, since="1987", until="2099"),
            "sort by date": functools.partial(_search, index, word, sort="date"),
            "timeline by month": functools.partial(index.timeline, word, by="month"),
        }
        for facet in _FACETS:
            works[f"facet {facet}"] = functools.partial(_search, index, word, facets=(facet,))
        for work in works.values():
            work()
        found = _search(index, word).total
        return {
            "found": found,
            "seconds": {name: [timed(work) for _ in range(_TIMES)] for name, work in works.items()},
        }


def memory(directory: Path, questions: str) -> dict[str, Any]:
    """What the process itself holds, without what is mapped of files: before the index is opened,
    and after all questions of a file.
    """
    before = own_bytes()
    with searchkit.open(directory) as index:
        asked = json.loads(Path(questions).read_text(encoding="utf-8"))
        for _, words in asked:
            for hit in index.search(" ".join(words), limit=PAGE):
                assert hit.highlights is not None
        return {"questions": len(asked), "before": before, "after": own_bytes()}


def hostile(directory: Path, name: str) -> dict[str, Any]:
    """What becomes of one of HOSTILE."""
    query = HOSTILE[name]()
    with searchkit.open(directory) as index:
        _search(index, "warm")
        started = time.perf_counter()
        error = None
        try:
            outcome = f"{_search(index, query).total:,} found"
        except SearchKitError as refusal:
            outcome, error = "refused", type(refusal).__name__
        seconds = time.perf_counter() - started
    return {"outcome": outcome, "error": error, "seconds": seconds}


# By name: each takes the index, and what else it has to know.
STEPS: dict[str, Callable[[Path, str], dict[str, Any]]] = {
    "patterns": patterns,
    "aggregate": aggregate,
    "memory": memory,
    "hostile": hostile,
}

# Queries that nobody types, by name.
HOSTILE: dict[str, Callable[[], str]] = {
    "10⁶ brackets": lambda: "(" * _MILLION,
    "10⁶ nested words": lambda: "(a " * _MILLION + ")" * _MILLION,
    "10⁶ words": lambda: " ".join(f"w{number}" for number in range(_MILLION)),
    "10⁶ times OR": lambda: "fog OR " * _MILLION,
    "10⁶ minus signs": lambda: "-" * _MILLION + "fog",
    "10⁶ quotes": lambda: '"' * _MILLION,
    "10 MB of text": lambda: "harbour master " * (10 * _MILLION // 15),
    "10 MB in one word": lambda: "a" * (10 * _MILLION),
    "5,000 words": lambda: " ".join(f"w{number}" for number in range(5_000)),
    "*a*e*i*": lambda: "*a*e*i*",
    "?*?*?*?*?*?*": lambda: "?*" * 6,
    "a*": lambda: "a*",
    "a~": lambda: "a~",
    "abcdef~2": lambda: "abcdef~2",
    '"the of"~999': lambda: '"the of"~999',
    "a* w/999 e*": lambda: "a* w/999 e*",
}


def _search(index: Index, query: str, **options: Any) -> Any:
    given = {"limit": PAGE, "stop_words": None, "highlight": False, **options}
    found = index.search(query, **given)
    for hit in found.hits:
        assert hit.id
    return found
