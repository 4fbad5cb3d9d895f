"""`searchkit delete`: articles out of the index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..options import as_json, filters


@click.command(short_help="Delete articles.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--query", metavar="QUERY", help="Delete every article that this search finds.")
@filters
@click.option("--yes", is_flag=True, help="With --query: do not ask before deleting.")
@as_json
@click.pass_obj
def delete(
    directory: Path,
    /,
    ids: tuple[str, ...],
    query: str | None,
    yes: bool,
    json: bool,
    **conditions: Any,
) -> None:
    """Delete the articles with these IDs, or those that a query and filters find.

    \b
      searchkit delete 3f9a0c51d2e84b7796aa
      searchkit delete --query 'horoscope' --section leisure
      searchkit delete --query '*' --until 1999 --yes

    Exit status: 0 deleted, 1 no such article, 2 error.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import account

    wanted = {name: value for name, value in conditions.items() if value}
    if bool(ids) == (query is not None) or (ids and wanted):
        raise click.UsageError("give either IDs, or --query with or without filters")
    with searchkit.open(directory) as archive:
        if query is None:
            missing = [article_id for article_id in ids if article_id not in archive]
            deleted = archive.delete(*ids)
        else:
            missing = []
            total = archive.search(query, mode="all", limit=0, **wanted).total
            if total and not yes:
                question = f"Delete {total:,} of {len(archive):,} articles?"
                click.confirm(question, abort=True, err=True)
            deleted = archive.delete_matching(query, **wanted)
    account.deletion(deleted, missing, json=json)
    if not deleted:
        raise click.exceptions.Exit(1)
