"""`searchkit import-whoosh`: the articles of a Whoosh index into this one."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ..options import EXIT_INTERRUPTED, as_json, language, mapping, open_or_create


@click.command(short_help="Add the articles of a Whoosh index.")
@click.argument("source", metavar="DIRECTORY", type=click.Path(path_type=Path))
@click.option("--trust", is_flag=True,
              help="You trust whoever made the Whoosh index: reading it can run code.")  # fmt: skip
@language
@mapping("Take the article's FIELD from the stored field NAME (headline=title). Repeatable.")
@as_json
@click.pass_obj
def import_whoosh(
    directory: Path,
    /,
    source: Path,
    trust: bool,
    language: str | None,
    fields: dict[str, str] | None,
    json: bool,
) -> None:
    """Add the articles of the Whoosh index in DIRECTORY to the index, which is made if there
    is none.

    What Whoosh has stored of each document is read as JSON lines are, by the usual names of
    fields; text that was indexed and not stored is not in it.

    The files of a Whoosh index are Python pickles: whoever made them can have put code into
    them, and reading them runs it. So it takes --trust. No other command unpickles anything.

    \b
      searchkit import-whoosh --trust old-index/

    Exit status: 0 done, 1 no article found, 2 error, 130 interrupted.
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit

    from .. import account

    if not trust:
        raise click.UsageError(
            f"reading the Whoosh index in {source} can run code that somebody has put into it; "
            "give --trust if you made it yourself, or trust whoever did"
        )
    articles = searchkit.import_whoosh(source, fields)
    archive = open_or_create(directory, language)
    started = time.perf_counter()

    def extent(report: searchkit.AddReport) -> tuple[int, int | None]:
        return report.processed + len(articles.rejects), articles.documents

    with archive, account.index_progress("importing", extent) as on_progress:
        try:
            report = archive.add(articles, on_progress=on_progress)
        except KeyboardInterrupt:
            account.index_interrupted(on_progress.report)
            raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    seconds = time.perf_counter() - started
    rejects = [*articles.rejects, *report.rejected]
    account.index_summary(report, rejects, articles.notices, seconds, json=json)
    if not report.committed:
        raise click.exceptions.Exit(2 if rejects else 1)
