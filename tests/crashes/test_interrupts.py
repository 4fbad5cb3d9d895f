"""Ctrl-C, and exceptions of those who call: it ends soon, and the last commit stands."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import searchkit
from searchkit import AddReport, Article
from searchkit.codec.lock import WriteLock
from tests.crashes.archive import (
    State,
    article,
    articles_in,
    assert_has,
    assert_next_writer_tidies,
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


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, ZeroDivisionError])
def test_the_stream_of_articles_may_end_in_an_exception(
    tmp_path: Path, workers: int, kind: type[BaseException]
) -> None:
    threads = threading.active_count()
    for after in (0, 1, 15, 39, 60):
        path = tmp_path / f"{after}.idx"

        def stream() -> Iterator[Article]:
            yield from _ARTICLES[:after]
            raise kind

        with searchkit.create(path) as index, pytest.raises(kind):
            index.add(stream(), memory=1, workers=workers)
        state = assert_left_in_order(path, threads)
        assert state in _PREFIXES[after - after % 10 :][:1] if workers == 1 else _PREFIXES
        assert_next_writer_tidies(path, state)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("workers", [1, 2])
def test_whoever_watches_the_progress_may_interrupt_it(tmp_path: Path, workers: int) -> None:
    threads = threading.active_count()
    for number in itertools.count(0, 7):
        path = tmp_path / f"{number}.idx"
        calls = itertools.count()
        counted = 0

        def watch(report: AddReport) -> None:
            nonlocal counted
            counted = report.committed
            if next(calls) == number:
                raise KeyboardInterrupt

        with searchkit.create(path) as index:
            try:
                index.add(_ARTICLES, memory=1, workers=workers, on_progress=watch)
            except KeyboardInterrupt:
                state = assert_left_in_order(path, threads)
            else:
                break
        assert state == _PREFIXES[counted]
        assert_next_writer_tidies(path, state)
    assert number > 50


_PROGRAM = """
import searchkit, sys
from searchkit import Article
words = [f"word{number % 977}{letter}" for number in range(30_000) for letter in "ab"]
def stream(first, last):
    for number in range(first, last):
        start = number * 31 % 59_000
        yield Article(id=f"a{number}", headline="a ferry", body=" ".join(words[start:start + 900]))
path, what = sys.argv[1:]
index = searchkit.create(path)
if what == "compact":
    index.add(stream(0, 6_000), workers=2)
    for number in range(2):
        index.add(stream(6_000 + 2 * number, 6_002 + 2 * number))
    print("now", flush=True)
    while True:
        index.compact()
        index.add(stream(6_000, 6_002))
        index.delete("a6000")
print("now", flush=True)
index.add(stream(0, 10**9), memory=8 << 20, workers=2)
"""


@pytest.mark.parametrize("what", ["index", "compact"])
@pytest.mark.parametrize("after", [0.0, 0.3, 0.9])
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
    state = articles_in(path)
    assert searchkit.verify(path, deep=True).whole
    assert what == "index" or len(state) >= 6_002
    assert_next_writer_tidies(path, state)
    assert os.listdir(path)
