"""`searchkit export`: the articles for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import as_json


@click.command(short_help="Write the articles for another program.")
@click.argument("target", metavar="DIRECTORY", type=click.Path(path_type=Path))
@click.option("--format", "file_format", required=True, type=click.Choice(["whoosh"]),
              help="whoosh: an index that Whoosh opens without searchkit.")  # fmt: skip
@as_json
@click.pass_obj
def export(directory: Path, /, target: Path, file_format: str, json: bool) -> None:  # noqa: ARG001
    """Write the articles of the index into DIRECTORY, which is new or empty.

    A Whoosh index has Whoosh's own field types and analysis only, the closest to searchkit's;
    writing one takes as long as Whoosh takes to index the articles.

    \b
      searchkit export --format whoosh news.whoosh

    (An index of searchkit need not be exported for Whoosh where searchkit is installed:
    whoosh.index.open_dir opens it.)

    Exit status: 0 done, 2 error.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import account

    archive = searchkit.open(directory)
    facts = archive.info()
    with archive, account.export_progress(facts.articles + facts.copies) as on_progress:
        count = archive.export_whoosh(target, on_progress)
    account.export(count, str(target), json=json)
