"""Here is a task of `benchmarks.worker`: do it in a fresh process, and hand its result back."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.memory import tree_bytes

__all__ = ["ROOT", "WorkerError", "run_task"]

ROOT = Path(__file__).resolve().parents[1]

# How often the memory of a task that has child processes is looked at.
_POLL_SECONDS = 0.05


class WorkerError(Exception):
    """The process ended with an error; the message is the last line that it printed."""


def run_task(scratch: Path, *arguments: str) -> tuple[dict[str, Any], int]:
    """The result of a task, and the most memory seen in its process tree (0: no children).

    `arguments` are the task's name and what it takes. Raises WorkerError.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        result, log = Path(place, "result.json"), Path(place, "log")
        command = [sys.executable, "-m", "benchmarks.worker", str(result), *arguments]
        status, peak = _run(command, log)
        if status:
            raise WorkerError(_last_line(log, status))
        return json.loads(result.read_text(encoding="utf-8")), peak


def _run(command: Sequence[str], log: Path) -> tuple[int, int]:
    peak = 0
    with log.open("wb") as output:
        # In a session of its own: Ctrl-C comes to this process alone, which then ends the
        # worker and all its children.
        worker = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            while True:
                try:
                    return worker.wait(_POLL_SECONDS), peak
                except subprocess.TimeoutExpired:  # noqa: PERF203  # it waits anyhow
                    peak = max(peak, tree_bytes(worker.pid))
        finally:
            # None of its children may go on, whether it was interrupted or has failed.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def _last_line(log: Path, status: int) -> str:
    if status < 0:
        reason = f"ended by {signal.Signals(-status).name}"
        return reason + (" (out of memory?)" if -status == signal.SIGKILL else "")
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {status}")
