"""A segment in the hands of the writer: documents are deleted here, and then committed."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from searchkit.codec.deletions import bitmap_bytes, with_deletions, write_deletions
from searchkit.codec.manifest import SegmentEntry
from searchkit.codec.segment import Segment, WrittenSegment, documents_of
from searchkit.codec.snapshot import LiveSegment
from searchkit.codec.storage import Storage
from searchkit.writing.merge import DELETED

__all__ = ["OwnedSegment"]


class OwnedSegment:
    """A segment, committed or only written, with deletions that may not be committed yet."""

    def __init__(self, segment: Segment, entry: SegmentEntry, deleted: bytes | bytearray) -> None:
        self.segment = segment
        self.committed = False
        self._entry = entry
        self._deleted = bytearray(deleted)
        self._count = entry.deleted
        self._changed = False
        # Kept, as it is asked for every article that is added.
        self._ids = segment.dictionary("id")

    @classmethod
    def of_commit(cls, live: LiveSegment) -> OwnedSegment:
        """One that the last commit has."""
        owned = cls(live.segment, live.entry, live.deleted)
        owned.committed = True
        return owned

    @classmethod
    def new(cls, storage: Storage, written: WrittenSegment) -> OwnedSegment:
        """One that has just been written."""
        entry = SegmentEntry(
            written.name, written.documents, written.size, written.checksum, written.languages
        )
        return cls(Segment(storage, written.name), entry, bytes(bitmap_bytes(written.documents)))

    @property
    def changed(self) -> bool:
        """Whether a commit has something to say of it."""
        return self._changed or not self.committed

    @property
    def empty(self) -> bool:
        """Whether all its documents are deleted."""
        return self._count == self._entry.documents

    def is_deleted(self, document: int) -> bool:
        """Whether the document is deleted."""
        return bool(self._deleted[document >> 3] >> (document & 7) & 1)

    def delete(self, document: int) -> None:
        """Deletes a document; again does no harm."""
        if not self.is_deleted(document):
            self._deleted[document >> 3] |= 1 << (document & 7)
            self._count += 1
            self._changed = True

    def find(self, article_id: bytes) -> int | None:
        """The live document of the article with this id, or None."""
        if not self._ids.seek(article_id):
            return None
        for document in documents_of(self.segment.postings("id", self._ids.entry)):
            if not self.is_deleted(document):
                return document
        return None

    def knows(self, fingerprint: bytes) -> bool:
        """Whether a live document is of the record with this fingerprint."""
        document = self.segment.document_with_fingerprint(fingerprint)
        return document >= 0 and not self.is_deleted(document)

    def id_of(self, fingerprint: bytes) -> bytes | None:
        """The id of the article of the record with this fingerprint, if it is here."""
        document = self.segment.document_with_fingerprint(fingerprint)
        if document < 0 or self.is_deleted(document):
            return None
        return self.segment.ids[document].encode()

    def ids(self) -> Iterator[bytes]:
        """The ids of its documents, deleted ones too, in order."""
        ids = self.segment.dictionary("id")
        while ids.valid:
            yield bytes(ids.term)
            ids.next()

    def find_text(self, key: bytes) -> int:
        """The live document with this key of its texts, or -1."""
        document = self.segment.document_with_text(key)
        return -1 if document >= 0 and self.is_deleted(document) else document

    def as_live(self, generation: int) -> LiveSegment:
        """As it would be in a commit of that generation; later deletions do not change it."""
        return LiveSegment(self.segment, self._as_entry(generation), bytes(self._deleted))

    def settle(self, storage: Storage, generation: int) -> SegmentEntry:
        """What the manifest of that generation says of it; its deletions are on the disk."""
        if self._changed:
            self._entry = self._as_entry(generation)
            write_deletions(storage, self._entry, self._deleted)
            self._changed = False
        self.committed = True
        return self._entry

    def follow(self, before: LiveSegment, into: OwnedSegment, numbers: array[int]) -> None:
        """Deletes in `into`, to which `before`, this segment as it was, has been merged with
        these new numbers, what has been deleted here since.
        """
        for place, (now, then) in enumerate(zip(self._deleted, before.deleted, strict=True)):
            if now != then:
                for document in range(8 * place, min(8 * place + 8, len(numbers))):
                    if self.is_deleted(document) and numbers[document] != DELETED:
                        into.delete(numbers[document])

    def _as_entry(self, generation: int) -> SegmentEntry:
        if not self._changed:
            return self._entry
        return with_deletions(self._entry, generation, self._deleted)
