"""How do time, memory and size of an index grow with the archive?"""

from __future__ import annotations

import math
import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from benchmarks.chart import Growth, draw_growth
from benchmarks.corpus import Corpus, prepare_made_up
from benchmarks.machine import Circumstances
from benchmarks.process import WorkerError, run_task
from benchmarks.session import (
    CommandError,
    Session,
    begin_session,
    described,
    out_option,
    runs_option,
)
from benchmarks.tables import Sheet, duration, figure, span, taken_from
from searchkit.index import DEFAULT_MEMORY

__all__ = ["BODY_WORDS", "Size", "SizeRun", "fit_growth", "scaling", "sheet_of"]

_SIZES = "1000,10000,100000,1000000"
_RUNS = 3

# Half of the bodies are shorter: articles of 1.25 KB, so that a million of them are 1.25 GB.
BODY_WORDS = 140

# Times for each article are compared with those of this size, if it is measured. Of less, what
# an index costs that holds nothing is a good part.
_BASE_ARTICLES = 10_000

# What the process may need beside `memory`.
_MEMORY_BESIDE = 150_000_000

_HEADINGS = (
    "Articles",
    "Time",
    "min–max",
    "Articles\n/ s",
    "MB/s",
    "Time /\narticle",
    "Peak\nmemory",
    "Index\n/ text",
    "Seg-\nments",
)


