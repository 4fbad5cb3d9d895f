"""Segments of ours in the terms of Whoosh: a codec, and readers for its searchers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from whoosh.codec import base
from whoosh.columns import Column, ColumnReader
from whoosh.fields import FieldType, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filestore import Storage as WhooshStorage
from whoosh.formats import Format
from whoosh.reading import (
    EmptyReader,
    IndexReader,
    MultiReader,
    SegmentReader,
    TermInfo,
    TermNotFound,
)
from whoosh.scoring import BaseScorer

from searchkit.codec.columns import WordsColumn
from searchkit.codec.manifest import SegmentEntry
from searchkit.codec.record import stored_fields
from searchkit.codec.segment import NO_TIME, Segment
from searchkit.codec.snapshot import LiveSegment, Snapshot, open_segment, value_counts
from searchkit.codec.storage import Storage
from searchkit.codec.whoosh_matcher import PostingMatcher
from searchkit.codec.whoosh_schema import WORD_COLUMNS
from searchkit.errors import StorageError
from searchkit.kernels.dictionary import Dictionary

__all__ = ["CommittedSegment", "SearchkitCodec", "reader_of", "value_counts"]

_TIME_COLUMN = "published"

# Our key of the year 1; Whoosh's columns of times, other than its terms, count from 0.
_ZERO_TIME = 1 << 63

# What a dictionary says of a term: documents, occurrences, offset and length of its extent.
_Entry = tuple[int, int, int, int]


def reader_of(snapshot: Snapshot, schema: Schema) -> IndexReader:
    """Whoosh's reader of a commit, whose documents are numbered as in the snapshot.

    It holds no files of its own and no place in any: several threads may search with it at
    once, and closing it closes nothing.
    """
    generation = snapshot.manifest.generation
    readers = [
        SegmentReader(None, schema, CommittedSegment(live.entry, live), generation)
        for live in snapshot.segments
    ]
    if not readers:
        return _EmptyIndexReader(schema, generation)
    return readers[0] if len(readers) == 1 else MultiReader(readers, generation)


class _EmptyIndexReader(EmptyReader):  # type: ignore[misc]  # whoosh is untyped
    def __init__(self, schema: Schema, generation: int) -> None:
        super().__init__(schema)
        self._generation = generation

    def generation(self) -> int:
        return self._generation


class SearchkitCodec(base.Codec):  # type: ignore[misc]  # whoosh is untyped
    """Reads segments of ours for Whoosh."""

    def terms_reader(self, storage: WhooshStorage | None, segment: CommittedSegment) -> _Terms:
        """The terms and postings of a segment."""
        return _Terms(segment.opened(storage).segment)

    def per_document_reader(
        self, storage: WhooshStorage | None, segment: CommittedSegment
    ) -> _Documents:
        """What is kept of each document of a segment."""
        return _Documents(segment.opened(storage))


class CommittedSegment(base.Segment):  # type: ignore[misc]  # whoosh is untyped
    """A segment as a commit has it: Whoosh reads it, and cannot change it.

    It is opened when it is first read, from the directory of Whoosh's storage.
    """

    def __init__(self, entry: SegmentEntry, live: LiveSegment | None = None) -> None:
        # Without Whoosh's constructor, which takes a name from the module `random`.
        self.indexname = "MAIN"
        self.segid = entry.name
        self.compound = False
        self._entry = entry
        self._live = live

    def opened(self, storage: WhooshStorage | None) -> LiveSegment:
        """The segment itself.

        Raises FileNotFoundError when a writer has removed it since, as Whoosh expects it, and
        IndexDamagedError.
        """
        if self._live is None:
            if not isinstance(storage, FileStorage):
                raise StorageError(
                    f"a segment of searchkit cannot be read from {storage!r}; "
                    "open its directory with whoosh.index.open_dir"
                )
            self._live = open_segment(Storage(Path(storage.folder)), self._entry)
        return self._live

    def codec(self) -> SearchkitCodec:
        """The codec that reads it."""
        return SearchkitCodec()

    def segment_id(self) -> str:
        """The name by which Whoosh tells segments apart."""
        return self._entry.name

    def doc_count_all(self) -> int:
        """All documents, deleted ones too."""
        return self._entry.documents

    def deleted_count(self) -> int:
        """Deleted documents."""
        return self._entry.deleted

    def delete_document(self, docnum: int, delete: bool = True) -> None:  # noqa: ARG002
        """Refused with a StorageError."""
        raise StorageError(
            "Whoosh cannot delete articles of an index of searchkit; use Index.delete "
            "or `searchkit delete`"
        )


# -- terms


class _Terms(base.TermsReader):  # type: ignore[misc]  # whoosh is untyped
    """The terms of a segment: field by field in the order of names, by their bytes.

    Statistics count deleted documents too, as Whoosh's own do.
    """

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._entry(*term) is not None

    def indexed_field_names(self) -> list[str]:
        """Fields that have terms, in order."""
        return sorted(name for name, field in self._segment.fields.items() if field.terms)

    def cursor(self, fieldname: str, fieldobj: FieldType) -> base.FieldCursor:
        """A place among the terms of a field, at the first."""
        if fieldname not in self._segment.fields:
            return base.EmptyCursor()
        return _Cursor(self._segment, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """All (field, term)."""
        return self.terms_from("", b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """All (field, term) from this one on, those of later fields too."""
        return ((name, place.term) for name, place in self._walk(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """All ((field, term), statistics)."""
        return self.items_from("", b"")

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """As `terms_from`, with statistics."""
        for name, place in self._walk(fieldname, prefix):
            yield (name, place.term), _term_info(self._segment, name, place.entry)

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """The statistics of a term. Raises TermNotFound."""
        return _term_info(self._segment, fieldname, self._found(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> int:
        """How often the documents have a term, all together."""
        entry = self._entry(fieldname, text)
        return entry[1] if entry else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """How many documents have a term."""
        entry = self._entry(fieldname, text)
        return entry[0] if entry else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: BaseScorer | None = None
    ) -> PostingMatcher:
        """The postings of a term. Raises TermNotFound."""
        postings = self._segment.postings(fieldname, self._found(fieldname, text))
        lengths = _lengths(self._segment, fieldname)
        return PostingMatcher(postings, lengths, (fieldname, text), format_, scorer)

    def _entry(self, fieldname: str, text: bytes) -> _Entry | None:
        if fieldname not in self._segment.fields:
            return None
        dictionary = self._segment.dictionary(fieldname)
        return dictionary.entry if dictionary.seek(text) else None

    def _found(self, fieldname: str, text: bytes) -> _Entry:
        entry = self._entry(fieldname, text)
        if entry is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return entry

    def _walk(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, Dictionary]]:
        for name in self.indexed_field_names():
            if name < fieldname:
                continue
            place = self._segment.dictionary(name)
            if name == fieldname:
                place.seek(prefix)
            while place.valid:
                yield name, place
                place.next()


class _Cursor(base.FieldCursor):  # type: ignore[misc]  # whoosh is untyped
    """A place among the terms of a field; terms are given as the field decodes them."""

    def __init__(self, segment: Segment, fieldname: str, fieldobj: FieldType) -> None:
        self._segment = segment
        self._fieldname = fieldname
        self._fieldobj = fieldobj
        self._place = segment.dictionary(fieldname)

    def first(self) -> Any:
        """Goes to the first term and returns it."""
        self._place.first()
        return self.text()

    def find(self, term: Any) -> Any:
        """Goes to the first term that is not less and returns it, or None at the end."""
        self._place.seek(self._fieldobj.to_bytes(term))
        return self.text()

    def next(self) -> Any:
        """Goes to the next term and returns it, or None at the end."""
        self._place.next()
        return self.text()

    def text(self) -> Any:
        """The term here, or None at the end."""
        return self._fieldobj.from_bytes(self._place.term) if self.is_valid() else None

    term = text

    def term_info(self) -> TermInfo | None:
        """The statistics of the term here, or None at the end."""
        if not self.is_valid():
            return None
        return _term_info(self._segment, self._fieldname, self._place.entry)

    def is_valid(self) -> bool:
        """Whether there is a term here."""
        return self._place.valid


def _term_info(segment: Segment, fieldname: str, entry: _Entry) -> TermInfo:
    count, occurrences, _, _ = entry
    postings = segment.postings(fieldname, entry)
    first, frequencies = postings.block(0)
    last = first if postings.blocks == 1 else postings.block(postings.blocks - 1)[0]
    header = postings.header()
    if header is None:
        lengths = _lengths(segment, fieldname)
        of_documents = [lengths[document] for document in first] if lengths else [0]
        header = max(frequencies), min(of_documents), max(of_documents)
    most, shortest, longest = header
    return TermInfo(
        float(occurrences), count, shortest, longest, float(most), first[0], last[-1]
    )


def _lengths(segment: Segment, fieldname: str) -> Sequence[int] | None:
    """The field's length in each document, or None for a field without."""
    field = segment.fields.get(fieldname)
    return segment.lengths(fieldname) if field and field.positional else None


