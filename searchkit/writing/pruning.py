"""Here are folders that were read: which articles have no file in them any more?"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from searchkit.writing.writer import Writer

__all__ = ["prune"]


def prune(writer: Writer, roots: Iterable[str], stale: Collection[int] = ()) -> int:
    """Deletes the articles that came from files in these folders which are gone, and those
    whose keys are `stale`, unless another file has them; commits, and returns how many.

    A folder that is missing, or empty, is passed over: what is gone is rather the disk. So is
    a file that cannot be looked at.
    """
    ledger = writer.ledger
    gone = {
        path
        for root in roots
        if _is_full(Path(root)) or ledger.find(root) is not None
        for path in ledger.below(root)
        if _is_gone(path)
    }
    keys = set(stale).union(*map(ledger.articles, gone))
    count = writer.delete_keys(ledger.without_a_file(keys, gone)) if keys else 0
    ledger.forget(gone)
    writer.commit()
    writer.merge(wait=True)
    return count


def _is_full(folder: Path) -> bool:
    """Whether a folder is there and not empty."""
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _is_gone(path: str) -> bool:
    try:
        os.stat(path)  # noqa: PTH116  # Path takes four times as long
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
