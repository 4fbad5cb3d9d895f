"""What is a hit, what is a page of hits?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from searchkit.article import Article
from searchkit.highlight import Fragment
from searchkit.query.interpretation import Interpretation

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


class Results(Sequence[Hit]):
    """A page of hits, in order; a sequence of `Hit`.

    `total` is the number of articles that match, on this page or not: exactly, or at least so
    many where it was not `counted`, or where it is not `complete` because time was up. `took_ms`
    is the time in milliseconds from the query string to these results. `facets` has for each one
    that was asked for its values with the number of articles.
    """

    def __init__(
        self,
        query: str,
        total: int,
        hits: tuple[Hit, ...],
        offset: int,
        took_ms: float,
        *,
        counted: bool,
        complete: bool,
        facets: Mapping[str, Mapping[str, int]],
        interpret: Callable[[], Interpretation],
    ) -> None:
        self.query = query
        self.total = total
        self.hits = hits
        self.offset = offset
        self.took_ms = took_ms
        self.counted = counted
        self.complete = complete
        self.facets = facets
        self._interpret = interpret

    @cached_property
    def interpretation(self) -> Interpretation:
        """How the query was read; made when it is asked for."""
        return self._interpret()

    def __repr__(self) -> str:
        return f"<searchkit.Results {self.query!r}: {len(self.hits)} of {self.total}>"

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

    def ids(self) -> Iterator[str]:
        """The ids of the hits, in order, each read when it is asked for; no article is kept."""
        return (self._page.article(number).id for number, _ in self._documents)
