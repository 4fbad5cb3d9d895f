"""What has a system to offer, so that it can be measured?

Each system is a module with the names of `System`. Importing it must not import the
library: one that is not installed is named in the results, and a process that measures one
system must not carry the others.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import orjson

__all__ = [
    "WEIGHTS",
    "Answer",
    "Cores",
    "How",
    "Installed",
    "Missing",
    "Searcher",
    "System",
    "probe",
    "read_articles",
]

Cores = Literal["one", "all"]
# All the words, any of them, or side by side in this order.
How = Literal["and", "or", "phrase"]

# Of the fields, for those systems that weigh them: the same as searchkit has.
WEIGHTS = {"headline": 3.0, "body": 1.0, "captions": 1.5}


@dataclass(frozen=True, slots=True)
class Installed:
    """The library is there; `versions` has its own first, then those of what it leans on."""

    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """The library cannot be imported; `reason` is one line and ends with the remedy."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`total` articles match, and `hits` are the best of them, the best first: ids and scores.

    `snippets` are, for each hit, what is shown of headline and body, where that was wanted.
    """

    total: int
    hits: list[tuple[str, float]]
    snippets: list[tuple[str, str]] = field(default_factory=list)


class Searcher(Protocol):
    """An index that is open."""

    def search(
        self, words: Sequence[str], how: How, limit: int, *, snippets: bool = False
    ) -> Answer:
        """The articles with words in headline, body or captions. Words are in lower case and have
        a letter or digit at both ends, and no operator among them.
        """


class System(Protocol):
    """One search library at its good settings.

    `CORES` lists the variants worth measuring: "all" only where the library can use several.
    `POSITIONS` says whether phrases can be searched, `DURABLE` whether a committed index
    survives a power failure: it has been synced (found by tracing its system calls).
    `SETTINGS` is for the notes under the table.
    """

    TITLE: str
    CORES: tuple[Cores, ...]
    POSITIONS: bool
    DURABLE: bool
    SETTINGS: str

    def available(self) -> Installed | Missing:
        """Imports the library, so that `index` does not pay for it."""

    def index(self, corpus: Path, directory: Path, threads: int) -> None:
        """Reads the corpus, JSON lines as `corpus.prepare` writes them, and leaves a committed
        index in the directory, which exists and is empty. Raises when any article is not taken.
        """

    def index_parts(self, parts: Sequence[Path], directory: Path) -> None:
        """As `index`, of several corpora, each of which becomes one segment of the index, where
        the system has segments.
        """

    def count(self, directory: Path, word: str) -> int:
        """How many articles have the word, in lower case, in headline, body or captions."""

    def searcher(self, directory: Path) -> Searcher:
        """The index in a directory, open."""


def probe(**modules: str) -> Installed | Missing:
    """Imports each module; the values are the distributions whose versions are recorded."""
    versions = {}
    for module, distribution in modules.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            return Missing(f"not installed ({error}); pip install 'searchkit[bench]'")
        versions[distribution] = importlib.metadata.version(distribution)
    return Installed(versions)


def read_articles(corpus: Path) -> Iterator[dict[str, Any]]:
    """The articles of a corpus, for the rivals that have no reader of their own.

    By the fastest parser there is: the standard library's would take 2 to 10 ms more for each
    MB, of the 40 that the fastest of them need.
    """
    with corpus.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)
