"""Here is a report: show it on the terminal, and as Markdown for a page."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.machine import summary
from benchmarks.report import OWN_SYSTEM, Report, Row

__all__ = ["corpus_line", "figure", "print_report", "to_markdown"]

_HEADINGS = (
    "System",
    "Articles/s",
    "MB/s",
    "min–max",
    "Peak memory",
    "Index / text",
    "Of the fastest rival",
)

# Above it something else was running; the load average falls to it two minutes after work.
_IDLE_LOAD = 0.3

# So that the table fits into 80 columns.
_BROKEN = {
    "Peak memory": "Peak\nmemory",
    "Index / text": "Index\n/ text",
    "Of the fastest rival": "Of fastest\nrival",
}


def figure(value: float) -> str:
    """Three significant digits, for speeds."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def corpus_line(report: Report) -> str:
    """Name and size of the corpus."""
    corpus = report.corpus
    size = f"{figure(corpus.text_bytes / 1e6)} MB of text"
    if corpus.seed is not None:
        return f"{corpus.name} (seed {corpus.seed}), {size}"
    return f"{corpus.name}: {corpus.articles:,} articles, {size}"


def print_report(report: Report, console: Console) -> None:
    """The table, then what has to be known about it."""
    table = Table(
        title=f"Indexing: {corpus_line(report)}",
        title_justify="left",
        box=SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    for heading in _HEADINGS:
        table.add_column(
            _BROKEN.get(heading, heading),
            justify="left" if heading == "System" else "right",
            vertical="bottom",
            overflow="fold",
        )
    for row in report.rows:
        style = "bold" if row.system == OWN_SYSTEM else None
        table.add_row(*map(escape, _cells(row)), style=style)
    console.print(table)
    console.print(escape(summary(report.machine)), highlight=False)
    for note in _notes(report):
        console.print(escape(note), highlight=False)


def to_markdown(report: Report) -> str:
    """The same table, with every system's versions and settings below it."""
    lines = [
        f"Indexing {corpus_line(report)}, on {summary(report.machine)}; {report.date}.",
        "",
        f"| {' | '.join(_HEADINGS)} |",
        "|---" + "|--:" * (len(_HEADINGS) - 1) + "|",
    ]
    for row in report.rows:
        cells = [cell.replace("|", "\\|") for cell in _cells(row)]
        if row.system == OWN_SYSTEM:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", *(f"- {note}" for note in _notes(report))]
    for name in dict.fromkeys(row.system for row in report.rows):
        row = next(row for row in report.rows if row.system == name)
        versions = ", ".join(f"{what} {version}" for what, version in row.versions.items())
        lines.append(f"- {name}{f' ({versions})' if versions else ''}: {row.settings}.")
    lines += ["", f"    {report.command}", ""]
    return "\n".join(lines)


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
    corpus = report.corpus
    most = max((len(row.runs) for row in report.rows), default=0)
    runs = f"median of {most} runs, each" if most > 1 else "one run"
    method = (
        f"JSON lines in, committed files out; {runs} in a fresh process. MB: 10^6 bytes of "
        "headlines, bodies and captions. 1 core: confined to one."
    )
    notes = [method]
    load = report.machine["load_average_before"]
    if load is not None and load > _IDLE_LOAD:
        notes.append(
            f"The machine was busy (load average {load} before): figures are too low, most of all "
            "those of all cores."
        )
    notes += [
        f"{row.label}: {row.status}: {row.problem}"
        for row in report.rows
        if row.problem is not None
    ]
    notes += [
        f"Left out of the corpus: {count:,} {what}." for what, count in corpus.left_out.items()
    ]
    words = ", ".join(f"{word} {count:,}" for word, count in corpus.check_words.items())
    complete = not any(row.too_few for row in report.rows)
    verdict = "every index finds these or more (stemming)" if complete else "but see below"
    notes.append(f"Check words, with the articles that have them: {words}; {verdict}.")
    for row in report.rows:
        for word, found in (row.too_few or {}).items():
            notes.append(f"{row.label} finds {word} in {found:,} articles only.")
    return notes
