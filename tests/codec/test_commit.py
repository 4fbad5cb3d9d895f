from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from searchkit.codec.commit import clean, commit, generation_on_disk, latest, open_latest
from searchkit.codec.deletions import read_deletions, with_deletions, write_deletions
from searchkit.codec.manifest import (
    Manifest,
    SegmentEntry,
    manifest_name,
    new_segment_name,
    toc_name,
)
from searchkit.codec.storage import Storage, replace_file, write_file
from searchkit.errors import (
    IndexDamagedError,
    IndexDamagedWarning,
    IndexNotFoundError,
    IndexVersionError,
    StorageError,
)


def write_toc(storage: Storage, manifest: Manifest) -> None:
    replace_file(storage, toc_name(manifest.generation), f"as of {manifest.generation}".encode())


class Writer:
    """Makes commits as the library's writer does, of segments that are not worth the name."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.manifest = latest(storage)
        clean(storage, self.manifest, write_toc)

    @staticmethod
    def create(storage: Storage) -> Writer:
        commit(storage, Manifest(0, "en", 7), write_toc)
        return Writer(storage)

    def add(self, documents: int = 9) -> SegmentEntry:
        """A new segment."""
        name = new_segment_name()
        content = f"segment {name}".encode() * 3
        write_file(self.storage, f"{name}.segment", content[:30], content[30:])
        return SegmentEntry(name, documents, len(content), "0" * 16, ("en",))

    def delete(self, segment: SegmentEntry, *documents: int) -> SegmentEntry:
        """The segment without some documents more."""
        bitmap = read_deletions(self.storage, segment)
        for document in documents:
            bitmap[document // 8] |= 1 << document % 8
        generation = generation_on_disk(self.storage) + 1
        left = with_deletions(segment, generation, bitmap)
        write_deletions(self.storage, left, bitmap)
        return left

    def commit(self, *segments: SegmentEntry) -> Manifest:
        generation = generation_on_disk(self.storage) + 1
        self.manifest = replace(self.manifest, generation=generation, segments=segments)
        commit(self.storage, self.manifest, write_toc)
        return self.manifest


def assert_whole(storage: Storage, manifest: Manifest) -> None:
    """Every file of the commit is there as it was written."""
    for segment in manifest.segments:
        content = f"segment {segment.name}".encode() * 3
        assert storage.read(segment.file) == content
        read_deletions(storage, segment)


def opened(storage: Storage, manifest: Manifest) -> Manifest:
    """What a reader does with a commit."""
    assert_whole(storage, manifest)
    return manifest


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """Of an empty directory; what it syncs is left to the system, which saves time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return Storage(tmp_path)


def test_a_commit_is_what_was_committed(storage: Storage) -> None:
    writer = Writer.create(storage)
    assert latest(storage) == Manifest(0, "en", 7)
    segment = writer.add()
    committed = writer.commit(segment, writer.delete(writer.add(), 0, 8))
    assert committed.generation == generation_on_disk(storage) == 1
    assert latest(storage) == committed
    assert read_deletions(storage, committed.segments[0]) == b"\0\0"
    assert read_deletions(storage, committed.segments[1]) == b"\1\1"
    assert_whole(storage, committed)


def test_two_commits_are_kept_and_nothing_else(storage: Storage) -> None:
    writer = Writer.create(storage)
    commits = [writer.commit(writer.add())]
    for _ in range(4):
        old = commits[-1].segments[-1]
        commits.append(writer.commit(writer.delete(old, 1), writer.add()))
        expected = commits[-1].files() | (commits[-2] if commits[1:] else commits[0]).files()
        assert set(storage.names()) == expected


