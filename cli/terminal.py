"""What all answers are made of: lines, folded on a terminal; JSON; progress on standard error.

Whatever comes from articles, file names or arguments passes through `harmless` or `print_json`
on its way out.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from searchkit import harmless

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

__all__ = [
    "Bar",
    "JsonScreen",
    "Part",
    "for_people",
    "plural",
    "print_counts",
    "print_json",
    "print_line",
    "print_rows",
    "print_table",
    "progress_bar",
    "remark",
    "shortened",
    "size_text",
    "spinner",
]

# Text; or text and its style, as rich names it.
Part = str | tuple[str, str]

_DRAW_INTERVAL = 0.1

# Columns that the label and the bar of a count take at most, and a bar at least.
_LABEL_COLUMNS = 48
_LEAST_BAR = 4

_EIGHTHS = " ▏▎▍▌▋▊▉"

# JSON escapes the C0 controls by itself; C1 controls, DEL and direction marks it leaves.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def remark(text: str) -> None:
    """A line to standard error."""
    click.echo(harmless(text), err=True)


def for_people() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def print_line(*parts: Part, indent: int = 0, style: str = "") -> None:
    """A line to standard output: in colour, and folded to its width, on a terminal; as it is in a
    pipe, for grep.
    """
    if not for_people():
        text = "".join(part if isinstance(part, str) else part[0] for part in parts)
        sys.stdout.write(f"{' ' * indent}{text}\n")
        return
    from rich.text import Text

    screen = _screen()
    lines = Text.assemble(*parts, style=style).wrap(screen, max(screen.width - indent, 20))
    for line in lines:
        line.rstrip()
        line.pad_left(indent)
    screen.print(Text("\n").join(lines), soft_wrap=True)


def print_counts(counts: Sequence[tuple[str, int | None]], bar: int | None = None) -> None:
    """Labels with their counts, on a terminal with a bar beside of so many columns (None: all
    there are); in a pipe each label, a tab and the number.

    With None for a count the label is a remark for people.
    """
    known = [(label, count) for label, count in counts if count is not None]
    if not for_people():
        sys.stdout.writelines(f"{label}\t{count}\n" for label, count in known)
        return
    from rich.cells import cell_len, set_cell_size

    most = max((count for _, count in known), default=0)
    number_width = len(f"{most:,}")
    free = _screen().width - number_width - 4
    labels = max((cell_len(label) for label, _ in known), default=0)
    labels = min(labels, _LABEL_COLUMNS, max(free - _LEAST_BAR, 2))
    columns = free - labels if bar is None else min(bar, free - labels)
    for label, count in counts:
        if count is None:
            print_line(label, style="dim")
            continue
        if cell_len(label) > labels:
            label = set_cell_size(label, labels - 1) + "…"
        line = f"{set_cell_size(label, labels)}  {count:>{number_width},}"
        print_line(line, ("  " + _bar(count, most, columns), "cyan"))


def print_table(rows: Sequence[tuple[str, str]]) -> None:
    """Names and what there is to say, below each other."""
    if not for_people():
        width = max(len(name) for name, _ in rows)
        sys.stdout.writelines(f"{name:<{width}}  {text}\n" for name, text in rows)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(name, Text(text))
    _screen().print(table)


def print_rows(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a heading; in a pipe the rows alone, with tabs between what is in them.

    Columns of numbers are those of which every row has one.
    """
    safe = [[harmless(" ".join(cell.split())) for cell in row] for row in rows]
    if not for_people():
        sys.stdout.writelines("\t".join(row) + "\n" for row in safe)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for place, name in enumerate(names):
        are_numbers = all(row[place].replace(",", "").isdigit() for row in safe)
        table.add_column(name, justify="right" if are_numbers else "left", overflow="fold")
    for row in safe:
        table.add_row(*map(Text, row))
    _screen().print(table)


def _bar(count: int, most: int, columns: int) -> str:
    """As long as the count is beside the most; a sliver for the least of them."""
    if not count or columns < 1:
        return ""
    whole, eighths = divmod(max(count * columns * 8 // most, 1), 8)
    return "█" * whole + _EIGHTHS[eighths].strip()


@cache
def _screen() -> Console:
    """Standard output, where it is a terminal. rich honours NO_COLOR."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            """Leaves it to the program, where rich would end with status 1."""
            raise BrokenPipeError

    return Screen(highlight=False, emoji=False, markup=False)


def print_json(record: dict[str, Any], *, err: bool = False) -> None:
    """One object on one line, without what a terminal would obey."""
    click.echo(_safe_json(json.dumps(record, ensure_ascii=False)), err=err)


def _safe_json(text: str) -> str:
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


class JsonScreen:
    """Standard output where it is a terminal, for lines of JSON."""

    def write(self, line: bytes) -> None:
        """Writes a line without what a terminal would obey."""
        sys.stdout.write(_safe_json(line.decode()))


def shortened(text: str, characters: int, ellipsis: str = "…") -> str:
    """So many characters at most, and what says that there are more."""
    return text if len(text) <= characters else text[:characters] + ellipsis


def plural(count: int, noun: str) -> str:
    """The number and the noun: ``1 article``, ``2,000 articles``."""
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"


def size_text(count: int) -> str:
    """Bytes for people: ``1,234.5 MB``; a little as ``1.2 kB``."""
    return f"{count / 1e6:,.1f} MB" if count >= 1_000_000 else f"{count / 1e3:,.1f} kB"


class Bar:
    """A progress bar, or nothing where nobody would see it."""

    def __init__(self, description: str, progress: Progress | None) -> None:
        self.started = time.monotonic()
        self._drawn = self.started
        self._description = description
        self._progress = progress
        self._task = progress.add_task(description, total=None, facts="") if progress else None

    def due(self, description: str | None = None) -> bool:
        """Whether to draw: ten times a second at most, but a changed description at once."""
        if self._progress is None:
            return False
        changed = description is not None and description != self._description
        return changed or time.monotonic() - self._drawn >= _DRAW_INTERVAL

    def draw(
        self, done: int, total: int | None, facts: str, description: str | None = None
    ) -> None:
        """Shows how far it is; without a total, that something is going on."""
        if self._progress is None or self._task is None:
            return
        self._drawn = time.monotonic()
        self._description = description or self._description
        self._progress.update(
            self._task, description=self._description, completed=done, total=total, facts=facts
        )


@contextlib.contextmanager
def progress_bar(description: str) -> Iterator[Bar]:
    """A bar on standard error if that is a terminal, which is gone at the end."""
    if not sys.stderr.isatty():
        yield Bar(description, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    progress = Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[facts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with progress:
        yield Bar(description, progress)


@contextlib.contextmanager
def spinner(description: str) -> Iterator[None]:
    """As `progress_bar`, for what does not tell how far it is: the time that it has taken."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.elapsed:.0f} s")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(description, total=None)
        yield
