"""Segments of ours in the terms of Whoosh: a codec, and readers for its searchers."""

from __future__ import annotations

from whoosh.codec import base
from whoosh.fields import Schema
from whoosh.filedb.filestore import Storage as WhooshStorage
from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader

from searchkit.codec.manifest import SegmentEntry
from searchkit.codec.segment import Segment
from searchkit.codec.snapshot import LiveSegment, Snapshot, open_segment
from searchkit.codec.whoosh_documents import DocumentsReader
from searchkit.codec.whoosh_terms import TermsReader
from searchkit.codec.whoosh_writer import DocumentsWriter, FieldsWriter, WhooshSegment, storage_of
from searchkit.errors import StorageError

__all__ = ["CommittedSegment", "SearchkitCodec", "reader_of"]


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
    """Whoosh's readers and writers of segments in our format; see `whoosh_writer`."""

    # For the lengths that it writes with postings Whoosh would read the documents again.
    length_stats = False

    def terms_reader(self, storage: WhooshStorage | None, segment: _AnySegment) -> TermsReader:
        """The terms and postings of a segment."""
        return TermsReader(segment.opened(storage))

    def per_document_reader(
        self, storage: WhooshStorage | None, segment: _AnySegment
    ) -> DocumentsReader:
        """What is kept of each document of a segment."""
        return segment.documents_reader(storage)

    def new_segment(self, storage: WhooshStorage, indexname: str) -> WhooshSegment:  # noqa: ARG002
        """A segment that a Whoosh writer is about to write."""
        return WhooshSegment(self, indexname)

    def per_document_writer(
        self, storage: WhooshStorage, segment: WhooshSegment
    ) -> DocumentsWriter:
        """The writer of a segment's documents."""
        return DocumentsWriter(storage, segment)

    def field_writer(self, storage: WhooshStorage, segment: WhooshSegment) -> FieldsWriter:
        """The writer of a segment's terms, after its documents."""
        return FieldsWriter(storage, segment)


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

    def opened(self, storage: WhooshStorage | None) -> Segment:
        """The segment itself.

        Raises FileNotFoundError when a writer has removed it since, as Whoosh expects it, and
        IndexDamagedError.
        """
        return self._opened(storage).segment

    def documents_reader(self, storage: WhooshStorage | None) -> DocumentsReader:
        """The reader of its documents; raises what `opened` does."""
        live = self._opened(storage)
        return DocumentsReader(live.segment, live.deleted)

    def _opened(self, storage: WhooshStorage | None) -> LiveSegment:
        if self._live is None:
            self._live = open_segment(storage_of(storage), self._entry)
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


_AnySegment = CommittedSegment | WhooshSegment
