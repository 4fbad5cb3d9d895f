"""The power fails, the disk is full, a process is killed: at every step of commits in a row."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from searchkit.codec.commit import generation_on_disk, latest
from searchkit.codec.manifest import Manifest, manifest_name, toc_name
from searchkit.codec.storage import Storage
from searchkit.errors import IndexNotFoundError, StorageError
from tests.codec.recording import (
    Crash,
    Disk,
    DiskStorage,
    Operation,
    RecordingStorage,
    crashes,
    write_out,
)
from tests.codec.test_commit import Writer, assert_whole


class History:
    """What writers do to a directory with these files, and the commits that they make.

    `first` is the last commit to begin with; `commits` are all that the directory has seen.
    """

    def __init__(self, path: Path, before: Disk, first: Manifest | None) -> None:
        self.path = path
        self.before = before
        self.first = first
        self.commits = [first] if first else []
        self.operations: list[Operation] = []
        write_out(before, path)

    def writer(self) -> Writer:
        return Writer(RecordingStorage(self.path, self.operations))

    def possible(self, done: int) -> list[Manifest | None]:
        """The commits that may be the last after a power failure; None is no index at all."""
        possible = [self.first]
        for manifest in self.commits:
            renamed = self._done("rename", manifest_name(manifest.generation))
            promised = self._done("sync directory", after=renamed)
            if done >= promised:
                possible = []
            if done >= renamed:
                possible.append(manifest)
        return possible

    def _done(self, kind: str, new: str = "", after: int = 0) -> int:
        """The number of operations when this one, the first such after others, is done."""
        for done, each in enumerate(self.operations[after:], after + 1):
            if (each.kind, each.new) == (kind, new):
                return done
        return len(self.operations) + 1

    def check(self, crash: Crash) -> None:
        """searchkit sees a possible commit, Whoosh that or the one before, both of them whole."""
        storage = DiskStorage(self.path, crash.files)
        try:
            manifest = latest(storage)
        except IndexNotFoundError:
            assert None in self.possible(crash.done)
            return
        assert manifest in self.possible(crash.done)
        assert_whole(storage, manifest)
        tocs = {toc_name(each.generation): each for each in self.commits}
        seen = [tocs[name] for name in crash.files if name.endswith(".toc")]
        if manifest.generation == 0 and not seen:
            return  # the first writer makes it
        by_whoosh = max(seen, key=lambda each: each.generation)
        assert manifest.generation - by_whoosh.generation in (0, 1)
        assert storage.read(toc_name(by_whoosh.generation)).endswith(b"%d" % by_whoosh.generation)
        assert_whole(storage, by_whoosh)


class KilledStorage(RecordingStorage):
    """Of a writer that is killed when it has just given a manifest its name."""

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        if new.startswith("manifest-"):
            raise KeyboardInterrupt


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """Additions, deletions, merges, and writers one after the other, two of them killed."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    history = History(tmp_path / "history", {}, None)
    commits = history.commits
    writer = Writer.create(RecordingStorage(history.path, history.operations))
    commits.append(writer.manifest)
    first = writer.add()
    commits.append(writer.commit(first))
    first, second = writer.delete(first, 2), writer.add()
    commits.append(writer.commit(first, second))
    third = writer.add()
    commits.append(writer.commit(writer.delete(first, 3), writer.delete(second, 4), third))
    writer.storage.create(f"{'f' * 16}.segment").write(b"killed")
    writer = Writer(KilledStorage(history.path, history.operations))
    merged = writer.add(26)
    with pytest.raises(KeyboardInterrupt):
        writer.commit(merged)
    commits.append(writer.manifest)
    writer = history.writer()
    commits.append(writer.commit(writer.delete(merged, 0, 25), writer.add()))
    commits.append(writer.commit(writer.add()))
    return history


def test_a_power_failure_leaves_the_commit_before_or_after_whole(history: History) -> None:
    checked = 0
    for crash in crashes(history.operations, most=200):
        history.check(crash)
        checked += 1
    assert history.possible(len(history.operations)) == history.commits[-1:]
    assert checked > 5000


def found_wanting(history: History, operations: Sequence[Operation], start: int) -> bool:
    """Whether some power failure from `start` on leaves what must not be."""
    try:
        for crash in crashes(operations, start=start, most=10):
            history.check(crash)
    except (AssertionError, StorageError, FileNotFoundError, UserWarning):
        return True
    return False


