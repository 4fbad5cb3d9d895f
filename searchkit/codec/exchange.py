"""An index of ours as one that stock Whoosh can open, without searchkit."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.analysis import (
    CharsetFilter,
    IDTokenizer,
    LowercaseFilter,
    RegexTokenizer,
    StemFilter,
)
from whoosh.fields import DATETIME, ID, STORED, TEXT, Schema
from whoosh.lang import has_stemmer
from whoosh.support.charset import accent_map

from searchkit.article import Article
from searchkit.codec.snapshot import Snapshot
from searchkit.codec.whoosh_schema import WORD_COLUMNS, document_of
from searchkit.copies import articles_of
from searchkit.errors import IndexExistsError, StorageError
from searchkit.schema import FILTER_FIELDS, TEXT_FIELDS

__all__ = ["export_whoosh"]

# Postings that Whoosh keeps in memory before it sorts them out to disk.
_WRITER_MEMORY_MB = 256


def export_whoosh(
    snapshot: Snapshot, directory: Path, on_progress: Callable[[int], None] | None = None
) -> int:
    """Writes the articles as a Whoosh index into a new or empty directory; returns how many.

    The schema has classes of Whoosh's own only, so that Whoosh alone opens it, and its
    analysis is the closest that Whoosh has: words in the language of the index, without
    letter case, accents and inflection, stop words kept. All fields are stored as they are,
    captions as a list of dicts, and the time as it was written in ``published_at``;
    ``published`` is for queries and sorting. `on_progress` is called with the number of
    articles written so far.

    Raises IndexExistsError when there is anything in the directory, IndexDamagedError, and
    StorageError when it cannot be written; what is in it then is no index and may be deleted.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise IndexExistsError(
                f"{directory} holds other files; choose a new or an empty directory"
            )
        return _write(snapshot, directory, on_progress or _ignore)
    except FileExistsError as error:
        raise IndexExistsError(f"{directory} is a file; choose another directory") from error
    except OSError as error:
        raise StorageError(
            f"cannot write to {directory}: {error.strerror or error}; mend that, delete what is "
            "in it, then run this again"
        ) from error


def _write(snapshot: Snapshot, directory: Path, on_progress: Callable[[int], None]) -> int:
    language = snapshot.manifest.language
    index = whoosh_index.create_in(str(directory), _stock_schema(language))
    written = 0
    # On an exception the writer is cancelled, and the index remains without articles.
    with index.writer(limitmb=_WRITER_MEMORY_MB) as writer:
        articles = itertools.chain.from_iterable(map(articles_of, snapshot.stored()))
        for written, article in enumerate(articles, 1):
            writer.add_document(**_stock_document(article, language))
            on_progress(written)
    return written


def _stock_schema(language: str) -> Schema:
    words = RegexTokenizer() | LowercaseFilter() | CharsetFilter(accent_map)
    if has_stemmer(language):
        words = words | StemFilter(lang=language)
    values = IDTokenizer() | LowercaseFilter() | CharsetFilter(accent_map)
    text = {name: TEXT(analyzer=words, stored=True) for name in TEXT_FIELDS}
    filters = {
        name: ID(analyzer=values, stored=True, sortable=name in WORD_COLUMNS)
        for name in FILTER_FIELDS
    }
    return Schema(
        id=ID(stored=True, unique=True),
        published=DATETIME(sortable=True),
        published_at=STORED,
        url=STORED,
        **text,
        **filters,
    )


def _stock_document(article: Article, language: str) -> dict[str, Any]:
    fields = document_of(article, language)
    for name in TEXT_FIELDS & fields.keys():
        fields[name] = "\n\n".join(fields[name].texts)
    if article.published:
        fields["published_at"] = fields.pop("_stored_published")
    return fields


def _ignore(written: int) -> None:
    """The progress callback of those who want none."""
