"""Here are documents: parse them in other processes, as many at a time as there are.

Each is a Python of its own, started with nothing of this one's state, so that neither a
script without a guarded main part nor threads that are running matter. One that dies of a document,
or takes too long over it, costs that document and is replaced.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection

from searchkit.errors import Reject, SourceError
from searchkit.sources.parsing import Parsed, Task, parse

__all__ = ["ParserPool", "serve"]

# What a page takes is milliseconds.
_SECONDS = 60.0
_START_SECONDS = 60.0

# The address space of a process: no document that can be read needs nearly as much.
_MOST_MEMORY = 4 << 30

_COMMAND = "from searchkit.sources.processes import serve; serve()"


class ParserPool:
    """So many processes, which start when they are first needed.

    Raises SourceError, when the first result is asked for, if they cannot start.
    """

    def __init__(self, workers: int, seconds: float = _SECONDS) -> None:
        self.workers = workers
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="searchkit-parse")
        self._here = threading.local()
        self._lock = threading.Lock()
        self._processes: list[_Process] = []
        self._closed = False

    def submit(self, task: Task) -> Future[list[list[Parsed]]]:
        """What `parse` makes of the task, later."""
        return self._threads.submit(self._run, task)

    def close(self) -> None:
        """Ends the processes; what is not done is dropped."""
        with self._lock:
            self._closed = True
            processes = self._processes[:]
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.end()
        self._threads.shutdown(wait=True)

    def _run(self, task: Task) -> list[list[Parsed]]:
        try:
            return self._process().ask(task, self._seconds)
        except _LostError as error:
            if len(task.documents) > 1:
                return [self._run(each)[0] for each in task.alone()]
            return [[Reject(task.documents[0][0].place, str(error))]]

    def _process(self) -> _Process:
        """That of this thread."""
        process: _Process | None = getattr(self._here, "process", None)
        if process is None or process.ended:
            process = self._here.process = _Process()
            with self._lock:
                self._processes = [each for each in self._processes if not each.ended]
                self._processes.append(process)
                if self._closed:
                    process.end()
        return process


class _LostError(Exception):
    """A process that died or was ended; the message is a reason to reject what it was at."""


class _Process:
    """One process, and the pipe to it."""

    def __init__(self) -> None:
        self.ended = False
        # Not by multiprocessing, whose new process would import the caller's main module.
        their_tasks, tasks = os.pipe()
        results, their_results = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-c", _COMMAND],
            stdin=their_tasks,
            stdout=their_results,
            start_new_session=True,  # Ctrl-C is for the one that a person started
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        for end in (their_tasks, their_results):
            os.close(end)
        self._tasks = Connection(tasks, readable=False)
        self._results = Connection(results, writable=False)
        self._started = False

    def ask(self, task: Task, seconds: float) -> list[list[Parsed]]:
        """The results of the task. Raises _LostError, and SourceError when it cannot start."""
        if not self._started:
            try:
                self._answer(_START_SECONDS)
            except _LostError as error:
                raise SourceError(
                    f"a process for reading files cannot be started ({sys.executable}): {error}; "
                    "read with workers=1"
                ) from error
            self._started = True
        try:
            self._tasks.send(task)
        except (OSError, ValueError) as error:
            self.end()
            raise _LostError(_DIED) from error
        return self._answer(seconds)

    def end(self) -> None:
        """Kills it; whoever waits for its answer is told that it died."""
        self.ended = True
        self._process.kill()
        self._process.wait()

    def _answer(self, seconds: float) -> list[list[Parsed]]:
        try:
            if not self._results.poll(seconds):
                self.end()
                raise _LostError(f"not read within {seconds:.0f} seconds; split or simplify it")
            found: list[list[Parsed]] = self._results.recv()
        except (EOFError, OSError) as error:
            self.end()
            raise _LostError(_DIED) from error
        return found


_DIED = (
    "the process that read it died, perhaps for want of memory; split it, or convert it to "
    "JSON lines"
)


def serve() -> None:
    """What such a process does: parse one task after the other until the pipe is closed."""
    _limit_memory()
    tasks = Connection(os.dup(0), writable=False)
    results = Connection(os.dup(1), readable=False)
    os.dup2(2, 1)  # what a library may print must not get between
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    results.send([])
    with contextlib.suppress(EOFError, OSError):
        while True:
            results.send(parse(tasks.recv()))


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
