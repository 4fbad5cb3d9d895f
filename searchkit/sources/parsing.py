"""Here is a document: which articles are in it? Asked here, or in another process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from searchkit.analysis.language_detection import with_language
from searchkit.article import Article
from searchkit.errors import Notice, Reject, SourceError
from searchkit.record import Record, record_of
from searchkit.sources.files import Document, Options
from searchkit.sources.formats import format_named

__all__ = ["Parsed", "Task", "parse"]

Parsed = Article | Record | Reject | Notice


@dataclass(frozen=True, slots=True)
class Task:
    """Documents, each with the name of its format, and how they are to be read: `as_records`
    when they are to be indexed.
    """

    documents: tuple[tuple[Document, str], ...]
    options: Options
    as_records: bool

    def alone(self) -> list[Task]:
        """A task for each document."""
        return [replace(self, documents=(each,)) for each in self.documents]


def parse(task: Task) -> list[list[Parsed]]:
    """What is in each of the documents.

    Whatever goes wrong with one is a reject of that one: a parser of markup has met only the
    pages that it was tried on.
    """
    return [
        _parsed(document, name, task.options, as_records=task.as_records)
        for document, name in task.documents
    ]


def _parsed(document: Document, name: str, options: Options, *, as_records: bool) -> list[Parsed]:
    found: list[Parsed] = []
    try:
        found.extend(
            _record(each, options) if as_records and isinstance(each, Article) else each
            for each in format_named(name).documents(document, options)
        )
    except SourceError as error:
        found.append(Reject(document.place, str(error)))
    except MemoryError:
        found.append(Reject(document.place, "takes too much memory to read; split it"))
    except RecursionError:
        found.append(Reject(document.place, "is nested too deeply to read; flatten it"))
    except Exception as error:
        reason = f"could not be read as {name} ({type(error).__name__}: {error})"
        found.append(Reject(document.place, f"{reason}; convert it to JSON lines"))
    return found


def _record(article: Article, options: Options) -> Record:
    return record_of(with_language(article) if options.detect_language else article)
