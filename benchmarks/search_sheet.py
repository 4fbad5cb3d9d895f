"""Here is what was measured of searching: a table of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.answers import Answers, percentiles
from benchmarks.corpus import Corpus
from benchmarks.machine import Circumstances
from benchmarks.systems import SYSTEMS
from benchmarks.tables import Sheet, figure

__all__ = ["sheet_of"]

# The percentiles that are shown.
_SHOWN = ("p50", "p99")


def sheet_of(
    corpus: Corpus,
    answers: Sequence[Answers],
    alone: dict[str, Any],
    differences: Sequence[dict[str, Any]],
    circumstances: Circumstances,
) -> Sheet:
    """The table, in milliseconds. `alone` is what was measured of searchkit without rivals,
    `differences` are as `compare` gives them.
    """
    systems = list(dict.fromkeys(each.system for each in answers))
    headings = ["ms", *(SYSTEMS[system].TITLE for system in systems)]
    rows: list[tuple[str, ...]] = []
    emphasised = set()

    def group(title: str, lines: Iterator[list[str]]) -> None:
        emphasised.add(len(rows))
        rows.extend((*line, *[""] * (len(headings) - len(line))) for line in ([title], *lines))

    for segments in dict.fromkeys(each.segments for each in answers):
        for shown in dict.fromkeys(each.shown for each in answers):
            here = {
                each.system: each
                for each in answers
                if (each.segments, each.shown) == (segments, shown)
            }
            title = f"{shown}, {segments} segment" + "s" * (segments > 1)
            group(title, _compared(here, systems))
    group("words half written", _patterns(alone["patterns"]))
    found = alone["aggregate"]["found"]
    group(f"over {found:,} matches (median / worst)", _aggregate(alone["aggregate"]))
    group("queries that nobody types", _hostile(alone["hostile"]))
    return Sheet(
        title=f"Searching {corpus.name}: {corpus.articles:,} articles, "
        f"{figure(corpus.text_bytes / 1e6)} MB of text",
        headings=tuple(headings),
        rows=tuple(rows),
        notes=tuple(_notes(answers, alone)),
        circumstances=circumstances,
        emphasised=frozenset(emphasised),
        details=tuple(_details(answers, differences)),
    )


def _compared(here: dict[str, Answers], systems: Sequence[str]) -> Iterator[list[str]]:
    for source, how in next(iter(here.values())).classes():
        line = [f"{source}, {how}"]
        for system in systems:
            taken = here[system].medians(source, how) if system in here else []
            line.append(_shares(percentiles(taken)) if taken else "")
        yield line


def _patterns(patterns: dict[str, Any]) -> Iterator[list[str]]:
    for kind, found in patterns.items():
        yield [kind, _shares(found["seconds"])]


def _aggregate(aggregate: dict[str, Any]) -> Iterator[list[str]]:
    for name, taken in aggregate["seconds"].items():
        yield [name, f"{_milliseconds(statistics.median(taken))} / {_milliseconds(max(taken))}"]


def _hostile(hostile: dict[str, Any]) -> Iterator[list[str]]:
    for name, became in hostile.items():
        seconds = became["seconds"]
        shown = "" if seconds is None else _milliseconds(seconds)
        yield [f"{name}, {became['outcome']}", shown]


def _shares(shares: dict[str, float]) -> str:
    return " / ".join(_milliseconds(shares[share]) for share in _SHOWN)


def _milliseconds(seconds: float) -> str:
    return figure(seconds * 1000)


def _notes(answers: Sequence[Answers], alone: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{' / '.join(_SHOWN)} over questions, of each the median of "
        f"{min(len(each.seconds[0]) for each in answers)} times or more: warm, from words to the "
        "ids of the ten best and the exact total, in fresh processes by turns."
    )
    start = alone["start"]
    terminal = f", to a terminal {_milliseconds(start['terminal'])}" if "terminal" in start else ""
    yield (
        f"searchkit search as a process: to a pipe {_milliseconds(start['pipe'])} ms{terminal}; "
        f"python -c 'import click, rich.console' {_milliseconds(start['least'])} ms."
    )
    memory = alone["memory"]
    yield (
        f"Memory beside mapped files: {memory['after'] / 1e6:.0f} MB after "
        f"{memory['questions']:,} questions, {memory['before'] / 1e6:.0f} MB before."
    )


def _details(answers: Sequence[Answers], differences: Sequence[dict[str, Any]]) -> Iterator[str]:
    for system in dict.fromkeys(each.system for each in answers):
        yield f"{SYSTEMS[system].TITLE}: {SYSTEMS[system].SETTINGS}."
    for row in differences:
        if row["segments"] == answers[0].segments and row["system"] != "searchkit":
            yield (
                f"{SYSTEMS[row['system']].TITLE} has as many articles as searchkit for "
                f"{row['alike']} of {row['questions']} questions, {row['how']}; of all together "
                f"{row['found']:,}, searchkit {row['own']:,}."
            )
