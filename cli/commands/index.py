"""`searchkit index`: files into the index."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..options import (
    EXIT_INTERRUPTED,
    as_json,
    language,
    mapping,
    open_or_create,
    source_encoding,
    source_format,
)

if TYPE_CHECKING:
    from searchkit import Index


@click.command(short_help="Add files of articles to the index.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@source_format
@language
@source_encoding
@click.option("--no-detect-language", "detect_language", is_flag=True, flag_value=False,
              default=True,
              help="Leave articles that name no language without one.")  # fmt: skip
@mapping("Take the article's FIELD from NAME in JSON, CSV and the like: headline=hl, "
         "captions=images[].caption. Repeatable.")  # fmt: skip
@click.option("--prune", is_flag=True,
              help="Delete the articles whose files are gone from PATH.")  # fmt: skip
@click.option("--watch", is_flag=True,
              help="Go on: index what changes in PATH until Ctrl-C.")  # fmt: skip
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.jsonl",
              help="Write what is left out to a file, to be mended and indexed.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Stop at the first file or record that is left out.")
@click.option("--memory", type=click.IntRange(min=1), default=256, show_default=True, metavar="MB",
              help="Commit whenever what is to be written takes so much memory.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), metavar="N",
              help="Use N threads, and N processes for files of one article each. "
              "Default: one for each processor.")  # fmt: skip
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
    prune: bool,
    watch: bool,
    rejects: Path | None,
    strict: bool,
    memory: int,
    workers: int | None,
    json: bool,
) -> None:
    """Add files of articles to the index, which is made if there is none.

    PATH is a file or a folder: web pages (.html), JSON, JSON lines, CSV, agency XML, feeds, crawls
    (.warc), plain text, also in archives (.zip, .tar) and packed (.gz, .bz2, .xz, .zst);
    - reads standard input. `searchkit read PATH` shows what would be indexed. An article that
    is in the index already is updated, or costs nothing if it is the same; a file that has not
    changed since it was indexed is not read again.

    What cannot be read is listed and left out; the rest goes on. The index is committed in
    pieces, so after an interruption the same command goes on.

    \b
      searchkit index seeds/
      searchkit index --map headline=hl --map body=text dump.jsonl.gz
      searchkit index --prune --watch ~/archive
    """  # noqa: D301  # click's \b keeps the lines below as they are
    import searchkit
    from searchkit.index import usable_cores

    from .. import account

    options: dict[str, Any] = {
        "file_format": file_format,
        "encoding": encoding,
        "fields": fields,
        "workers": workers or usable_cores(),
        "strict": strict,
        "rejects": rejects,
    }
    if watch and "-" in paths:
        raise click.UsageError("standard input cannot be watched; name files or folders.")
    reading = searchkit.read(paths, **options)
    is_missing = watch and not all(map(os.path.lexists, paths))
    if is_missing or not (reading.files_found or watch):
        # No new index for a mistyped path.
        account.index_summary(None, reading.rejects, reading.notices, 0.0, json=json)
        raise click.exceptions.Exit(2 if reading.rejects else 1)
    archive = open_or_create(directory, language)
    with archive:
        if watch:
            options |= {"prune": prune, "detect_language": detect_language}
            _watch(archive, paths, options, json=json)
        else:
            _index(archive, reading, prune, detect_language, memory << 20, workers, json=json)


def _index(
    archive: Index,
    reading: Any,
    prune: bool,
    detect_language: bool,
    memory: int,
    workers: int | None,
    *,
    json: bool,
) -> None:
    from .. import account

    started = time.perf_counter()

    def extent(_: Any) -> tuple[int, int | None]:
        return reading.bytes_read, reading.bytes_total

    with account.index_progress("indexing", extent) as on_progress:
        try:
            report = archive.add(
                reading,
                memory=memory,
                workers=workers,
                prune=prune,
                detect_language=detect_language,
                on_progress=on_progress,
            )
        except KeyboardInterrupt:
            account.index_interrupted(on_progress.report)
            raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    seconds = time.perf_counter() - started
    account.index_summary(report, report.rejected, report.notices, seconds, json=json)
    if not (report.committed or report.pruned):
        raise click.exceptions.Exit(2 if report.rejected else 1)


def _watch(archive: Index, paths: tuple[str, ...], options: dict[str, Any], *, json: bool) -> None:
    """Indexes what changes until Ctrl-C, which is how it is meant to end."""
    import searchkit

    from .. import account

    try:
        for report in searchkit.watch(archive, paths, **options):
            account.watch_step(report, json=json)
    except KeyboardInterrupt:
        account.watch_end(json=json)
