"""Ctrl-C, and exceptions of those who call: it ends soon, and the last commit stands."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

import searchkit
from searchkit import AddReport, Article
from searchkit.codec.lock import WriteLock
from searchkit.codec.manifest import new_segment_name
from searchkit.codec.storage import Storage
from searchkit.copies import text_key
from searchkit.record import digest_of, record_of
from searchkit.writing.batch import Entry, SegmentBuilder
from tests.crashes.archive import (
    State,
    article,
    articles_in,
    assert_has,
    assert_next_writer_tidies,
    assert_tidy,
    state_of,
    without_syncs,
)
from tests.crashes.sessions import in_small_pieces

_ROOT = Path(__file__).parent.parent.parent
_ARTICLES = [article(number) for number in range(60)]
# The states that an addition of these may leave.
_PREFIXES = [state_of(*_ARTICLES[:end]) for end in range(len(_ARTICLES) + 1)]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    without_syncs(monkeypatch)
    in_small_pieces(monkeypatch)


def assert_left_in_order(path: Path, threads: int) -> State:
    """Nobody writes any more, and what is there is whole, for the next writer, too."""
    assert threading.active_count() == threads
    with WriteLock(path, timeout=0):
        pass
    state = articles_in(path)
    assert_has(path, state)
    return state


class Impatient:
    """Watches the progress, and interrupts it after so many reports."""

    def __init__(self, reports: int) -> None:
        self._left = reports
        self.committed = 0

    def __call__(self, report: AddReport) -> None:
        self.committed = report.committed
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1


def breaking_off(after: int, kind: type[BaseException]) -> Iterator[Article]:
    yield from _ARTICLES[:after]
    raise kind


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, ZeroDivisionError])
def test_the_stream_of_articles_may_end_in_an_exception(
    tmp_path: Path, workers: int, kind: type[BaseException]
) -> None:
    threads = threading.active_count()
    for after in (0, 1, 15, 39, 60):
        path = tmp_path / f"{after}.idx"
        with searchkit.create(path) as index, pytest.raises(kind):
            index.add(breaking_off(after, kind), memory=1, workers=workers)
        state = assert_left_in_order(path, threads)
        assert state in _PREFIXES[after - after % 10 :][:1] if workers == 1 else _PREFIXES
        assert_next_writer_tidies(path, state)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("workers", [1, 2])
def test_whoever_watches_the_progress_may_interrupt_it(tmp_path: Path, workers: int) -> None:
    threads = threading.active_count()
    for number in itertools.count(0, 7):
        path = tmp_path / f"{number}.idx"
        watch = Impatient(number)
        with searchkit.create(path) as index:
            try:
                index.add(_ARTICLES, memory=1, workers=workers, on_progress=watch)
            except KeyboardInterrupt:
                state = assert_left_in_order(path, threads)
            else:
                break
        assert state == _PREFIXES[watch.committed]
        assert_next_writer_tidies(path, state)
    assert number > 50


def test_a_segment_is_not_finished_when_nobody_waits_for_it(tmp_path: Path) -> None:
    stop = threading.Event()
    builder = SegmentBuilder(Storage(tmp_path), "en", 1 << 20, stop.is_set)
    one = record_of(article(1))
    builder.add(0, [Entry(one, digest_of(one.stored), b"", text_key(one))], new_segment_name())
    stop.set()
    with pytest.raises(CancelledError):
        builder.finish()
    builder.abandon()


# Adds without end, or compacts again and again; each takes a few tenths of a second.
_PROGRAM = """
import sys, searchkit
def stream(first, last):
    for number in range(first, last):
        words = (f"word{number * place % 9_973}" for place in range(300))
        yield searchkit.Article(id=f"a{number}", headline="a ferry", body=" ".join(words))
path, what = sys.argv[1:]
index = searchkit.create(path)
if what == "compact":
    index.add(stream(0, 2_500), workers=2)
    print("now", flush=True)
    while True:
        index.add(stream(2_500, 2_502))
        index.compact()
        index.delete("a2500")
print("now", flush=True)
index.add(stream(0, 10**9), memory=1 << 20, workers=2)
"""


@pytest.mark.parametrize("what", ["add", "compact"])
@pytest.mark.parametrize("after", [0.1, 0.45])
def test_ctrl_c_ends_a_program_at_once(tmp_path: Path, what: str, after: float) -> None:
    path = tmp_path / "news.idx"
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(path), what],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    assert process.stdout
    assert process.stdout.readline() == "now\n"
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    interrupted = time.monotonic()
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - interrupted < 2
    assert process.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    with searchkit.open(path) as index:
        count = len(index)
        assert count >= 2_500 or what == "add"
        assert all(f"a{number}" in index for number in range(min(count, 2_500)))
        assert index.add(article(9999)).added == 1
        assert len(index) == count + 1
    assert_tidy(path)
