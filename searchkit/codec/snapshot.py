"""One commit, opened: its segments, and which of their documents are deleted."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from searchkit.codec.commit import open_latest
from searchkit.codec.deletions import read_deletions
from searchkit.codec.format import damaged
from searchkit.codec.manifest import Manifest, SegmentEntry
from searchkit.codec.segment import DIGEST_OF_SEVERAL, Segment, documents_of
from searchkit.codec.storage import Storage
from searchkit.copies import articles_of

__all__ = [
    "LiveSegment",
    "Snapshot",
    "count_copies",
    "count_terms",
    "open_segment",
    "open_snapshot",
    "term_counts",
    "value_counts",
]

# Each byte of a bitmap of deletions as one for each document.
_LIVE, _DELETED = b"\0\1"
_FLAGS = [bytes(byte >> bit & 1 for bit in range(8)) for byte in range(256)]


@dataclass(frozen=True)
class LiveSegment:
    """A segment as of one commit.

    `deleted` has the bit ``1 << d % 8`` of byte ``d // 8`` set for each deleted document d.
    """

    segment: Segment
    entry: SegmentEntry
    deleted: bytes | bytearray

    def is_deleted(self, document: int) -> bool:
        """Whether the document is deleted."""
        return bool(self.deleted[document >> 3] >> (document & 7) & 1)

    @property
    def live(self) -> int:
        """Documents that are not deleted."""
        return self.entry.documents - self.entry.deleted

    def find(self, article_id: str) -> int | None:
        """The live document of the article with this id, or None."""
        for document in self.segment.documents_with_id(article_id):
            if not self.is_deleted(document):
                return document
        return None

    def documents(self) -> Iterator[int]:
        """The live documents in order."""
        for stretch in self.stretches(self.entry.documents):
            yield from stretch

    def stretches(self, most: int) -> Iterator[range]:
        """The live documents in order, as ranges of up to `most` neighbours."""
        flags = b"".join(map(_FLAGS.__getitem__, self.deleted))[: self.entry.documents]
        start = flags.find(_LIVE)
        while start >= 0:
            limit = min(start + most, len(flags))
            end = flags.find(_DELETED, start, limit)
            stretch = range(start, limit if end < 0 else end)
            yield stretch
            start = flags.find(_LIVE, stretch.stop)


class Snapshot:
    """The segments of one commit. Documents are numbered through, segment after segment.

    Shares segments with the snapshot before; it stays as it is, whatever is committed later.
    Safe to share between threads.
    """

    def __init__(self, manifest: Manifest, segments: tuple[LiveSegment, ...]) -> None:
        self.manifest = manifest
        self.segments = segments

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that articles were stemmed in; the index's own comes first."""
        found = {code for each in self.segments for code in each.entry.languages}
        return (self.manifest.language, *sorted(found - {self.manifest.language}))

    @property
    def articles(self) -> int:
        """Articles that are not deleted."""
        return sum(each.live for each in self.segments)

    def stored(self) -> Iterator[bytes]:
        """The articles that are not deleted as they are stored, in the order of their numbers."""
        for each in self.segments:
            for document in each.documents():
                yield each.segment.stored[document]

    def find(self, article_id: str) -> tuple[LiveSegment, int] | None:
        """Where the article with this id is: its segment and its number there, or None."""
        for each in self.segments:
            document = each.find(article_id)
            if document is not None:
                return each, document
        return None

    def place(self, number: int) -> tuple[LiveSegment, int]:
        """The segment of a document, and its number there. Raises IndexError."""
        for each in self.segments:
            if number < each.entry.documents:
                return each, number
            number -= each.entry.documents
        raise IndexError(number)


def open_snapshot(storage: Storage, before: Snapshot | None = None) -> Snapshot:
    """The latest commit; segments that `before` has open are not opened again.

    Raises what `searchkit.codec.commit.latest` does, and IndexDamagedError when a file that
    belongs to the commit is missing or is another one.
    """
    known = {each.entry.name: each.segment for each in before.segments} if before else {}
    return open_latest(storage, lambda manifest: _open(storage, manifest, known))


def open_segment(
    storage: Storage, entry: SegmentEntry, known: Mapping[str, Segment] | None = None
) -> LiveSegment:
    """A segment as a commit has it; one that is `known` by its name is not opened again.

    Raises FileNotFoundError when one of its files is not there, and IndexDamagedError.
    """
    segment = (known or {}).get(entry.name) or Segment(storage, entry.name)
    if segment.file.checksum != entry.checksum or segment.documents != entry.documents:
        raise damaged(segment.file.path, "it is not the file that the manifest names")
    return LiveSegment(segment, entry, read_deletions(storage, entry))


def term_counts(snapshot: Snapshot, field: str, prefix: str = "") -> Iterator[tuple[str, int]]:
    """The terms of a field that begin so, in order, each with the number of documents that have
    it, deleted or not.
    """
    wanted = prefix.encode()

    def counts(segment: Segment) -> Iterator[tuple[bytes, int]]:
        place = segment.dictionary(field)
        place.seek(wanted)
        while place.valid and (term := place.term).startswith(wanted):
            yield term, place.entry[0]
            place.next()

    merged = heapq.merge(*(counts(live.segment) for live in snapshot.segments))
    for term, group in itertools.groupby(merged, key=itemgetter(0)):
        yield term.decode(), sum(count for _, count in group)


def count_terms(snapshot: Snapshot, field: str) -> int:
    """The distinct terms of a field."""
    if len(snapshot.segments) == 1:
        return len(snapshot.segments[0].segment.dictionary(field))
    return sum(1 for _ in term_counts(snapshot, field))


def value_counts(snapshot: Snapshot, field: str) -> dict[str, int]:
    """The terms of a filter field, each with the number of live documents that have it, the
    most frequent first.
    """
    counts: Counter[str] = Counter()
    for live in snapshot.segments:
        segment = live.segment
        place = segment.dictionary(field)
        while place.valid:
            count = place.entry[0]
            if live.entry.deleted:
                postings = segment.postings(field, place.entry)
                count -= sum(map(live.is_deleted, documents_of(postings)))
            if count:
                counts[place.term.decode()] += count
            place.next()
    return dict(counts.most_common())


def count_copies(snapshot: Snapshot) -> int:
    """The articles that have the document of another, of the same text."""
    count = 0
    for live in snapshot.segments:
        if live.segment.fields["id"].occurrences == live.entry.documents:
            continue  # each document has one id
        digests = live.segment.digests
        for document in live.documents():
            if digests[document] == DIGEST_OF_SEVERAL:
                count += len(articles_of(live.segment.stored[document])) - 1
    return count


def _open(storage: Storage, manifest: Manifest, known: Mapping[str, Segment]) -> Snapshot:
    return Snapshot(
        manifest, tuple(open_segment(storage, entry, known) for entry in manifest.segments)
    )
