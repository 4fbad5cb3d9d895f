"""How long does the command take from its start, and what does it import?"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

__all__ = ["start_times"]

_TIMES = 20

# What the script `searchkit` does.
_PROGRAM = "from searchkit_cli.main import run; run()"
# What no command of its kind can do without.
_LEAST = "import click, rich.console"


def start_times(index: str, word: str) -> tuple[dict[str, float], str]:
    """Seconds of a search as a process, to a pipe and to a terminal, beside what is the least; and
    what Python says that was imported for it, to a pipe.

    Medians of several starts, by turns. To a terminal only where the system has such.
    """
    search = [sys.executable, "-c", _PROGRAM, "--index", index, "search", word]
    commands = {"pipe": search, "least": [sys.executable, "-c", _LEAST]}
    if hasattr(os, "openpty"):
        commands["terminal"] = search
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(_TIMES):
        for name, command in commands.items():
            seconds[name].append(_run(command, terminal=name == "terminal"))
    imports = [search[0], "-X", "importtime", *search[1:]]
    said = subprocess.run(imports, capture_output=True, text=True, check=True).stderr
    return {name: statistics.median(taken) for name, taken in seconds.items()}, said


def _run(command: Sequence[str], *, terminal: bool) -> float:
    if not terminal:
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        return time.perf_counter() - started
    reading, writing = os.openpty()
    try:
        started = time.perf_counter()
        # A page of hits is less than what a terminal holds until it is read.
        subprocess.run(command, stdout=writing, stderr=writing, check=True)
        return time.perf_counter() - started
    finally:
        os.close(writing)
        os.close(reading)