def test_files_still_being_written_and_files_of_others_outlive_commits(storage: Storage) -> None:
    writer = Writer.create(storage)
    early = writer.add()
    others = {"notes.txt", "MAIN_WRITELOCK", "MAIN_abc.seg", "manifest-1.json.bak"}
    for name in others:
        (storage.path / name).touch()
    for _ in range(3):
        writer.commit(writer.add())
    committed = writer.commit(early)
    assert_whole(storage, committed)
    assert Writer(storage).manifest == committed
    assert others < set(storage.names())


def test_a_writer_removes_what_a_killed_one_left(storage: Storage) -> None:
    writer = Writer.create(storage)
    committed = writer.commit(writer.add())
    expected = set(storage.names())
    writer.delete(committed.segments[0], 3)
    writer.add()
    for name in ("manifest-2.json.tmp", "_MAIN_2.toc.tmp", f"{'f' * 16}.segment.tmp"):
        (storage.path / name).touch()
    (storage.path / toc_name(1)).unlink()
    assert set(storage.names()) != expected
    assert Writer(storage).manifest == committed
    assert set(storage.names()) == expected
    assert storage.read(toc_name(1)) == b"as of 1"


Loss = Callable[[Path], object]


def truncated(manifest: Path) -> None:
    manifest.write_bytes(b"{}")


either_loss = pytest.mark.parametrize("lose", [truncated, Path.unlink])


@either_loss
def test_the_commit_before_is_opened_when_the_last_is_damaged_or_missing(
    storage: Storage, lose: Loss
) -> None:
    writer = Writer.create(storage)
    commits = [writer.commit(writer.add()) for _ in range(3)]
    lose(storage.path / manifest_name(3))
    with pytest.warns(
        IndexDamagedWarning, match=r"manifest-3.json is damaged or missing.* as of commit 2"
    ):
        assert latest(storage) == commits[1]
    assert_whole(storage, commits[1])
    (storage.path / manifest_name(2)).write_bytes(b"")
    with pytest.raises(IndexDamagedError, match=r"is damaged: .*; run `searchkit verify`"):
        latest(storage)


@either_loss
def test_the_number_of_a_commit_that_cannot_be_read_is_not_used_again(
    storage: Storage, lose: Loss
) -> None:
    writer = Writer.create(storage)
    for _ in range(3):
        writer.commit(writer.add())
    lose(storage.path / manifest_name(3))
    for _ in range(2):  # the first leaves what the second is told by
        with pytest.warns(IndexDamagedWarning):
            writer = Writer(storage)
        assert writer.manifest.generation == 2
    committed = writer.commit(*writer.manifest.segments, writer.add())
    assert committed.generation == 4
    assert latest(storage) == Writer(storage).manifest == committed
    assert not {manifest_name(3), toc_name(3)} & set(storage.names())


def test_what_a_writer_killed_before_its_manifest_has_left_is_no_commit(storage: Storage) -> None:
    writer = Writer.create(storage)
    committed = writer.commit(writer.add())
    writer.delete(committed.segments[0], 3)
    (storage.path / "manifest-2.json.tmp").touch()
    (storage.path / "_MAIN_0002.toc").touch()
    assert generation_on_disk(storage) == 1
    assert latest(storage) == committed


