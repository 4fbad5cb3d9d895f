"""One segment instead of many: is there room for it, and what has it saved?"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from searchkit.codec.commit import commit, latest
from searchkit.codec.manifest import Manifest
from searchkit.codec.storage import Storage
from searchkit.codec.toc import write_toc
from searchkit.errors import StorageError
from searchkit.writing.writer import Writer

__all__ = ["Compaction", "compact"]


@dataclass(frozen=True, slots=True)
class Compaction:
    """Segments, the deleted articles in them, and their bytes, before and after."""

    segments_before: int
    segments_after: int
    deleted: int
    size_before: int
    size_after: int


def compact(path: Path, writer: Writer) -> Compaction:
    """Has the writer of the index in a directory merge all of it, and removes what was merged.

    Raises StorageError, before anything is written, when the disk has too little room.
    """
    storage = Storage(path)
    before = latest(storage)
    _check_room(path, before)
    writer.compact()
    after = latest(storage)
    if after != before:
        # Two commits are kept: with this one, neither needs the files that were merged.
        commit(storage, replace(after, generation=after.generation + 1), write_toc)
    return Compaction(
        len(before.segments),
        len(after.segments),
        sum(each.deleted for each in before.segments),
        _size(before),
        _size(after),
    )


def _check_room(path: Path, manifest: Manifest) -> None:
    entries = manifest.segments
    if len(entries) < 2 and not any(each.deleted for each in entries):
        return  # nothing will be written
    # A merged segment has the size of its live documents, about: a little less as a rule.
    needed = sum(each.size * (each.documents - each.deleted) // each.documents for each in entries)
    free = shutil.disk_usage(path).free
    if free < needed:
        raise StorageError(
            f"compacting {path} takes about {needed / 1e6:,.0f} MB of disk space for a while, "
            f"and {free / 1e6:,.0f} MB are free; make room, then run this again"
        )


def _size(manifest: Manifest) -> int:
    return sum(each.size for each in manifest.segments)