@dataclass(frozen=True, slots=True)
class SizeRun:
    """One run. `segment_bytes` are those of the last commit, `disk_bytes` all of the directory,
    with what is kept of the commit before; `body_terms` counts distinct terms.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    segments: int
    segment_bytes: int
    disk_bytes: int
    body_terms: int


@dataclass(slots=True)
class Size:
    """A corpus and its runs."""

    corpus: Corpus
    runs: list[SizeRun] = field(default_factory=list)

    @property
    def seconds(self) -> tuple[float, float, float]:
        """Median, least and most."""
        taken = [run.seconds for run in self.runs]
        return statistics.median(taken), min(taken), max(taken)

    @property
    def peak_bytes(self) -> int:
        """The most of all runs."""
        return max(run.peak_bytes for run in self.runs)


@click.command()
@click.option(
    "--sizes",
    metavar="N,N,…",
    default=_SIZES,
    show_default=True,
    help="How many articles to index, two sizes or more.",
)
@click.option(
    "--cores",
    type=click.Choice(["one", "all"]),
    default="all",
    show_default=True,
    help="How many cores to use.",
)
@runs_option(_RUNS, "to index each size")
@out_option
@click.pass_context
def scaling(context: click.Context, sizes: str, cores: str, runs: int, out: Path | None) -> None:
    """Measure how time, memory and size of the index grow with the number of articles.

    Generated articles, always the same ones: a smaller archive is the beginning of a larger
    one. Each run is in a fresh process; the first of all sizes come before the second.
    """
    articles = _read_sizes(sizes)
    with begin_session(context) as session:
        measured = _measure(session, articles, cores, runs)
        growth = fit_growth(measured)
        sheet = sheet_of(measured, growth, cores, session.circumstances)
        results: dict[str, Any] = {
            "cores": cores,
            "memory_budget": DEFAULT_MEMORY,
            "exponent": growth.exponent,
            "sizes": [
                {"corpus": described(size.corpus), "runs": [asdict(run) for run in size.runs]}
                for size in measured
            ],
        }
        session.keep(
            sheet,
            results,
            out,
            draw=lambda *paths: draw_growth(growth, sheet.title, session.circumstances, *paths),
        )


def fit_growth(sizes: Sequence[Size]) -> Growth:
    """The line through the logarithms of articles and median seconds, by least squares."""
    points = [(size.corpus.articles, size.seconds) for size in sizes]
    across = [math.log(articles) for articles, _ in points]
    up = [math.log(median) for _, (median, _, _) in points]
    slope, intercept = statistics.linear_regression(across, up)
    return Growth(points, math.exp(intercept), slope)


def sheet_of(
    sizes: Sequence[Size], growth: Growth, cores: str, circumstances: Circumstances
) -> Sheet:
    """The table, a row for each size."""
    base = _base(sizes)
    return Sheet(
        title=f"Indexing generated articles, {'one core' if cores == 'one' else 'all cores'}",
        headings=_HEADINGS,
        rows=tuple(_cells(size, base) for size in sizes),
        notes=_notes(sizes, growth, base),
        circumstances=circumstances,
    )


def _read_sizes(given: str) -> list[int]:
    try:
        sizes = sorted({int(each) for each in given.split(",")})
    except ValueError:
        sizes = []
    if len(sizes) < 2 or sizes[0] < 1:
        raise CommandError(f"--sizes {given}: not two numbers of articles or more; write {_SIZES}")
    return sizes


def _measure(session: Session, sizes: Sequence[int], cores: str, runs: int) -> list[Size]:
    measured = []
    for articles in sizes:
        session.tell(f"Preparing {articles:,} articles …")
        path = session.scratch / f"{articles}.jsonl"
        measured.append(Size(prepare_made_up(path, articles, body_words=BODY_WORDS)))
    for number in range(1, runs + 1):
        for size in measured:
            try:
                run = _run(size.corpus, cores, session.scratch)
            except WorkerError as error:
                raise CommandError(
                    f"indexing {size.corpus.articles:,} articles failed: {error}; "
                    "mend that, or leave the size out"
                ) from error
            size.runs.append(run)
            session.tell(f"Run {number}, {size.corpus.articles:,}: {duration(run.seconds)}")
    return measured


def _run(corpus: Corpus, cores: str, scratch: Path) -> SizeRun:
    # What the run before has left to be written must not cost this one.
    os.sync()
    with tempfile.TemporaryDirectory(dir=scratch) as directory:
        taken, _ = run_task(scratch, "index", "searchkit", cores, str(corpus.path), directory)
        held, _ = run_task(scratch, "describe", directory)
    return SizeRun(**taken, **held)


def _base(sizes: Sequence[Size]) -> Size:
    return next((size for size in sizes if size.corpus.articles == _BASE_ARTICLES), sizes[0])


def _per_article(size: Size) -> float:
    return size.seconds[0] / size.corpus.articles


def _cells(size: Size, base: Size) -> tuple[str, ...]:
    median, _, _ = size.seconds
    corpus, run = size.corpus, size.runs[-1]
    return (
        f"{corpus.articles:,}",
        duration(median),
        span([run.seconds for run in size.runs]),
        f"{corpus.articles / median:,.0f}",
        figure(corpus.text_bytes / 1e6 / median),
        f"{_per_article(size) / _per_article(base):.2f}",
        f"{size.peak_bytes / 1e6:,.0f} MB",
        f"{run.segment_bytes / corpus.text_bytes:.2f}",
        f"{run.segments}",
    )


def _notes(sizes: Sequence[Size], growth: Growth, base: Size) -> tuple[str, ...]:
    largest = sizes[-1]
    text, held = largest.corpus.text_bytes, largest.runs[-1]
    limit = DEFAULT_MEMORY + _MEMORY_BESIDE
    over = [f"{size.corpus.articles:,}" for size in sizes if size.peak_bytes > limit]
    verdict = f"exceeded with {', '.join(over)} articles" if over else "not exceeded"
    terms = ", ".join(f"{size.runs[-1].body_terms:,}" for size in sizes)
    return (
        f"Time grows as articles^{growth.exponent:.3f} (least squares of the logarithms).",
        f"Time / article: 1 is that of {base.corpus.articles:,} articles.",
        f"JSON lines in, committed files out; {taken_from(len(largest.runs))} in a fresh process.",
        f"Articles have {text / largest.corpus.articles / 1e3:.2f} KB. MB: 10^6 bytes of text.",
        f"Memory: the most of all runs; the limit of {limit / 1e6:,.0f} MB is {verdict}.",
        f"Index: the last commit; with the one before, {held.disk_bytes / text:.2f} of all text.",
        f"Distinct terms of the bodies: {terms}.",
    )
