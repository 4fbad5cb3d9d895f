"""What was measured of indexing, as figures that can be compared; table and chart take these."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from benchmarks.corpus import Corpus
from benchmarks.machine import Circumstances
from benchmarks.measure import Measurement, Run
from benchmarks.systems import SYSTEMS
from benchmarks.tables import Sheet, figure, taken_from

__all__ = ["OWN_SYSTEM", "Comparison", "Report", "Row", "Speed", "compare", "make_rows"]

# The one that the others are rivals of, and the one that it is built upon.
OWN_SYSTEM = "searchkit"
_ORIGIN = "whoosh"

_HEADINGS = (
    "System",
    "Articles/s",
    "MB/s",
    "min–max",
    "Peak\nmemory",
    "Index\n/ text",
    "Of fastest\nrival",
)


@dataclass(frozen=True, slots=True)
class Speed:
    """MB of text (10^6 bytes) a second: the median of the runs, the slowest, the fastest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One variant of one system.

    `status` is "measured", "failed" or "not installed"; unless it is "measured", `problem` says
    why in one line and the figures are None. `articles`, with `text_bytes`, is how many it was
    given, and `is_part` whether that is a part of the corpus only. `ratio` is the speed over
    that of the fastest rival (None: there is no rival); `too_few` are the check words found in
    fewer articles than have them.
    """

    label: str
    system: str
    cores: str
    status: Literal["measured", "failed", "not installed"]
    problem: str | None
    versions: dict[str, str]
    positions: bool
    durable: bool
    settings: str
    articles: int
    text_bytes: int
    is_part: bool
    runs: tuple[Run, ...]
    speed: Speed | None = None
    articles_per_second: float | None = None
    peak_bytes: int | None = None
    index_over_text: float | None = None
    ratio: float | None = None
    too_few: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The median speed of a variant of searchkit over that of a rival, by their labels."""

    label: str
    rival: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Report:
    """One benchmark; `rows` have the fastest first, those without figures last."""

    circumstances: Circumstances
    corpus: Corpus
    rows: tuple[Row, ...]

    def results(self) -> dict[str, Any]:
        """For the JSON: everything, figures of each run included."""
        return {
            "systems": [asdict(row) for row in self.rows],
            "comparisons": [asdict(each) for each in compare(self.rows)],
        }

    def sheet(self) -> Sheet:
        """As a table, with every system's versions and settings below it."""
        return Sheet(
            title=f"Indexing {corpus_line(self.corpus)}",
            headings=_HEADINGS,
            rows=tuple(tuple(_cells(row)) for row in self.rows),
            notes=tuple(_notes(self)),
            circumstances=self.circumstances,
            emphasised=frozenset(
                number for number, row in enumerate(self.rows) if row.system == OWN_SYSTEM
            ),
            details=tuple(_details(self.rows)),
        )


def corpus_line(corpus: Corpus) -> str:
    """Name and size of the corpus."""
    size = f"{figure(corpus.text_bytes / 1e6)} MB of text"
    if corpus.seed is not None:
        return f"{corpus.name} (seed {corpus.seed}), {size}"
    return f"{corpus.name}: {corpus.articles:,} articles, {size}"


