"""What several commands share: options, an index to write to, the status of an interruption."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from searchkit import Index

__all__ = [
    "EXIT_INTERRUPTED",
    "as_json",
    "filters",
    "language",
    "mapping",
    "open_or_create",
    "source_encoding",
    "source_format",
]

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

language = click.option(
    "--language",
    metavar="CODE",
    help="The language of the text, for stemming, when a new index is made: en (the default), "
    "de, fr, es ... or none. Articles in another get its stemmer.",
)


source_format = click.option(
    "--format",
    "file_format",
    metavar="NAME",
    help="Read every file as this format (plaintext, jsonl ...) instead of going by its content "
    "and its name.",
)

source_encoding = click.option(
    "--encoding",
    metavar="NAME",
    help="The encoding of the text, such as cp1252. Default: what a file declares, UTF-8, "
    "otherwise detected.",
)


def mapping(help_text: str) -> Callable[[_Command], _Command]:
    """The option ``--map``, which the command gets as `fields`: a dict, or None."""
    return click.option(
        "--map", "fields", multiple=True, metavar="FIELD=NAME", callback=_fields, help=help_text
    )


def _fields(
    _context: click.Context, _parameter: click.Parameter, entries: tuple[str, ...]
) -> dict[str, str] | None:
    fields = {}
    for entry in entries:
        field, separator, name = entry.partition("=")
        if not (field and separator and name):
            raise click.UsageError(
                f"--map {entry!r} is not of the form FIELD=NAME, as in headline=hl"
            )
        fields[field] = name
    return fields or None


def open_or_create(directory: Path, language: str | None) -> Index:
    """The index in the directory, made in this language (None: English) if there is none.

    Raises UsageError when there is one of another language.
    """
    import searchkit
    from searchkit.analysis import language_code

    from .terminal import remark

    try:
        index = searchkit.open(directory)
    except searchkit.IndexNotFoundError:
        index = searchkit.create(directory, language=language or "en")
        remark(f"New index in {directory}")
    if language and language_code(language) != index.language:
        raise click.UsageError(
            f"the index in {directory} was made with --language {index.language}; "
            f"leave --language out, or choose another directory with --index"
        )
    return index


def filters(command: _Command) -> _Command:
    """The options that narrow a search down, named as in `Index.search`."""
    for name, help_text in reversed(_VALUES.items()):
        option = click.option(f"--{name}", multiple=True, metavar="NAME", help=help_text)
        command = option(command)
    for name, help_text in reversed(_DATES.items()):
        command = click.option(f"--{name}", metavar="DATE", help=help_text)(command)
    return command
