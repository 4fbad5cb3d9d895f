"""Articles into the index, in pieces that are committed one after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from searchkit.article import Article
from searchkit.codec.directory import (
    Directory,
    find_article,
    open_writer,
    write_failures_named,
)
from searchkit.codec.whoosh_schema import document_of
from searchkit.errors import ArticleError, Notice, Reject
from searchkit.sources import Reading
from searchkit.writing.merge import merge_tiers

__all__ = ["AddReport", "add_articles", "delete_articles", "delete_documents"]

# A piece is committed at whichever comes first. It bounds the memory that articles take and
# what an interruption loses; larger pieces make fewer segments.
PIECE_ARTICLES = 5_000
PIECE_CHARACTERS = 16_000_000

Record = Article | Mapping[str, Any]


@dataclass(slots=True)
class AddReport:
    """What became of the articles of one `Index.add`.

    `added`, `updated` and `unchanged` count articles that the index now has committed,
    `processed` all that were taken from the stream so far; while `committing`, those since
    the last commit are being made durable. `rejected` are the records and files left out,
    `notices` remarks on what was taken all the same. `characters` counts the text of
    headlines, bodies and captions processed.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    processed: int = 0
    characters: int = 0
    committing: bool = False
    rejected: list[Reject] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def committed(self) -> int:
        """Articles of the stream that the index has: added, updated or unchanged."""
        return self.added + self.updated + self.unchanged


def add_articles(
    directory: Directory,
    articles: Iterable[Record],
    *,
    lock_timeout: float,
    on_progress: Callable[[AddReport], None] | None = None,
) -> AddReport:
    """Adds or updates each article, by its id; the later of two with one id wins.

    The stream is taken in pieces, each committed before the next is read. An exception,
    raised here or by `articles`, leaves the index as of the last commit. `on_progress` is
    called with the same report after each article and each commit.
    """
    report = AddReport()
    notify = on_progress or _ignore
    if isinstance(articles, Reading):
        report.rejected, report.notices = articles.rejects, articles.notices
    stream = enumerate(articles, 1)
    more = True
    while more:
        writer = open_writer(directory, lock_timeout)
        try:
            piece = _Piece(directory.path, writer)
            more = piece.fill(stream, report, notify)
            report.committing = True
            notify(report)
            piece.commit(report)
        finally:
            _cancel_unless_committed(writer)
        report.committing = False
        notify(report)
    return report


def delete_articles(directory: Directory, ids: Iterable[str], *, lock_timeout: float) -> int:
    """Deletes the articles with these ids; returns how many there were."""

    def numbers(writer: Any) -> Iterable[int]:
        reader = writer.reader()
        found = (find_article(reader, article_id) for article_id in set(ids))
        return [place[0] for place in found if place]

    return delete_documents(directory, numbers, lock_timeout=lock_timeout)


def delete_documents(
    directory: Directory, numbers: Callable[[Any], Iterable[int]], *, lock_timeout: float
) -> int:
    """Deletes the documents that `numbers` names when given the open writer."""
    writer = open_writer(directory, lock_timeout)
    try:
        count = 0
        for number in numbers(writer):
            writer.delete_document(number)
            count += 1
        if count:
            with write_failures_named(directory.path):
                writer.commit(mergetype=merge_tiers)
    finally:
        _cancel_unless_committed(writer)
    return count


def _cancel_unless_committed(writer: Any) -> None:
    if not writer.is_closed:
        # An interruption within a commit may have closed files that this closes again; the
        # lock is released all the same.
        with contextlib.suppress(Exception):
            writer.cancel()


class _Piece:
    """The articles of one commit, written to its segment as they come."""

    def __init__(self, path: Path, writer: Any) -> None:
        self._path = path
        self._writer = writer
        self._reader = writer.reader()
        self._segment = writer.get_segment()
        # The articles in this segment: id → document number and digest.
        self._written: dict[str, tuple[int, bytes]] = {}
        self._characters = 0
        self._added = self._updated = self._unchanged = 0

    def fill(
        self,
        stream: Iterable[tuple[int, Record]],
        report: AddReport,
        notify: Callable[[AddReport], None],
    ) -> bool:
        """Takes articles until the piece is full (True) or the stream has ended (False)."""
        for ordinal, record in stream:
            try:
                article = _searchable(record)
            except ArticleError as error:
                report.rejected.append(Reject(_name(record, ordinal), str(error)))
            else:
                report.characters += self._take(article)
            report.processed += 1
            notify(report)
            if len(self._written) >= PIECE_ARTICLES or self._characters >= PIECE_CHARACTERS:
                return True
        return False

    def _take(self, article: Article) -> int:
        """Writes an article unless the index has the same; returns its characters."""
        characters = len(article.headline) + len(article.body)
        characters += sum(len(caption.searchable) for caption in article.captions)
        digest = article.digest
        if here := self._written.get(article.id):
            number, present = here
            remove = self._segment.delete_document
        elif there := find_article(self._reader, article.id):
            number, present = there
            remove = self._writer.delete_document
        else:
            number, present = -1, b""
        if present == digest:
            self._unchanged += 1
            return characters
        if present:
            remove(number)
            self._updated += 1
        else:
            self._added += 1
        self._written[article.id] = self._writer.docnum, digest
        with write_failures_named(self._path):
            self._writer.add_document(**document_of(article))
        self._characters += characters
        return characters

    def commit(self, report: AddReport) -> None:
        """Commits the piece, and counts it in the report once that is done."""
        if self._written:
            with write_failures_named(self._path):
                self._writer.commit(mergetype=merge_tiers)
        else:
            self._writer.cancel()
        report.added += self._added
        report.updated += self._updated
        report.unchanged += self._unchanged


def _searchable(record: Record) -> Article:
    if isinstance(record, Mapping):
        record = Article.from_dict(record)
    elif not isinstance(record, Article):
        raise ArticleError(
            f"a value of type {type(record).__name__} is no article; pass Article objects or dicts"
        )
    if not (record.headline.strip() or record.body.strip() or record.captions):
        raise ArticleError("nothing to search: headline, body and captions are all empty")
    return record


def _name(record: Record, ordinal: int) -> str:
    given = record.id if isinstance(record, Article) else None
    return f"article {ordinal} of the stream" + (f" (id {given})" if given else "")


def _ignore(report: AddReport) -> None:
    """The progress callback of those who want none."""
