"""Here is a Parquet file: which articles are its rows?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from searchkit.errors import Reject, SourceError
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.tables.rows import TableRows
from searchkit.sources.telling import unless_hopeless

__all__ = ["looks_like_parquet", "read_parquet"]

_MAGIC = b"PAR1"

# What is held of a file at once: so many rows, or as many as take so many bytes.
_BATCH_ROWS = 1000
_BATCH_BYTES = 8 << 20
_BUFFER_BYTES = 1 << 20


def looks_like_parquet(head: bytes) -> bool:
    """Whether data that begins so is a Parquet file."""
    return head.startswith(_MAGIC)


def read_parquet(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise.

    Raises SourceError where the file cannot be read, and when pyarrow is not installed.
    """
    return unless_hopeless(_items(file, options), file.place, "a table of articles", "row")


def _items(file: OpenFile, options: Options) -> Iterator[Item]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise SourceError(
            "reading Parquet needs pyarrow; pip install 'searchkit[parquet]'"
        ) from error
    with file.on_disk() as path:
        try:
            # Its default is to hold the columns of a whole row group.
            table = parquet.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise SourceError(f"no Parquet file ({_first_line(error)}); copy it again") from error
        rows = TableRows(file.place, options, table.schema_arrow.names, numbered=True)
        number = 0
        try:
            at_once = _rows_at_once(table.metadata)
            for batch in table.iter_batches(at_once, columns=rows.columns):
                for record in _records(batch, pyarrow):
                    number += 1
                    if isinstance(record, str):
                        yield from rows.finish()
                        yield Reject(file.place, f"row {number:,}: {record}")
                        rows.pass_over()
                    else:
                        yield from rows.add(_with_zone(record))
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            yield from rows.finish()
            reason = f"damaged after row {number:,} ({_first_line(error)}); copy it again"
            raise SourceError(reason) from error
    if not number:
        raise SourceError("empty: there are no rows in it")
    yield from rows.end()


def _rows_at_once(metadata: Any) -> int:
    size = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    rows: int = _BATCH_BYTES * metadata.num_rows // max(size, 1)
    return max(1, min(rows, _BATCH_ROWS))


def _records(batch: Any, pyarrow: Any) -> Iterator[dict[str, Any] | str]:
    """Each row; what is to be told of one that cannot be had."""
    batch = _in_microseconds(batch, pyarrow)
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError):  # a date that Python has none for; perhaps in one only
        yield from (_record(batch.slice(place, 1)) for place in range(batch.num_rows))


def _record(batch: Any) -> dict[str, Any] | str:
    """The one row in a batch."""
    try:
        return cast("dict[str, Any]", batch.to_pylist()[0])
    except (ValueError, OverflowError) as error:
        return f"a value cannot be read ({_first_line(error)}); correct it"


def _in_microseconds(batch: Any, pyarrow: Any) -> Any:
    """The batch with times as exact as Python's."""
    for place, field in enumerate(batch.schema):
        if pyarrow.types.is_timestamp(field.type) and field.type.unit == "ns":
            kind = pyarrow.timestamp("us", field.type.tz)
            column = batch.column(place).cast(kind, safe=False)
            batch = batch.set_column(place, field.with_type(kind), column)
    return batch


def _with_zone(record: dict[str, Any]) -> dict[str, Any]:
    """A record as searchkit exports it, with its time in the zone that it was given in."""
    if "published" in record and "published_at" in record:
        zoned = record.pop("published_at")
        record["published"] = zoned or record["published"]
    return record


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
