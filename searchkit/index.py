"""Here is a directory: add to it, search it."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from searchkit.analysis import analyzer_for
from searchkit.article import Article
from searchkit.codec.directory import (
    Directory,
    count_values,
    create_directory,
    damage_named,
    find_article,
    open_directory,
)
from searchkit.codec.whoosh_schema import article_of
from searchkit.errors import ArticleError, QueryError
from searchkit.highlight import highlight_article
from searchkit.query import Filters, ParsedQuery, execute, parse
from searchkit.query.execute import Order, all_documents
from searchkit.query.filters import Moment, Values
from searchkit.results import Hit, Results
from searchkit.schema import DEFAULT_LANGUAGE, FILTER_FIELDS, TEXT_FIELDS
from searchkit.writing import AddReport, add_articles, delete_articles, delete_documents

__all__ = ["Index", "IndexInfo", "create", "open_index"]

# Term saturation and length normalisation for short, uneven texts such as news
# (Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009).
_K1, _B = 0.9, 0.4

# How long a writer waits for another one to finish, in seconds.
_LOCK_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds.

    `terms` counts the distinct terms of each text field. `values` has, for each filter (section,
    author ...), its values as they are compared, with the number of articles, the most
    frequent first. `size` is in bytes on disk, `generation` counts the commits, `versions`
    are those of the software in use.
    """

    path: str
    language: str
    articles: int
    fields: tuple[str, ...]
    terms: Mapping[str, int]
    values: Mapping[str, Mapping[str, int]]
    segments: int
    generation: int
    size: int
    versions: Mapping[str, str]


def create(path: str | os.PathLike[str], *, language: str = DEFAULT_LANGUAGE) -> Index:
    """Makes a new index in a directory that is new or empty.

    `language` is that of the text, for stemming: a code such as ``"de"``, an English name,
    or ``"none"``. Raises LanguageError, IndexExistsError or StorageError.
    """
    return Index(create_directory(Path(path), language))


def open_index(path: str | os.PathLike[str]) -> Index:
    """Opens the index in a directory.

    Raises IndexNotFoundError, IndexVersionError or IndexDamagedError.
    """
    return Index(open_directory(Path(path)))


