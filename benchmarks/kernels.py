"""What does each hot loop cost, beside a plain copy of the same bytes?"""

from __future__ import annotations

import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.corpus import Corpus, CorpusError, prepare_file, prepare_made_up
from benchmarks.kernel_work import Work, works
from benchmarks.machine import describe_machine, git_state, summary
from benchmarks.tables import figure

__all__ = ["Cost", "kernels", "measure_all"]

_RUNS_DIRECTORY = Path(__file__).parent / "runs"
_MADE_UP_ARTICLES = 5_000
_RUNS = 5
_JSON_VERSION = 1

# A copy is repeated until so many bytes are copied: a single one may take a microsecond only.
_COPIED_BYTES = 64 << 20

_NOTE = (
    "Medians of {runs} runs after one to warm up, in one thread. Copies: how many plain copies "
    "of these bytes, into memory that is there already, take the same time."
)

_HEADINGS = ("Kernel", "ns", "per", "min–max", "MB/s", "of", "Copies")


class _CommandError(click.ClickException):
    """What the caller can mend; one line, exit code 2."""

    exit_code = 2


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
@click.option(
    "--corpus",
    "corpus_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JSON lines, as for `indexing`. Without it, articles are generated, always the same.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"At most so many articles.  [default: all, or {_MADE_UP_ARTICLES:,} generated ones]",
)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=_RUNS,
    show_default=True,
    help="How often to run each kernel.",
)
@click.option(
    "--out",
    metavar="DIRECTORY",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write results.json and table.md.  [default: benchmarks/runs/DATE-kernels]",
)
def kernels(corpus_file: Path | None, limit: int | None, runs: int, out: Path | None) -> None:
    """Measure the hot loops one by one, in one thread of this process."""
    today = date.today().isoformat()
    progress = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="searchkit-bench-") as place:
        machine = describe_machine(Path(place))
        progress.print("Preparing the articles …")
        corpus = _prepare(corpus_file, limit, Path(place) / "corpus.jsonl")
        work = works(corpus.path)
        costs = measure_all(work, runs, lambda name: progress.print(f"{name} …"))
    _print(costs, corpus, machine)
    directory = out or _RUNS_DIRECTORY / f"{today}-kernels"
    directory.mkdir(parents=True, exist_ok=True)
    command = _command_line(corpus_file, limit, runs)
    table = _markdown(costs, corpus, machine, today, command)
    (directory / "table.md").write_text(table, encoding="utf-8")
    described = {name: value for name, value in asdict(corpus).items() if name != "path"}
    document = {
        "version": _JSON_VERSION,
        "benchmark": "kernels",
        "command": command,
        "date": today,
        "git": git_state(),
        "machine": machine,
        "corpus": described,
        "kernels": [asdict(cost) for cost in costs],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (directory / "results.json").write_text(text + "\n", encoding="utf-8")
    progress.print(f"Written to {directory}", markup=False, soft_wrap=True)


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


def _prepare(source: Path | None, limit: int | None, path: Path) -> Corpus:
    if source is None:
        return prepare_made_up(path, limit or _MADE_UP_ARTICLES)
    try:
        return prepare_file(source, path, limit)
    except CorpusError as error:
        raise _CommandError(str(error)) from error


def _command_line(corpus_file: Path | None, limit: int | None, runs: int) -> str:
    """The options; the corpus by its name only, and not where the results went."""
    words = ["python -m benchmarks kernels"]
    words += [f"--corpus {corpus_file.name}"] if corpus_file else []
    words += [f"--limit {limit}"] if limit else []
    return " ".join([*words, f"--runs {runs}"])


def _cells(cost: Cost) -> list[str]:
    low, high = min(cost.seconds), max(cost.seconds)
    return [
        cost.name,
        figure(cost.nanoseconds(cost.median)),
        cost.unit,
        f"{figure(cost.nanoseconds(low))}–{figure(cost.nanoseconds(high))}",
        figure(cost.size / 1e6 / cost.median),
        f"{figure(cost.size / 1e6)} MB of {cost.material}",
        figure(cost.median / cost.copy_seconds),
    ]


def _title(corpus: Corpus) -> str:
    return f"Kernels on {corpus.name}, {figure(corpus.text_bytes / 1e6)} MB of text"


def _print(costs: list[Cost], corpus: Corpus, machine: dict[str, Any]) -> None:
    console = Console()
    table = Table(title=_title(corpus), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading in ("Kernel", "per", "of") else "right")
    for cost in costs:
        table.add_row(*map(escape, _cells(cost)))
    console.print(table)
    console.print(escape(summary(machine)), highlight=False)
    console.print(_NOTE.format(runs=len(costs[0].seconds)), highlight=False)


def _markdown(
    costs: list[Cost], corpus: Corpus, machine: dict[str, Any], today: str, command: str
) -> str:
    lines = [
        f"{_title(corpus)}, on {summary(machine)}; {today}.",
        "",
        f"| {' | '.join(_HEADINGS)} |",
        "|---|--:|---|--:|--:|---|--:|",
        *(f"| {' | '.join(_cells(cost))} |" for cost in costs),
        "",
        _NOTE.format(runs=len(costs[0].seconds)),
        "",
        f"    {command}",
        "",
    ]
    return "\n".join(lines)