def test_no_sync_can_be_left_out(history: History) -> None:
    """Which says, too, that the check above can fail."""
    syncs = [place for place, each in enumerate(history.operations) if "sync" in each.kind]
    needless = []
    for place in syncs:
        forgetful = list(history.operations)
        forgetful[place] = Operation("forgotten")
        if not found_wanting(history, forgetful, start=place):
            needless.append(place)
    # When there is nothing to sync: before the first commit, and by writers after whole commits.
    after = [history.operations[place - 1].kind if place else "" for place in needless]
    kinds = {history.operations[place].kind for place in needless}
    assert kinds == {"sync directory"}, [history.operations[place] for place in needless]
    assert after == ["", "rename", "write"]


def test_the_next_writer_puts_any_disk_right_and_may_itself_be_cut_off(
    history: History, tmp_path: Path
) -> None:
    for number, crash in enumerate(crashes(history.operations, most=10)):
        if number % 37 or None in history.possible(crash.done):
            continue
        manifest = latest(DiskStorage(history.path, crash.files))
        older = [each for each in history.commits if each.generation < manifest.generation]
        again = History(tmp_path / str(number), crash.files, manifest)
        again.commits = [*older, manifest]
        writer = again.writer()
        left = set(writer.storage.names())
        assert manifest.files() <= left <= manifest.files().union(*(o.files() for o in older[-1:]))
        again.commits.append(writer.commit(*manifest.segments, writer.add()))
        for second in crashes(again.operations, again.before, most=10):
            again.check(second)


class FailingStorage(Storage):
    """The change of that number fails, before or after it has been done."""

    def __init__(self, path: Path, number: int, code: int, done: bool) -> None:
        super().__init__(path)
        self.left, self.code, self.done = number, code, done

    @contextlib.contextmanager
    def changing(self, name: str) -> Iterator[None]:
        with super().changing(name):
            self.left -= 1
            if self.left == 0 and not self.done:
                raise OSError(self.code, os.strerror(self.code))
            yield
            if self.left == 0:
                raise OSError(self.code, os.strerror(self.code))


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_whatever_fails_is_told_and_leaves_a_whole_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, done: bool
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    (tmp_path / "0").mkdir()
    writer = Writer.create(Storage(tmp_path / "0"))
    writer.commit(writer.add())
    before = writer.commit(*writer.manifest.segments, writer.add())
    disk = {name: writer.storage.read(name) for name in writer.storage.names()}
    # A writer that was killed has left something to do.
    disk["manifest-3.json.tmp"] = disk.pop(toc_name(before.generation))

    number = failures = 0
    while failures == number:
        number += 1
        path = tmp_path / str(number)
        write_out(disk, path)
        storage = FailingStorage(path, number, code, done)
        told = ""
        try:
            writer = Writer(storage)
            first, second = before.segments
            writer.commit(writer.delete(first, 1, 2), second, writer.add())
        except StorageError as error:
            failures += 1
            told = str(error)
        if told:
            assert f"{os.strerror(code)}; the index is as of its last commit" in told
            with pytest.raises(StorageError, match="nothing is written after that"):
                storage.create("more")
        renamed = (path / manifest_name(3)).exists()
        expected = writer.manifest if renamed else before
        again = Writer(Storage(path))
        assert again.manifest == expected
        assert_whole(again.storage, expected)
        assert expected.files() <= set(again.storage.names())
        assert not [name for name in again.storage.names() if name.endswith(".tmp")]
        added = again.commit(*expected.segments, again.add())
        assert set(again.storage.names()) == added.files() | expected.files()
    assert failures > 25


def test_a_writer_killed_at_any_moment_leaves_a_whole_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    storage = Storage(tmp_path)
    Writer.create(storage)
    chance = random.Random(0)
    for _ in range(20):
        before = generation_on_disk(storage)
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                writer = Writer(Storage(storage.path))
                while True:
                    writer.commit(*writer.manifest.segments[-3:], writer.add())
            os._exit(1)
        while generation_on_disk(storage) == before:
            assert os.waitpid(child, os.WNOHANG) == (0, 0)
            time.sleep(0.001)
        time.sleep(chance.random() / 50)
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        manifest = latest(storage)
        assert manifest.generation > before
        assert_whole(storage, manifest)
        assert Writer(storage).manifest == manifest
        # Two manifests, two tables of contents, four segments and one that the last did without.
        assert len(storage.names()) <= 2 + 2 + 4 + 1
