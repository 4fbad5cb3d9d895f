"""Here are figures: show them on the terminal, and as Markdown for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.machine import Circumstances, summary

__all__ = ["Sheet", "duration", "figure", "print_sheet", "span", "taken_from", "to_markdown"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and what has to be known about it.

    `title` begins with what was measured. `headings` may have line feeds, where a terminal of 80
    columns needs them; the first column is text, the others are figures. `emphasised` are the
    numbers of rows. `details` are notes for the page only.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    circumstances: Circumstances
    emphasised: frozenset[int] = frozenset()
    details: tuple[str, ...] = ()


def figure(value: float) -> str:
    """Three significant digits, for speeds."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def duration(seconds: float) -> str:
    """Seconds, or milliseconds where that is less than one."""
    return f"{figure(seconds)} s" if seconds >= 1 else f"{figure(seconds * 1000)} ms"


def span(seconds: Sequence[float]) -> str:
    """The least and the most of the seconds of several runs."""
    if len(seconds) < 2:
        return "one run"
    low, high = min(seconds), max(seconds)
    if high >= 1:
        return f"{figure(low)}–{figure(high)} s"
    return f"{figure(low * 1000)}–{figure(high * 1000)} ms"


def taken_from(runs: int) -> str:
    """Which figure is shown of so many runs: words to be followed by what each was like."""
    return f"median of {runs} runs, each" if runs > 1 else "one run"


def print_sheet(sheet: Sheet, console: Console) -> None:
    """The table, then the machine and the notes."""
    table = Table(
        title=escape(sheet.title),
        title_justify="left",
        box=SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    for column, heading in enumerate(sheet.headings):
        table.add_column(
            heading, justify="right" if column else "left", vertical="bottom", overflow="fold"
        )
    for number, row in enumerate(sheet.rows):
        style = "bold" if number in sheet.emphasised else None
        table.add_row(*map(escape, row), style=style)
    console.print(table)
    console.print(escape(summary(sheet.circumstances.machine)), highlight=False)
    for note in (*sheet.notes, *sheet.circumstances.notes()):
        console.print(escape(note), highlight=False)


def to_markdown(sheet: Sheet) -> str:
    """The same table with all notes, and the command."""
    circumstances = sheet.circumstances
    headings = [heading.replace("\n", " ") for heading in sheet.headings]
    lines = [
        f"{sheet.title}, on {summary(circumstances.machine)}; {circumstances.date}.",
        "",
        f"| {' | '.join(headings)} |",
        "|---" + "|--:" * (len(headings) - 1) + "|",
    ]
    for number, row in enumerate(sheet.rows):
        cells = [cell.replace("|", "\\|") for cell in row]
        if number in sheet.emphasised:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        lines.append(f"| {' | '.join(cells)} |")
    notes = (*sheet.notes, *circumstances.notes(), *sheet.details)
    lines += ["", *(f"- {note}" for note in notes), "", f"    {circumstances.command}", ""]
    return "\n".join(lines)
