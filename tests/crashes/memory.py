"""The files of an index in memory: read, written and removed there, and damaged at will."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

from searchkit.codec.storage import OutputFile
from tests.codec.recording import Disk, DiskStorage


class MemoryStorage(DiskStorage):
    """Keeps what is written in `files`, which is shared with whoever has given them."""

    def __init__(self, path: Path, files: Disk) -> None:
        super().__init__(path, files)
        self._disk = files

    def create(self, name: str) -> OutputFile:
        with self.changing(name):
            if name in self._disk:
                raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
            self._disk[name] = b""
        return _MemoryFile(self, name, self._disk)

    def rename(self, old: str, new: str) -> None:
        self._disk[new] = self._disk.pop(old)

    def remove(self, name: str) -> None:
        self._disk.pop(name, None)

    def sync_directory(self) -> None:
        pass


class _MemoryFile(OutputFile):
    def __init__(self, storage: MemoryStorage, name: str, disk: Disk) -> None:
        super().__init__(storage, name, -1)
        self._disk = disk

    def write(self, buffer: Any) -> None:
        self._disk[self.name] += bytes(buffer)

    def tell(self) -> int:
        return len(self._disk[self.name])

    def sync(self) -> None:
        pass
