"""`searchkit search`: the articles that match, ranked and highlighted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from ..options import as_json, filters


@click.command(short_help="Find articles.")
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, metavar="N",
              help="Show at most N hits.")  # fmt: skip
@click.option("--offset", type=click.IntRange(min=0), default=0, metavar="N",
              help="Leave out the first N hits.")  # fmt: skip
@click.option("--sort", type=click.Choice(["relevance", "date", "date-asc"]), default="relevance",
              show_default=True, help="Best first, newest first, or oldest first.")  # fmt: skip
@filters
@as_json
@click.pass_obj
def search(
    directory: Path,
    /,
    query: tuple[str, ...],
    limit: int,
    offset: int,
    sort: Literal["relevance", "date", "date-asc"],
    json: bool,
    **conditions: Any,
) -> None:
    """Find articles, best first, and show where they match.

    \b
      word another         both words, in headline, body or captions
      "exact phrase"       the words next to each other, in this order
      "two words"~5        the words in this order, at most 5 apart
      ferry OR train       either
      ferry NOT train      without it; also: ferry -train
      harb*  wom?n         beginnings, and single letters left open
      headline:fire        in one field: headline, body, captions, section,
                           publisher, author, agency, language, keyword, published
      *                    every article

    Quote the query for the shell: searchkit search '"harbour fire"'. A query that begins
    with a minus follows two dashes: searchkit search -- '-ferry train'.

    Exit status: 0 found, 1 nothing found, 2 error.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import render

    wanted: dict[str, Any] = {name: value or None for name, value in conditions.items()}
    with searchkit.open(directory) as archive:
        results = archive.search(" ".join(query), limit=limit, offset=offset, sort=sort, **wanted)
        render.results(results, filtered=any(wanted.values()), json=json)
    if not results.total:
        raise click.exceptions.Exit(1)
