"""`searchkit read`: what of files would be indexed?"""

from __future__ import annotations

import click

from ..options import as_json, mapping, source_encoding, source_format


@click.command(short_help="Show what would be indexed of files.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@source_format
@source_encoding
@mapping("Take the article's FIELD from NAME, as `searchkit index` does. Repeatable.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, metavar="N",
              help="Show N articles at most; 0 for all.")  # fmt: skip
@click.option("--check", is_flag=True,
              help="Read all, and count for each format the articles, and those that have no "
              "headline, no body, no date, no captions.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), metavar="N",
              help="Use N processes for files of one article each. "
              "Default: one for each processor.")  # fmt: skip
@as_json
def read(
    paths: tuple[str, ...],
    file_format: str | None,
    encoding: str | None,
    fields: dict[str, str] | None,
    limit: int,
    check: bool,
    workers: int | None,
    json: bool,
) -> None:
    """Show what `searchkit index` would index of files and folders, without an index.

    One article is shown whole, of several a table. --json prints an object for each article, one
    a line, with the place where it was found and the format it was read as, and one for each
    file or record that would be left out.

    \b
      searchkit read page.html
      searchkit read --check ~/archive
      searchkit read --json --limit 0 dump.warc.gz > articles.jsonl

    Exit status: 0 done, 1 no article found, 2 nothing but errors.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit
    from searchkit.index import usable_cores

    from .. import preview

    reading = searchkit.read(
        paths,
        file_format=file_format,
        encoding=encoding,
        fields=fields,
        workers=workers or usable_cores(),
    )
    found = (
        preview.check(reading, json=json)
        if check
        else preview.articles(reading, limit or None, json=json)
    )
    if not found:
        raise click.exceptions.Exit(2 if reading.rejects else 1)
