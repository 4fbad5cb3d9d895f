"""Here is a directory with a stock Whoosh index: give me the articles stored in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.reading import IndexReader

from searchkit.article import Article
from searchkit.errors import ArticleError, Notice, Reject, SearchKitError, SourceError
from searchkit.sources.fields.records import RecordReader, require_fields
from searchkit.sources.json.types import as_json

__all__ = ["WhooshArticles", "import_whoosh"]


def import_whoosh(
    directory: str | os.PathLike[str], fields: Mapping[str, str] | None = None
) -> WhooshArticles:
    """The articles in a Whoosh index: what it has stored of each document, read as a record
    of JSON lines is. `fields` says under which names the index has an article's fields.

    **Whoosh's files are pickles, and reading a pickle can run any code that is in it: import
    only an index that you made, or whose maker you trust.** Nothing else in searchkit
    unpickles what it reads.

    Raises SourceError when there is no such index, or none that this Whoosh can read.
    """
    require_fields(fields or {})
    return WhooshArticles(Path(directory), fields)


class WhooshArticles(Iterator[Article]):
    """An iterator over the articles of a Whoosh index.

    `documents` counts those in it; `rejects` and `notices` grow while articles are taken.
    Raises SourceError for an index that turns out to be damaged.
    """

    def __init__(self, directory: Path, fields: Mapping[str, str] | None = None) -> None:
        self.rejects: list[Reject] = []
        self.notices: list[Notice] = []
        self._directory = directory
        self._records = RecordReader(fields)
        try:
            reader = whoosh_index.open_dir(str(directory), readonly=True).reader()
            self.documents: int = reader.doc_count()
            self._stored = _stored(reader)
        except Exception as error:
            raise self._unreadable(error) from error

    def __iter__(self) -> WhooshArticles:
        return self

    def __next__(self) -> Article:
        while True:
            number, stored = self._next_stored()
            place = f"{self._directory}, document {number}"
            remarks: list[tuple[str, str]] = []
            try:
                article = self._records.read(as_json(stored), remarks)
            except ArticleError as error:
                self.rejects.append(Reject(place, str(error)))
                continue
            if not (article.headline or article.body or article.captions):
                self.rejects.append(Reject(place, "nothing to search: no text is stored of it"))
                continue
            self.notices += (Notice(place, told) for _, told in remarks)
            return article

    def _next_stored(self) -> tuple[int, dict[str, Any]]:
        try:
            return next(self._stored)
        except StopIteration:
            raise
        except Exception as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> SearchKitError:
        """Unpickling damaged files raises whatever it comes across."""
        if isinstance(error, SearchKitError):
            return error
        if isinstance(error, (whoosh_index.EmptyIndexError, FileNotFoundError)):
            return SourceError(f"there is no Whoosh index in {self._directory}; name its directory")
        return SourceError(
            f"the Whoosh index in {self._directory} cannot be read ({type(error).__name__}: "
            f"{error}); open it with the Whoosh that wrote it and export its documents as JSON "
            "lines"
        )


def _stored(reader: IndexReader) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each document's number and what is stored of it."""
    with reader:
        yield from reader.iter_docs()
