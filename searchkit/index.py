"""Here is a directory: add to it, search it."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import nan
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from searchkit.analysis import fold
from searchkit.article import Article
from searchkit.codec.commit import generation_on_disk
from searchkit.codec.snapshot import (
    Snapshot,
    open_snapshot,
    term_counts,
)
from searchkit.codec.storage import Storage
from searchkit.copies import Copy, article_with_id, articles_of, copies_of
from searchkit.errors import ArticleError, QueryError
from searchkit.query.execute import Order
from searchkit.query.parse import Mode, parse
from searchkit.query.searchable import Searchable
from searchkit.ranking import Model, Ranking
from searchkit.results import Results
from searchkit.schema import DEFAULT_LANGUAGE, FILTER_FIELDS, TEXT_FIELDS
from searchkit.searching import (
    Question,
    StopWords,
    matching_numbers,
    search,
    search_sets,
)

# What a search of a few words does not need is imported where it is used: it takes longer.
if TYPE_CHECKING:
    from whoosh.query import Query

    from searchkit.exporting import Target
    from searchkit.info import IndexInfo
    from searchkit.query.dates import Moment
    from searchkit.query.facets import Period
    from searchkit.query.filters import Values
    from searchkit.query.tree import Tree
    from searchkit.writing import AddReport, Transaction, Writer
    from searchkit.writing.compaction import Compaction

__all__ = ["Index", "create", "open_index", "usable_cores"]

_NO_FILTERS = (None,) * 8

# What people call the fields that have terms → their names in the index.
_FIELDS_BY_NAME = {name: name for name in TEXT_FIELDS}
_FIELDS_BY_NAME |= {name: field for field, name in FILTER_FIELDS.items()}

# How long a writer waits for another one to finish, in seconds.
_LOCK_TIMEOUT = 10.0

# Bytes of postings held before they are written to a segment: those of about 500 MB of text.
DEFAULT_MEMORY = 256 << 20
_LEAST_MEMORY = 1 << 20


def create(path: str | os.PathLike[str], *, language: str = DEFAULT_LANGUAGE) -> Index:
    """Makes a new index in a directory that is new or empty.

    `language` is that of the text, for stemming: a code such as ``"de"``, an English name,
    or ``"none"``. Raises LanguageError, IndexExistsError or StorageError.
    """
    from searchkit.codec.directory import create_directory

    create_directory(Path(path), language)
    return open_index(path)


def open_index(path: str | os.PathLike[str]) -> Index:
    """Opens the index in a directory.

    Raises IndexNotFoundError, IndexVersionError or IndexDamagedError.
    """
    storage = Storage(Path(path))
    generation = generation_on_disk(storage)
    return Index(storage, open_snapshot(storage), generation)


class Index:
    """A searchable archive of articles in one directory; get one from `create` or `open`.

    Many processes may search at once while one writes; a search sees the last commit. One
    Index may be shared between threads. It can be used in a ``with`` statement.
    """

    def __init__(self, storage: Storage, snapshot: Snapshot, generation: int) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._state: _State | None = _State(snapshot, generation)
        self._language = snapshot.manifest.language

    @property
    def path(self) -> Path:
        """The index directory."""
        return self._storage.path

    @property
    def language(self) -> str:
        """The language code that articles are stemmed in which name no other, or ``"none"``."""
        return self._language

    # -- writing

    def add(
        self,
        articles: Article | Iterable[Article | Mapping[str, Any]],
        *,
        memory: int = DEFAULT_MEMORY,
        workers: int | None = None,
        detect_language: bool = True,
        prune: bool = False,
        on_progress: Callable[[AddReport], None] | None = None,
    ) -> AddReport:
        """Adds articles; one whose id is there replaces it, one that is the same costs nothing.

        Takes what `searchkit.read` returns, or any iterable of articles or of dicts as
        `Article.from_dict` reads them; a record that is no article is reported, the rest
        goes on. The stream is never held whole: whenever what is to be written takes
        `memory` bytes it is committed, and so is the rest at the end; a commit is on the
        disk before it counts. An exception or Ctrl-C leaves what was committed. `workers` is
        the number of threads that make postings (None: one for each processor). An article
        that names no language gets that of its texts, where it is clear, unless
        `detect_language` is false. `on_progress` is called with the growing report.

        What `searchkit.read` gives is remembered file by file: a file that has not changed since
        is not read again. With `prune`, articles are deleted whose files are gone from the
        folders that were read, or that a file has no more.

        Raises IndexLockedError when another writer does not finish in time, and StorageError
        when the directory cannot be written to.
        """
        from searchkit.writing import add_articles

        if isinstance(articles, Article):
            articles = [articles]
        with self._writer(memory, workers) as writer:
            return add_articles(
                writer,
                _checked(articles),
                on_progress,
                commit=True,
                detect_language=detect_language,
                prunes=prune,
            )

    @contextlib.contextmanager
    def transaction(
        self, *, memory: int = DEFAULT_MEMORY, workers: int | None = None
    ) -> Iterator[Transaction]:
        """For a ``with`` block in which articles are added and deleted: at its end all of it
        is one commit, after an exception none of it. Nobody sees the changes before, and no
        other writer can begin meanwhile.

        Raises as `add` does.
        """
        from searchkit.writing import Transaction

        with self._writer(memory, workers) as writer:
            yield Transaction(writer, _checked)
            writer.commit()
            writer.merge(wait=True)

    def delete(self, *ids: str) -> int:
        """Deletes the articles with these ids; returns how many there were."""
        with self.transaction(workers=1) as changes:
            return changes.delete(*ids)

    def delete_matching(self, query: str, **filters: Any) -> int:
        """Deletes every article that `search` would find with this query and these filters.

        Returns how many there were. Raises QueryError as `search` does.
        """
        # Never what has only most of the words.
        question = Question(query, _condition(**filters), mode="all")
        parse(query, (self.language,))

        def numbers(snapshot: Snapshot) -> list[int]:
            return matching_numbers(Searchable(snapshot), question)

        with self._writer(DEFAULT_MEMORY, 1) as writer:
            count = writer.delete_where(numbers)
            writer.merge(wait=True)
        return count

    def prune(self, *paths: str | os.PathLike[str]) -> int:
        """Deletes the articles that were read from files in these folders, or from these files,
        which are gone, unless another file has them; returns how many.

        A folder that is missing or empty is passed over. Raises as `add` does.
        """
        from searchkit.writing.pruning import prune

        with self._writer(DEFAULT_MEMORY, 1) as writer:
            return prune(writer, [os.path.realpath(path) for path in paths])

    def compact(self) -> Compaction:
        """Merges the index into one segment, which is smallest and searched fastest, and
        frees the space of deleted articles.

        Takes about a tenth of the time of indexing, and for a while the disk space of a second
        index. Raises as `add` does.
        """
        from searchkit.writing.compaction import compact

        with self._writer(DEFAULT_MEMORY, 1) as writer:
            return compact(self.path, writer)

    def _writer(self, memory: int, workers: int | None) -> Writer:
        if memory < _LEAST_MEMORY:
            raise ValueError(f"memory is {memory} bytes; give {_LEAST_MEMORY:,} at least")
        if workers is not None and workers < 1:
            raise ValueError(f"workers is {workers}; give 1 or more")
        from searchkit.writing import Writer

        return Writer(
            self.path,
            memory=memory,
            workers=workers or usable_cores(),
            lock_timeout=_LOCK_TIMEOUT,
        )

    # -- reading

    def search(
        self,
        query: str | Query,
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
        mode: Mode = None,
        ranking: Ranking | Model = "bm25f",
        stop_words: StopWords = "auto",
        highlight: bool = True,
        count: bool = True,
        facets: Sequence[str] = (),
        fold: bool = False,
        timeout: float | None = None,
    ) -> Results:
        """The articles that match, best first.

        `query` is in the query language (docs/query-language.md), in which ``"*"`` is every
        article; or it is a query of Whoosh, which Whoosh's matchers run. `limit` is the most
        hits to return after leaving out the first `offset` (None: all).
        `sort` is ``"relevance"``, ``"date"`` (newest first) or ``"date-asc"``; articles
        without a date come last. `since` and `until` take dates, datetimes or text such as
        ``"2020-02"`` and include what they name. The other filters compare whole values,
        letter case and accents aside; of a list any value will do.

        Of plain words all are wanted, and where no article has all, most; `mode` is ``"all"`` or
        ``"any"`` for one or the other. `ranking` is ``"bm25f"``, ``"whoosh"`` (its sum of scores
        over fields) or a `Ranking`. `stop_words` are those that are left out where other words
        remain: ``"auto"`` for those of the index's language, None, or a list. Without `count`
        the total may be a lower bound, and the search is faster. `facets` of section, publisher,
        author, agency, language, keyword, day, month and year are counted over all that matches.
        With `fold` near copies of a hit that come after it are folded into it (`Hit.folded`);
        `limit` and `offset` count what is left, and end with the 10,000th.
        After `timeout` seconds the search ends with what it has.

        Raises QueryError for a query or filter that cannot be run.
        """
        _check_page(limit, offset, sort)
        given = (since, until, section, publisher, author, agency, language, keyword)
        condition = None if given == _NO_FILTERS else _condition(*given)
        return search(
            self._reading().searchable,
            Question(query, condition, mode, ranking, stop_words),
            limit=limit,
            offset=offset,
            sort=sort,
            highlight=highlight,
            count=count,
            facets=facets,
            fold=fold,
            timeout=timeout,
        )

    def timeline(
        self, query: str, *, by: Period = "month", mode: Mode = None, **filters: Any
    ) -> Mapping[str, int]:
        """How many of the articles that match are of each day, month or year, in UTC, the
        earliest first; those without any, and articles without a date, are left out.

        `filters` are those of `search`. Raises QueryError as it does.
        """
        question = Question(query, _condition(**filters), mode)
        from searchkit.query.facets import check_facets, facet

        searchable = self._reading().searchable
        check_facets([by])
        return facet(searchable, search_sets(searchable, question), by)

    def terms(self, field: str, prefix: str = "", limit: int | None = None) -> Mapping[str, int]:
        """The terms of a text field or filter that begin so, letter case and accents aside, each
        with the number of articles that have it, in order; the first `limit`.

        Articles that are deleted count until their segment is merged. Raises QueryError for a
        field that there is not.
        """
        name = _FIELDS_BY_NAME.get(field)
        if name is None:
            raise QueryError(
                f"there is no field {field!r} with terms; write {', '.join(_FIELDS_BY_NAME)}"
            )
        counts = term_counts(self._reading().snapshot, name, fold(prefix))
        return dict(itertools.islice(counts, limit))

    def get(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        found = self._reading().snapshot.find(article_id)
        return article_with_id(found[0].segment.stored[found[1]], article_id) if found else None

    def copies(self, article_id: str) -> tuple[Copy, ...]:
        """Where else the text of the article with this id stands, to the byte, as of the same day:
        one document has them all.
        """
        found = self._reading().snapshot.find(article_id)
        return copies_of(found[0].segment.stored[found[1]], article_id) if found else ()

    def __contains__(self, article_id: object) -> bool:
        if not isinstance(article_id, str):
            return False
        return self._reading().snapshot.find(article_id) is not None

    def __len__(self) -> int:
        """How many articles there are; copies of one another count once."""
        return self._reading().snapshot.articles

    def info(self) -> IndexInfo:
        """Counts, sizes and versions."""
        from searchkit.info import index_info

        return index_info(self._storage, self._reading().snapshot)

    def articles(
        self,
        query: str | Query | None = None,
        *,
        limit: int | None = None,
        sort: Order = "relevance",
        mode: Mode = None,
        **filters: Any,
    ) -> Iterator[Article]:
        """The articles that `search` finds with this query and these filters, in its order and to
        the first `limit`; without any of these all, as they come in the index.

        They are those of the last commit, whatever is committed meanwhile. Each is read when it is
        its turn. Raises QueryError as `search` does, at once.
        """
        return self._selected(query, limit, sort, mode, filters)[1]

    def export(
        self,
        target: Target,
        *,
        file_format: str | None = None,
        overwrite: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
        query: str | Query | None = None,
        limit: int | None = None,
        sort: Order = "relevance",
        mode: Mode = None,
        **filters: Any,
    ) -> int:
        """Writes the articles that `articles` gives into a file, or an object that takes bytes by
        `write`, with all their fields; returns how many.

        `file_format` is ``"jsonl"``, ``"csv"`` or ``"parquet"``, by default that of the file's
        ending (no file: jsonl); with .gz behind it the file is compressed. The file gets its name
        when it is complete. `on_progress` is called with the number of articles so far, and of all.

        Raises ExportError when there is a file already, unless `overwrite`, when it cannot be
        written, and for an unknown format; and QueryError as `search` does.
        """
        from searchkit.exporting import export_articles

        total, articles = self._selected(query, limit, sort, mode, filters)
        return export_articles(
            articles,
            target,
            file_format=file_format,
            overwrite=overwrite,
            on_progress=on_progress and (lambda count: on_progress(count, total)),
        )

    def _selected(
        self,
        query: str | Query | None,
        limit: int | None,
        sort: Order,
        mode: Mode,
        filters: Mapping[str, Any],
    ) -> tuple[int, Iterator[Article]]:
        """How many `articles` gives, and these."""
        if query is None and limit is None and sort == "relevance" and not any(filters.values()):
            snapshot = self._reading().snapshot
            articles = itertools.chain.from_iterable(map(articles_of, snapshot.stored()))
            return snapshot.articles, articles
        query = "*" if query is None else query
        found = self.search(query, limit=limit, sort=sort, mode=mode, highlight=False, **filters)
        return len(found), found.articles()

    def export_whoosh(
        self, directory: str | os.PathLike[str], on_progress: Callable[[int], None] | None = None
    ) -> int:
        """Writes the articles into a new or empty directory as an index that Whoosh opens
        without searchkit; returns how many.

        Takes as long as indexing with Whoosh does. `on_progress` is called with the articles
        written so far. Raises IndexExistsError when there is anything in the directory, and
        StorageError when it cannot be written.
        """
        from searchkit.codec.exchange import export_whoosh

        return export_whoosh(self._reading().snapshot, Path(directory), on_progress)

    # -- life

    def close(self) -> None:
        """Closes the index's files. Searching again opens them again."""
        self._state = None

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

    # By len() it would be, which reads the index.
    def __bool__(self) -> bool:
        return True

    def _reading(self) -> _State:
        """The last commit, opened if that has not been done yet."""
        state = self._state
        if state is not None and state.changed == _changed(self.path):
            return state
        changed = _changed(self.path)
        generation = generation_on_disk(self._storage)
        with self._lock:
            state = self._state
            if state is None or state.generation != generation:
                snapshot = open_snapshot(self._storage, state.snapshot if state else None)
                state = self._state = _State(snapshot, generation)
            state.seen(changed)
        return state


