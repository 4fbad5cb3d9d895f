"""`searchkit search`: the articles that match, ranked and highlighted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from ..options import as_json, filters


@click.command(short_help="Find articles.")
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@click.option("--mode", type=click.Choice(["all", "any"]),
              help="All of the plain words, or any. Without it all, and where no article has "
              "all, most of them.")  # fmt: skip
@click.option("--explain-query", "explained", is_flag=True,
              help="Show how the query was read, and what each word stands for.")  # fmt: skip
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
    mode: Literal["all", "any"] | None,
    explained: bool,
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
      ferry OR train       either
      ferry -train         without it; also: ferry NOT train
      harb*  wom?n         beginnings, and single letters left open
      harbour~             spelt a little differently
      ferry w/5 fog        at most 5 words apart; in this order: pre/5
      =Fog                 as it is written, in no other form
      headline:fire        in one field: headline, body, captions, section, publisher,
                           author, agency, language, keyword, published, length
      since:2020           published then or later
      *                    every article

    There is more of it in docs/query-language.md.

    Quote the query for the shell: searchkit search '"harbour fire"'. A query that begins
    with a minus follows two dashes: searchkit search -- '-ferry train'.

    Exit status: 0 found, 1 nothing found, 2 error.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import render

    wanted: dict[str, Any] = {name: value or None for name, value in conditions.items()}
    with searchkit.open(directory) as archive:
        results = archive.search(
            " ".join(query), mode=mode, limit=limit, offset=offset, sort=sort, **wanted
        )
        filtered = any(wanted.values())
        render.results(results, filtered=filtered, explained=explained, json=json)
    if not results.total:
        raise click.exceptions.Exit(1)
