"""`searchkit compact`: the index as one segment."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import as_json


@click.command(short_help="Merge the index into one segment.")
@as_json
@click.pass_obj
def compact(directory: Path, json: bool) -> None:
    """Merge the index into one segment, which is smallest and searched fastest.

    For an archive that is complete: adding merges as it goes, so that searching stays fast
    without this. For a while it takes the disk space of a second index.

    Exit status: 0 done, 2 error.
    """
    import searchkit

    from .. import account, terminal

    with searchkit.open(directory) as archive, terminal.spinner("merging"):
        done = archive.compact()
    account.compaction(done, json=json)
