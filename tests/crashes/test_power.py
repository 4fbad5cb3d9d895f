"""The power fails at any moment of what people do to an index."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import searchkit
from searchkit import IndexNotFoundError, SearchKitError
from searchkit.codec.commit import latest
from searchkit.codec.storage import OutputFile
from tests.codec.recording import (
    Crash,
    DiskStorage,
    Operation,
    RecordingStorage,
    crashes,
    write_out,
)
from tests.crashes.archive import (
    EXHAUSTIVE,
    State,
    articles_in,
    assert_has,
    assert_next_writer_tidies,
    use_storage,
    without_syncs,
)
from tests.crashes.sessions import in_small_pieces, session

# Of the disks that a failure may leave, so many are thought of, one in so many is looked at, and
# one in so many written to.
_MOST = 100 if EXHAUSTIVE else 3
_READ_STEP = 1 if EXHAUSTIVE else 5
_WRITTEN_STEP = 29 if EXHAUSTIVE else 503


class ThreadedRecording(RecordingStorage):
    """Records one change after the other, whichever thread makes it."""

    lock = threading.RLock()

    def create(self, name: str) -> OutputFile:
        with self.lock:
            return super().create(name)

    def rename(self, old: str, new: str) -> None:
        with self.lock:
            super().rename(old, new)

    def remove(self, name: str) -> None:
        with self.lock:
            super().remove(name)

    def sync_directory(self) -> None:
        with self.lock:
            super().sync_directory()


@dataclass(slots=True)
class History:
    """What was done, and what the index may have: `promised` has, for each step, how many
    operations were done when it returned, and the states that it went through.
    """

    path: Path
    operations: list[Operation] = field(default_factory=list)
    promised: list[tuple[int, Sequence[State]]] = field(default_factory=list)

    def possible(self, done: int) -> list[State]:
        """The states of the last step that had returned, or of the one under way."""
        possible: list[State] = []
        for end, states in self.promised:
            possible += states
            if done < end:
                return possible
            possible = [states[-1]]
        return possible


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    history = History(tmp_path_factory.mktemp("power") / "index")
    with pytest.MonkeyPatch.context() as patch:
        without_syncs(patch)
        in_small_pieces(patch)
        use_storage(patch, partial(recording, history=history))
        index = searchkit.create(history.path)
        history.promised.append((len(history.operations), [{}]))
        for step in session():
            step.run(index)
            history.promised.append((len(history.operations), step.states))
    assert_has(history.path, history.promised[-1][1][-1])
    return history


def recording(path: Path, history: History) -> RecordingStorage:
    # What happens to the folder that has the index is no part of the disk.
    return ThreadedRecording(path, history.operations if path == history.path else [])


class Disks:
    """Reads what power failures leave; what is the same is read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[Any, State] = {}

    def articles(self, crash: Crash) -> State | None:
        """What the index has, all of it read and searched; None when there is no index yet."""
        storage = DiskStorage(self._path, crash.files)
        try:
            manifest = latest(storage)
        except IndexNotFoundError:
            return None
        names = sorted(manifest.files() - {f"_MAIN_{manifest.generation}.toc"})
        key = tuple((name, crash.files.get(name)) for name in names)
        if key not in self._known:
            with pytest.MonkeyPatch.context() as patch:
                use_storage(patch, lambda _: storage, readers=True)
                state = articles_in(self._path)
                assert_has(self._path, state)
            self._known[key] = state
        return self._known[key]


def test_a_power_failure_leaves_what_was_promised_or_is_under_way(history: History) -> None:
    created = history.promised[0][0]
    disks = Disks(history.path)
    checked = 0
    for crash in islice(crashes(history.operations, most=_MOST), 0, None, _READ_STEP):
        state = disks.articles(crash)
        if state is None:
            assert crash.done < created
        else:
            assert state in history.possible(crash.done), crash.done
        checked += 1
    assert checked > 5000


def found_wanting(history: History, operations: Sequence[Operation], start: int) -> bool:
    """Whether some failure from `start` on leaves what must not be."""
    disks = Disks(history.path)
    try:
        for crash in crashes(operations, start=start, most=4):
            assert disks.articles(crash) in history.possible(crash.done)
    except (AssertionError, SearchKitError, UserWarning):
        return True
    return False


def test_no_file_may_go_without_its_sync(history: History) -> None:
    """Which says, too, that the test above can fail. Tables of contents are Whoosh's only, and
    what no manifest names may go.
    """
    manifests = [each for each in history.operations if each.name.startswith("manifest-")]
    named = b" ".join(each.name.encode() + each.data for each in manifests)
    syncs = [
        place
        for place, each in enumerate(history.operations)
        if each.kind == "sync" and each.name.partition(".segment")[0].encode() in named
    ]
    needless = []
    for place in syncs if EXHAUSTIVE else syncs[:: len(syncs) // 10]:
        forgetful = list(history.operations)
        forgetful[place] = Operation("forgotten")
        if not found_wanting(history, forgetful, start=place):
            needless.append(history.operations[place].name)
    assert needless == []


def test_the_next_writer_works_on_whatever_is_left(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_syncs(monkeypatch)
    disks = Disks(history.path)
    for number, crash in enumerate(crashes(history.operations, most=2)):
        if number % _WRITTEN_STEP == 0 and (state := disks.articles(crash)) is not None:
            path = tmp_path / str(number)
            write_out(crash.files, path)
            assert_has(path, state)
            assert_next_writer_tidies(path, state)
