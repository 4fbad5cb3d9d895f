"""Here is a value of Python's types: what would it be in JSON?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["as_json"]


def as_json(value: Any) -> Any:
    """The value in JSON's types. Times are ISO 8601, bytes are read as UTF-8, numbers that are
    none are None, and what JSON cannot have becomes a string.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, Mapping):
        return {str(name): as_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(each) for each in value]
    if isinstance(value, date):  # and so are times
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
