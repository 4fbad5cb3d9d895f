"""What would be indexed: articles as they are read, and what they lack."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import asdict, astuple
from typing import Any

import searchkit
from searchkit import Article, Reading
from searchkit.analysis.language_detection import with_language

from . import render
from .account import listed, remark_record
from .terminal import plural, print_json, print_line, print_rows, progress_bar, remark, shortened

__all__ = ["articles", "check"]

_HEADLINE_COLUMNS = 60


def articles(reading: Reading, limit: int | None, *, json: bool) -> int:
    """The first articles of a reading; returns how many."""
    with contextlib.closing(reading):
        if json:
            return _articles_as_json(reading, limit)
        rows = []
        shown: Article | None = None
        for article in _first(reading, limit):
            shown = article
            rows.append(_row(reading, article))
        more = limit is not None and next(reading, None) is not None
    _print_remarks(reading)
    if len(rows) == 1 and not more and shown is not None:
        render.article(shown, (), json=False)
    elif rows:
        print_rows(("place", "format", "date", "headline", "body", "captions"), rows)
    if more:
        remark(f"and more; --limit 0 shows all ({plural(reading.files_found, 'file')} in all)")
    return len(rows)


def _first(reading: Reading, limit: int | None) -> Iterator[Article]:
    """The first articles as an index would have them."""
    return map(with_language, itertools.islice(reading, limit))


def _articles_as_json(reading: Reading, limit: int | None) -> int:
    count = 0
    for article in _first(reading, limit):
        count += 1
        record: dict[str, Any] = {"place": reading.place, "format": reading.format}
        print_json({**record, **article.to_dict()})
    for reject in reading.rejects:
        print_json({"place": reject.place, "line": reject.line, "rejected": reject.reason})
    return count


def _row(reading: Reading, article: Article) -> tuple[str, ...]:
    return (
        reading.place,
        reading.format,
        article.published.date().isoformat() if article.published else "",
        shortened(" ".join(article.headline.split()), _HEADLINE_COLUMNS),
        f"{len(article.body):,}",
        f"{len(article.captions)}",
    )


def check(reading: Reading, *, json: bool) -> int:
    """What there is of each format, and what it lacks; returns how many articles."""
    with contextlib.closing(reading), progress_bar("reading") as bar:

        def draw() -> None:
            if bar.due():
                facts = plural(reading.files_read, "file")
                bar.draw(reading.bytes_read, reading.bytes_total, facts)

        found = searchkit.check(reading, draw)
    total = sum(counts.articles for counts in found.values())
    if json:
        print_json(
            {
                "formats": {name: asdict(counts) for name, counts in found.items()},
                "rejected": [remark_record(each) for each in reading.rejects],
                "notices": [remark_record(each) for each in reading.notices],
            }
        )
        return total
    _print_remarks(reading)
    names = ("format", "articles", "no headline", "no body", "no date", "no captions")
    if found:
        rows = [[name, *(f"{count:,}" for count in astuple(found[name]))] for name in found]
        print_rows(names, rows)
    print_line(
        f"{plural(total, 'article')} in {plural(reading.files_read, 'file')}, "
        f"{len(reading.rejects):,} left out",
        style="dim",
    )
    return total


def _print_remarks(reading: Reading) -> None:
    listed(reading.notices, "Noticed")
    listed(reading.rejects, "Left out")
