"""Here are systems and a corpus: run each in fresh processes and write down what it took."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus
from benchmarks.memory import tree_bytes
from benchmarks.systems import SYSTEMS, Cores, Missing

__all__ = ["ROOT", "Measurement", "Run", "Variant", "measure", "usable_cores", "variants_of"]

ROOT = Path(__file__).resolve().parents[1]

# A run longer than this is not repeated unless the number of runs was asked for: the share of
# chance in it is small, and the wait is long.
LONG_RUN_SECONDS = 20.0

# How often the memory of a run that has child processes is looked at.
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Variant:
    """A system and the cores that it may use."""

    system: str
    cores: Cores

    @property
    def label(self) -> str:
        """How tables and charts call it."""
        title = SYSTEMS[self.system].TITLE
        if SYSTEMS[self.system].CORES == ("one",):
            return title
        return f"{title}, {'1 core' if self.cores == 'one' else 'all cores'}"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `counts` are the check words with the number of articles that the index found."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    index_bytes: int
    counts: dict[str, int]


@dataclass(slots=True)
class Measurement:
    """All runs of a variant; `problem` says in one line why there are none, or not all."""

    variant: Variant
    versions: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    installed: bool = True
    problem: str | None = None

    @property
    def measured(self) -> bool:
        """Every run that was wanted has succeeded."""
        return self.problem is None and bool(self.runs)


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def variants_of(systems: Iterable[str]) -> list[Variant]:
    """The variants of each system; with only one core there is nothing to gain from "all"."""
    return [
        Variant(system, cores)
        for system in systems
        for cores in SYSTEMS[system].CORES
        if cores == "one" or usable_cores() > 1
    ]


def measure(
    corpus: Corpus,
    variants: Iterable[Variant],
    runs: int,
    scratch: Path,
    *,
    repeat_long: bool,
    on_run: Callable[[Measurement, int], None],
) -> list[Measurement]:
    """Every variant `runs` times: the first run of each, then the second of each, and so on, so
    that what else happens on the machine meets all of them.

    `scratch` is a directory for the indexes; each is removed after its run. Without
    `repeat_long` a run of over LONG_RUN_SECONDS is the last of its variant. `on_run` is called
    after every run with its 1-based number, and at once for what is not installed. A variant
    that fails is not run again; the others go on.
    """
    measurements = [_examine(variant) for variant in variants]
    for measurement in measurements:
        if not measurement.installed:
            on_run(measurement, 0)
    for number in range(1, runs + 1):
        for measurement in measurements:
            if measurement.problem is not None or (
                measurement.runs
                and not repeat_long
                and measurement.runs[-1].seconds > LONG_RUN_SECONDS
            ):
                continue
            try:
                measurement.runs.append(_run(corpus, measurement.variant, scratch))
            except _WorkerError as error:
                measurement.problem = str(error)
            on_run(measurement, number)
    return measurements


class _WorkerError(Exception):
    """The process ended with an error; the message is the last line that it printed."""


def _examine(variant: Variant) -> Measurement:
    found = SYSTEMS[variant.system].available()
    if isinstance(found, Missing):
        return Measurement(variant, installed=False, problem=found.reason)
    return Measurement(variant, versions=dict(found.versions))


def _run(corpus: Corpus, variant: Variant, scratch: Path) -> Run:
    # What the run before has left to be written must not cost this one.
    os.sync()
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        directory, result = Path(place, "index"), Path(place, "result.json")
        directory.mkdir()
        system = variant.system
        taken, tree_peak = _work(
            ["index", system, variant.cores, str(corpus.path), str(directory), str(result)], result
        )
        size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
        counts, _ = _work(
            ["count", system, str(directory), str(result), *corpus.check_words], result
        )
    return Run(
        seconds=taken["seconds"],
        cpu_seconds=taken["cpu_seconds"],
        peak_bytes=max(taken["peak_bytes"], tree_peak),
        index_bytes=size,
        counts=counts,
    )


def _work(arguments: list[str], result: Path) -> tuple[dict[str, Any], int]:
    """The worker's result, and the most memory seen in its process tree (0: no children)."""
    command = [sys.executable, "-m", "benchmarks.worker", *arguments]
    log = result.with_suffix(".log")
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
                    status = worker.wait(_POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    peak = max(peak, tree_bytes(worker.pid))
        finally:
            # None of its children may go on, whether it was interrupted or has failed.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    if status:
        raise _WorkerError(_last_line(log, status))
    return json.loads(result.read_text(encoding="utf-8")), peak


def _last_line(log: Path, status: int) -> str:
    if status < 0:
        reason = f"ended by {signal.Signals(-status).name}"
        return reason + (" (out of memory?)" if -status == signal.SIGKILL else "")
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {status}")
