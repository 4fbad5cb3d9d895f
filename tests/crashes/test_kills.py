"""A writer is killed, at any moment and at every step: what was promised is there."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import searchkit
from searchkit.codec.storage import Storage
from tests.crashes.archive import (
    EXHAUSTIVE,
    State,
    articles_in,
    assert_has,
    assert_next_writer_tidies,
    use_storage,
    without_syncs,
)
from tests.crashes.children import start
from tests.crashes.sessions import Step, in_small_pieces, random_steps, session

_KILLS = 400 if EXHAUSTIVE else 24
# A kill at one operation in so many.
_STEP = 1 if EXHAUSTIVE else 13


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    without_syncs(monkeypatch)
    in_small_pieces(monkeypatch)


def run(path: Path, steps: Iterator[Step], log: Path) -> None:
    """Runs the steps, and keeps account of each when it has returned."""
    index = searchkit.open(path)
    with log.open("ab", buffering=0) as file:
        for step in steps:
            step.run(index)
            file.write(b".")


def killed(work: Callable[[], None], after: float | None = None) -> bool:
    """Whether the child that does this is killed before it has finished."""
    child = start(work)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def state_left(path: Path, steps: Iterator[Step], log: Path) -> State:
    """What the index has: that of the last step which had returned, or of the one after it."""
    returned = log.stat().st_size if log.exists() else 0
    step = next(itertools.islice(steps, returned, None), None)
    state = articles_in(path)
    if step is not None:
        assert state in step.states, f"step {returned}, {step.name}"
    assert_has(path, state)
    assert searchkit.verify(path, deep=True).whole
    return state


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_random_moments(tmp_path: Path, workers: int) -> None:
    chance = random.Random(workers)
    stopped = set()
    for number in range(_KILLS // 2):
        path, log = tmp_path / f"{number}.idx", tmp_path / f"{number}.log"
        searchkit.create(path).close()
        steps = partial(random_steps, chance.randrange(1 << 30), workers)
        assert killed(partial(run, path, steps(), log), after=chance.random() / 3)
        state = state_left(path, steps(), log)
        stopped.add(log.stat().st_size if log.exists() else 0)
        assert_next_writer_tidies(path, state)
    assert len(stopped) > 3


class KillingStorage(Storage):
    """Kills its process at the change of a number, of all that the process makes."""

    count = itertools.count(1)
    fatal = 0
    lock = threading.Lock()

    @contextlib.contextmanager
    def changing(self, name: str) -> Iterator[None]:
        with super().changing(name), self.lock:
            if next(self.count) == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            yield


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_every_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    use_storage(monkeypatch, KillingStorage)
    for number in itertools.count(1, _STEP):
        path, log = tmp_path / f"{number}.idx", tmp_path / f"{number}.log"
        searchkit.create(path).close()
        KillingStorage.count, KillingStorage.fatal = itertools.count(1), number
        finished = not killed(partial(run, path, session(workers), log))
        KillingStorage.fatal = 0
        state = state_left(path, session(workers), log)
        assert_next_writer_tidies(path, state)
        if finished:
            break
    assert number > 150
