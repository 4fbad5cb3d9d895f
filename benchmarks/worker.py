"""One task in a process of its own: ``python -m benchmarks.worker RESULT TASK ARGUMENT…``.

    index SYSTEM CORES CORPUS DIRECTORY    seconds, cpu_seconds, peak_bytes
    count SYSTEM DIRECTORY WORD…           the articles with each word
    describe DIRECTORY                     what a searchkit index holds
    parts SYSTEM DIRECTORY CORPUS…         seconds of making an index of so many segments
    ask SYSTEM DIRECTORY QUESTIONS SHOWN   `benchmarks.asking`; SHOWN: ids or snippets
    search STEP DIRECTORY ARGUMENT         `benchmarks.search_work`
    upkeep STEP DIRECTORY CORPUS ARGUMENT  `benchmarks.upkeep_work`
    stages HOW CORPUS DIRECTORY            `benchmarks.stages`

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
from benchmarks.systems import SYSTEMS, Missing, System

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Does what the module's docstring says; exceptions are the caller's to read on stderr."""
    place, task, *rest = arguments
    outcome: dict[str, Any]
    if task == "index":
        outcome = _index(*rest)
    elif task == "count":
        name, directory, *words = rest
        system = _available(name)
        outcome = {word: system.count(Path(directory), word) for word in words}
    elif task == "describe":
        outcome = _describe(*rest)
    elif task == "parts":
        name, directory, *parts = rest
        outcome = _index_parts(name, Path(directory), [Path(part) for part in parts])
    elif task == "ask":
        from benchmarks.asking import ask

        name, directory, questions, shown = rest
        outcome = ask(
            _available(name), Path(directory), Path(questions), snippets=shown == "snippets"
        )
    elif task == "search":
        from benchmarks.search_work import STEPS as SEARCHES

        step, directory, argument = rest
        outcome = SEARCHES[step](Path(directory), argument)
    elif task == "upkeep":
        from benchmarks.upkeep_work import STEPS

        step, directory, corpus, argument = rest
        outcome = STEPS[step](Path(directory), Path(corpus), argument)
    else:
        from benchmarks.stages import measure_stages

        how, corpus, directory = rest
        _use_cores("one")
        outcome = measure_stages(how, Path(corpus), Path(directory))
    Path(place).write_text(json.dumps(outcome), encoding="utf-8")


def _index(name: str, cores: str, corpus: str, directory: str) -> dict[str, Any]:
    system = _available(name)
    threads = _use_cores(cores)
    before, started = _processor_seconds(), time.perf_counter()
    system.index(Path(corpus), Path(directory), threads)
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "cpu_seconds": _processor_seconds() - before,
        "peak_bytes": own_peak(),
    }


def _index_parts(name: str, directory: Path, parts: list[Path]) -> dict[str, Any]:
    system = _available(name)
    started = time.perf_counter()
    system.index_parts(parts, directory)
    return {"seconds": time.perf_counter() - started}


def _describe(directory: str) -> dict[str, Any]:
    import searchkit

    with searchkit.open(directory) as archive:
        info = archive.info()
    return {
        "segments": info.segments,
        "segment_bytes": sum(info.sections.values()),
        "disk_bytes": info.size,
        "body_terms": info.terms["body"],
    }


def _available(name: str) -> System:
    """The system, imported before the clock starts: a program does that once, whatever it adds."""
    system = SYSTEMS[name]
    found = system.available()
    if isinstance(found, Missing):
        raise SystemExit(found.reason)
    return system


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
