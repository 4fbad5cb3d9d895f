"""Work in a process of its own, which may crash, hang, be interrupted or be killed."""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_NOTE_BYTES = 512
# What is looked at takes milliseconds; a machine may be busy.
_PATIENCE_SECONDS = 30
_SPARE_MEMORY = 1 << 30


class Notes:
    """Says what is being done now, so that the parent knows it when the child has died.

    Each note gives the child new patience: it is ended by SIGALRM, which ends a kernel, too,
    when the next one does not come.
    """

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _NOTE_BYTES)

    def __call__(self, text: str) -> None:
        self._shared[:] = text.encode()[:_NOTE_BYTES].ljust(_NOTE_BYTES)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE_SECONDS)

    @property
    def last(self) -> str:
        return self._shared[:].decode(errors="replace").strip()


def start(work: Callable[[], Any]) -> int:
    """A forked child that does this, and exits with 0, or with 1 for an exception."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        with contextlib.suppress(BaseException):
            traceback.print_exc()
    finally:
        os._exit(status)


def outcome(work: Callable[[Notes], list[str]], result: Path) -> list[str]:
    """What `work` returns, done by a child with little memory and patience.

    A child that crashes or hangs is one more string: which signal, and during what.
    """
    notes = Notes()

    def limited() -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + _SPARE_MEMORY, -1))
        result.write_bytes(pickle.dumps(work(notes)))

    _, status = os.waitpid(start(limited), 0)
    if os.WIFSIGNALED(status):
        return [f"{signal.Signals(os.WTERMSIG(status)).name} at {notes.last}"]
    if status:
        return [f"an exception at {notes.last}"]
    found: list[str] = pickle.loads(result.read_bytes())
    return found


@contextlib.contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Whatever takes longer than this has an exception."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"not finished within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
