"""Here are systems and a corpus: run each in fresh processes and write down what it took."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.process import WorkerError, run_task
from benchmarks.systems import SYSTEMS, Cores, Missing

__all__ = [
    "LONG_RUN_SECONDS",
    "Measurement",
    "Run",
    "Variant",
    "measure",
    "usable_cores",
    "variants_of",
]

# A run longer than this is not repeated unless the number of runs was asked for: the share of
# chance in it is small, and the wait is long.
LONG_RUN_SECONDS = 20.0


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
    """All runs of a variant; `problem` says in one line why there are none, or not all.

    `corpus` is what it indexes: all of it, or for a slow system a part.
    """

    variant: Variant
    corpus: Corpus
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
    parts: Mapping[str, Corpus] | None = None,
) -> list[Measurement]:
    """Every variant `runs` times: the first run of each, then the second of each, and so on, so
    that what else happens on the machine meets all of them.

    `scratch` is a directory for the indexes; each is removed after its run. Without
    `repeat_long` a run of over LONG_RUN_SECONDS is the last of its variant. `on_run` is called
    after every run with its 1-based number, and at once for what is not installed. A variant
    that fails is not run again; the others go on. `parts` has, by system, what is indexed in the
    place of the corpus.
    """
    measurements = [
        _examine(variant, (parts or {}).get(variant.system, corpus)) for variant in variants
    ]
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
                measurement.runs.append(_run(measurement.corpus, measurement.variant, scratch))
            except WorkerError as error:
                measurement.problem = str(error)
            on_run(measurement, number)
    return measurements


def _examine(variant: Variant, corpus: Corpus) -> Measurement:
    found = SYSTEMS[variant.system].available()
    if isinstance(found, Missing):
        return Measurement(variant, corpus, installed=False, problem=found.reason)
    return Measurement(variant, corpus, versions=dict(found.versions))


def _run(corpus: Corpus, variant: Variant, scratch: Path) -> Run:
    # What the run before has left to be written must not cost this one.
    os.sync()
    system = variant.system
    with tempfile.TemporaryDirectory(dir=scratch) as directory:
        taken, tree_peak = run_task(
            scratch, "index", system, variant.cores, str(corpus.path), directory
        )
        files = [file for file in Path(directory).rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files)
        counts, _ = run_task(scratch, "count", system, directory, *corpus.check_words)
    return Run(
        seconds=taken["seconds"],
        cpu_seconds=taken["cpu_seconds"],
        peak_bytes=max(taken["peak_bytes"], tree_peak),
        index_bytes=size,
        counts=counts,
    )
