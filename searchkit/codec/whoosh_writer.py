"""Segments in our format written by a Whoosh writer, for a Whoosh index with any schema.

    index.writer(codec=SearchkitCodec())

The directory stays Whoosh's: its tables of contents, its commits (which sync nothing), its
deletions. A segment is one file, ``MAIN_*.segment``, with these sections of ours:

    stored, stored:index     each document's stored fields, as JSON (`whoosh_values`)
    column:C                 as Whoosh's own column type writes it
    postings:F, terms:F      as in every segment; without positions, position n stands for the
                             n-th occurrence in a document
    lengths:F                of fields that are scored
    meta                     as in every segment
"""

from __future__ import annotations

import contextlib
import secrets
from array import array
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Segment
from whoosh.columns import Column, ColumnReader, ColumnWriter
from whoosh.fields import FieldType
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filestore import Storage as WhooshStorage
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.formats import Existence, Frequency, Positions

from searchkit.codec.deletions import bitmap_bytes
from searchkit.codec.format import SegmentFileWriter
from searchkit.codec.segment import FieldInfo, Segment, file_name, length_section
from searchkit.codec.storage import Storage
from searchkit.codec.stored import INDEX_SECTION, SECTION, StoredWriter
from searchkit.codec.whoosh_documents import DocumentsReader
from searchkit.codec.whoosh_values import decode_fields, encode_fields
from searchkit.errors import StorageError
from searchkit.kernels.dictionary import DictionaryBuilder
from searchkit.kernels.postings import Encoder

__all__ = ["DocumentsWriter", "FieldsWriter", "WhooshSegment", "storage_of"]


def storage_of(storage: WhooshStorage) -> Storage:
    """The directory of Whoosh's storage. Raises StorageError when it is none."""
    if not isinstance(storage, FileStorage):
        raise StorageError(
            f"a segment of searchkit is a file, and {storage!r} has no directory for it; "
            "use an index made with whoosh.index.create_in"
        )
    return Storage(Path(storage.folder))


class WhooshSegment(W3Segment):  # type: ignore[misc]  # whoosh is untyped
    """A segment that a Whoosh writer writes, and that its table of contents then names.

    `file` and `lengths`, by field and document, are there while it is written only.
    """

    file: SegmentFileWriter
    lengths: dict[str, array[int]]

    def __init__(self, codec: base.Codec, indexname: str) -> None:
        # Whoosh's own names come from the module `random`, which a program may seed.
        super().__init__(codec, indexname, segid=secrets.token_hex(8))

    def begin(self, storage: Storage) -> None:
        """Begins its file."""
        self.file = SegmentFileWriter(storage.create(file_name(self.segment_id())))
        self.lengths = {}

    def end(self, storage: Storage) -> None:
        """Ends its file, which is safely on the disk then; one without documents is removed."""
        if self.doc_count_all():
            self.file.finish()
        else:
            self.file.abandon()
            storage.remove(file_name(self.segment_id()))
        del self.file, self.lengths

    def should_assemble(self) -> bool:
        """Never: it is one file already."""
        return False

    def opened(self, storage: WhooshStorage) -> Segment:
        """The segment itself. Raises FileNotFoundError and IndexDamagedError."""
        return Segment(storage_of(storage), self.segment_id())

    def documents_reader(self, storage: WhooshStorage) -> DocumentsReader:
        """The reader of its documents."""
        deleted = bytearray(bitmap_bytes(self.doc_count_all()))
        for document in self.deleted_docs():
            deleted[document >> 3] |= 1 << (document & 7)
        return _WrittenDocuments(self.opened(storage), deleted)


