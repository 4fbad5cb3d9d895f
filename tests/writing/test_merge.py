from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import searchkit
from searchkit.codec.manifest import SegmentEntry, new_segment_name
from searchkit.codec.segment import Segment
from searchkit.codec.snapshot import LiveSegment, Snapshot, open_snapshot
from searchkit.codec.storage import Storage
from searchkit.schema import LIST_COLUMNS, TEXT_FIELDS
from searchkit.writing import merge
from searchkit.writing.merge import choose_merges, merge_segments

WORDS = ["fog", "pier", "tide", "gull", "rope"]


def segment_of(deleted: Sequence[bool], size: int = 1) -> LiveSegment:
    """Of so many documents and bytes, without a file."""
    bitmap = bytearray(-(-len(deleted) // 8))
    for document, gone in enumerate(deleted):
        bitmap[document >> 3] |= gone << (document & 7)
    entry = SegmentEntry(new_segment_name(), len(deleted), size, "0" * 16, ())
    if any(deleted):
        file = f"{entry.name}-1.deletions"
        entry = replace(
            entry, deleted=sum(deleted), deletions=file, deletions_checksum=entry.checksum
        )
    return LiveSegment(cast("Any", None), entry, bitmap)


@given(st.lists(st.booleans(), min_size=1, max_size=70), st.integers(1, 20))
def test_stretches_are_the_live_documents_as_far_as_they_are_neighbours(
    deleted: list[bool], most: int
) -> None:
    segment = segment_of(deleted)
    stretches = list(segment.stretches(most))
    expected = [document for document, gone in enumerate(deleted) if not gone]
    assert [document for stretch in stretches for document in stretch] == expected
    assert list(segment.documents()) == expected
    assert all(0 < len(stretch) <= most for stretch in stretches)
    for before, after in itertools.pairwise(stretches):
        assert before.stop < after.start or len(before) == most


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Three segments of 50 documents, nine of which are deleted, some of them neighbours."""
    chance = random.Random(1)
    path = tmp_path_factory.mktemp("merge") / "news.idx"
    with searchkit.create(path) as index:
        for first in (0, 50, 100):
            index.add(
                {
                    "id": f"a{number}",
                    "headline": chance.choice(WORDS),
                    "body": " ".join(chance.choices(WORDS, k=number % 9)),
                    "captions": chance.choices(WORDS, k=number % 3),
                    "authors": chance.choices(WORDS, k=number % 4),
                    "section": chance.choice(WORDS),
                }
                for number in range(first, first + 50)
            )
        index.delete(*(f"a{number}" for number in (0, 3, 60, 61, 62, 63, 99, 100, 120)))
    return open_snapshot(Storage(path))


def kept_of(segment: Segment, document: int) -> list[Any]:
    """All that is kept of a document beside its postings."""
    return [
        segment.stored[document],
        segment.ids[document],
        segment.published[document],
        segment.digests[document],
        segment.fingerprints[document],
        segment.caption_starts[document],
        *(segment.lengths(field)[document] for field in TEXT_FIELDS),
        *(segment.words(name)[document] for name in LIST_COLUMNS),
    ]


def test_a_merge_takes_over_all_that_is_kept_of_live_documents(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(tmp_path)
    written, numbers = merge_segments(storage, new_segment_name(), snapshot.segments)
    merged = Segment(storage, written.name)
    places = iter(range(written.documents))
    for source, new in zip(snapshot.segments, numbers, strict=True):
        for document, number in enumerate(new):
            if source.is_deleted(document):
                assert number == merge.DELETED
            else:
                assert number == next(places)
                assert kept_of(merged, number) == kept_of(source.segment, document)
    assert list(places) == []
    monkeypatch.setattr(merge, "_STRETCH", 7)
    monkeypatch.setattr(merge, "_STORED_STRETCH", 5)
    again, _ = merge_segments(storage, new_segment_name(), snapshot.segments)
    assert again.checksum == written.checksum


def test_a_merge_may_be_stopped_after_every_few_documents_of_every_part(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "_STRETCH", 10)
    monkeypatch.setattr(merge, "_STORED_STRETCH", 10)
    asked = 0

    def stopped(last: float) -> bool:
        nonlocal asked
        asked += 1
        return asked > last

    def run(last: float = float("inf")) -> None:
        merge_segments(
            Storage(tmp_path), new_segment_name(), snapshot.segments, lambda: stopped(last)
        )

    run()
    parts = len(("numbers", "stored", "id", "published", "digest", "starts", "fingerprint"))
    assert asked > (parts + len(TEXT_FIELDS) + len(LIST_COLUMNS)) * 15
    for last in range(0, asked, 17):
        asked = 0
        with pytest.raises(CancelledError):
            run(last)
        assert asked == last + 1


def test_segments_of_like_size_are_merged_unless_the_result_is_too_large() -> None:
    for size, fits in ((100, True), (8 << 30, True), (9 << 30, False)):
        tier = [segment_of([False], size) for _ in range(8)]
        assert choose_merges(tier, 1 << 40) == ([tier] if fits else [])
        assert choose_merges(tier[:7], 1 << 40) == []
        assert choose_merges(tier, size * 8 - 1) == []


def test_a_segment_most_of_whose_documents_are_deleted_is_rewritten_however_large() -> None:
    rewritten = segment_of([True, True, False], 100 << 30)
    others = [segment_of([True, False], 20 << 30) for _ in range(8)]
    assert choose_merges([rewritten, *others], 1 << 40) == [[rewritten]]
