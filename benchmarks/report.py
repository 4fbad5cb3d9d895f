"""What was measured, as figures that can be compared; tables, charts and the JSON take these."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from benchmarks.corpus import Corpus
from benchmarks.measure import Measurement, Run
from benchmarks.systems import SYSTEMS

__all__ = ["OWN_SYSTEM", "Report", "Row", "Speed", "make_rows", "write_json"]

# The one that the others are rivals of.
OWN_SYSTEM = "searchkit"

_JSON_VERSION = 1


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
    why in one line and the figures are None. `ratio` is the speed over that of the fastest
    rival (None: there is no rival); `too_few` are the check words found in fewer articles than
    have them.
    """

    label: str
    system: str
    cores: str
    status: Literal["measured", "failed", "not installed"]
    problem: str | None
    versions: dict[str, str]
    positions: bool
    settings: str
    runs: tuple[Run, ...]
    speed: Speed | None = None
    articles_per_second: float | None = None
    peak_bytes: int | None = None
    index_over_text: float | None = None
    ratio: float | None = None
    too_few: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One benchmark; `rows` have the fastest first, those without figures last."""

    command: str
    date: str
    corpus: Corpus
    machine: dict[str, Any]
    git: dict[str, Any] | None
    rows: tuple[Row, ...]


def make_rows(corpus: Corpus, measurements: Iterable[Measurement]) -> tuple[Row, ...]:
    """The figures of each variant, the fastest first."""
    rows = [_row(corpus, measurement) for measurement in measurements]
    rivals = [row.speed.median for row in rows if row.speed and row.system != OWN_SYSTEM]
    if rivals:
        rows = [
            replace(row, ratio=row.speed.median / max(rivals)) if row.speed else row for row in rows
        ]
    return tuple(sorted(rows, key=lambda row: -row.speed.median if row.speed else 0.0))


def write_json(report: Report, path: Path) -> None:
    """Everything, figures of each run included; without the paths of this machine."""
    corpus = asdict(report.corpus)
    del corpus["path"]
    document = {
        "version": _JSON_VERSION,
        "benchmark": "indexing",
        "command": report.command,
        "date": report.date,
        "git": report.git,
        "machine": report.machine,
        "corpus": corpus,
        "systems": [asdict(row) for row in report.rows],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _row(corpus: Corpus, measurement: Measurement) -> Row:
    variant, system = measurement.variant, SYSTEMS[measurement.variant.system]
    row = Row(
        label=variant.label if system.POSITIONS else f"{variant.label} (no positions)",
        system=variant.system,
        cores=variant.cores,
        status="failed" if measurement.installed else "not installed",
        problem=measurement.problem,
        versions=measurement.versions,
        positions=system.POSITIONS,
        settings=system.SETTINGS,
        runs=tuple(measurement.runs),
    )
    if not measurement.measured:
        return row
    speeds = [corpus.text_bytes / 1e6 / run.seconds for run in measurement.runs]
    speed = Speed(statistics.median(speeds), min(speeds), max(speeds))
    return replace(
        row,
        status="measured",
        speed=speed,
        articles_per_second=speed.median * corpus.articles / (corpus.text_bytes / 1e6),
        peak_bytes=int(statistics.median(run.peak_bytes for run in measurement.runs)),
        index_over_text=statistics.median(run.index_bytes for run in measurement.runs)
        / corpus.text_bytes,
        too_few=_too_few(corpus, measurement),
    )


def _too_few(corpus: Corpus, measurement: Measurement) -> dict[str, int]:
    return {
        word: run.counts[word]
        for run in measurement.runs
        for word, wanted in corpus.check_words.items()
        if run.counts[word] < wanted
    }
