"""What does each hot loop cost, beside a plain copy of the same bytes?"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from benchmarks.corpus import Corpus
from benchmarks.kernel_work import works
from benchmarks.machine import Circumstances
from benchmarks.report import corpus_line
from benchmarks.session import (
    begin_session,
    corpus_option,
    described,
    limit_option,
    out_option,
    runs_option,
)
from benchmarks.tables import Sheet, figure
from benchmarks.work import Work

__all__ = ["Cost", "kernels", "measure_all"]

_MADE_UP_ARTICLES = 5_000
_RUNS = 5

# A copy is repeated until so many bytes are copied: a single one may take a microsecond only.
_COPIED_BYTES = 64 << 20

_HEADINGS = ("Kernel", "ns", "per", "min–max", "MB/s", "of", "Copies")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a kernel took: the seconds of each run, of `units` units and `size` bytes of
    `material`; `copy_seconds` is a copy of so many bytes.
    """

    name: str
    unit: str
    units: int
    size: int
    material: str
    seconds: tuple[float, ...]
    copy_seconds: float

    def nanoseconds(self, seconds: float) -> float:
        """Per unit."""
        return seconds * 1e9 / self.units

    @property
    def median(self) -> float:
        """Seconds of the median run."""
        return statistics.median(self.seconds)


@click.command()
@corpus_option
@limit_option(_MADE_UP_ARTICLES)
@runs_option(_RUNS, "to run each kernel")
@out_option
@click.pass_context
def kernels(
    context: click.Context,
    sources: tuple[Path, ...],
    limit: int | None,
    runs: int,
    out: Path | None,
) -> None:
    """Measure the hot loops one by one, in one thread of this process."""
    with begin_session(context) as session:
        corpus = session.prepare(sources, limit, _MADE_UP_ARTICLES)
        costs = measure_all(works(corpus.path), runs, lambda name: session.tell(f"{name} …"))
        results = {"corpus": described(corpus), "kernels": [asdict(cost) for cost in costs]}
        session.keep(_sheet_of(corpus, costs, session.circumstances), results, out, sources)


def measure_all(
    work: list[Work], runs: int, on_kernel: Callable[[str], object] = lambda _: None
) -> list[Cost]:
    """Runs each kernel once to warm up, and `runs` times more; `on_kernel` is told its name."""
    costs = []
    for each in work:
        on_kernel(each.name)
        each.run()
        seconds = tuple(_seconds(each.run) for _ in range(runs))
        costs.append(
            Cost(
                name=each.name,
                unit=each.unit,
                units=each.units,
                size=each.size,
                material=each.material,
                seconds=seconds,
                copy_seconds=_copy_seconds(each.size),
            )
        )
    return costs


def _seconds(function: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    try:
        begin = time.perf_counter()
        function()
        return time.perf_counter() - begin
    finally:
        gc.enable()


def _copy_seconds(size: int) -> float:
    """How long a copy of so many bytes takes, into memory that is there already."""
    source, target = bytes(size), bytearray(size)
    times = max(1, _COPIED_BYTES // size)

    def copy() -> None:
        for _ in range(times):
            target[:] = source

    return min(_seconds(copy) for _ in range(3)) / times


def _sheet_of(corpus: Corpus, costs: list[Cost], circumstances: Circumstances) -> Sheet:
    """The table, a row for each kernel."""
    return Sheet(
        title=f"Kernels on {corpus_line(corpus)}",
        headings=_HEADINGS,
        rows=tuple(_cells(cost) for cost in costs),
        notes=(
            f"Medians of {len(costs[0].seconds)} runs after one to warm up, in one thread.",
            "Copies: so many plain copies of these bytes, into memory that is there, take as long.",
        ),
        circumstances=circumstances,
    )


def _cells(cost: Cost) -> tuple[str, ...]:
    low, high = min(cost.seconds), max(cost.seconds)
    return (
        cost.name,
        figure(cost.nanoseconds(cost.median)),
        cost.unit,
        f"{figure(cost.nanoseconds(low))}–{figure(cost.nanoseconds(high))}",
        figure(cost.size / 1e6 / cost.median),
        f"{figure(cost.size / 1e6)} MB of {cost.material}",
        figure(cost.median / cost.copy_seconds),
    )
