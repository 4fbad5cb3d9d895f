"""Which commit is the last one, and how is the next one made?

A commit is its manifest. All other files are written and synced first; the manifest is written
under a temporary name, synced, renamed, and the directory synced: with that the commit is made,
and until then the one before is the last. Whoosh's table of contents follows. The files of two
generations are kept: for readers that are just opening the one before, and in case the newest
manifest is damaged or missing. `docs/index-format.md` has the order in full.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from searchkit.codec.format import damaged
from searchkit.codec.manifest import (
    FORMAT_VERSION,
    Manifest,
    decode_manifest,
    manifest_name,
    toc_name,
)
from searchkit.codec.storage import Storage, replace_file
from searchkit.errors import (
    IndexDamagedError,
    IndexDamagedWarning,
    IndexNotFoundError,
    IndexVersionError,
    StorageError,
)

__all__ = ["clean", "commit", "generation_on_disk", "latest", "open_latest"]

_Opened = TypeVar("_Opened")
_WriteToc = Callable[[Storage, Manifest], None]

_MANIFEST = re.compile(r"manifest-(0|[1-9][0-9]{0,17})\.json")
_TOC = re.compile(r"_MAIN_(0|[1-9][0-9]{0,17})\.toc")
_OURS = re.compile(
    r"(manifest-[0-9]+\.json|_MAIN_[0-9]+\.toc|[0-9a-f]{16}\.segment"
    r"|[0-9a-f]{16}-[0-9]+\.deletions)(\.tmp)?"
)
# The settings of format 1, which had no manifest.
_FORMAT_1_NAME = "searchkit.json"


def generation_on_disk(storage: Storage) -> int:
    """The number of the newest commit, readable or not, missing or there; -1 without any.

    Costs one listing of the directory. The next commit is this number plus one. Raises
    IndexNotFoundError without a directory.
    """
    return max(_generations(storage), default=-1)


def latest(storage: Storage) -> Manifest:
    """The newest manifest that can be read.

    Warns with IndexDamagedWarning when that is not the newest there is. Raises
    IndexDamagedError when none can be read, IndexNotFoundError when there is none, and
    IndexVersionError when the newest is of another format, or the index of format 1.
    """
    tried: list[int] = []
    while generations := _generations(storage):
        try:
            return _newest_readable(storage, generations, settled=generations == tried)
        except FileNotFoundError:  # noqa: PERF203  # the loop is for this
            # A writer has removed it since, and then there is a newer one.
            tried = generations
    raise _no_index(storage)


def open_latest(storage: Storage, opener: Callable[[Manifest], _Opened]) -> _Opened:
    """What `opener` makes of the latest manifest, by opening the files that it names.

    When one of them is gone (FileNotFoundError) because a writer has committed meanwhile, the
    opener gets the newer manifest; otherwise that is an IndexDamagedError. Raises what `latest`
    and the opener raise.
    """
    manifest = latest(storage)
    while True:
        try:
            return opener(manifest)
        except FileNotFoundError as error:  # noqa: PERF203  # the loop is for this
            newer = latest(storage)
            if newer.generation <= manifest.generation:
                raise _lacking(storage, error) from error
            manifest = newer


def commit(storage: Storage, manifest: Manifest, write_toc: _WriteToc) -> None:
    """Makes the manifest the last commit, for good; the caller holds the write lock.

    The files of its segments are written and synced already, and its generation is
    `generation_on_disk` plus one. `write_toc` writes Whoosh's table of contents, by
    `replace_file`. Then the files that only the commits before the previous one had are
    removed; others, such as segments still being written, are left alone.

    Raises StorageError: then the last commit is the one before, or, if this one's manifest
    had its name already, this one; in either case a whole one.
    """
    if generation_on_disk(storage) >= manifest.generation:
        raise StorageError(
            f"{storage.path} has a commit {manifest.generation} already, made by a writer that "
            "did not heed the lock; run this again when it has finished"
        )
    storage.sync_directory()  # the names of the segments
    replace_file(storage, manifest_name(manifest.generation), manifest.encode())
    storage.sync_directory()
    write_toc(storage, manifest)
    kept, outdated = _kept_and_outdated(storage, manifest)
    for each in outdated:
        for name in sorted(each.files() - kept):
            storage.remove(name)


def clean(storage: Storage, manifest: Manifest, write_toc: _WriteToc) -> None:
    """What a writer does first, holding the lock: puts right what a killed one left.

    Removes the files of ours that neither this manifest, the latest, nor the one before it
    refers to, and writes Whoosh's table of contents if it is missing. What tells of a newer
    commit that cannot be read stays until there is another one, so that its number is not used
    again.
    Raises StorageError.
    """
    # A writer killed before this sync has left a commit that a power failure could take back.
    storage.sync_directory()
    kept, _ = _kept_and_outdated(storage, manifest)
    for newer in _generations(storage):
        if newer > manifest.generation:
            kept |= {manifest_name(newer), toc_name(newer)}
    names = storage.names()
    for name in sorted(names):
        if _OURS.fullmatch(name) and name not in kept:
            storage.remove(name)
    if toc_name(manifest.generation) not in names:
        write_toc(storage, manifest)


def _generations(storage: Storage) -> list[int]:
    """The numbers of all commits on disk, the newest first.

    One of which there is only the table of contents is the newest: that is written when its
    manifest is there for good, so somebody else has taken the manifest away.
    """
    try:
        names = storage.names()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _no_index(storage) from error
    manifests, tables = _numbers(_MANIFEST, names), _numbers(_TOC, names)
    # Without any manifest it is an index of Whoosh's own that has the tables.
    if manifests and tables and tables[0] > manifests[0]:
        return [tables[0], *manifests]
    return manifests


def _numbers(pattern: re.Pattern[str], names: Sequence[str]) -> list[int]:
    """Those in the names of one kind of file, the largest first."""
    found = map(pattern.fullmatch, names)
    return sorted((int(each[1]) for each in found if each), reverse=True)


def _read(storage: Storage, generation: int) -> Manifest:
    name = manifest_name(generation)
    return decode_manifest(storage.read(name), storage.path / name)


def _newest_readable(storage: Storage, generations: Sequence[int], *, settled: bool) -> Manifest:
    """Raises FileNotFoundError for a manifest that is missing, unless it is `settled` that no
    writer has just removed it.
    """
    damage: list[IndexDamagedError] = []
    for generation in generations:
        try:
            manifest = _read(storage, generation)
        except IndexDamagedError as error:
            damage.append(error)
            continue
        except FileNotFoundError as error:
            if not settled:
                raise
            damage.append(_lacking(storage, error))
            continue
        if damage:
            warnings.warn(
                f"{storage.path / manifest_name(generations[0])} is damaged or missing: the index "
                f"is opened as of commit {generation}; restore the file from a copy, or run "
                "`searchkit repair` and index again what came later",
                IndexDamagedWarning,
                stacklevel=3,
            )
        return manifest
    raise damage[0]


def _kept_and_outdated(storage: Storage, manifest: Manifest) -> tuple[set[str], list[Manifest]]:
    """The files of this commit and of the readable one before, and the commits before those."""
    older = []
    for generation in _generations(storage):
        if generation < manifest.generation:
            with contextlib.suppress(IndexDamagedError):
                older.append(_read(storage, generation))
    kept = set(manifest.files()).union(*(each.files() for each in older[:1]))
    return kept, older[1:]


def _lacking(storage: Storage, error: FileNotFoundError) -> IndexDamagedError:
    missing = Path(error.filename).name if error.filename else error
    return damaged(storage.path, f"{missing} is missing")


def _no_index(storage: Storage) -> IndexNotFoundError | IndexVersionError:
    path = storage.path
    if path.is_file():
        return IndexNotFoundError(f"{path} is a file, not the directory of an index")
    if (path / _FORMAT_1_NAME).is_file():
        return IndexVersionError(
            f"{path} has index format 1, this searchkit reads format {FORMAT_VERSION}; install "
            "the searchkit that wrote it, or index the articles again into a new directory"
        )
    what = "there is no index in" if path.is_dir() else "there is no directory"
    return IndexNotFoundError(
        f"{what} {path}; make one with `searchkit --index {path} index FILES...` "
        "or searchkit.create()"
    )
