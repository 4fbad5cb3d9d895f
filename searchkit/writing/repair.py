"""The index is damaged: keep what is whole, and tell what is lost."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from searchkit.codec.commit import clean, commit, generation_on_disk, latest
from searchkit.codec.deletions import bitmap_bytes, with_deletions, write_deletions
from searchkit.codec.lock import WriteLock
from searchkit.codec.manifest import SegmentEntry
from searchkit.codec.segment import Segment, documents_of
from searchkit.codec.snapshot import LiveSegment, open_segment
from searchkit.codec.storage import Storage
from searchkit.codec.toc import write_toc
from searchkit.codec.verify import Verification, verify
from searchkit.errors import IndexDamagedError, IndexDamagedWarning
from searchkit.writing.ledger import drop_ledger

__all__ = ["LostSegment", "Repair", "repair"]

# As long as any other writer waits.
_LOCK_TIMEOUT = 10.0

_MAX_IDS = 20


@dataclass(frozen=True, slots=True)
class LostSegment:
    """A segment that was given up: how many articles it had, and the ids of the first 20, in
    order, as far as they could be read.
    """

    name: str
    articles: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """What `repair` has found and done.

    `generation` is the commit that it has made, None when nothing was damaged and so nothing
    done. `abandoned` is the number of the last commit when that could not be read, None
    otherwise: the index is then as of the one before, `verification.generation`. `lost` are the
    segments given up. Up to so many deleted or replaced articles are `back`, because it can no
    longer be read that they were.
    """

    verification: Verification
    generation: int | None = None
    abandoned: int | None = None
    lost: tuple[LostSegment, ...] = ()
    back: int = 0


def repair(
    path: str | os.PathLike[str], on_progress: Callable[[int, int], None] | None = None
) -> Repair:
    """Verifies the index in a directory, and commits what of it is whole.

    A segment that is damaged or missing is given up, with its articles. Where only its
    deletions are, it stays, and what was deleted is back, but for articles that another
    segment has. When the last manifest cannot be read, the commit before it is the index.
    Nothing is changed when nothing is damaged. The files that are given up go with the next
    commit but one, as all do: copy the directory first. `on_progress` is called as by `verify`.

    Raises IndexDamagedError when no commit can be read, IndexNotFoundError, IndexVersionError,
    IndexLockedError when another writer does not finish in time, and StorageError.
    """
    storage = Storage(Path(path))
    if generation_on_disk(storage) < 0:
        latest(storage)  # says what there is instead of an index, where no lock belongs
    with WriteLock(storage.path, _LOCK_TIMEOUT):
        verification = verify(path, on_progress)
        if verification.generation is None:
            raise IndexDamagedError(
                f"no commit of {storage.path} can be read: "
                + "; ".join(map(str, verification.damages))
                + "; restore the index from a copy, or index the articles again"
            )
        if verification.whole:
            return Repair(verification)
        return _commit_what_is_whole(storage, verification)


def _commit_what_is_whole(storage: Storage, verification: Verification) -> Repair:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IndexDamagedWarning)  # it is in the verification
        manifest = latest(storage)
    clean(storage, manifest, write_toc)
    broken = {each.file for each in verification.damages}
    kept = [entry for entry in manifest.segments if entry.file not in broken]
    lost = [entry for entry in manifest.segments if entry.file in broken]
    newest = generation_on_disk(storage)
    entries, back = _with_deletions(storage, kept, broken, newest + 1)
    repaired = replace(manifest, generation=newest + 1, segments=tuple(entries))
    report = Repair(
        verification,
        generation=repaired.generation,
        abandoned=newest if newest > manifest.generation else None,
        lost=tuple(_lost_segment(storage, entry) for entry in lost),
        back=back,
    )
    drop_ledger(storage.path)  # of what is given up the files are to be read again
    commit(storage, repaired, write_toc)
    return report


def _with_deletions(
    storage: Storage, kept: Sequence[SegmentEntry], broken: set[str], generation: int
) -> tuple[list[SegmentEntry], int]:
    """The segments, with new deletions where they are broken, and how many documents are
    deleted no more.
    """
    whole = [
        with_deletions(entry, generation, bytes(bitmap_bytes(entry.documents)))
        if entry.deletions in broken
        else entry
        for entry in kept
    ]
    lives = [open_segment(storage, entry) for entry in whole]
    back = 0
    for place, entry in enumerate(kept):
        if entry.deletions not in broken:
            continue
        bitmap = _superseded(lives[place].segment, lives[:place] + lives[place + 1 :])
        whole[place] = with_deletions(entry, generation, bitmap)
        write_deletions(storage, whole[place], bitmap)
        lives[place] = LiveSegment(lives[place].segment, whole[place], bitmap)
        back += max(entry.deleted - whole[place].deleted, 0)
    return whole, back


def _superseded(segment: Segment, others: Sequence[LiveSegment]) -> bytearray:
    """The bitmap of the documents whose article is in another segment, or in this one again:
    of an article one document at most is not deleted.
    """
    bitmap = bytearray(bitmap_bytes(segment.documents))
    ids = segment.dictionary("id")
    while ids.valid:
        article_id = ids.term.decode()
        documents = list(documents_of(segment.postings("id", ids.entry)))
        elsewhere = any(other.find(article_id) is not None for other in others)
        for document in documents if elsewhere else documents[:-1]:
            bitmap[document >> 3] |= 1 << (document & 7)
        ids.next()
    return bitmap


def _lost_segment(storage: Storage, entry: SegmentEntry) -> LostSegment:
    ids: list[str] = []
    with contextlib.suppress(IndexDamagedError, FileNotFoundError):
        ids.extend(islice(_live_ids(open_segment(storage, entry)), _MAX_IDS))
    return LostSegment(entry.name, entry.documents - entry.deleted, tuple(ids))


def _live_ids(live: LiveSegment) -> Iterator[str]:
    ids = live.segment.dictionary("id")
    while ids.valid:
        article_id = ids.term.decode()
        if not live.entry.deleted or live.find(article_id) is not None:
            yield article_id
        ids.next()
