"""Here are articles: which format do they go into a file in?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from searchkit.article import Article
from searchkit.errors import ExportError
from searchkit.exporting.target import Output, opened

__all__ = ["Target", "export_articles"]

Target = str | os.PathLike[str] | Output

_Write = Callable[[Iterable[Article], Output], None]

# The formats are loaded when they are first used.


def _jsonl(articles: Iterable[Article], output: Output) -> None:
    from searchkit.exporting.jsonl import write_jsonl

    write_jsonl(articles, output)


def _csv(articles: Iterable[Article], output: Output) -> None:
    from searchkit.exporting.table import write_csv

    write_csv(articles, output)


def _parquet(articles: Iterable[Article], output: Output) -> None:
    from searchkit.exporting.parquet import write_parquet

    write_parquet(articles, output)


# To add a format, write its function and name it here, and its endings below.
_FORMATS: dict[str, _Write] = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}
_ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}


def export_articles(
    articles: Iterable[Article],
    target: Target,
    *,
    file_format: str | None = None,
    overwrite: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Writes articles into a file, or what takes bytes by `write`, with all their fields; returns
    how many.

    `file_format` is "jsonl", "csv" or "parquet", by default that of the file's ending. A file whose
    name ends in .gz is compressed. It gets its name when it is complete: until then, and after an
    exception, what was there before is there. One article after the other is taken and written, of
    Parquet a few thousand together. `on_progress` is called with the number of articles so far.

    Raises ExportError when the format is not known, when there is a file already and `overwrite` is
    not set, and when the file cannot be written.
    """
    count = 0

    def counted() -> Iterator[Article]:
        nonlocal count
        for count, article in enumerate(articles, 1):
            yield article
            if on_progress is not None:
                on_progress(count)

    if isinstance(target, (str, os.PathLike)):
        path = Path(target)
        write = _FORMATS[_format_for(path, file_format)]
        with opened(path, overwrite=overwrite) as output:
            write(counted(), output)
    else:
        _FORMATS[_format_for(None, file_format)](counted(), target)
    return count


def _format_for(path: Path | None, file_format: str | None) -> str:
    """The format for a file (None: a stream, to which JSON lines go by default).

    Raises ExportError when there is none, or it cannot be had there.
    """
    known = ", ".join(_FORMATS)
    name = path.name.lower() if path else ""
    found = file_format or (
        _ENDINGS.get(Path(name.removesuffix(".gz")).suffix) if path else "jsonl"
    )
    if found is None:
        raise ExportError(f"the ending of {path} names no format; say which one: {known}")
    if found not in _FORMATS:
        raise ExportError(f"file format {found!r} is not known; use one of {known}")
    if found == "parquet" and (path is None or name.endswith(".gz")):
        raise ExportError("Parquet is compressed, and for files only; name one without .gz")
    return found
