"""Several segments to one: which, and how."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from searchkit.codec.columns import (
    FixedColumnWriter,
    NumbersColumnWriter,
    TextsColumnWriter,
    WordsColumnWriter,
)
from searchkit.codec.segment import DIGEST_BYTES, SegmentWriter, WrittenSegment, within_limits
from searchkit.codec.snapshot import LiveSegment
from searchkit.codec.storage import Storage
from searchkit.copies import TEXT_KEY_BYTES
from searchkit.kernels import FINGERPRINT, SIGNATURE
from searchkit.kernels.merge import SegmentMerger
from searchkit.schema import LIST_COLUMNS, TEXT_FIELDS, VALUE_FIELDS

__all__ = ["DELETED", "choose_merges", "merge_segments"]

# So many segments of like size become one: an index of n bytes then has at most
# _TIER_WIDTH - 1 segments for each power of _TIER_WIDTH, and each article is rewritten at
# most once for each.
_TIER_WIDTH = 8
_SMALLEST_TIER_BYTES = 64 << 10
# Nothing larger is made but by compacting. Of 64 GiB of segments the postings of "the" take half a
# GiB, where a term may have 4.
_LARGEST_MERGED_BYTES = 64 << 30

# So many documents, at most, are taken over at a time: some hundredths of a second a column.
_STRETCH = 1 << 16
# The same of stored articles: some MB.
_STORED_STRETCH = 1 << 10

# The new number of a document that has none.
DELETED = 0xFFFFFFFF

Sized = TypeVar("Sized", bound=LiveSegment)


def choose_merges(segments: Sequence[Sized], allowed: int) -> list[list[Sized]]:
    """Groups of segments that should be merged, the smallest first.

    Segments of like size, the same power of _TIER_WIDTH, form a tier; a full one is merged,
    unless the segment would be too large. Segments most of whose documents are deleted are
    rewritten. `allowed` is the most bytes that a group may have: a small addition must not wait
    for the merge of a large index.
    """
    tiers: dict[int, list[Sized]] = {}
    groups = []
    for each in segments:
        size = each.entry.size * each.live // each.entry.documents
        tiers.setdefault(_tier(size), []).append(each)
        if each.live * 2 < each.entry.documents:
            groups.append([each])
    for _, members in sorted(tiers.items()):
        total = sum(each.entry.size for each in members)
        if len(members) >= _TIER_WIDTH and total <= _LARGEST_MERGED_BYTES:
            groups = [group for group in groups if group[0] not in members]
            groups.append(members)
    return [group for group in groups if sum(each.entry.size for each in group) <= allowed]


def _tier(size: int) -> int:
    tier = 0
    while size >= _SMALLEST_TIER_BYTES:
        size //= _TIER_WIDTH
        tier += 1
    return tier


@within_limits()
def merge_segments(
    storage: Storage,
    name: str,
    sources: Sequence[LiveSegment],
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[WrittenSegment, list[array[int]]]:
    """Writes the live documents of `sources`, in their order, as the segment of that name.

    There is at least one. Returns it and, for each source, the new number of each document,
    DELETED for those that were. Raises StorageError, IndexDamagedError for a source that is
    not as it was written, and CancelledError soon after `stopped` has become true.
    """
    writer = SegmentWriter(storage, name, stopped, [each.segment.file for each in sources])
    try:
        return _merge(writer, sources)
    except BaseException:
        writer.abandon()
        raise


def _merge(
    writer: SegmentWriter, sources: Sequence[LiveSegment]
) -> tuple[WrittenSegment, list[array[int]]]:
    numbers = []
    documents = 0
    for each in sources:
        numbers.append(_numbers(writer, each, documents))
        documents += each.live
        for stretch in _stretches(writer, each, _STORED_STRETCH):
            writer.stored.take_over(each.segment.stored, stretch)
    writer.end_stored()
    for field in (*TEXT_FIELDS, *VALUE_FIELDS):
        _merge_field(writer, field, sources, numbers)
    languages = {code for each in sources for code in each.segment.languages}
    fingerprints, text_keys = _merge_columns(writer, sources)
    return writer.finish(documents, fingerprints, text_keys, sorted(languages)), numbers


def _stretches(writer: SegmentWriter, source: LiveSegment, most: int = 0) -> Iterator[range]:
    """The live documents of a source, with a chance to stop before each stretch."""
    for stretch in source.stretches(most or _STRETCH):
        writer.check()
        yield stretch


def _numbers(writer: SegmentWriter, source: LiveSegment, first: int) -> array[int]:
    """The new number of each document of a source whose first has the new number `first`."""
    numbers = array("I", [DELETED]) * source.entry.documents
    for stretch in _stretches(writer, source):
        end = first + len(stretch)
        numbers[stretch.start : stretch.stop] = array("I", range(first, end))
        first = end
    return numbers


def _merge_field(
    writer: SegmentWriter,
    field: str,
    sources: Sequence[LiveSegment],
    numbers: Sequence[array[int]],
) -> None:
    text = field in TEXT_FIELDS
    lengths = array("I")
    for source in sources:
        if text:
            of_source = source.segment.lengths(field)
            for stretch in _stretches(writer, source):
                lengths.extend(of_source[stretch.start : stretch.stop])
        else:
            lengths.frombytes(bytes(4 * source.live))
    parts = [
        (
            source.segment.file.whole(f"terms:{field}"),
            source.segment.all_postings(field),
            new,
        )
        for source, new in zip(sources, numbers, strict=True)
    ]
    writer.add_field(field, SegmentMerger(parts, lengths, text), lengths)


def _merge_columns(writer: SegmentWriter, sources: Sequence[LiveSegment]) -> tuple[bytes, bytes]:
    """Writes the columns; returns those of fingerprints and of keys of texts."""
    ids = TextsColumnWriter()
    published = array("Q")
    digests = FixedColumnWriter(DIGEST_BYTES)
    signatures = FixedColumnWriter(SIGNATURE)
    starts = NumbersColumnWriter()
    fingerprints = FixedColumnWriter(FINGERPRINT)
    text_keys = FixedColumnWriter(TEXT_KEY_BYTES)
    for source in sources:
        segment = source.segment
        ids.extend(segment.ids, _stretches(writer, source))
        for stretch in _stretches(writer, source):
            published.extend(segment.published[stretch.start : stretch.stop])
        digests.extend(segment.digests, _stretches(writer, source))
        signatures.extend(segment.signatures, _stretches(writer, source))
        starts.extend(segment.caption_starts, _stretches(writer, source))
        fingerprints.extend(segment.fingerprints, _stretches(writer, source))
        text_keys.extend(segment.text_keys, _stretches(writer, source))
    writer.add_column("id", ids.encode())
    writer.add_column("published", published.tobytes())
    writer.add_column("digest", digests.encode())
    writer.add_column("signature", signatures.encode())
    writer.add_column("caption_starts", starts.encode())
    for name in LIST_COLUMNS:
        words = WordsColumnWriter()
        for source in sources:
            words.extend(source.segment.words(name), _stretches(writer, source))
        writer.add_column(name, words.encode())
    return fingerprints.encode(), text_keys.encode()
