"""One system, one run, in a process of its own: ``python -m benchmarks.worker``.

    index SYSTEM CORES CORPUS DIRECTORY RESULT
    count SYSTEM DIRECTORY RESULT WORD…

Writes what it measured to RESULT as JSON, so that a library may print what it likes.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.memory import own_peak
from benchmarks.systems import SYSTEMS, Missing

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Does what the module's docstring says; exceptions are the caller's to read on stderr."""
    task, name, *rest = arguments
    system = SYSTEMS[name]
    # The library is imported before the clock starts: a program does that once, whatever it adds.
    found = system.available()
    if isinstance(found, Missing):
        raise SystemExit(found.reason)
    result: dict[str, Any]
    if task == "index":
        cores, corpus, directory, place = rest
        threads = _use_cores(cores)
        before, started = _processor_seconds(), time.perf_counter()
        system.index(Path(corpus), Path(directory), threads)
        seconds = time.perf_counter() - started
        result = {
            "seconds": seconds,
            "cpu_seconds": _processor_seconds() - before,
            "peak_bytes": own_peak(),
        }
    else:
        directory, place, *words = rest
        result = {word: system.count(Path(directory), word) for word in words}
    Path(place).write_text(json.dumps(result), encoding="utf-8")


def _use_cores(cores: str) -> int:
    """Confines this process to one core where that is wanted and can be done; returns how many
    threads a system should use.

    Without it "one core" would mean one indexing thread beside those for reading and merging.
    """
    if not hasattr(os, "sched_setaffinity"):
        return 1 if cores == "one" else os.cpu_count() or 1
    usable = os.sched_getaffinity(0)
    if cores == "one":
        # The last: the first has most of the interrupts.
        os.sched_setaffinity(0, {max(usable)})
        return 1
    return len(usable)


def _processor_seconds() -> float:
    """Of this process, its threads, and its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main(sys.argv[1:])
