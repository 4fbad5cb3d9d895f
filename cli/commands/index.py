"""`searchkit index`: files into the index."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ..options import EXIT_INTERRUPTED, as_json


@click.command(short_help="Add files of articles to the index.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "file_format",
    metavar="NAME",
    help="Read every file as this format (plaintext, jsonl) instead of going by its name.",
)
@click.option(
    "--language",
    metavar="CODE",
    help="The language of the text, for stemming, when a new index is made: en (the default), "
    "de, fr, es ... or none.",
)
@click.option(
    "--encoding",
    metavar="NAME",
    help="The encoding of text files, such as cp1252. Default: UTF-8, otherwise detected.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=NAME",
    help="In JSON lines, take the article's FIELD from the key NAME (headline=hl). Repeatable.",
)
@as_json
@click.pass_obj
def index(
    directory: Path,
    /,
    paths: tuple[str, ...],
    file_format: str | None,
    language: str | None,
    encoding: str | None,
    mapping: tuple[str, ...],
    json: bool,
) -> None:
    """Add files of articles to the index, which is made if there is none.

    PATH is a file or a folder that is searched for files: saved pages as plain text (.txt),
    JSON lines (.jsonl, .ndjson), each also compressed (.gz); - reads standard input. An
    article that is in the index already is updated, or costs nothing if it is the same.

    What cannot be read is listed and left out; the rest goes on. The index is committed in
    pieces, so after an interruption the same command goes on.

    \b
      searchkit index seeds/
      searchkit index --map headline=hl --map body=text dump.jsonl.gz
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit
    from searchkit.analysis import language_code

    from .. import render

    fields = dict(_split(entry) for entry in mapping) or None
    reading = searchkit.read(paths, file_format=file_format, encoding=encoding, fields=fields)
    if not reading.files_found:
        # No new index for a mistyped path.
        render.index_summary(None, reading.rejects, reading.notices, 0.0, json=json)
        raise click.exceptions.Exit(2 if reading.rejects else 1)
    try:
        archive = searchkit.open(directory)
    except searchkit.IndexNotFoundError:
        archive = searchkit.create(directory, language=language or "en")
        render.remark(f"New index in {directory}")
    if language and language_code(language) != archive.language:
        raise click.UsageError(
            f"the index in {directory} was made with --language {archive.language}; "
            f"leave --language out, or choose another directory with --index"
        )
    started = time.perf_counter()
    with archive, render.index_progress(reading) as on_progress:
        try:
            report = archive.add(reading, on_progress=on_progress)
        except KeyboardInterrupt:
            render.index_interrupted(on_progress.report)
            raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    seconds = time.perf_counter() - started
    render.index_summary(report, report.rejected, report.notices, seconds, json=json)
    if not report.committed:
        raise click.exceptions.Exit(2 if report.rejected else 1)


def _split(entry: str) -> tuple[str, str]:
    field, separator, name = entry.partition("=")
    if not (field and separator and name):
        raise click.UsageError(f"--map {entry!r} is not of the form FIELD=NAME, as in headline=hl")
    return field, name
