"""Who may write? One writer at a time, by the operating system's lock on a file."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType

from searchkit.errors import IndexLockedError, StorageError

__all__ = ["LOCK_NAME", "WriteLock"]

# The name and the kind of lock of Whoosh's own writers: they and ours exclude each other.
LOCK_NAME = "MAIN_WRITELOCK"

_POLL_SECONDS = 0.05
_MAX_HOLDER_BYTES = 4096


class WriteLock:
    """The right to write to the index in a directory; a context manager.

    The lock (``flock``, exclusive, on `LOCK_NAME`) ends with its process, however that ends,
    and a forked child has no part in it. The file stays; while the lock is held it says by
    whom, in one JSON line.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._descriptor = -1

    def acquire(self) -> None:
        """Takes the lock, waiting up to `timeout` seconds for another writer to release it.

        Raises IndexLockedError when it does not, this same process or object included, and
        StorageError when the file cannot be made or the file system has no locks.
        """
        try:
            descriptor = os.open(self._path / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                self._wait(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
        except OSError as error:
            raise StorageError(
                f"cannot write to {self._path}: {error.strerror or error}; "
                "mend that, then run this again"
            ) from error
        self._descriptor = descriptor
        _held.add(self)
        # Only now: until here the line was another's. A full disk takes nothing but the line.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _Holder.this_process().encode(), 0)

    def release(self) -> None:
        """Gives the lock back; nothing happens when it is not held."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            self._close()

    def __enter__(self) -> WriteLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        _held.discard(self)
        os.close(descriptor)

    def _wait(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._timeout
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                holder = _Holder.decode(os.pread(descriptor, _MAX_HOLDER_BYTES, 0))
                raise IndexLockedError(
                    f"another process {f'({holder}) ' if holder else ''}is writing to "
                    f"{self._path}; wait until it has finished, then run this again"
                )
            time.sleep(min(_POLL_SECONDS, remaining))


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who holds the lock: a process, its host and program, and since when."""

    pid: int
    host: str
    program: str
    since: str

    @classmethod
    def this_process(cls) -> _Holder:
        program = Path(sys.argv[0]).name if sys.argv else ""
        since = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
        return cls(os.getpid(), socket.gethostname(), program or "python", since)

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> _Holder | None:
        """The holder that a lock file names, None when it does not say or is out of date.

        Whoosh's writers say nothing, and a killed one of ours leaves its line to them.
        """
        try:
            holder = cls(**json.loads(line))
        except (ValueError, TypeError, RecursionError):
            return None
        texts = (holder.host, holder.program, holder.since)
        sound = all(isinstance(text, str) and text.isprintable() for text in texts)
        if not sound or type(holder.pid) is not int or holder.pid <= 0:
            return None
        return None if holder.host == socket.gethostname() and not _is_alive(holder.pid) else holder

    def __str__(self) -> str:
        return f"pid {self.pid} on {self.host}, `{self.program}`, since {self.since}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # no signal: only whether there is such a process
    except PermissionError:
        return True  # another user's
    except (ProcessLookupError, OverflowError):
        return False
    return True


# A forked child shares its parent's lock: it would keep it beyond the parent's end.
_held: set[WriteLock] = set()


def _leave_to_parent() -> None:
    for lock in list(_held):
        lock._close()


os.register_at_fork(after_in_child=_leave_to_parent)
