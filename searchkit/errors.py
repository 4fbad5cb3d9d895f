"""Everything that can go wrong, as one tree.

    SearchKitError
    ├── ArticleError          a record that is not an article
    ├── SourceError           a file that cannot be read as articles
    │   └── RejectedError         the first reject of a strict reading
    ├── ExportError           a file of articles that cannot be written
    ├── LanguageError         a language without an analyzer
    ├── QueryError            a query or filter that cannot be run
    │   ├── QueryTooLongError     more characters than anybody types
    │   └── QueryTooComplexError  too many words, or brackets too deep
    └── StorageError          the index directory
        ├── IndexNotFoundError    no index there
        ├── IndexExistsError      an index is there already
        ├── IndexLockedError      another writer holds the index
        ├── IndexVersionError     written by an incompatible version
        └── IndexDamagedError     files missing or unreadable

    UserWarning
    └── IndexDamagedWarning   the last commit is unreadable, the one before is opened

``except SearchKitError`` catches all of it. Every message states the facts and ends with
the remedy. What is wrong with one record of a stream is not raised but reported, as a
`Reject` (left out) or a `Notice` (taken, with a remark).
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "ArticleError",
    "ExportError",
    "IndexDamagedError",
    "IndexDamagedWarning",
    "IndexExistsError",
    "IndexLockedError",
    "IndexNotFoundError",
    "IndexVersionError",
    "LanguageError",
    "Notice",
    "QueryError",
    "QueryTooComplexError",
    "QueryTooLongError",
    "Reject",
    "RejectedError",
    "SearchKitError",
    "SourceError",
    "StorageError",
]


class SearchKitError(Exception):
    """Base of all errors that searchkit raises on purpose."""


class ArticleError(SearchKitError, ValueError):
    """A record that is not an article: a field of the wrong type, or nothing to index."""


class SourceError(SearchKitError):
    """A file that cannot be read as articles."""


class RejectedError(SourceError):
    """The first file or record that had to be left out of a strict reading: `reject`."""

    def __init__(self, reject: Reject) -> None:
        super().__init__(str(reject))
        self.reject = reject


class ExportError(SearchKitError):
    """A file of articles that cannot be written."""


class LanguageError(SearchKitError, ValueError):
    """A language without an analyzer."""


class QueryError(SearchKitError, ValueError):
    """A query or a filter that cannot be run."""


class QueryTooLongError(QueryError):
    """A query of more characters than anybody types."""


class QueryTooComplexError(QueryError):
    """A query of too many words, or with brackets nested too deeply."""


class StorageError(SearchKitError):
    """Something is wrong with the index directory."""


class IndexNotFoundError(StorageError):
    """There is no index in the directory."""


class IndexExistsError(StorageError):
    """There is an index, or something else, where a new index should go."""


class IndexLockedError(StorageError):
    """Another writer holds the index."""


class IndexVersionError(StorageError):
    """The index was written by an incompatible version."""


class IndexDamagedError(StorageError):
    """Files of the index are missing or unreadable."""


class IndexDamagedWarning(UserWarning):
    """The last commit of the index is unreadable; what is opened is the one before it."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A file or record that was left out.

    `place` is the file's path (or the name of the stream), `line` the 1-based line in it
    (None: the whole file), `reason` says what was wrong and what would mend it. `record` is
    the text of the record, where it can be had; a report does not keep it.
    """

    place: str
    reason: str
    line: int | None = None
    record: str | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{_located(self.place, self.line)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark on a file or record that was read all the same; fields as in `Reject`."""

    place: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{_located(self.place, self.line)}: {self.reason}"


def _located(place: str, line: int | None) -> str:
    return place if line is None else f"{place}:{line}"
