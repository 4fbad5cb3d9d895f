"""One process writes, others read what they have opened, and a second writer waits."""

from __future__ import annotations

import itertools
import os
import re
import signal
import time
from pathlib import Path

import pytest

import searchkit
from searchkit import IndexLockedError
from tests.crashes.archive import EXHAUSTIVE, article, articles_in, without_syncs
from tests.crashes.children import start
from tests.crashes.sessions import in_small_pieces

_SECONDS = 30.0 if EXHAUSTIVE else 3.0
_READERS = 3


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    without_syncs(monkeypatch)
    in_small_pieces(monkeypatch)
    searchkit.create(tmp_path / "news.idx").add(map(article, range(20)), workers=1)
    return tmp_path / "news.idx"


def write(path: Path) -> None:
    """Adds and updates, so that the number of articles grows, and compacts now and then."""
    index = searchkit.open(path)
    for number in itertools.count(20, 5):
        changed = [article(each, number) for each in range(number - 20, number + 5)]
        with index.transaction(workers=1) as changes:
            changes.add(changed)
        if number % 40 == 0:
            index.compact()


def read(path: Path, keeps: bool, deadline: float) -> None:
    """Counts, finds and gets, with an index that is kept or opened anew; nothing goes back."""
    index = searchkit.open(path)
    least = rounds = 0
    while time.monotonic() < deadline:
        if not keeps:
            index = searchkit.open(path)
        count = len(index)
        assert count >= least
        least = count
        results = index.search("fog OR wind OR ferry", limit=5)
        for hit in results.hits:
            # It may have been updated since, and never is it gone.
            assert index.get(hit.article.id)
        assert index.search("*", limit=0).total >= least
        assert index.info().articles >= least
        assert searchkit.verify(path).whole
        rounds += 1
    assert rounds > 5


def test_readers_have_whole_snapshots_while_a_writer_works(path: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    writer = start(lambda: write(path))
    readers = [
        start(lambda number=number: read(path, number % 2 == 0, deadline))  # type: ignore[misc]
        for number in range(_READERS)
    ]
    with searchkit.open(path) as kept:
        before = {hit.article.id: hit.article for hit in kept.search("*", limit=None).hits}
        # What is open stays as it is; the files of later commits come and go.
        snapshot = kept._reading().snapshot
        statuses = [os.waitpid(each, 0)[1] for each in readers]
        assert {each for each in before if snapshot.find(each)} == before.keys()
        assert len(kept) > len(before)
    assert os.waitpid(writer, os.WNOHANG) == (0, 0), "the writer has failed"
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    assert statuses == [0] * _READERS
    assert len(articles_in(path)) > 100


def hold(path: Path, ready: int, seconds: float) -> None:
    """Writes for so long."""
    with searchkit.open(path).transaction(workers=1) as changes:
        changes.add(article(500))
        os.write(ready, b".")
        time.sleep(seconds)


def test_a_second_writer_waits_for_the_first(path: Path) -> None:
    awaited, ready = os.pipe()
    child = start(lambda: hold(path, ready, 0.4))
    assert os.read(awaited, 1) == b"."
    with searchkit.open(path) as index:
        began = time.monotonic()
        assert index.add(article(501)).added == 1
        assert time.monotonic() - began > 0.2
        assert {"a500", "a501"} <= articles_in(path).keys()
    assert os.waitpid(child, 0)[1] == 0


def test_a_second_writer_that_waits_too_long_is_told_who_writes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.index._LOCK_TIMEOUT", 0.1)
    awaited, ready = os.pipe()
    child = start(lambda: hold(path, ready, 60))
    assert os.read(awaited, 1) == b"."
    with searchkit.open(path) as index:
        with pytest.raises(IndexLockedError, match=re.escape(f"pid {child} ")):
            index.add(article(501))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        # The system has given the lock back; what was not committed is gone.
        assert index.add(article(501)).added == 1
        assert "a500" not in index
