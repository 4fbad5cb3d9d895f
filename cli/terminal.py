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
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from searchkit import harmless

__all__ = [
    "Bar",
    "console",
    "plural",
    "print_json",
    "print_text",
    "progress_bar",
    "remark",
    "size_text",
    "spinner",
]

_DRAW_INTERVAL = 0.1

# JSON escapes the C0 controls by itself; C1 controls, DEL and direction marks it leaves.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def remark(text: str) -> None:
    """A line to standard error."""
    click.echo(harmless(text), err=True)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leaves it to the program, where rich would end with status 1."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output. rich honours NO_COLOR, and leaves colour out where it is no terminal."""
    return _Console(highlight=False, emoji=False, markup=False)


def print_text(to: Console, text: Text, indent: int = 0) -> None:
    """Folded to the terminal's width; one line each in a pipe, for grep."""
    if not to.is_terminal:
        to.print(Text(" " * indent) + text, soft_wrap=True)
        return
    width = max(to.width - indent, 20)
    for line in text.wrap(to, width):
        line.rstrip()
        to.print(Text(" " * indent) + line, soft_wrap=True)


def print_json(record: dict[str, Any]) -> None:
    """One object on one line, without what a terminal would obey."""
    text = json.dumps(record, ensure_ascii=False)
    click.echo(_UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text))


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
    columns = SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.elapsed:.0f} s")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(description, total=None)
        yield
