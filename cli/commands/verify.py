"""`searchkit verify`: is the index as it was written?"""

from __future__ import annotations

from pathlib import Path

import click

from ..options import as_json


@click.command(short_help="Check that the index is whole.")
@click.option(
    "--deep", is_flag=True, help="Also compare the parts of each segment with each other."
)
@as_json
@click.pass_obj
def verify(directory: Path, deep: bool, json: bool) -> None:
    """Read all files of the index, and tell which are not as they were written.

    It changes nothing, works on an index that cannot be opened, and may run while others
    search and write. What is damaged is listed with file and section; remarks concern files
    that the index does without, such as those of the commit before the last.

    Exit status: 0 whole, 1 damaged, 2 error.
    """
    import searchkit

    from .. import account

    with account.read_progress("verifying") as on_progress:
        found = searchkit.verify(directory, on_progress, deep=deep)
    account.verification(found, json=json)
    if not found.whole:
        raise click.exceptions.Exit(1)
