"""How fast does each system index, how much memory does it need, how large is the index?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.chart import draw_speeds
from benchmarks.corpus import Corpus, prepare_part
from benchmarks.measure import LONG_RUN_SECONDS, Measurement, measure, usable_cores, variants_of
from benchmarks.report import Report, make_rows
from benchmarks.session import (
    CommandError,
    Session,
    begin_session,
    corpus_option,
    described,
    limit_option,
    out_option,
)
from benchmarks.systems import SYSTEMS
from benchmarks.tables import figure

__all__ = ["indexing"]

_MADE_UP_ARTICLES = 5_000
_RUNS = 3


@click.command()
@corpus_option
@limit_option(_MADE_UP_ARTICLES)
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
    "--part",
    "parts",
    metavar="SYSTEM=N",
    multiple=True,
    help="Give a slow system N articles only, spread evenly over the corpus, as in whoosh=5000; "
    "may be given again.",
)
@out_option
@click.pass_context
def indexing(
    context: click.Context,
    sources: tuple[Path, ...],
    limit: int | None,
    runs: int | None,
    systems: str,
    parts: tuple[str, ...],
    out: Path | None,
) -> None:
    """Measure indexing: searchkit beside Whoosh, SQLite FTS5, tantivy and bm25s.

    Every system reads the same JSON lines and leaves a committed index, in a fresh process
    for every run, on one core and, where it can use them, on all.
    """
    variants = variants_of(_read_systems(systems))
    part_sizes = _read_parts(parts)
    with begin_session(context) as session:
        corpus = session.prepare(sources, limit, _MADE_UP_ARTICLES)
        if usable_cores() == 1:
            session.tell("This process may use one core only: no measurements on all cores.")
        measurements = measure(
            corpus,
            variants,
            runs or _RUNS,
            session.scratch,
            repeat_long=runs is not None,
            on_run=lambda measurement, number: _show(session, measurement, number),
            parts=_prepare_parts(session, corpus, part_sizes),
        )
        report = Report(session.circumstances, corpus, make_rows(corpus, measurements))
        results: dict[str, Any] = {"corpus": described(corpus), **report.results()}
        session.keep(
            report.sheet(), results, out, sources, lambda *paths: draw_speeds(report, *paths)
        )


def _read_systems(given: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    _check(names)
    return names


def _read_parts(given: Sequence[str]) -> dict[str, int]:
    sizes = {}
    for part in given:
        name, _, articles = part.partition("=")
        _check([name])
        if not articles.isdecimal() or int(articles) < 1:
            raise CommandError(f"--part {part}: no number of articles; write {name}=5000")
        sizes[name] = int(articles)
    return sizes


def _check(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown or not names:
        problem = f"unknown system: {', '.join(unknown)}" if unknown else "no system named"
        raise CommandError(f"{problem}; choose from {', '.join(SYSTEMS)}")


def _prepare_parts(session: Session, corpus: Corpus, sizes: dict[str, int]) -> dict[str, Corpus]:
    return {
        system: prepare_part(corpus, session.scratch / f"{system}.jsonl", articles)
        for system, articles in sizes.items()
        if articles < corpus.articles
    }


def _show(session: Session, measurement: Measurement, number: int) -> None:
    label = measurement.variant.label
    if measurement.problem is not None:
        session.tell(f"{label}: {measurement.problem}")
        return
    run = measurement.runs[-1]
    speed = figure(measurement.corpus.text_bytes / 1e6 / run.seconds)
    session.tell(f"Run {number}, {label}: {run.seconds:.1f} s, {speed} MB/s")
