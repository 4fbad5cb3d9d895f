"""`searchkit export`: the articles for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from ..options import as_json, filters

if TYPE_CHECKING:
    from searchkit import Index

_STANDARD_OUTPUT = Path("-")


@click.command(short_help="Write the articles for another program.")
@click.argument("target", metavar="[FILE]", default=_STANDARD_OUTPUT,
                type=click.Path(path_type=Path))  # fmt: skip
@click.option("--format", "file_format", type=click.Choice(["jsonl", "csv", "parquet", "whoosh"]),
              help="jsonl: a JSON object a line. csv: a table with a header. parquet: the same, "
              "typed. whoosh: an index that Whoosh opens without searchkit. Default: as the "
              "file's name ends.")  # fmt: skip
@click.option("--query", metavar="QUERY",
              help="Only the articles that searchkit search finds.")  # fmt: skip
@click.option("--mode", type=click.Choice(["all", "any"]),
              help="As of searchkit search: all of the plain words, or any.")  # fmt: skip
@click.option("--sort", type=click.Choice(["relevance", "date", "date-asc"]), default="relevance",
              show_default=True, help="Best first, newest first, or oldest first.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Only the first N.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@filters
@as_json
@click.pass_obj
def export(
    directory: Path,
    /,
    target: Path,
    file_format: str | None,
    query: str | None,
    mode: Literal["all", "any"] | None,
    sort: Literal["relevance", "date", "date-asc"],
    limit: int | None,
    force: bool,
    json: bool,
    **conditions: Any,
) -> None:
    """Write articles into FILE, with all their fields: all of the index, or what a query finds.

    Without FILE, or with -, they go to standard output, as JSON lines unless another format is
    named. A name that ends in .gz is compressed as well. The file gets its name when it is
    complete. What is exported can be indexed again.

    \b
      searchkit export archive.jsonl.gz
      searchkit export fires.csv --query 'harbour fire' --since 2020
      searchkit export --section sports | jq .headline
      searchkit export --format whoosh news.whoosh

    The last writes a Whoosh index into a directory that is new or empty. It has Whoosh's own field
    types and analysis only, the closest to searchkit's, and takes as long as Whoosh takes to index
    the articles. (Where searchkit is installed whoosh.index.open_dir opens its index itself.)

    Exit status: 0 done, 1 nothing found, 2 error.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import account

    narrowed = {"query": query, "limit": limit, "mode": mode}
    narrowed |= {name: value or None for name, value in conditions.items()}
    chosen = any(value is not None for value in narrowed.values())
    with searchkit.open(directory) as archive:
        if file_format == "whoosh":
            if chosen or force or sort != "relevance" or target == _STANDARD_OUTPUT:
                raise click.UsageError(
                    "a Whoosh index has all articles and goes into a new directory; name one, and "
                    "nothing else"
                )
            with account.export_progress() as on_progress:
                facts = archive.info()
                total = facts.articles + facts.copies
                count = archive.export_whoosh(target, lambda done: on_progress(done, total))
            account.export(count, target, json=json)
            return
        count = _export(archive, target, file_format, force, {**narrowed, "sort": sort})
    account.export(count, None if target == _STANDARD_OUTPUT else target, json=json)
    if chosen and not count:
        raise click.exceptions.Exit(1)


def _export(
    archive: Index, target: Path, file_format: str | None, force: bool, wanted: dict[str, Any]
) -> int:
    from .. import account, terminal

    if target != _STANDARD_OUTPUT:
        with account.export_progress() as on_progress:
            return archive.export(
                target, file_format=file_format, overwrite=force, on_progress=on_progress, **wanted
            )
    if not terminal.for_people():
        return archive.export(sys.stdout.buffer, file_format=file_format, **wanted)
    if file_format not in (None, "jsonl"):
        raise click.UsageError("that is not for a terminal; name a file, or use a pipe")
    return archive.export(terminal.JsonScreen(), **wanted)
