"""`searchkit search`: the articles that match, ranked and highlighted; or what they amount to."""

from __future__ import annotations

from typing import Any, Literal

import click
from click.core import ParameterSource

from ..options import as_json, filters

_PERIODS = ("day", "month", "year")
_FACETS = ("section", "publisher", "author", "agency", "language", "keyword", *_PERIODS)

# What is printed instead of hits → what has nothing to say beside it.
_INSTEAD = {
    "count": (
        "ids", "timeline", "facet", "limit", "offset", "sort", "fold", "explain",
        "explain_query",
    ),
    "ids": ("timeline", "facet", "explain", "explain_query"),
    "timeline": ("limit", "offset", "sort", "fold", "explain"),
}  # fmt: skip


@click.command(short_help="Find articles.")
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@click.option("--mode", type=click.Choice(["all", "any"]),
              help="All of the plain words, or any. Without it all, and where no article has "
              "all, most of them.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), metavar="N",
              help="Show at most N hits; default 10, of --ids without --fold all.")  # fmt: skip
@click.option("--offset", type=click.IntRange(min=0), default=0, metavar="N",
              help="Leave out the first N hits.")  # fmt: skip
@click.option("--sort", type=click.Choice(["relevance", "date", "date-asc"]), default="relevance",
              show_default=True, help="Best first, newest first, or oldest first.")  # fmt: skip
@click.option("--count", is_flag=True, help="Print only how many articles match.")
@click.option("--ids", is_flag=True, help="Print only the ids of the hits, a line each.")
@click.option("--timeline", type=click.Choice(_PERIODS),
              help="Show how many are of each day, month or year, not the hits.")  # fmt: skip
@click.option("--facet", type=click.Choice(_FACETS), multiple=True,
              help="Show the values of all that match, with their counts. Repeatable.")  # fmt: skip
@click.option("--fold", is_flag=True,
              help="Of near copies show the best, and how many more there are.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Show the arithmetic of each hit's score.")
@click.option("--explain-query", is_flag=True,
              help="Show how the query was read, and what each word stands for.")  # fmt: skip
@click.option("--ranking", type=click.Choice(["bm25f", "whoosh"]), default="bm25f",
              show_default=True,
              help="Score fields together, or each by itself, as Whoosh does.")  # fmt: skip
@click.option("--no-stop-words", is_flag=True,
              help="Demand common words, such as the, as well.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
              help="After this time end with what is found by then.")  # fmt: skip
@filters
@as_json
@click.pass_context
def search(
    context: click.Context,
    /,
    query: tuple[str, ...],
    mode: Literal["all", "any"] | None,
    limit: int | None,
    offset: int,
    sort: Literal["relevance", "date", "date-asc"],
    count: bool,
    ids: bool,
    timeline: Literal["day", "month", "year"] | None,
    facet: tuple[str, ...],
    fold: bool,
    explain: bool,
    explain_query: bool,
    ranking: Literal["bm25f", "whoosh"],
    no_stop_words: bool,
    timeout: float | None,
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
    _refuse_contradictions(context)
    import searchkit

    from .. import findings

    if limit is None and (fold or not ids):
        limit = 0 if count or timeline else 10
    wanted: dict[str, Any] = {name: value or None for name, value in conditions.items()}
    with searchkit.open(context.obj) as archive:
        found = archive.search(
            " ".join(query),
            mode=mode,
            limit=limit,
            offset=offset,
            sort=sort,
            ranking=ranking,
            stop_words=None if no_stop_words else "auto",
            highlight=not (count or ids or timeline),
            facets=(timeline, *facet) if timeline else facet,
            fold=fold,
            timeout=timeout,
            **wanted,
        )
        if count:
            findings.count(found, json=json)
        elif ids:
            findings.ids(found, json=json)
        elif timeline:
            findings.timeline(found, timeline, explain_query=explain_query, json=json)
        else:
            findings.hits(
                found,
                filtered=any(wanted.values()),
                explain=explain,
                explain_query=explain_query,
                json=json,
            )
    if not found.total:
        raise click.exceptions.Exit(1)


def _refuse_contradictions(context: click.Context) -> None:
    """Raises UsageError for options of which one leaves nothing for the other to say."""
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    for shown, others in _INSTEAD.items():
        for other in others:
            if {shown, other} <= given:
                flags = [f"--{name.replace('_', '-')}" for name in (shown, other)]
                raise click.UsageError(f"{' and '.join(flags)} contradict; leave one of them out")
