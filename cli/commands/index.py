"""`searchkit index`: files into the index."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ..options import EXIT_INTERRUPTED, as_json, language, mapping, open_or_create


@click.command(short_help="Add files of articles to the index.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "file_format",
    metavar="NAME",
    help="Read every file as this format (plaintext, jsonl) instead of going by its name.",
)
@language
@click.option(
    "--encoding",
    metavar="NAME",
    help="The encoding of text files, such as cp1252. Default: UTF-8, otherwise detected.",
)
@click.option("--no-detect-language", "detect_language", is_flag=True, flag_value=False,
              default=True,
              help="Leave articles that name no language without one.")  # fmt: skip
@mapping("In JSON lines, take the article's FIELD from the key NAME (headline=hl). Repeatable.")
@click.option("--memory", type=click.IntRange(min=1), default=256, show_default=True, metavar="MB",
              help="Commit whenever what is to be written takes so much memory.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), metavar="N",
              help="Use N threads. Default: one for each processor.")  # fmt: skip
@as_json
@click.pass_obj
def index(
    directory: Path,
    /,
    paths: tuple[str, ...],
    file_format: str | None,
    language: str | None,
    encoding: str | None,
    detect_language: bool,
    fields: dict[str, str] | None,
    memory: int,
    workers: int | None,
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

    from .. import account

    reading = searchkit.read(paths, file_format=file_format, encoding=encoding, fields=fields)
    if not reading.files_found:
        # No new index for a mistyped path.
        account.index_summary(None, reading.rejects, reading.notices, 0.0, json=json)
        raise click.exceptions.Exit(2 if reading.rejects else 1)
    archive = open_or_create(directory, language)
    started = time.perf_counter()

    def extent(_: searchkit.AddReport) -> tuple[int, int | None]:
        return reading.bytes_read, reading.bytes_total

    with archive, account.index_progress("indexing", extent) as on_progress:
        try:
            report = archive.add(
                reading,
                memory=memory << 20,
                workers=workers,
                detect_language=detect_language,
                on_progress=on_progress,
            )
        except KeyboardInterrupt:
            account.index_interrupted(on_progress.report)
            raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    seconds = time.perf_counter() - started
    account.index_summary(report, report.rejected, report.notices, seconds, json=json)
    if not report.committed:
        raise click.exceptions.Exit(2 if report.rejected else 1)
