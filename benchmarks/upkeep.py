"""What does it cost to keep a large index up to date, to check it, and to begin to search it?"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.corpus import Corpus, prepare_made_up
from benchmarks.machine import Circumstances
from benchmarks.process import WorkerError, run_task
from benchmarks.scaling import BODY_WORDS
from benchmarks.session import (
    CommandError,
    Session,
    begin_session,
    described,
    out_option,
    runs_option,
)
from benchmarks.tables import Sheet, duration, figure
from benchmarks.upkeep_work import BATCH

__all__ = ["Upkeep", "sheet_of", "upkeep"]

_ARTICLES = 1_000_000
_TIMES = 20
_RUNS = 3

_HEADINGS = ("What", "Median", "Worst", "")


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was measured, as `upkeep_work` gives it: of each step its runs; of `change` and
    `compact` there is one. `first` are the seconds of indexing, `index_bytes` what it left.
    """

    query: str
    first: float
    index_bytes: int
    look: list[dict[str, Any]]
    again: list[dict[str, Any]]
    verify: list[dict[str, Any]]
    change: dict[str, list[float]]
    compact: dict[str, Any]

    def results(self) -> dict[str, Any]:
        """For the JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@click.command()
@click.option(
    "--articles",
    type=click.IntRange(min=1),
    default=_ARTICLES,
    show_default=True,
    help="How many generated articles the index has.",
)
@click.option(
    "--times",
    type=click.IntRange(min=1),
    default=_TIMES,
    show_default=True,
    help=f"How often to add, update and delete {BATCH} articles.",
)
@runs_option(_RUNS, "to do what leaves the index as it is")
@out_option
@click.pass_context
def upkeep(context: click.Context, articles: int, times: int, runs: int, out: Path | None) -> None:
    """Measure what is done to one large index after it has been made.

    Small additions, updates and deletions, each durable when it returns; the whole archive
    once more, unchanged; verifying, compacting, opening, searching.
    """
    if articles < times * BATCH:
        raise CommandError(
            f"{times} times {BATCH} articles are to be deleted; give --articles {times * BATCH} "
            "or more"
        )
    with begin_session(context) as session:
        session.tell(f"Preparing {articles:,} articles …")
        path = session.scratch / "corpus.jsonl"
        corpus = prepare_made_up(path, articles, body_words=BODY_WORDS)
        try:
            measured = _measure(session, corpus, times, runs)
        except WorkerError as error:
            raise CommandError(f"a step failed: {error}; mend that, then run this again") from error
        sheet = sheet_of(corpus, measured, session.circumstances)
        session.keep(sheet, {"corpus": described(corpus), **measured.results()}, out)


def _measure(session: Session, corpus: Corpus, times: int, runs: int) -> Upkeep:
    scratch, directory = session.scratch, session.scratch / "index"
    directory.mkdir()

    def step(name: str, argument: str) -> dict[str, Any]:
        session.tell(f"Step {name} …")
        return run_task(scratch, "upkeep", name, str(directory), str(corpus.path), argument)[0]

    session.tell("Indexing …")
    taken, _ = run_task(scratch, "index", "searchkit", "all", str(corpus.path), str(directory))
    held, _ = run_task(scratch, "describe", str(directory))
    # The middle one of the check words is in one of twenty articles.
    words = list(corpus.check_words)
    query = words[len(words) // 2]
    return Upkeep(
        query=query,
        first=taken["seconds"],
        index_bytes=held["segment_bytes"],
        look=[step("look", query) for _ in range(runs)],
        again=[step("again", str(corpus.articles)) for _ in range(runs)],
        verify=[step("verify", "") for _ in range(runs)],
        change=step("change", str(times)),
        compact=step("compact", ""),
    )


def sheet_of(corpus: Corpus, measured: Upkeep, circumstances: Circumstances) -> Sheet:
    """The table, a row for each thing that was done."""
    return Sheet(
        title=f"Upkeep of an index of {corpus.articles:,} generated articles, "
        f"{figure(corpus.text_bytes / 1e6)} MB of text",
        headings=_HEADINGS,
        rows=tuple(_rows(measured)),
        notes=(
            "Each step in a fresh process that has imported the library, on all cores.",
            "Additions, updates and deletions are on the disk when the clock stops.",
            f"Making the index took {duration(measured.first)}.",
            f"Searches: {measured.query}, found in {measured.look[0]['found']:,} articles.",
        ),
        circumstances=circumstances,
    )


def _rows(measured: Upkeep) -> list[tuple[str, ...]]:
    change, compact = measured.change, measured.compact
    count = len(change["add"])
    often = f"{count} times"
    rows = [
        _row(f"add {BATCH} articles", change["add"], often),
        _row(f"open, add {BATCH} articles", change["open_and_add"], often),
        _row(f"update {BATCH} articles", change["update"], often),
        _row(f"delete {BATCH} articles", change["delete"], often),
    ]
    again = [run["seconds"] for run in measured.again]
    share = statistics.median(again) / measured.first
    rows.append(_row("index all again, unchanged", again, f"{share:.3f} of the first time"))
    size = measured.verify[0]["size"]
    for name, label in (("cold", "verify, from the disk"), ("warm", "verify, from memory")):
        taken = [run[name] for run in measured.verify if run[name] is not None]
        if taken:
            rows.append(_row(label, taken, _speed(size, statistics.median(taken))))
    rows.append(_row("compact", [compact["seconds"]], _compaction(compact)))
    for name, label in (
        ("open", "open"),
        ("first_search", "first search"),
        ("later_search", "later search"),
    ):
        rows.append(_row(label, [run[name] for run in measured.look], ""))
    return rows


def _row(label: str, seconds: Sequence[float], remark: str) -> tuple[str, ...]:
    worst = duration(max(seconds)) if len(seconds) > 1 else "one run"
    return label, duration(statistics.median(seconds)), worst, remark


def _speed(size: int, seconds: float) -> str:
    return f"{figure(size / 1e6 / seconds)} MB/s"


def _compaction(compact: dict[str, Any]) -> str:
    before, after = compact["size_before"] / 1e6, compact["size_after"] / 1e6
    segments = f"{compact['segments_before']} to {compact['segments_after']} segments"
    speed = _speed(compact["size_before"], compact["seconds"])
    return f"{speed}, {segments}, {figure(before)} to {figure(after)} MB"