# -- documents


class _Documents(base.PerDocumentReader):  # type: ignore[misc]  # whoosh is untyped
    """What is kept of each document of a segment."""

    def __init__(self, live: LiveSegment) -> None:
        self._live = live
        self._segment = live.segment

    def doc_count(self) -> int:
        """Documents that are not deleted."""
        return self._live.live

    def doc_count_all(self) -> int:
        """All documents."""
        return self._live.entry.documents

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return self._live.entry.deleted > 0

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return self._live.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents in order."""
        for place, bits in enumerate(self._live.deleted):
            if bits:
                yield from (8 * place + bit for bit in range(8) if bits >> bit & 1)

    def all_doc_ids(self) -> Iterator[int]:
        """The documents that are not deleted, in order."""
        return self._live.documents()

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The article's fields that are not empty."""
        return stored_fields(self._segment.stored[docnum])

    # -- lengths

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The tokens of a field in a document; `default` for none."""
        lengths = _lengths(self._segment, fieldname)
        return (lengths and lengths[docnum]) or default

    def doc_field_length_reader(self, fieldname: str, default: int = 0) -> Callable[[int], int]:
        """`doc_field_length` for one field."""
        lengths = _lengths(self._segment, fieldname)
        return lambda docnum: (lengths and lengths[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """The tokens of a field in all documents."""
        field = self._segment.fields.get(fieldname)
        return field.occurrences if field and field.positional else 0

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