class Index:
    """A searchable archive of articles in one directory; get one from `create` or `open`.

    Many processes may search at once while one writes; a search sees the last commit. One
    Index may be shared between threads. It can be used in a ``with`` statement.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._analyzer = analyzer_for(directory.language)
        self._searcher: Searcher | None = None
        # Whoosh's matchers of one searcher share the place at which they read a file.
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """The index directory."""
        return self._directory.path

    @property
    def language(self) -> str:
        """The language code whose stemmer the index uses, or ``"none"``."""
        return self._directory.language

    # -- writing

    def add(
        self,
        articles: Article | Iterable[Article | Mapping[str, Any]],
        *,
        on_progress: Callable[[AddReport], None] | None = None,
    ) -> AddReport:
        """Adds articles; one whose id is there replaces it, one that is the same costs nothing.

        Takes what `searchkit.read` returns, or any iterable of articles or of dicts as
        `Article.from_dict` reads them; a record that is no article is reported, the rest
        goes on. The stream is committed in pieces and never held whole: an exception or
        Ctrl-C leaves what was committed. `on_progress` is called with the growing report.

        Raises IndexLockedError when another writer does not finish in time, and StorageError
        when the directory cannot be written to.
        """
        if isinstance(articles, Article):
            articles = [articles]
        if isinstance(articles, (str, bytes, Mapping)):
            raise ArticleError(
                "add() takes articles; read files with searchkit.read(paths), "
                "and pass a single dict in a list"
            )
        return add_articles(
            self._directory, articles, lock_timeout=_LOCK_TIMEOUT, on_progress=on_progress
        )

    def delete(self, *ids: str) -> int:
        """Deletes the articles with these ids; returns how many there were."""
        return delete_articles(self._directory, ids, lock_timeout=_LOCK_TIMEOUT)

    def delete_matching(self, query: str, **filters: Any) -> int:
        """Deletes every article that `search` would find with this query and these filters.

        Returns how many there were. Raises QueryError as `search` does.
        """
        parsed, condition = self._parse(query), Filters(**filters).to_query()

        def numbers(writer: Any) -> list[int]:
            searcher = Searcher(writer.reader())
            return all_documents(searcher, parsed.whoosh, condition)

        return delete_documents(self._directory, numbers, lock_timeout=_LOCK_TIMEOUT)

    # -- reading

    def search(
        self,
        query: str,
        *,
        limit: int | None = 10,
        offset: int = 0,
        sort: Order = "relevance",
        since: Moment | None = None,
        until: Moment | None = None,
        section: Values | None = None,
        publisher: Values | None = None,
        author: Values | None = None,
        agency: Values | None = None,
        language: Values | None = None,
        keyword: Values | None = None,
        highlight: bool = True,
    ) -> Results:
        """The articles that match, best first.

        `query` is in the query language (docs/query-language.md); ``"*"`` is every article.
        `limit` is the most hits to return after leaving out the first `offset` (None: all).
        `sort` is ``"relevance"``, ``"date"`` (newest first) or ``"date-asc"``; articles
        without a date come last. `since` and `until` take dates, datetimes or text such as
        ``"2020-02"`` and include what they name. The other filters compare whole values,
        letter case and accents aside; of a list any value will do.

        Raises QueryError for a query or filter that cannot be run.
        """
        started = time.perf_counter()
        _check_page(limit, offset, sort)
        filters = Filters(since, until, section, publisher, author, agency, language, keyword)
        condition = filters.to_query()
        parsed = self._parse(query)
        hits = []
        with self._reading() as searcher:
            matches = execute(searcher, parsed.whoosh, condition, sort, offset, limit)
            for rank, (number, score) in enumerate(matches.documents, offset + 1):
                article = article_of(searcher.stored_fields(number))
                wanted = parsed.targets if highlight else {}
                highlights = highlight_article(article, wanted, self._analyzer)
                hits.append(Hit(rank, score, article, highlights))
        took_ms = (time.perf_counter() - started) * 1000
        return Results(query, matches.total, tuple(hits), offset, took_ms)

    def get(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        with self._reading() as searcher:
            place = find_article(searcher.reader(), article_id)
            return article_of(searcher.stored_fields(place[0])) if place else None

    def __contains__(self, article_id: object) -> bool:
        if not isinstance(article_id, str):
            return False
        with self._reading() as searcher:
            return find_article(searcher.reader(), article_id) is not None

    def __len__(self) -> int:
        with self._reading() as searcher:
            return int(searcher.doc_count())

    def info(self) -> IndexInfo:
        """Counts, sizes and versions."""
        with self._reading() as searcher:
            reader = searcher.reader()
            return IndexInfo(
                path=str(self.path),
                language=self.language,
                articles=searcher.doc_count(),
                fields=(*TEXT_FIELDS, "published", *FILTER_FIELDS),
                terms={name: sum(1 for _ in reader.lexicon(name)) for name in TEXT_FIELDS},
                values={name: count_values(reader, field) for field, name in FILTER_FIELDS.items()},
                segments=len(reader.leaf_readers()) if searcher.doc_count_all() else 0,
                generation=reader.generation(),
                size=self._directory.size(),
                versions={
                    "searchkit": importlib.metadata.version("searchkit"),
                    "whoosh3": importlib.metadata.version("whoosh3"),
                    "python": platform.python_version(),
                },
            )

    # -- life

    def close(self) -> None:
        """Closes the index's files. Searching again opens them again."""
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
                self._searcher = None

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<searchkit.Index {str(self.path)!r}>"

    # Whoosh evaluates a truth value by len(), which would read the index.
    def __bool__(self) -> bool:
        return True

    def _parse(self, query: str) -> ParsedQuery:
        return parse(query, self._directory.schema, self._analyzer)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Searcher]:
        """The searcher of the last commit, for this thread alone until the end of the block."""
        with self._lock, damage_named(self.path):
            if self._searcher is not None and not self._searcher.up_to_date():
                self._searcher.close()
                self._searcher = None
            if self._searcher is None:
                self._searcher = self._directory.whoosh.searcher(weighting=BM25F(B=_B, K1=_K1))
            yield self._searcher


def _check_page(limit: int | None, offset: int, sort: str) -> None:
    if limit is not None and limit < 0:
        raise QueryError(f"limit is {limit}; it must be 0 or more, or None for all")
    if offset < 0:
        raise QueryError(f"offset is {offset}; it must be 0 or more")
    if sort not in ("relevance", "date", "date-asc"):
        raise QueryError(f"sort is {sort!r}; it must be relevance, date or date-asc")
