"""The limits of the index format: what exceeds one is an error that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

import searchkit
from searchkit import Article, StorageError
from searchkit.codec.columns import (
    NumbersColumnWriter,
    TextsColumn,
    TextsColumnWriter,
    WordsColumnWriter,
)
from searchkit.codec.manifest import MAX_DOCUMENTS
from searchkit.codec.segment import SegmentWriter, within_limits
from searchkit.codec.storage import Storage


class Overfull:
    """A merger of more postings than an extent can have."""

    def __init__(self, *_: object) -> None:
        pass

    def extents(self, _: int) -> bytes:
        raise OverflowError("more than 4 GiB of postings")


def articles(*numbers: int) -> list[Article]:
    return [Article(id=f"a{number}", headline="Fog") for number in numbers]


def ids(path: Path) -> set[str]:
    with searchkit.open(path) as index:
        return {hit.article.id for hit in index.search("fog", limit=None)}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_too_much_for_a_segment_leaves_the_last_commit_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    path = tmp_path / "news.idx"
    index = searchkit.create(path)
    index.add(articles(1, 2))
    with monkeypatch.context() as patch:
        patch.setattr("searchkit.writing.batch.RunMerger", Overfull)
        with pytest.raises(StorageError, match=r"4 GiB of postings.* add with less memory"):
            index.add(articles(3), workers=workers)
    assert ids(path) == {"a1", "a2"}
    index.add(articles(3), workers=workers)
    with monkeypatch.context() as patch:
        patch.setattr("searchkit.writing.merge.SegmentMerger", Overfull)
        with pytest.raises(StorageError, match=r"as of its last commit.* do not compact"):
            index.compact()
    assert ids(path) == {"a1", "a2", "a3"}
    assert index.compact().segments_after == 1


def test_a_segment_has_no_more_documents_than_numbers_for_them(tmp_path: Path) -> None:
    writer = SegmentWriter(Storage(tmp_path), "0" * 16)
    with pytest.raises(StorageError, match=r"\(4,294,967,296 documents\)"), within_limits():
        writer.finish(MAX_DOCUMENTS + 1, b"", b"", [])
    writer.abandon()


class Vast(bytes):
    """Says that it is larger than any number of 32 bits, and takes no memory."""

    def __len__(self) -> int:
        return 1 << 32


def test_numbers_beyond_their_place_in_the_file_are_not_cut_off() -> None:
    full = NumbersColumnWriter()
    with pytest.raises(OverflowError):
        full.extend_flat([], [1 << 32])
    with pytest.raises(OverflowError):
        TextsColumnWriter().append_all([b"a1", Vast()])
    texts = TextsColumnWriter()
    texts.append_all([b"a1"])
    with pytest.raises(OverflowError):
        texts.extend(TextsColumn(memoryview(b"\xfe\xff\xff\xff"), 1), [range(1)])

    class Word(str):
        __slots__ = ()

        def encode(self, *_: object) -> bytes:  # type: ignore[override]
            return Vast()

    words = WordsColumnWriter()
    words.extend_flat([Word("x")], [1])
    with pytest.raises(OverflowError):
        words.encode()
