"""What a Whoosh index stores of a document, as JSON: values of more types than JSON has."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from searchkit.errors import StorageError

__all__ = ["decode_fields", "encode_fields"]

_TYPES: dict[str, Callable[[str], object]] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$bytes": base64.b64decode,
    "$decimal": Decimal,
}


def encode_fields(fields: Mapping[str, Any]) -> bytes:
    """Stored fields as JSON: what JSON has not is an object of one key, its type; bytes in
    base 64. Tuples come back as lists. Raises StorageError for any other type.
    """
    return json.dumps(_tagged(fields), ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode_fields(stored: bytes) -> dict[str, Any]:
    """The inverse of `encode_fields`."""
    text = stored.decode("utf-8", "surrogatepass")
    fields: dict[str, Any] = json.loads(text, object_hook=_untagged)
    return fields


def _tagged(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_tagged(each) for each in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        # A key that begins as tags do gets a second "$".
        return {
            f"${key}" if key.startswith("$") else key: _tagged(each) for key, each in value.items()
        }
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    raise StorageError(
        f"a value of type {type(value).__name__} cannot be stored in a segment of searchkit; "
        "store strings, numbers, times, bytes, lists or dicts"
    )


def _untagged(record: dict[str, Any]) -> Any:
    for key, value in record.items():
        if key in _TYPES:  # the only one
            return _TYPES[key](value)
    return {key.removeprefix("$"): value for key, value in record.items()}
