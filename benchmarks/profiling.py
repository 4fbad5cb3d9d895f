"""Where does the time of indexing go?"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.chart import draw_stages
from benchmarks.corpus import Corpus
from benchmarks.machine import Circumstances
from benchmarks.process import WorkerError, run_task
from benchmarks.report import corpus_line
from benchmarks.session import (
    CommandError,
    Session,
    begin_session,
    corpus_option,
    described,
    limit_option,
    out_option,
    runs_option,
)
from benchmarks.stages import REST, STAGES
from benchmarks.tables import Sheet, duration, figure, span, taken_from

__all__ = ["Stage", "profile", "sheet_of", "stages_of"]

_MADE_UP_ARTICLES = 20_000
_RUNS = 3

_HEADINGS = ("Stage", "Time", "min–max", "Share", "MB/s alone")


@dataclass(frozen=True, slots=True)
class Stage:
    """The seconds that a stage took in each run."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the runs."""
        return statistics.median(self.seconds)


@click.command()
@corpus_option
@limit_option(_MADE_UP_ARTICLES)
@runs_option(_RUNS, "to index")
@click.option(
    "--cprofile",
    is_flag=True,
    help="Also write functions.txt, what Python's own profiler says.",
)
@out_option
@click.pass_context
def profile(
    context: click.Context,
    sources: tuple[Path, ...],
    limit: int | None,
    runs: int,
    cprofile: bool,
    out: Path | None,
) -> None:
    """Measure where the time of indexing goes: seconds and share of each stage, on one core.

    The library's functions are wrapped while it runs, in a fresh process for every run; a run
    without that tells what the wrapping costs.
    """
    with begin_session(context) as session:
        corpus = session.prepare(sources, limit, _MADE_UP_ARTICLES)
        try:
            wrapped, plain = [], []
            for number in range(1, runs + 1):
                plain.append(_run(session, corpus, "plain"))
                wrapped.append(_run(session, corpus, "stages"))
                session.tell(f"Run {number}: {duration(wrapped[-1]['seconds'])}")
            table = _run(session, corpus, "functions")["table"] if cprofile else None
        except WorkerError as error:
            raise CommandError(f"indexing failed: {error}; mend that, then run this again") from (
                error
            )
        stages = stages_of([run["stages"] for run in wrapped])
        bare = [run["seconds"] for run in plain]
        sheet = sheet_of(corpus, stages, bare, session.circumstances)
        longest = sorted(
            ((stage.name, stage.median) for stage in stages), key=lambda each: -each[1]
        )
        results = {"corpus": described(corpus), "plain": plain, "wrapped": wrapped}
        directory = session.keep(
            sheet,
            results,
            out,
            sources,
            lambda *paths: draw_stages(longest, corpus_line(corpus), session.circumstances, *paths),
        )
        if table:
            (directory / "functions.txt").write_text(table, encoding="utf-8")


def stages_of(runs: Sequence[dict[str, float]]) -> list[Stage]:
    """The stages in their order, the rest last."""
    return [Stage(name, tuple(run.get(name, 0.0) for run in runs)) for name in (*STAGES, REST)]


def sheet_of(
    corpus: Corpus, stages: Sequence[Stage], bare: Sequence[float], circumstances: Circumstances
) -> Sheet:
    """The table, a row for each stage, and one for all; `bare` are seconds without wrapping."""
    megabytes = corpus.text_bytes / 1e6
    total = Stage("all", tuple(map(sum, zip(*(stage.seconds for stage in stages), strict=True))))
    return Sheet(
        title=f"Stages of indexing {corpus_line(corpus)}, one core",
        headings=_HEADINGS,
        rows=tuple(_cells(stage, total.median, megabytes) for stage in (*stages, total)),
        notes=(
            f"Time: {taken_from(len(bare))} in a fresh process with one thread, on one core.",
            "A stage has its own time only, not that of another which it calls.",
            f"Without clocks around the stages it takes {duration(statistics.median(bare))}.",
            "MB: 10^6 bytes of text.",
        ),
        circumstances=circumstances,
        emphasised=frozenset([len(stages)]),
    )


def _cells(stage: Stage, total: float, megabytes: float) -> tuple[str, ...]:
    return (
        stage.name,
        duration(stage.median),
        span(stage.seconds),
        f"{stage.median / total:.1%}",
        figure(megabytes / stage.median) if stage.median else "–",
    )


def _run(session: Session, corpus: Corpus, how: str) -> dict[str, Any]:
    os.sync()
    with tempfile.TemporaryDirectory(dir=session.scratch) as directory:
        return run_task(session.scratch, "stages", how, str(corpus.path), directory)[0]
