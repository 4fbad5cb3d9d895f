from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from searchkit.codec.deletions import (
    bitmap_bytes,
    read_deletions,
    with_deletions,
    write_deletions,
)
from searchkit.codec.manifest import SegmentEntry
from searchkit.codec.storage import Storage
from searchkit.errors import IndexDamagedError, IndexVersionError

NAME = "0123456789abcdef"
FILE = f"{NAME}-3.deletions"


def plain(documents: int) -> SegmentEntry:
    return SegmentEntry(NAME, documents, 1, "0" * 16, ())


def write(storage: Storage, documents: int, bitmap: bytes) -> SegmentEntry:
    """The segment with these deletions, which are on the disk."""
    segment = with_deletions(plain(documents), 3, bitmap)
    write_deletions(storage, segment, bitmap)
    return segment


def bitmap(documents: int, deleted: set[int]) -> bytes:
    number = sum(1 << document for document in deleted)
    return number.to_bytes(bitmap_bytes(documents), "little")


@given(st.data())
def test_the_deleted_documents_are_read_as_they_were_written(data: st.DataObject) -> None:
    documents = data.draw(st.integers(1, 40))
    deleted = data.draw(st.sets(st.integers(0, documents - 1), min_size=1))
    with tempfile.TemporaryDirectory() as folder:
        storage = Storage(Path(folder))
        written = write(storage, documents, bitmap(documents, deleted))
        assert (written.deletions, written.deleted) == (FILE, len(deleted))
        read = read_deletions(storage, written)
    assert {d for d in range(8 * len(read)) if read[d // 8] >> d % 8 & 1} == deleted


def test_the_file_is_as_it_is_specified(tmp_path: Path) -> None:
    written = write(Storage(tmp_path), 10, bitmap(10, {0, 9}))
    body = b"SKDL" + bytes([1, 0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 1, 2])
    checksum = xxh3_64_intdigest(body).to_bytes(8, "little")
    assert (tmp_path / FILE).read_bytes() == body + checksum
    assert written.deletions_checksum == checksum[::-1].hex()


def test_a_segment_without_deletions_has_no_file_and_a_bitmap_of_zeros(tmp_path: Path) -> None:
    assert write(Storage(tmp_path), 9, bytes(2)) == plain(9)
    assert list(tmp_path.iterdir()) == []
    read = read_deletions(Storage(tmp_path), plain(9))
    assert read == b"\0\0"
    read[0] = 1


@pytest.mark.parametrize("wrong", [b"", b"\0", b"\0\0\0", b"\0\x04"])
def test_a_bitmap_of_another_number_of_documents_is_not_written(
    tmp_path: Path, wrong: bytes
) -> None:
    with pytest.raises(ValueError, match="not one of 10 documents"):
        write(Storage(tmp_path), 10, wrong)
    assert list(tmp_path.iterdir()) == []


def test_no_byte_can_be_changed_lost_or_added_unnoticed(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    written = write(storage, 60, bitmap(60, {0, 1, 59}))
    content = storage.read(FILE)
    wrong = [content[:length] for length in range(len(content))] + [content + b"\0"]
    for place, byte in enumerate(content):
        wrong += [
            content[:place] + bytes([byte ^ change]) + content[place + 1 :]
            for change in (1, 128, 255)
        ]
    for each in wrong:
        (tmp_path / FILE).write_bytes(each)
        with pytest.raises(IndexDamagedError, match=rf"{FILE} is damaged"):
            read_deletions(storage, written)


def naming(content: bytes) -> SegmentEntry:
    """A segment of 10 documents, 2 of them deleted, by a file with this content."""
    return replace(plain(10), deleted=2, deletions=FILE, deletions_checksum=content[:-9:-1].hex())


def sealed(documents: int, deleted: int, content: bytes, start: bytes = b"SKDL\1\0\0\0") -> bytes:
    """A file with a checksum that is right, whatever the rest is."""
    numbers = documents.to_bytes(4, "little") + deleted.to_bytes(4, "little")
    body = start + numbers + content
    return body + xxh3_64_intdigest(body).to_bytes(8, "little")


@pytest.mark.parametrize(
    "content",
    [
        sealed(10, 2, b"\3"),
        sealed(10, 2, b"\3\0\0"),
        sealed(10, 2, b"\1\0"),
        sealed(10, 2, b"\1\4"),
        sealed(10, 3, b"\7\0"),
        sealed(9, 2, b"\3\0"),
        sealed(2**32 - 1, 2, b"\3\0"),
        sealed(0, 0, b""),
        sealed(0, 0, b"\0"),
        sealed(10, 2, b"\3\0", b"SKDL\0\0\0\0"),
        sealed(10, 2, b"\3\0", b"LDKS\1\0\0\0"),
        sealed(10, 2, b"\3\0", b"LDKS\2\0\0\0"),
    ],
)
def test_what_contradicts_itself_or_the_segment_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(IndexDamagedError):
        read_deletions(Storage(tmp_path), naming(content))


def test_the_deletions_of_another_history_are_damage(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    segment = write(storage, 10, bitmap(10, {0, 9}))
    storage.remove(FILE)
    write(storage, 10, bitmap(10, {0, 8}))
    with pytest.raises(IndexDamagedError, match="not the file that the manifest names"):
        read_deletions(storage, segment)


def test_a_later_version_is_refused_and_a_missing_file_is_the_callers(tmp_path: Path) -> None:
    later = sealed(10, 2, b"\3\0", b"SKDL\2\0\0\0")
    with pytest.raises(FileNotFoundError):
        read_deletions(Storage(tmp_path), naming(later))
    (tmp_path / FILE).write_bytes(later)
    with pytest.raises(IndexVersionError, match="is of version 2"):
        read_deletions(Storage(tmp_path), naming(later))
