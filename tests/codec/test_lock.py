from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from whoosh.util.filelock import FileLock

from searchkit.codec.lock import LOCK_NAME, WriteLock
from searchkit.errors import IndexLockedError, StorageError


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with WriteLock(tmp_path, 0) as lock:
        holder = rf"another process \(pid {os.getpid()} on \S+, `.+`, since 20.* UTC\) is writing"
        with pytest.raises(IndexLockedError, match=rf"{holder} to {tmp_path}; wait until"):
            WriteLock(tmp_path, 0).acquire()
        with pytest.raises(IndexLockedError):
            lock.acquire()
        lock.release()
        with WriteLock(tmp_path, 0):
            pass


def test_the_lock_file_names_its_holder_while_there_is_one(tmp_path: Path) -> None:
    file = tmp_path / LOCK_NAME
    file.write_text("x" * 500)
    with WriteLock(tmp_path, 0):
        holder = json.loads(file.read_text())
        assert holder.keys() == {"pid", "host", "program", "since"}
        assert holder["pid"] == os.getpid()
    assert file.read_text() == ""


def test_a_writer_waits_for_the_one_before(tmp_path: Path) -> None:
    first = WriteLock(tmp_path, 0)
    first.acquire()
    releasing = threading.Timer(0.1, first.release)
    releasing.start()
    with WriteLock(tmp_path, 30):
        assert first._descriptor == -1
    releasing.join()


def test_it_does_not_wait_longer_than_it_is_to(tmp_path: Path) -> None:
    with WriteLock(tmp_path, 0):
        started = time.monotonic()
        with pytest.raises(IndexLockedError):
            WriteLock(tmp_path, 0.12).acquire()
        assert time.monotonic() - started >= 0.12


def test_releasing_what_is_not_held_does_nothing(tmp_path: Path) -> None:
    lock = WriteLock(tmp_path, 0)
    lock.release()
    with lock:
        lock.release()


def test_whoosh_and_searchkit_exclude_each_other(tmp_path: Path) -> None:
    whoosh = FileLock(str(tmp_path / LOCK_NAME))
    with WriteLock(tmp_path, 0):
        assert not whoosh.acquire()
    assert whoosh.acquire()
    with pytest.raises(IndexLockedError, match="another process is writing"):
        WriteLock(tmp_path, 0).acquire()
    whoosh.release()
    with WriteLock(tmp_path, 0):
        pass


HOLDER = {"pid": os.getpid(), "host": "elsewhere", "program": "searchkit", "since": "noon"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"[" * 4096,
        b"null",
        b"{}",
        b"9" * 4096,
        *(
            json.dumps({**HOLDER, **changed}).encode()
            for changed in (
                {"pid": "1"},
                {"pid": True},
                {"pid": -1},
                {"pid": 0},
                {"host": 3},
                {"program": "\x1b[2J"},
                {"since": "\u202etxt"},
                {"more": 1},
                {"program": "x" * 5000},
            )
        ),
    ],
)
def test_a_lock_file_is_not_trusted(tmp_path: Path, line: bytes) -> None:
    with WriteLock(tmp_path, 0):
        (tmp_path / LOCK_NAME).write_bytes(line)
        with pytest.raises(IndexLockedError, match=r"^another process is writing to"):
            WriteLock(tmp_path, 0).acquire()
        (tmp_path / LOCK_NAME).write_text(json.dumps(HOLDER))
        with pytest.raises(IndexLockedError, match="on elsewhere, `searchkit`, since noon"):
            WriteLock(tmp_path, 0).acquire()


def test_a_holder_that_may_not_be_signalled_is_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    with WriteLock(tmp_path, 0), pytest.raises(IndexLockedError, match=f"pid {os.getpid()}"):
        WriteLock(tmp_path, 0).acquire()


def test_a_directory_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file or directory; mend that"):
        WriteLock(tmp_path / "nowhere", 0).acquire()
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(StorageError, match="Is a directory"):
        WriteLock(tmp_path, 0).acquire()


HOLDING = """
import os, subprocess, sys
from pathlib import Path
from searchkit.codec.lock import WriteLock

lock = WriteLock(Path(sys.argv[1]), 0)
lock.acquire()
if not os.fork():
    os.write(1, b"%d\\n" % os.getpid())  # in one piece, whatever else is printed
    sys.stdin.read()
    os._exit(0)
started = subprocess.Popen(["cat"], close_fds=False)
os.write(1, b"%d\\n" % started.pid)
sys.stdin.read()
"""


def test_a_killed_writer_leaves_no_lock_even_if_its_children_live_on(tmp_path: Path) -> None:
    """All three live until they are killed or their input, which is this test's, ends."""
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        children = [int(process.stdout.readline()) for _ in range(2)]
        with pytest.raises(IndexLockedError, match=rf"pid {process.pid} on "):
            WriteLock(tmp_path, 0).acquire()
        process.kill()
        process.wait()
        for pid in children:
            os.kill(pid, 0)
        # Its line is there still, and of nobody who lives.
        assert str(process.pid) in (tmp_path / LOCK_NAME).read_text()
        whoosh = FileLock(str(tmp_path / LOCK_NAME))
        assert whoosh.acquire()
        with pytest.raises(IndexLockedError, match=r"^another process is writing to"):
            WriteLock(tmp_path, 0).acquire()
        whoosh.release()
        with WriteLock(tmp_path, 0):
            pass


def test_a_forked_child_does_not_release_its_parents_lock(tmp_path: Path) -> None:
    with WriteLock(tmp_path, 0) as lock:
        child = os.fork()
        if not child:
            lock.release()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        with pytest.raises(IndexLockedError, match=f"pid {os.getpid()}"):
            WriteLock(tmp_path, 0).acquire()