def make_rows(corpus: Corpus, measurements: Iterable[Measurement]) -> tuple[Row, ...]:
    """The figures of each variant, the fastest first."""
    rows = [_row(corpus, measurement) for measurement in measurements]
    rivals = [row.speed.median for row in rows if row.speed and row.system != OWN_SYSTEM]
    if rivals:
        rows = [
            replace(row, ratio=row.speed.median / max(rivals)) if row.speed else row for row in rows
        ]
    return tuple(sorted(rows, key=lambda row: -row.speed.median if row.speed else 0.0))


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Each variant of searchkit beside the fastest rival, and beside the fastest of Whoosh.

    On one core, only rivals on one core count; on all, every rival does.
    """
    comparisons: list[Comparison] = []
    for own in rows:
        if own.system != OWN_SYSTEM or own.speed is None:
            continue
        peers = [
            (row.speed.median, row)
            for row in rows
            if row.speed and row.system != OWN_SYSTEM and own.cores in ("all", row.cores)
        ]
        chosen: dict[str, Comparison] = {}
        for group in (peers, [peer for peer in peers if peer[1].system == _ORIGIN]):
            if group:
                speed, rival = max(group, key=lambda peer: peer[0])
                ratio = own.speed.median / speed
                chosen[rival.label] = Comparison(own.label, rival.label, ratio)
        comparisons += chosen.values()
    return comparisons


def _row(corpus: Corpus, measurement: Measurement) -> Row:
    variant, system, given = measurement.variant, SYSTEMS[measurement.variant.system], measurement
    is_part = given.corpus.articles < corpus.articles
    remarks = [] if system.POSITIONS else ["no positions"]
    remarks += [f"{given.corpus.articles:,} articles"] if is_part else []
    text_bytes = given.corpus.text_bytes
    row = Row(
        label=variant.label + (f" ({', '.join(remarks)})" if remarks else ""),
        system=variant.system,
        cores=variant.cores,
        status="failed" if measurement.installed else "not installed",
        problem=measurement.problem,
        versions=measurement.versions,
        positions=system.POSITIONS,
        durable=system.DURABLE,
        settings=system.SETTINGS,
        articles=given.corpus.articles,
        text_bytes=text_bytes,
        is_part=is_part,
        runs=tuple(measurement.runs),
    )
    if not measurement.measured:
        return row
    speeds = [text_bytes / 1e6 / run.seconds for run in measurement.runs]
    speed = Speed(statistics.median(speeds), min(speeds), max(speeds))
    return replace(
        row,
        status="measured",
        speed=speed,
        articles_per_second=speed.median * row.articles / (text_bytes / 1e6),
        peak_bytes=int(statistics.median(run.peak_bytes for run in measurement.runs)),
        index_over_text=statistics.median(run.index_bytes for run in measurement.runs) / text_bytes,
        too_few=_too_few(measurement),
    )


def _too_few(measurement: Measurement) -> dict[str, int]:
    return {
        word: run.counts[word]
        for run in measurement.runs
        for word, wanted in measurement.corpus.check_words.items()
        if run.counts[word] < wanted
    }


def _cells(row: Row) -> list[str]:
    if not row.speed:
        return [row.label, row.status, *[""] * (len(_HEADINGS) - 2)]
    several = len(row.runs) > 1
    return [
        row.label,
        f"{row.articles_per_second:,.0f}",
        figure(row.speed.median),
        f"{figure(row.speed.low)}–{figure(row.speed.high)}" if several else "one run",
        f"{(row.peak_bytes or 0) / 1e6:,.0f} MB",
        f"{row.index_over_text:.2f}",
        "–" if row.ratio is None else f"{row.ratio:.2f} ×",
    ]


def _notes(report: Report) -> list[str]:
    corpus, rows = report.corpus, report.rows
    most = max((len(row.runs) for row in rows), default=0)
    notes = [
        f"{each.label}: {figure(each.ratio)} × {each.rival}, by the medians."
        for each in compare(rows)
    ]
    notes.append(
        f"JSON lines in, committed files out; {taken_from(most)} in a fresh process. MB: "
        "10^6 bytes of headlines, bodies and captions. 1 core: confined to one."
    )
    notes += _durability(rows)
    notes += [
        f"{row.label}: given {figure(row.text_bytes / 1e6)} MB, spread evenly over the corpus."
        for row in rows
        if row.is_part and row.speed
    ]
    notes += [f"{row.label}: {row.status}: {row.problem}" for row in rows if row.problem]
    notes += [
        f"Left out of the corpus: {count:,} {what}." for what, count in corpus.left_out.items()
    ]
    words = ", ".join(f"{word} {count:,}" for word, count in corpus.check_words.items())
    complete = not any(row.too_few for row in rows)
    verdict = "every index finds these or more (stemming)" if complete else "but see below"
    notes.append(f"Check words, with the articles that have them: {words}; {verdict}.")
    for row in rows:
        for word, found in (row.too_few or {}).items():
            notes.append(f"{row.label} finds {word} in {found:,} articles only.")
    return notes


def _durability(rows: Sequence[Row]) -> list[str]:
    """One note, unless nothing was measured."""
    measured = [row for row in rows if row.speed]
    if not measured:
        return []
    titles = {
        durable: ", ".join(
            dict.fromkeys(SYSTEMS[row.system].TITLE for row in measured if row.durable is durable)
        )
        for durable in (True, False)
    }
    note = f"Synced to the disk when the clock stops: {titles[True] or 'none'}."
    return [note + (f" Not synced: {titles[False]}." if titles[False] else "")]


def _details(rows: Sequence[Row]) -> list[str]:
    details = []
    for name in dict.fromkeys(row.system for row in rows):
        row = next(row for row in rows if row.system == name)
        versions = ", ".join(f"{what} {version}" for what, version in row.versions.items())
        details.append(f"{name}{f' ({versions})' if versions else ''}: {row.settings}.")
    return details
