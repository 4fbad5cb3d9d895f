"""`searchkit repair`: what of a damaged index is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..options import as_json


@click.command(short_help="Keep what of a damaged index is whole.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is.")
@as_json
@click.pass_obj
def repair(directory: Path, yes: bool, json: bool) -> None:
    """Give up the damaged segments of the index, with their articles, and nothing else.

    Where only the list of a segment's deleted articles is damaged, these are back; when the
    last commit cannot be read, the index is as of the one before. Nothing is changed when
    nothing is damaged. The damaged files are removed by later commits: copy the directory
    first.

    \b
      searchkit verify
      cp -r searchkit.idx damaged-copy.idx
      searchkit repair

    Exit status: 0 repaired or whole, 2 error.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import account

    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("nobody can be asked here; give --yes to repair without")
        with account.read_progress("verifying") as on_progress:
            found = searchkit.verify(directory, on_progress)
        if found.generation is not None and not found.whole:
            account.damages(found)
            click.confirm("Give up what is damaged?", abort=True, err=True)
    with account.read_progress("repairing") as on_progress:
        done = searchkit.repair(directory, on_progress)
    account.repair(done, json=json)
