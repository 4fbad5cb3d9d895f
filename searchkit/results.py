"""What is a hit, what is a page of hits?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from searchkit.article import Article
from searchkit.highlight import Fragment
from searchkit.query import Interpretation

__all__ = ["Hit", "Results"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that matches.

    `rank` counts from 1 over all matches, `score` is higher for better matches (0 where
    hits are sorted by date). `highlights` has the keys headline, body and captions, each
    with the fragments that match, none where the field does not.
    """

    rank: int
    score: float
    article: Article
    highlights: Mapping[str, tuple[Fragment, ...]]


@dataclass(frozen=True, slots=True)
class Results(Sequence[Hit]):
    """A page of hits, in order; a sequence of `Hit`.

    `total` is the exact number of articles that match, on this page or not; `took_ms` the
    time in milliseconds from the query string to these results; `interpretation` says how the
    query was read, and what was run.
    """

    query: str
    total: int
    hits: tuple[Hit, ...]
    offset: int
    took_ms: float
    interpretation: Interpretation

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]
