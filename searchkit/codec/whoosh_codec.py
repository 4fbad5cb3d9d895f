"""Segments of ours in the terms of Whoosh: a codec, and readers for its searchers."""

from __future__ import annotations

from pathlib import Path

from whoosh.codec import base
from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filestore import Storage as WhooshStorage
from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader

from searchkit.codec.manifest import SegmentEntry
from searchkit.codec.snapshot import LiveSegment, Snapshot, open_segment
from searchkit.codec.storage import Storage
from searchkit.codec.whoosh_documents import DocumentsReader
from searchkit.codec.whoosh_terms import TermsReader
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
    """Reads segments of ours for Whoosh."""

    def terms_reader(self, storage: WhooshStorage | None, segment: CommittedSegment) -> TermsReader:
        """The terms and postings of a segment."""
        return TermsReader(segment.opened(storage).segment)

    def per_document_reader(
        self, storage: WhooshStorage | None, segment: CommittedSegment
    ) -> DocumentsReader:
        """What is kept of each document of a segment."""
        return DocumentsReader(segment.opened(storage))


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
