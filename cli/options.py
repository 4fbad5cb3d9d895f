"""What several commands share: options, the status of an interruption."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["EXIT_INTERRUPTED", "as_json", "filters"]

# The shell's convention for a program that Ctrl-C ended: 128 and the signal's number.
EXIT_INTERRUPTED = 130

_Command = TypeVar("_Command", bound=Callable[..., Any])

as_json = click.option("--json", is_flag=True, help="Print one JSON object, for scripts.")


def filters(command: _Command) -> _Command:
    """The options that narrow a search down, named as in `Index.search`."""
    whole = "letter case and accents aside. Repeatable: any of them."
    for name, help_text in {
        "keyword": f"Only articles with this keyword, {whole}",
        "language": f"Only articles in this language, as the source names it, {whole}",
        "agency": f"Only articles of this agency, {whole}",
        "author": f"Only articles by this author, the whole name, {whole}",
        "publisher": f"Only articles of this publisher, {whole}",
        "section": f"Only articles of this section, {whole}",
    }.items():
        option = click.option(f"--{name}", multiple=True, metavar="NAME", help=help_text)
        command = option(command)
    for name, help_text in {
        "until": "Only articles published then or earlier; a year or month counts to its end.",
        "since": "Only articles published then or later: 2020, 2020-02 or 2020-02-20.",
    }.items():
        command = click.option(f"--{name}", metavar="DATE", help=help_text)(command)
    return command
