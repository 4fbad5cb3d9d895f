"""`searchkit info`: what the index holds."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import as_json


@click.command(short_help="Tell what the index holds.")
@as_json
@click.pass_obj
def info(directory: Path, json: bool) -> None:
    """Tell what the index holds and what it is made of.

    Articles, terms, the values that filters know; bytes on disk, and of each kind of section
    over all segments; segments, commits, articles that are deleted but take up space; versions,
    and the compiled modules in use.
    """
    import searchkit

    from .. import render

    with searchkit.open(directory) as archive:
        render.info(archive.info(), json=json)
