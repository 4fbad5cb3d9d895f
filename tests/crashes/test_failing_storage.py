"""The disk is full or breaks, at every change that a session makes."""

from __future__ import annotations

import contextlib
import errno
import gc
import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import searchkit
from searchkit import Article, Index, StorageError
from searchkit.codec.lock import WriteLock
from searchkit.codec.storage import Storage
from tests.crashes.archive import (
    EXHAUSTIVE,
    article,
    articles_in,
    assert_has,
    assert_next_writer_tidies,
    use_storage,
    without_syncs,
)
from tests.crashes.children import patience
from tests.crashes.sessions import Step, in_small_pieces, session

# A failure at one change in so many.
_STEP = 1 if EXHAUSTIVE else 13


class FailingStorage(Storage):
    """Fails at the change of a number, of all in all threads, after half of a write is done."""

    count = itertools.count(1)
    fatal = 0
    code = errno.ENOSPC
    failed: FailingStorage | None = None

    @contextlib.contextmanager
    def changing(self, name: str) -> Iterator[None]:
        with super().changing(name):
            if next(self.count) == self.fatal:
                type(self).failed = self
                raise OSError(self.code, os.strerror(self.code))
            yield


@pytest.fixture(autouse=True)
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    without_syncs(monkeypatch)
    in_small_pieces(monkeypatch)
    use_storage(monkeypatch, FailingStorage)


def fail_at(number: int, code: int) -> None:
    FailingStorage.count = itertools.count(1)
    FailingStorage.fatal, FailingStorage.code, FailingStorage.failed = number, code, None


def open_files() -> int:
    gc.collect()  # errors keep what is mapped
    return len(list(Path("/proc/self/fd").iterdir()))


def run(index: Index, steps: Iterator[Step]) -> tuple[Step | None, str]:
    """The step that failed, and what it told; None when all have been done."""
    for step in steps:
        try:
            step.run(index)
        except StorageError as error:
            return step, str(error)
        assert FailingStorage.failed is None, f"{step.name} does not tell of a failure"
    return None, ""


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_told_and_harms_nothing(tmp_path: Path, code: int, workers: int) -> None:
    threads = threading.active_count()
    files = open_files()
    for number in itertools.count(1 + code % 2, _STEP):
        path = tmp_path / f"{number}.idx"
        index = searchkit.create(path)
        fail_at(number, code)
        with patience(20):
            step, told = run(index, session(workers))
        fail_at(0, code)
        if step is None:
            break
        assert os.strerror(code) in told
        assert "the index is as of its last commit" in told
        assert threading.active_count() == threads
        with WriteLock(path, timeout=0):
            pass
        state = articles_in(path)
        assert state in step.states, step.name
        assert_has(path, state)
        assert_next_writer_tidies(path, state)
        index.close()
        assert open_files() == files
    assert number > 150


def test_after_a_failure_the_storage_is_poisoned(tmp_path: Path) -> None:
    for number in range(1, 60, 7):
        index = searchkit.create(tmp_path / str(number))
        fail_at(number, errno.EIO)
        run(index, session(2))
        failed = FailingStorage.failed
        assert failed is not None
        assert failed.poisoned
        with pytest.raises(StorageError, match="nothing is written after that"):
            failed.create("more")


def test_an_interrupt_is_one_even_when_the_disk_is_full(tmp_path: Path) -> None:
    def stream() -> Iterator[Article]:
        yield from map(article, range(15))
        fail_at(1, errno.ENOSPC)
        raise KeyboardInterrupt

    for workers in (1, 2):
        with searchkit.create(tmp_path / str(workers)) as index, pytest.raises(KeyboardInterrupt):
            index.add(stream(), workers=workers)
        fail_at(0, errno.ENOSPC)
        assert_next_writer_tidies(index.path, {})
