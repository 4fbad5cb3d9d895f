"""How fast does each system index, how much memory does it need, how large is the index?"""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from benchmarks.chart import draw_chart
from benchmarks.corpus import Corpus, CorpusError, prepare_file, prepare_made_up
from benchmarks.machine import describe_machine, git_state
from benchmarks.measure import LONG_RUN_SECONDS, Measurement, measure, usable_cores, variants_of
from benchmarks.report import Report, make_rows, write_json
from benchmarks.systems import SYSTEMS
from benchmarks.tables import figure, print_report, to_markdown

__all__ = ["indexing"]

_RUNS_DIRECTORY = Path(__file__).parent / "runs"
_MADE_UP_ARTICLES = 5_000
_RUNS = 3


class _CommandError(click.ClickException):
    """What the caller can mend; one line, exit code 2."""

    exit_code = 2


@click.command()
@click.option(
    "--corpus",
    "corpus_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JSON lines, gzipped or not: id, headline, body, captions, date, section, author, "
    "source, url. Without it, articles are generated, always the same ones.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"At most so many articles.  [default: all, or {_MADE_UP_ARTICLES:,} generated ones]",
)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    help=f"How often to measure each system.  [default: {_RUNS}, but once where a run takes "
    f"over {LONG_RUN_SECONDS:.0f} seconds]",
)
@click.option(
    "--systems",
    metavar="NAMES",
    default=",".join(SYSTEMS),
    show_default=True,
    help="Which to measure, separated by commas.",
)
@click.option(
    "--out",
    metavar="DIRECTORY",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write results.json, table.md, indexing.png and indexing.svg.  "
    "[default: benchmarks/runs/DATE-indexing, with the corpus]",
)
@click.pass_context
def indexing(
    context: click.Context,
    corpus_file: Path | None,
    limit: int | None,
    runs: int | None,
    systems: str,
    out: Path | None,
) -> None:
    """Measure indexing: searchkit beside Whoosh, SQLite FTS5, tantivy and bm25s.

    Every system reads the same JSON lines and leaves a committed index, in a fresh process
    for every run, on one core and, where it can use them, on all.
    """
    variants = variants_of(_checked(systems))
    today = date.today().isoformat()
    progress = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="searchkit-bench-") as place:
        scratch = Path(place)
        machine = describe_machine(scratch)
        corpus = _prepare(corpus_file, limit, scratch / "corpus.jsonl", progress)
        if usable_cores() == 1:
            progress.print("This process may use one core only: no measurements on all cores.")
        measurements = measure(
            corpus,
            variants,
            runs or _RUNS,
            scratch,
            repeat_long=runs is not None,
            on_run=lambda measurement, number: _show(progress, corpus, measurement, number),
        )
    report = Report(
        command=_command_line(context, corpus_file),
        date=today,
        corpus=corpus,
        machine=machine,
        git=git_state(),
        rows=make_rows(corpus, measurements),
    )
    print_report(report, Console())
    _write(report, out or _default_directory(today, corpus_file), progress)


def _checked(systems: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in systems.split(",") if name.strip()))
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown or not names:
        problem = f"unknown system: {', '.join(unknown)}" if unknown else "no system named"
        raise _CommandError(f"{problem}; choose from {', '.join(SYSTEMS)}")
    return names


def _prepare(source: Path | None, limit: int | None, path: Path, progress: Console) -> Corpus:
    progress.print(f"Preparing {source.name if source else 'generated articles'} …", markup=False)
    if source is None:
        return prepare_made_up(path, limit or _MADE_UP_ARTICLES)
    try:
        return prepare_file(source, path, limit)
    except CorpusError as error:
        raise _CommandError(str(error)) from error


def _show(progress: Console, corpus: Corpus, measurement: Measurement, number: int) -> None:
    label = measurement.variant.label
    if measurement.problem is not None:
        progress.print(f"{label}: {measurement.problem}", markup=False)
        return
    run = measurement.runs[-1]
    speed = figure(corpus.text_bytes / 1e6 / run.seconds)
    progress.print(f"Run {number}, {label}: {run.seconds:.1f} s, {speed} MB/s", markup=False)


def _command_line(context: click.Context, corpus_file: Path | None) -> str:
    """The options that were given; files by name only, and not where the results went."""
    words = ["python -m benchmarks indexing"]
    for name, option in (
        ("corpus_file", "--corpus"),
        ("limit", "--limit"),
        ("runs", "--runs"),
        ("systems", "--systems"),
    ):
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            value = corpus_file.name if name == "corpus_file" and corpus_file else None
            words.append(f"{option} {value or context.params[name]}")
    return " ".join(words)


def _default_directory(today: str, corpus_file: Path | None) -> Path:
    name = f"{today}-indexing"
    if corpus_file:
        name += "-" + re.sub(r"\.jsonl?(\.gz)?$", "", corpus_file.name)
    return _RUNS_DIRECTORY / name


def _write(report: Report, directory: Path, progress: Console) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    write_json(report, directory / "results.json")
    (directory / "table.md").write_text(to_markdown(report), encoding="utf-8")
    try:
        draw_chart(report, directory / "indexing.png", directory / "indexing.svg")
    except ImportError as error:
        progress.print(f"No chart: {error}; pip install 'searchkit[bench]'", markup=False)
    progress.print(f"Written to {directory}", markup=False, soft_wrap=True)
