"""What is done to the files of an index directory, each kind of thing in one place.

Writers change the directory through a `Storage` and nothing else, so that a test can record
what they do and replay it up to any moment at which the power may fail. POSIX only: renaming
replaces, and a file that is removed stays readable for those who have it mapped.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from searchkit.errors import IndexDamagedError, StorageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["OutputFile", "Storage", "give_back", "replace_file", "write_file"]

# Small pieces are gathered; what is larger goes to the system without a copy.
_BUFFER_BYTES = 1 << 20


class Storage:
    """The files of one directory. Names are plain file names, without a folder.

    What fails to change the directory raises StorageError and **poisons** the storage: every
    later change through it raises StorageError too. After a failed fsync the kernel may have
    dropped the data and marked it clean, so that a second fsync says yes to what is lost
    (https://wiki.postgresql.org/wiki/Fsync_Errors): nothing that was written through this
    storage since its last successful sync may be relied on. A writer therefore has a storage
    of its own, and whoever tries again begins with a new one.

    Reading raises FileNotFoundError for a file that is not there (the caller knows whether
    that is damage), IndexDamagedError for what the disk cannot read, and StorageError for
    anything else, such as a lack of permission. A poisoned storage reads on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failure = ""

    def create(self, name: str) -> OutputFile:
        """A new, empty file. A file of this name that exists already is a StorageError."""
        with self.changing(name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            return OutputFile(self, name, os.open(self._path(name), flags, 0o666))

    def rename(self, old: str, new: str) -> None:
        """Gives a file another name, in the place of what had that name."""
        with self.changing(new):
            self._path(old).replace(self._path(new))

    def remove(self, name: str) -> None:
        """Removes a file; one that is not there is removed already."""
        with self.changing(name):
            self._path(name).unlink(missing_ok=True)

    def sync_directory(self) -> None:
        """Returns when the names created, renamed and removed so far survive a power failure."""
        with self.changing(""):
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                _sync(descriptor)
            except OSError as error:
                # Some network file systems cannot sync a directory, and need not.
                if error.errno != errno.EINVAL:
                    raise
            finally:
                os.close(descriptor)

    def names(self) -> list[str]:
        """The names of all files, in no order.

        Raises FileNotFoundError without the directory and NotADirectoryError for a file.
        """
        with self._reading(""), os.scandir(self.path) as entries:
            return [entry.name for entry in entries]

    def size(self, name: str) -> int:
        """Bytes of a file."""
        with self._reading(name):
            return self._path(name).stat().st_size

    def read(self, name: str) -> bytes:
        """The content of a file."""
        with self._reading(name):
            return self._path(name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        """A file to read from, without a buffer; the caller closes it."""
        with self._reading(name):
            return open(self._path(name), "rb", buffering=0)  # noqa: PTH123  # as elsewhere here

    def map(self, name: str) -> memoryview:
        """The content of a file, mapped: read-only, read from the disk where it is looked at.

        It stays valid when the file is removed, and is unmapped with its last reference.
        """
        with self._reading(name), self._path(name).open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return memoryview(b"")  # the system maps no empty file
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    @contextlib.contextmanager
    def changing(self, name: str) -> Iterator[None]:
        """Around each system call that changes a file: refuses it in a poisoned storage, names
        and remembers its failure.
        """
        if self._failure:
            raise StorageError(
                f"{self._failure} before, and nothing is written after that; the index is as of "
                "its last commit. Mend that, then run this again"
            )
        try:
            yield
        except OSError as error:
            self._failure = f"cannot write to {self.path / name}: {error.strerror or error}"
            raise StorageError(
                f"{self._failure}; the index is as of its last commit. "
                "Mend that, then run this again"
            ) from error

    @property
    def poisoned(self) -> bool:
        """True once a change has failed."""
        return bool(self._failure)

    @contextlib.contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            raise
        except OSError as error:
            reason = f"cannot read {self.path / name}: {error.strerror or error}"
            if error.errno == errno.EIO:
                raise IndexDamagedError(
                    f"{reason}; run `searchkit verify`, then restore the index from a copy "
                    "or run `searchkit repair`"
                ) from error
            raise StorageError(f"{reason}. Mend that, then run this again") from error

    def _path(self, name: str) -> Path:
        if name in ("", ".", "..") or "/" in name:
            raise ValueError(f"{name!r} is no plain file name")
        return self.path / name


class OutputFile:
    """A file being written, from its beginning to its end; made by `Storage.create`.

    What is written may be in memory only until `sync`, and is on the disk, power failure or
    not, when `sync` has returned; its name only after `Storage.sync_directory`. Leaving the
    context closes the file without a sync, and on an exception drops what was gathered.
    """

    def __init__(self, storage: Storage, name: str, descriptor: int) -> None:
        self.name = name
        self._storage = storage
        self._descriptor = descriptor
        self._gathered = bytearray()
        self._flushed = 0

    def write(self, buffer: ReadableBuffer) -> None:
        """Appends all bytes of a contiguous buffer; the caller may change it afterwards.

        What the system refuses may come as the StorageError of a later write, sync or close.
        """
        with memoryview(buffer) as given:
            if not given.nbytes:
                return  # nothing to cast
            view = given.cast("B")
            if len(self._gathered) + len(view) > _BUFFER_BYTES:
                self._flush()
            if len(view) > _BUFFER_BYTES:
                self._write_out(view)
            else:
                self._gathered += view

    def tell(self) -> int:
        """Bytes written so far: the offset at which the next write begins."""
        return self._flushed + len(self._gathered)

    def sync(self) -> None:
        """Returns when all that was written is on the disk."""
        self._flush()
        with self._storage.changing(self.name):
            _sync(self._descriptor)

    def close(self) -> None:
        """Hands what is gathered to the system and closes the file; once is enough."""
        if self._descriptor < 0:
            return
        try:
            if not self._storage.poisoned:
                self._flush()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Closes the file without what is gathered; nothing is raised."""
        self._gathered = bytearray()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):  # what matters was synced
                os.close(descriptor)

    def __enter__(self) -> OutputFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind:
            self.abandon()
        self.close()

    def _flush(self) -> None:
        self._write_out(memoryview(self._gathered))
        self._gathered = bytearray()

    def _write_out(self, view: memoryview) -> None:
        with self._storage.changing(self.name):
            done = 0
            # The system may take a part only: on Linux 2 GiB at most, and what a disk still holds.
            while done < len(view):
                done += os.write(self._descriptor, view[done:])
        self._flushed += done


def give_back(mapped: memoryview) -> None:
    """Gives the memory of what has been looked at of a mapped file back to the system.

    All stays valid: what is looked at again is read again, as a rule from the system's cache.
    """
    if isinstance(mapped.obj, mmap.mmap):
        mapped.obj.madvise(mmap.MADV_DONTNEED)


def write_file(storage: Storage, name: str, *buffers: ReadableBuffer) -> None:
    """Makes a file of these buffers and syncs it. Its name is not synced."""
    with storage.create(name) as file:
        for buffer in buffers:
            file.write(buffer)
        file.sync()


def replace_file(storage: Storage, name: str, *buffers: ReadableBuffer) -> None:
    """As `write_file`, under the name with ``.tmp`` first: nobody sees a part of the file."""
    temporary = f"{name}.tmp"
    write_file(storage, temporary, *buffers)
    storage.rename(temporary, name)


def _sync(descriptor: int) -> None:
    """The strongest sync there is."""
    if sys.platform == "darwin":
        # There, fsync leaves the data in the drive's cache.
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError as error:
            # Not every file system has it. Anything else is a sync that failed: not tried again.
            if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                raise
        else:
            return
    os.fsync(descriptor)
