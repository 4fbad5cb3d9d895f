"""Here is what was left out of a reading: keep it, so that it can be mended and read again.

One JSON object a line: `place`, `line` and `reason`, and `record`, the record as it was: an
object where it was JSON, otherwise its text; null where a whole file was left out. Read as JSON
lines, the file gives the articles of its records, when these are mended.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, Any

from searchkit.errors import ArticleError, Reject

__all__ = ["RejectsFile", "is_reject", "mended"]

_KEYS = frozenset({"place", "line", "reason", "record"})


class RejectsFile:
    """A file of rejects, made with the first of them. Raises OSError as files do."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._file: IO[str] | None = None

    def add(self, reject: Reject) -> None:
        """Writes a line, at once."""
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8")
        line = {
            "place": reject.place,
            "line": reject.line,
            "reason": reject.reason,
            "record": _as_json(reject.record),
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Closes the file, if there was anything to write."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _as_json(record: str | None) -> Any:
    if record is None:
        return None
    try:
        found = json.loads(record)
    except (ValueError, RecursionError):
        return record
    return found if isinstance(found, dict) else record


def is_reject(record: dict[str, Any]) -> bool:
    """Whether an object is a line of such a file."""
    return record.keys() == _KEYS


def mended(reject: dict[str, Any]) -> Any:
    """The record in a line of such a file: an object, or a text that should be one.

    Raises ArticleError where there is none.
    """
    record = reject["record"]
    if not isinstance(record, (dict, str)):
        raise ArticleError(
            f"this line tells of a whole file; when it is mended, index {reject['place']} itself"
        )
    return record
