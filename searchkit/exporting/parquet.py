"""Here are articles: write them as a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime, timezone
from typing import Any

from searchkit.article import Article, Caption
from searchkit.errors import ExportError
from searchkit.exporting.target import Output
from searchkit.record import published_key

__all__ = ["write_parquet"]

# What is held until it is written: a row group, of so many articles or so many characters, which
# take about 15 times as many bytes on their way.
_GROUP_ARTICLES = 10_000
_GROUP_CHARACTERS = 8 << 20

_EPOCH = published_key(datetime(1970, 1, 1, tzinfo=timezone.utc))


def write_parquet(articles: Iterable[Article], output: Output) -> None:
    """Writes a column for each field: lists of strings, captions as lists of structs, and
    `published` as a timestamp in microseconds of UTC. `published_at` has the time in ISO 8601 where
    it has another zone.

    Raises ExportError where pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ExportError(
            "Parquet needs pyarrow; install it: pip install 'searchkit[parquet]'"
        ) from error
    text, listed = pyarrow.string(), pyarrow.list_(pyarrow.string())
    caption = pyarrow.struct([(field.name, text) for field in fields(Caption)])
    types = {
        **dict.fromkeys(("id", "headline", "body"), text),
        "captions": pyarrow.list_(caption),
        "published": pyarrow.timestamp("us", tz="UTC"),
        "published_at": text,
        **dict.fromkeys(("section", "publisher"), text),
        **dict.fromkeys(("authors", "agencies"), listed),
        **dict.fromkeys(("language", "url"), text),
        "keywords": listed,
    }
    schema = pyarrow.schema(types)
    with parquet.ParquetWriter(output, schema, compression="zstd") as writer:
        for rows in _groups(articles):
            writer.write_table(pyarrow.Table.from_pylist(rows, schema))


def _groups(articles: Iterable[Article]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    characters = 0
    for article in articles:
        rows.append(_row(article))
        characters += len(article.headline) + len(article.body)
        if len(rows) >= _GROUP_ARTICLES or characters >= _GROUP_CHARACTERS:
            yield rows
            rows, characters = [], 0
    if rows:
        yield rows


def _row(article: Article) -> dict[str, Any]:
    row = article.to_dict()
    published = article.published
    if published is not None:
        row["published"] = published_key(published) - _EPOCH
        row["published_at"] = published.isoformat() if published.utcoffset() else None
    return row
