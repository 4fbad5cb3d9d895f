"""What a segment keeps of each document in the terms of Whoosh: fields, lengths, columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from whoosh.codec import base
from whoosh.columns import Column, ColumnReader

from searchkit.codec.columns import WordsColumn
from searchkit.codec.deletions import count_deleted
from searchkit.codec.segment import Segment
from searchkit.codec.whoosh_schema import WORD_COLUMNS
from searchkit.kernels import NO_TIME
from searchkit.record import stored_fields

__all__ = ["DocumentsReader"]

_TIME_COLUMN = "published"

# Our key of the year 1; Whoosh's columns of times, other than its terms, count from 0.
_ZERO_TIME = 1 << 63


class DocumentsReader(base.PerDocumentReader):  # type: ignore[misc]  # whoosh is untyped
    """What is kept of each document of a segment, of which the bits in `deleted` are set for
    the deleted ones, as in `LiveSegment`.
    """

    def __init__(self, segment: Segment, deleted: bytes | bytearray) -> None:
        self._segment = segment
        self._deleted = deleted
        self._deleted_count = count_deleted(deleted)

    def doc_count(self) -> int:
        """Documents that are not deleted."""
        return self._segment.documents - self._deleted_count

    def doc_count_all(self) -> int:
        """All documents."""
        return self._segment.documents

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return self._deleted_count > 0

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted; Whoosh's `Not` asks of one beyond the last, too."""
        return docnum >> 3 < len(self._deleted) and bool(
            self._deleted[docnum >> 3] >> (docnum & 7) & 1
        )

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents in order."""
        for place, bits in enumerate(self._deleted):
            if bits:
                yield from (8 * place + bit for bit in range(8) if bits >> bit & 1)

    def all_doc_ids(self) -> Iterator[int]:
        """The documents that are not deleted, in order."""
        everything = range(self._segment.documents)
        if not self._deleted_count:
            return iter(everything)
        return (document for document in everything if not self.is_deleted(document))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The article's fields that are not empty."""
        return stored_fields(self._segment.stored[docnum])

    # -- lengths

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The tokens of a field in a document; `default` for none."""
        lengths = self._segment.lengths_of(fieldname)
        return (lengths and lengths[docnum]) or default

    def doc_field_length_reader(self, fieldname: str, default: int = 0) -> Callable[[int], int]:
        """`doc_field_length` for one field."""
        lengths = self._segment.lengths_of(fieldname)
        return lambda docnum: (lengths and lengths[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """The tokens of a field in all documents."""
        has_lengths = self._segment.lengths_of(fieldname) is not None
        return self._segment.fields[fieldname].occurrences if has_lengths else 0

    def min_field_length(self, fieldname: str) -> int:
        """The shortest length of a field in documents that have any."""
        field = self._segment.fields.get(fieldname)
        return field.shortest if field else 0

    def max_field_length(self, fieldname: str) -> int:
        """The longest length of a field."""
        field = self._segment.fields.get(fieldname)
        return field.longest if field else 0

    # -- columns

    def supports_columns(self) -> bool:
        """Always."""
        return True

    def list_columns(self) -> tuple[str, ...]:
        """The fields by which Whoosh can sort and group."""
        return (_TIME_COLUMN, *WORD_COLUMNS)

    def has_column(self, fieldname: str) -> bool:
        """Whether it is one of these."""
        return fieldname in self.list_columns()

    def column_reader(self, fieldname: str, column: Column) -> ColumnReader:  # noqa: ARG002
        """The values of one of these fields, of the type that `whoosh_schema` has for it."""
        if fieldname == _TIME_COLUMN:
            return _TimeColumn(self._segment.published)
        return _WordColumn(self._segment.words(fieldname))


class _TimeColumn(ColumnReader):  # type: ignore[misc]  # whoosh is untyped
    """Times as Whoosh has them in a column: microseconds since the year 1, NO_TIME for none."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._keys = keys
        self._sign = 1

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, docnum: int) -> int:
        key = self._keys[docnum]
        return key if key == NO_TIME else key - _ZERO_TIME

    def __iter__(self) -> Iterator[int]:
        return (self[docnum] for docnum in range(len(self)))

    def sort_key(self, docnum: int) -> int:
        """A number by which to sort."""
        return self[docnum] * self._sign

    def set_reverse(self) -> None:
        """From now on `sort_key` sorts the latest first."""
        self._sign = -1


class _WordColumn(ColumnReader):  # type: ignore[misc]  # whoosh is untyped
    """The first value of each document as it was written, in UTF-8; empty for none."""

    def __init__(self, column: WordsColumn) -> None:
        self._words = [word.encode() for word in column.words]
        self._places = column.places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, docnum: int) -> bytes:
        places = self._places[docnum]
        return self._words[places[0]] if places else b""

    def __iter__(self) -> Iterator[bytes]:
        return (self[docnum] for docnum in range(len(self)))
