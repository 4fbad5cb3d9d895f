"""A stream of articles into the index, and an account of it."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from searchkit.article import Article
from searchkit.errors import ArticleError, Notice, Reject
from searchkit.record import Record, record_of
from searchkit.sources import Reading
from searchkit.writing.writer import COPIED, UNCHANGED, UPDATED, Writer

__all__ = ["AddReport", "add_articles"]

# With these an article's positions, its stored form and its share of a batch stay within the
# 32 bits that the index has for them.
MAX_ARTICLE_CHARACTERS = 1 << 28
MAX_CAPTIONS = 1_000_000

# What the user gives, and what it is read to.
Given = Article | Mapping[str, Any]


@dataclass(slots=True)
class AddReport:
    """What became of the articles of one `Index.add`.

    `added`, `updated` and `unchanged` count articles that the index now has committed, and
    `copies` those that are new and have the texts of others (searchkit.copies);
    `processed` all that were taken from the stream so far; while `committing`, those since
    the last commit are being made durable. `rejected` are the records and files left out,
    `notices` remarks on what was taken all the same. `characters` counts the text of
    headlines, bodies and captions processed, without that of records which were known by
    their bytes and not looked into.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    copies: int = 0
    processed: int = 0
    characters: int = 0
    committing: bool = False
    rejected: list[Reject] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def committed(self) -> int:
        """Articles of the stream that the index has: added, updated, unchanged or copies."""
        return self.added + self.updated + self.unchanged + self.copies


def add_articles(
    writer: Writer,
    articles: Iterable[Given],
    on_progress: Callable[[AddReport], None] | None,
    *,
    commit: bool,
) -> AddReport:
    """Adds or updates each article, by its id; the later of two with one id wins.

    With `commit`, commits whenever the writer's memory is full, and at the end; the report
    then counts what is committed. An exception, raised here or by `articles`, leaves the index
    as of the last commit. `on_progress` is called with the same report after each article and
    around each commit.
    """
    return _Adding(writer, articles, on_progress or _ignore, commit).run()


class _Adding:
    def __init__(
        self,
        writer: Writer,
        articles: Iterable[Given],
        notify: Callable[[AddReport], None],
        commit: bool,
    ) -> None:
        self._writer = writer
        self._notify = notify
        self._commits = commit
        self._report = AddReport()
        self._items = self._fingerprinted(articles)
        # Of the articles since the last commit.
        self._added = self._updated = self._unchanged = self._copies = 0

    def _fingerprinted(
        self, articles: Iterable[Given]
    ) -> Iterator[tuple[bytes, Given | Record | None]]:
        """Each record with its fingerprint; None for one that the index has."""
        if isinstance(articles, Reading):
            self._report.rejected, self._report.notices = articles.rejects, articles.notices
            return articles.fingerprinted(self._writer.seed, self._writer.knows)
        return ((b"", given) for given in articles)

    def run(self) -> AddReport:
        with _patient_collector():
            self._take_all()
        self._flush()
        if self._commits:
            self._writer.merge(wait=True)
        return self._report

    def _take_all(self) -> None:
        report, writer = self._report, self._writer
        for ordinal, (fingerprint, given) in enumerate(self._items, 1):
            if given is None:
                self._unchanged += 1
            else:
                try:
                    self._take(given, fingerprint)
                except ArticleError as error:
                    report.rejected.append(Reject(_name(given, ordinal), str(error)))
            report.processed += 1
            self._notify(report)
            if writer.full:
                self._flush()

    def _take(self, given: Given | Record, fingerprint: bytes) -> None:
        record = given if isinstance(given, Record) else record_of(_searchable(given))
        characters = record.characters
        if record.captions:
            characters += sum(map(len, record.captions))
            if len(record.captions) > MAX_CAPTIONS:
                raise ArticleError(
                    f"{len(record.captions):,} captions, the limit is {MAX_CAPTIONS:,}; "
                    "split the article"
                )
        if characters > MAX_ARTICLE_CHARACTERS:
            raise ArticleError(
                f"{characters:,} characters, the limit is {MAX_ARTICLE_CHARACTERS:,}; "
                "split the article"
            )
        outcome = self._writer.add(record, fingerprint)
        self._report.characters += characters
        if outcome is UNCHANGED:
            self._unchanged += 1
        elif outcome is UPDATED:
            self._updated += 1
        elif outcome is COPIED:
            self._copies += 1
        else:
            self._added += 1

    def _flush(self) -> None:
        report = self._report
        if self._commits:
            report.committing = True
            self._notify(report)
            self._writer.commit()
            report.committing = False
        else:
            self._writer.flush()
        report.added += self._added
        report.updated += self._updated
        report.unchanged += self._unchanged
        report.copies += self._copies
        self._added = self._updated = self._unchanged = self._copies = 0
        self._notify(report)
        if self._commits:
            self._writer.merge(wait=False)


@contextlib.contextmanager
def _patient_collector() -> Iterator[None]:
    """Lets Python look for circular garbage less often: articles make none, and looking through
    all that there is, again and again, took 7 % of the time of indexing.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(max(thresholds[0], 100_000), *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _searchable(given: Given) -> Article:
    article = given
    if not isinstance(article, Article):
        if not isinstance(article, Mapping):
            raise ArticleError(
                f"a value of type {type(article).__name__} is no article; "
                "pass Article objects or dicts"
            )
        article = Article.from_dict(article)
    if not (article.headline.strip() or article.body.strip() or article.captions):
        raise ArticleError("nothing to search: headline, body and captions are all empty")
    return article


def _name(given: Given | Record, ordinal: int) -> str:
    known = given.id.decode() if isinstance(given, Record) else getattr(given, "id", None)
    return f"article {ordinal} of the stream" + (f" (id {known})" if known else "")


def _ignore(report: AddReport) -> None:
    """The progress callback of those who want none."""
