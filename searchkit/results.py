"""What is a hit, what is a page of hits?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, overload

from searchkit.article import Article
from searchkit.copies import Copy
from searchkit.highlight import Fragment
from searchkit.query.interpretation import Interpretation
from searchkit.ranking import Explanation

__all__ = ["Hit", "Page", "Results"]


class Page(Protocol):
    """Where results and hits get what is asked of them, hits by their documents' numbers."""

    def article_id(self, number: int) -> str:
        """The id of the article."""

    def article(self, number: int) -> Article:
        """The article."""

    def articles(self, number: int) -> Sequence[Article]:
        """The article, and its copies."""

    def highlights(self, number: int) -> Mapping[str, tuple[Fragment, ...]]:
        """What is marked in the article."""

    def copies(self, number: int) -> tuple[Copy, ...]:
        """Where else its text stands."""

    def folded(self, number: int) -> tuple[int, Sequence[int]]:
        """How many documents are folded into it, and the numbers of the first of them."""

    def explanation(self, number: int) -> Explanation:
        """Why it has its score."""

    def interpretation(self) -> Interpretation:
        """How the query was read."""


class Hit:
    """One article that matches.

    `rank` counts from 1 over all matches, `score` is higher for better matches (0 where hits are
    sorted by date). The article is read when it is first asked for; that raises
    IndexDamagedError where it is not as it was written.
    """

    __slots__ = ("_article", "_highlights", "_number", "_page", "rank", "score")

    def __init__(self, rank: int, score: float, number: int, page: Page) -> None:
        self.rank = rank
        self.score = score
        self._number = number
        self._page = page
        self._article: Article | None = None
        self._highlights: Mapping[str, tuple[Fragment, ...]] | None = None

    @property
    def id(self) -> str:
        """The article's id, for which the article is not read."""
        return self._page.article_id(self._number)

    @property
    def article(self) -> Article:
        """The article."""
        if self._article is None:
            self._article = self._page.article(self._number)
        return self._article

    @property
    def highlights(self) -> Mapping[str, tuple[Fragment, ...]]:
        """For headline, body and captions the fragments that match, none where the field does
        not.
        """
        if self._highlights is None:
            self._highlights = self._page.highlights(self._number)
        return self._highlights

    @property
    def copies(self) -> tuple[Copy, ...]:
        """Where else the same text stands, to the byte; the article is read for it."""
        return self._page.copies(self._number)

    @property
    def folded(self) -> int:
        """How many near copies of it match and are folded into it; 0 without ``fold``."""
        return self._page.folded(self._number)[0]

    @property
    def folded_ids(self) -> tuple[str, ...]:
        """The ids of what is folded into it, of the first 100 in the order of the index."""
        return tuple(map(self._page.article_id, self._page.folded(self._number)[1]))

    def explain(self) -> Explanation:
        """Why it has its score, or would have by relevance."""
        return self._page.explanation(self._number)

    def __repr__(self) -> str:
        return f"<searchkit.Hit {self.rank}: {self.id!r}, score {self.score:.4f}>"


class Results(Sequence[Hit]):
    """A page of hits, in order; a sequence of `Hit`.

    `total` is the number of articles that match, on this page or not: exactly, or at least so
    many where it was not `counted`, or where it is not `complete` because time was up. `took_ms`
    is the time in milliseconds from the query string to these results. `facets` has for each one
    that was asked for its values with the number of articles. Where hits were folded, `left` is
    how many of the articles that match are neither a hit of this page or one before nor folded
    into one, None otherwise.
    """

    def __init__(
        self,
        query: str,
        total: int,
        documents: Sequence[tuple[int, float]],
        offset: int,
        page: Page,
        *,
        counted: bool,
        complete: bool,
        facets: Mapping[str, Mapping[str, int]],
        left: int | None,
        took_ms: float,
    ) -> None:
        self.query = query
        self.total = total
        self.offset = offset
        self.took_ms = took_ms
        self.counted = counted
        self.complete = complete
        self.facets = facets
        self.left = left
        self._documents = documents
        self._page = page

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """The hits of this page."""
        return tuple(
            Hit(rank, score, number, self._page)
            for rank, (number, score) in enumerate(self._documents, self.offset + 1)
        )

    @cached_property
    def interpretation(self) -> Interpretation:
        """How the query was read; made when it is asked for."""
        return self._page.interpretation()

    def __repr__(self) -> str:
        return f"<searchkit.Results {self.query!r}: {len(self)} of {self.total}>"

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def articles(self) -> Iterator[Article]:
        """The articles of the hits, in order, each before its copies; they are read when it is
        their turn, and not kept.
        """
        for number, _ in self._documents:
            yield from self._page.articles(number)

    def ids(self) -> Iterator[str]:
        """The ids of the hits, in order; no article is read."""
        return (self._page.article_id(number) for number, _ in self._documents)