class DocumentsWriter(base.PerDocWriterWithColumns):  # type: ignore[misc]  # whoosh is untyped
    """Begins the file: writes stored fields and columns, and gathers lengths."""

    def __init__(self, storage: WhooshStorage, segment: WhooshSegment) -> None:
        super().__init__()
        segment.begin(storage_of(storage))
        self._segment = segment
        self._sections = contextlib.ExitStack()
        section = self._sections.enter_context(segment.file.section(SECTION))
        self._stored = StoredWriter(section)
        self._fields: dict[str, Any] = {}
        self._columns: dict[str, tuple[ColumnWriter, BytesIO]] = {}
        self._docnum = 0
        self._documents = 0
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begins the document with the next number."""
        self._docnum = docnum
        self._fields = {}

    def add_field(self, fieldname: str, fieldobj: FieldType, value: Any, length: int) -> None:  # noqa: ARG002
        """A field of the document: what is stored of it, if anything, and its length."""
        if value is not None:
            self._fields[fieldname] = value
        if length:
            lengths = self._segment.lengths.setdefault(fieldname, array("I"))
            lengths.frombytes(bytes(4 * (self._docnum + 1 - len(lengths))))
            lengths[self._docnum] = length

    def add_vector_items(self, fieldname: str, fieldobj: FieldType, items: object) -> None:  # noqa: ARG002
        """Refused with a StorageError."""
        raise StorageError(
            f"the field {fieldname} keeps vectors, which segments of searchkit have not; "
            "make it without vector=..., or write with Whoosh's own codec"
        )

    def finish_doc(self) -> None:
        """Ends the document."""
        self._stored.extend([encode_fields(self._fields)])
        self._documents = self._docnum + 1

    def cancel_doc(self) -> None:
        """Forgets the document; the next one has its number."""
        for lengths in self._segment.lengths.values():
            del lengths[self._docnum :]

    def close(self) -> None:
        """Writes the columns; terms follow."""
        index = self._stored.index()
        self._sections.close()
        file = self._segment.file
        file.add(INDEX_SECTION, index)
        for name, (writer, data) in self._columns.items():
            writer.finish(self._documents)
            file.add(f"column:{name}", data.getvalue())
        for lengths in self._segment.lengths.values():
            lengths.frombytes(bytes(4 * (self._documents - len(lengths))))
        self._segment.set_doc_count(self._documents)
        self.is_closed = True

    def _has_column(self, fieldname: str) -> bool:
        return fieldname in self._columns

    def _create_column(self, fieldname: str, column: Column) -> None:
        data = BytesIO()
        self._columns[fieldname] = column.writer(StructFile(data)), data

    def _get_column(self, fieldname: str) -> ColumnWriter:
        return self._columns[fieldname][0]


class FieldsWriter(base.FieldWriter):  # type: ignore[misc]  # whoosh is untyped
    """Writes terms and postings, field by field, after the documents; `close` ends the file."""

    def __init__(self, storage: WhooshStorage, segment: WhooshSegment) -> None:
        self._storage = storage_of(storage)
        self._segment = segment
        self._encoder = Encoder()
        self._infos: dict[str, FieldInfo] = {}
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: FieldType) -> None:
        """Begins a field. Raises StorageError for one whose postings have no place here."""
        format_ = fieldobj.format
        if type(format_) not in (Existence, Frequency, Positions):
            raise self._refusal(
                f"the field {fieldname} keeps {type(format_).__name__} with its postings, where "
                "segments of searchkit have frequencies and positions only; use a plain field "
                "type, or write with Whoosh's own codec"
            )
        self._fieldname = fieldname
        self._format = format_
        self._positional = not isinstance(format_, Existence)
        documents = self._segment.doc_count_all()
        self._lengths = self._segment.lengths.get(fieldname, array("I", bytes(4 * documents)))
        self._builder = DictionaryBuilder(self._positional)
        self._terms = self._occurrences = 0
        self._section = contextlib.ExitStack()
        self._output = self._section.enter_context(
            self._segment.file.section(f"postings:{fieldname}")
        )

    def start_term(self, text: bytes) -> None:
        """Begins a term, larger than the one before."""
        self._term = text
        self._numbers, self._frequencies, self._gaps = array("I"), array("I"), array("I")

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:  # noqa: ARG002
        """A posting, of a document after the one before; numbers of one document, which Whoosh
        may give several times, are one.
        """
        if not self._positional and self._numbers[-1:] == array("I", [docnum]):
            return
        frequency = self._format.decode_frequency(vbytes)
        if weight != frequency:
            raise self._refusal(
                f"the term {self._term!r} of the field {self._fieldname} weighs {weight} where it "
                f"occurs {frequency} times: segments of searchkit have no boosts of their own; "
                "boost in the query, or write with Whoosh's own codec"
            )
        self._numbers.append(docnum)
        self._frequencies.append(frequency)
        if isinstance(self._format, Positions):
            previous = -1
            for position in sorted(self._format.decode_positions(vbytes)):
                self._gaps.append((position - previous - 1) & 0xFFFFFFFF)
                previous = position
        elif self._positional:
            self._gaps.frombytes(bytes(4 * frequency))

    def finish_term(self) -> None:
        """Writes the postings of the term."""
        extent = self._encoder.add(
            self._numbers, self._frequencies, self._gaps, self._lengths, self._positional
        )
        self._output.write(extent)
        occurrences = sum(self._frequencies)
        self._builder.add(self._term, len(self._numbers), occurrences, len(extent))
        self._terms += 1
        self._occurrences += occurrences

    def finish_field(self) -> None:
        """Writes the dictionary of the field, and its lengths."""
        self._section.close()
        self._segment.file.add(f"terms:{self._fieldname}", self._builder.finish())
        shortest = longest = 0
        width = 1
        if self._fieldname in self._segment.lengths:
            width, shortest, longest, data = length_section(self._lengths)
            self._segment.file.add(f"lengths:{self._fieldname}", data)
        self._infos[self._fieldname] = FieldInfo(
            self._positional, self._terms, self._occurrences, shortest, longest, width
        )

    def close(self) -> None:
        """Ends the file."""
        meta = {
            "documents": self._segment.doc_count_all(),
            "languages": [],
            "fields": {name: asdict(info) for name, info in self._infos.items()},
        }
        self._segment.file.add("meta", orjson.dumps(meta, option=orjson.OPT_SORT_KEYS))
        self._segment.end(self._storage)
        self.is_closed = True

    def _refusal(self, reason: str) -> StorageError:
        """The error for what cannot be written, with which Whoosh gives the segment up."""
        self._segment.file.abandon()
        return StorageError(reason)


class _WrittenDocuments(DocumentsReader):
    """What `DocumentsWriter` kept of each document."""

    def __init__(self, segment: Segment, deleted: bytes | bytearray) -> None:
        super().__init__(segment, deleted)
        names = (name.partition(":") for name in segment.file.names())
        self._columns = tuple(field for kind, _, field in names if kind == "column")

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The stored fields of a document."""
        return decode_fields(self._segment.stored[docnum])

    def list_columns(self) -> tuple[str, ...]:
        """The fields that have columns."""
        return self._columns

    def column_reader(self, fieldname: str, column: Column) -> ColumnReader:
        """A column as its own type reads it."""
        data = self._segment.file.whole(f"column:{fieldname}")
        return column.reader(BufferFile(data), 0, len(data), self.doc_count_all())
