"""The index directory: made, and opened where there is one."""

from __future__ import annotations

import secrets
from pathlib import Path

from searchkit.analysis import language_code
from searchkit.codec.commit import commit, generation_on_disk
from searchkit.codec.manifest import Manifest, manifest_name
from searchkit.codec.storage import Storage
from searchkit.codec.toc import write_toc
from searchkit.errors import IndexExistsError, IndexNotFoundError, StorageError

__all__ = ["create_directory", "directory_size"]

_FORMAT_1_NAME = "searchkit.json"
# What is left when making an index was interrupted.
_INTERRUPTED = frozenset({f"{manifest_name(0)}.tmp"})


def create_directory(path: Path, language: str) -> None:
    """Makes an empty index in a new or empty directory.

    Raises LanguageError, IndexExistsError when anything is there already, and StorageError
    when the directory cannot be made.
    """
    language = language_code(language)
    try:
        path.mkdir(parents=True, exist_ok=True)
        names = {each.name for each in path.iterdir()}
    except FileExistsError as error:
        raise IndexExistsError(f"{path} is a file; choose another directory") from error
    except OSError as error:
        raise StorageError(
            f"cannot make an index in {path}: {error.strerror or error}; choose another directory"
        ) from error
    storage = Storage(path)
    if names - _INTERRUPTED:
        if _FORMAT_1_NAME in names or _has_commit(storage):
            raise IndexExistsError(
                f"{path} holds an index already; open it or delete the directory"
            )
        raise IndexExistsError(f"{path} holds other files; choose a new or an empty directory")
    for name in names:
        storage.remove(name)
    commit(storage, Manifest(0, language, secrets.randbits(64)), write_toc)
    Storage(path.absolute().parent).sync_directory()


def directory_size(storage: Storage) -> int:
    """Bytes on disk of all files."""
    total = 0
    for name in storage.names():
        try:
            total += storage.size(name)
        except FileNotFoundError:  # noqa: PERF203  # a writer may delete what it has merged
            continue
    return total


def _has_commit(storage: Storage) -> bool:
    try:
        return generation_on_disk(storage) >= 0
    except IndexNotFoundError:
        return False