def test_a_table_of_contents_seen_before_its_manifest_is_no_damage(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory is listed piece by piece, while a writer commits."""
    writer = Writer.create(storage)
    committed = writer.commit(writer.add())
    names = Storage.names
    monkeypatch.setattr(
        Storage, "names", lambda self: [each for each in names(self) if each != manifest_name(1)]
    )
    assert latest(storage) == committed
    assert generation_on_disk(storage) == 1


@pytest.mark.parametrize("version", [2, 3, 5])
def test_an_index_of_another_format_is_refused_even_if_an_earlier_commit_is_not(
    storage: Storage, version: int
) -> None:
    writer = Writer.create(storage)
    writer.commit()
    from searchkit.codec import manifest as manifest_module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_module, "FORMAT_VERSION", version)
        content = Manifest(2, "en", 7).encode()
    (storage.path / manifest_name(2)).write_bytes(content)
    with pytest.raises(IndexVersionError, match=f"is of index format {version}"):
        latest(storage)


def test_where_there_is_no_index_it_is_said_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match=r"there is no index in .*make one with"):
        latest(Storage(tmp_path))
    assert generation_on_disk(Storage(tmp_path)) == -1
    with pytest.raises(IndexNotFoundError, match="there is no directory"):
        latest(Storage(tmp_path / "nowhere"))
    (tmp_path / "_MAIN_1.toc").touch()  # an index of Whoosh's own
    with pytest.raises(IndexNotFoundError, match="there is no index in"):
        latest(Storage(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(IndexNotFoundError, match="is a file"):
        latest(Storage(tmp_path / "file"))
    (tmp_path / "searchkit.json").touch()
    with pytest.raises(IndexVersionError, match=r"format 1.* into a new directory"):
        latest(Storage(tmp_path))


def test_a_writer_without_the_lock_does_not_replace_a_commit(storage: Storage) -> None:
    writer = Writer.create(storage)
    committed = writer.commit(writer.add())
    with pytest.raises(StorageError, match="has a commit 1 already"):
        commit(storage, Manifest(1, "en", 7), write_toc)
    assert latest(storage) == committed


class Meanwhile(Storage):
    """Something happens just before each of the first reads."""

    def __init__(self, path: Path, events: Iterable[Callable[[], Any]]) -> None:
        super().__init__(path)
        self.events = iter(events)

    def read(self, name: str) -> bytes:
        next(self.events, lambda: None)()
        return super().read(name)


def test_a_reader_overtaken_by_writers_gets_the_latest_commit(storage: Storage) -> None:
    writer = Writer.create(storage)

    def three_commits() -> None:
        for _ in range(3):
            writer.commit(writer.add())

    for events in ([three_commits], [three_commits] * 5, [lambda: None, three_commits]):
        reader = Meanwhile(storage.path, events)
        assert open_latest(reader, partial(opened, reader)) == writer.manifest


def test_a_file_that_the_last_commit_lacks_is_damage(storage: Storage) -> None:
    writer = Writer.create(storage)
    committed = writer.commit(writer.add())
    (storage.path / committed.segments[0].file).unlink()
    with pytest.raises(IndexDamagedError, match=rf"{committed.segments[0].file} is missing"):
        open_latest(storage, partial(opened, storage))


def test_a_manifest_that_is_a_dead_link_is_no_endless_search(storage: Storage) -> None:
    writer = Writer.create(storage)
    (storage.path / manifest_name(1)).symlink_to("nowhere")
    with pytest.warns(IndexDamagedWarning, match=r"manifest-1\.json is damaged or missing"):
        assert latest(storage) == writer.manifest
    (storage.path / manifest_name(0)).unlink()
    with pytest.raises(IndexDamagedError, match=r"manifest-1\.json is missing"):
        latest(storage)


def test_readers_beside_a_busy_writer_always_have_a_whole_commit(storage: Storage) -> None:
    writer = Writer.create(storage)
    done = threading.Event()
    failures: list[BaseException] = []
    seen: list[set[int]] = [set(), set()]

    def read(generations: set[int]) -> None:
        try:
            while not done.is_set():
                reader = Storage(storage.path)
                newest = generation_on_disk(reader)
                generation = open_latest(reader, partial(opened, reader)).generation
                assert generation >= newest
                generations.add(generation)
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read, args=(each,)) for each in seen]
    for reader in readers:
        reader.start()
    chance = random.Random(1)
    for _ in range(150):
        segments = [each for each in writer.manifest.segments if chance.random() < 0.7]
        segments = [
            writer.delete(each, each.deleted)
            if chance.random() < 0.3 and each.deleted < each.documents
            else each
            for each in segments
        ]
        writer.commit(*segments, writer.add())
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert all(len(each) > 1 for each in seen)
