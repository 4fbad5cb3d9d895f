"""A stream of articles into the index, and an account of it."""

from __future__ import annotations

import contextlib
import gc
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from searchkit.analysis.language_detection import with_language
from searchkit.article import Article
from searchkit.errors import ArticleError, Notice, Reject
from searchkit.record import Record, record_of
from searchkit.sources import Reading
from searchkit.sources.files import FileDone
from searchkit.writing.ledger import key_of
from searchkit.writing.pruning import prune
from searchkit.writing.writer import (
    ADDED,
    COPIED,
    OUTCOMES,
    UNCHANGED,
    UPDATED,
    Outcome,
    Writer,
)

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
    their bytes and not looked into. `pruned` counts articles deleted because their files are
    gone, or have them no more.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    copies: int = 0
    pruned: int = 0
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
    detect_language: bool,
    prunes: bool = False,
) -> AddReport:
    """Adds or updates each article, by its id; the later of two with one id wins.

    With `detect_language` an article that names no language gets that of its texts, where it is
    clear.

    With `commit`, commits whenever the writer's memory is full, and at the end; the report
    then counts what is committed. An exception, raised here or by `articles`, leaves the index
    as of the last commit. `on_progress` is called with the same report after each article and
    around each commit.

    When what is committed was read from files, the ledger has them afterwards, and files that it
    has are not read again. With `prunes`, articles are deleted that came from files which are
    gone from where was read, or which have them no more.
    """
    adding = _Adding(writer, articles, on_progress or _ignore, commit, detect_language)
    report = adding.run()
    if prunes:
        report.pruned = adding.prune()
    return report


class _Adding:
    def __init__(
        self,
        writer: Writer,
        articles: Iterable[Given],
        notify: Callable[[AddReport], None],
        commit: bool,
        detect_language: bool,
    ) -> None:
        self._writer = writer
        self._notify = notify
        self._commits = commit
        self._detects_language = detect_language
        self._report = AddReport()
        self._reading = articles if isinstance(articles, Reading) else None
        self._items = self._fingerprinted(articles)
        # Of the file that is being read: the keys of its articles, and those rejected here.
        self._keys = array("Q")
        self._rejected: list[Reject] = []
        # Files whose articles are not committed yet.
        self._files: list[tuple[FileDone, array[int]]] = []
        self._stale: set[int] = set()  # keys that files do not have any more
        # Of the articles since the last commit.
        self._counts: dict[Outcome, int] = dict.fromkeys(OUTCOMES, 0)

    def _fingerprinted(
        self, articles: Iterable[Given]
    ) -> Iterator[tuple[bytes, Given | Record | None] | FileDone]:
        """Each record with its fingerprint; None for one that the index has."""
        if self._reading is None:
            return ((b"", given) for given in articles)
        report, writer, reading = self._report, self._writer, self._reading
        report.rejected, report.notices = reading.rejects, reading.notices
        known_file = writer.ledger.find if self._commits and reading.files else None
        return reading.fingerprinted(
            writer.seed, writer.knows, known_file, detect_language=self._detects_language
        )

    def run(self) -> AddReport:
        with _patient_collector():
            self._take_all()
        self._flush()
        if self._commits:
            self._writer.merge(wait=True)
        return self._report

    def _take_all(self) -> None:
        report, writer = self._report, self._writer
        ordinal = 0
        for each in self._items:
            if isinstance(each, FileDone):
                self._file_done(each)
                continue
            ordinal += 1
            fingerprint, given = each
            if given is None:
                self._counts[UNCHANGED] += 1
                self._keys.append(key_of(writer.known_id(fingerprint) or b""))
            else:
                try:
                    self._take(given, fingerprint)
                except ArticleError as error:
                    self._reject(given, Reject(_name(given, ordinal), str(error)))
            report.processed += 1
            self._notify(report)
            if writer.full:
                self._flush()

    def _reject(self, given: Given | Record, reject: Reject) -> None:
        if self._reading is None:
            self._report.rejected.append(reject)
            return
        if isinstance(given, Record):
            reject = replace(reject, record=given.stored.decode())
        elif isinstance(given, Article):
            reject = replace(reject, record=given.to_json())
        self._rejected.append(reject)
        self._reading.note(reject)

    def _file_done(self, file: FileDone) -> None:
        ledger = self._writer.ledger
        keys, self._keys = self._keys, array("Q")
        rejected, self._rejected = tuple(self._rejected), []
        before = ledger.articles(file.path)
        if file.articles is None:
            file = replace(file, remarks=(*file.remarks, *rejected))
            self._stale.update(set(before).difference(keys))
            self._files.append((file, keys))
            return
        self._counts[UNCHANGED] += file.articles
        self._report.processed += file.articles
        self._notify(self._report)
        if ledger.find(file.path) != file:  # its time
            self._files.append((file, before))

    def prune(self) -> int:
        """Deletes what has no file any more; returns how many articles."""
        if self._reading is None:
            return 0
        return prune(self._writer, self._reading.roots, self._stale)

    def _take(self, given: Given | Record, fingerprint: bytes) -> None:
        record = given if isinstance(given, Record) else self._record(given)
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
        self._counts[self._writer.add(record, fingerprint)] += 1
        if self._reading is not None:
            self._keys.append(key_of(record.id))
        self._report.characters += characters

    def _record(self, given: Given) -> Record:
        article = _searchable(given)
        return record_of(with_language(article) if self._detects_language else article)

    def _flush(self) -> None:
        report = self._report
        if self._commits:
            report.committing = True
            self._notify(report)
            self._writer.commit()
            report.committing = False
            if self._files:
                self._writer.ledger.record(self._writer.generation, self._files)
                self._files.clear()
        else:
            self._writer.flush()
        report.added += self._counts[ADDED]
        report.updated += self._counts[UPDATED]
        report.unchanged += self._counts[UNCHANGED]
        report.copies += self._counts[COPIED]
        self._counts = dict.fromkeys(OUTCOMES, 0)
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
