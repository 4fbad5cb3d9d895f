"""What several commands share: options, the status of an interruption."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["EXIT_INTERRUPTED", "as_json", "filters"]

# The shell's convention for a program that Ctrl-C ended: 128 and the signal's number.
EXIT_INTERRUPTED = 130

_Command = TypeVar("_Command", bound=Callable[..., Any])

# Name → help. The values are repeatable.
_DATES = {
    "since": "Published then or later: 2020, 2020-02 or 2020-02-20.",
    "until": "Published then or earlier; a year or month counts to its end.",
}
_VALUES = {
    "section": "Of this section, such as sports. This and the filters below compare whole "
    "values, letter case and accents aside; repeat one to allow several.",
    "publisher": "Of this publisher.",
    "author": "By this author, the whole name.",
    "agency": "Of this agency.",
    "language": "In this language, as the source names it.",
    "keyword": "With this keyword.",
}

as_json = click.option("--json", is_flag=True, help="Print one JSON object, for scripts.")


def filters(command: _Command) -> _Command:
    """The options that narrow a search down, named as in `Index.search`."""
    for name, help_text in reversed(_VALUES.items()):
        option = click.option(f"--{name}", multiple=True, metavar="NAME", help=help_text)
        command = option(command)
    for name, help_text in reversed(_DATES.items()):
        command = click.option(f"--{name}", metavar="DATE", help=help_text)(command)
    return command