class _State:
    """A commit that is open: replaced as a whole, so that threads may go on with the one before.

    `generation` is the newest number on the disk when it was opened, readable or not; `changed`
    is when the directory had last changed when it was listed, if that was long enough ago for a
    later change to have a later time: as long as that stays, so does the generation.
    """

    def __init__(self, snapshot: Snapshot, generation: int) -> None:
        self.snapshot = snapshot
        self.generation = generation
        self.searchable = Searchable(snapshot)
        self.changed: float = nan

    def seen(self, changed: float) -> None:
        """Remembers that the directory was listed after it had changed at this time."""
        self.changed = changed if changed < time.time() - _SETTLING else nan


# The coarsest clock of a file system in use ticks every two seconds.
_SETTLING = 3.0


def _changed(directory: Path) -> float:
    """When files were last added to a directory or taken out; NaN, which is not equal to
    itself, if that is not known.
    """
    try:
        return directory.stat().st_mtime
    except OSError:
        return nan


def usable_cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(articles: Iterable[Article | Mapping[str, Any]]) -> Iterable[Any]:
    """The same, unless it is something that people pass by mistake."""
    if isinstance(articles, (str, bytes, Mapping)):
        raise ArticleError(
            "add() takes articles; read files with searchkit.read(paths), "
            "and pass a single dict in a list"
        )
    return articles


def _condition(*given: Any, **filters: Any) -> Tree | None:
    """What `Filters` of these demand."""
    from searchkit.query.filters import Filters

    return Filters(*given, **filters).to_tree()


def _check_page(limit: int | None, offset: int, sort: str) -> None:
    if limit is not None and limit < 0:
        raise QueryError(f"limit is {limit}; it must be 0 or more, or None for all")
    if offset < 0:
        raise QueryError(f"offset is {offset}; it must be 0 or more")
    if sort not in ("relevance", "date", "date-asc"):
        raise QueryError(f"sort is {sort!r}; it must be relevance, date or date-asc")
