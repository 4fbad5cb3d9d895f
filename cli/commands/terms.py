"""`searchkit terms`: the dictionary of a field."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import as_json


@click.command(short_help="List the terms of a field.")
@click.argument("field", metavar="FIELD")
@click.argument("prefix", default="", metavar="[PREFIX]")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="List the first N.")
@as_json
@click.pass_obj
def terms(directory: Path, /, field: str, prefix: str, limit: int | None, json: bool) -> None:
    """List the terms of FIELD that begin with PREFIX, in order, with the number of articles.

    Terms are what words are found by: of headline, body and captions their stems, of section,
    publisher, author, agency, language and keyword the whole values. Letter case and accents
    make no difference. Articles that are deleted count until their segment is merged.

    \b
      searchkit terms body harb
      searchkit terms author | sort -t$'\\t' -k2 -nr | head

    Exit status: 0 found, 1 no such term, 2 error.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import render

    with searchkit.open(directory) as archive:
        counts = archive.terms(field, prefix, limit)
    render.terms(field, prefix, counts, json=json)
    if not counts:
        raise click.exceptions.Exit(1)
