"""What writers do to their files, recorded; and every disk that a power failure may leave of it.

The model, of which any file system that keeps what it has synced is a tame case:

- What a file held at its last sync is there. Of what was written after that there is nothing,
  all, or a part: cut off anywhere, or with zeros in place of some or all of it.
- A name refers to what it referred to at the last sync of the directory, or to anything that
  it has referred to since, nothing included; each name by itself, so that creations, renames
  and removals are lost one by one and in any order, and even a rename may be half done.

A file is told from others by its number, because it may change its name while it is written.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from searchkit.codec.storage import OutputFile, Storage

Disk = dict[str, bytes]
Entry = int | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One change: create, write, sync, rename (`name` to `new`), remove, sync directory,
    and "forgotten", which is none.
    """

    kind: str
    name: str = ""
    file: int = -1
    data: bytes = field(default=b"", repr=False)
    new: str = ""


class RecordingStorage(Storage):
    """A storage that appends to `operations` what is done through it, once it is done."""

    def __init__(self, path: Path, operations: list[Operation]) -> None:
        super().__init__(path)
        self.operations = operations

    def create(self, name: str) -> OutputFile:
        file = super().create(name)
        number = sum(each.kind == "create" for each in self.operations)
        self.operations.append(Operation("create", name, number))
        return RecordingFile(file, number, self.operations)

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        self.operations.append(Operation("rename", old, new=new))

    def remove(self, name: str) -> None:
        super().remove(name)
        self.operations.append(Operation("remove", name))

    def sync_directory(self) -> None:
        super().sync_directory()
        self.operations.append(Operation("sync directory"))


class RecordingFile(OutputFile):
    """The file of a `RecordingStorage`, in the place of the one that it is made of."""

    def __init__(self, file: OutputFile, number: int, operations: list[Operation]) -> None:
        vars(self).update(vars(file))
        self._number = number
        self._operations = operations

    def write(self, buffer: Any) -> None:
        super().write(buffer)
        self._operations.append(Operation("write", self.name, self._number, bytes(buffer)))

    def sync(self) -> None:
        super().sync()
        self._operations.append(Operation("sync", self.name, self._number))


class DiskStorage(Storage):
    """Reads a `Disk` without writing it out."""

    def __init__(self, path: Path, files: Mapping[str, bytes]) -> None:
        super().__init__(path)
        self.files = files

    def names(self) -> list[str]:
        return list(self.files)

    def size(self, name: str) -> int:
        return len(self.read(name))

    def read(self, name: str) -> bytes:
        if name not in self.files:
            raise FileNotFoundError(2, "No such file", name)
        return self.files[name]

    def map(self, name: str) -> memoryview:
        return memoryview(self.read(name))


@dataclass(frozen=True, slots=True)
class Crash:
    """The power fails when `done` operations are done; `files` is what it leaves."""

    done: int
    files: Disk


def write_out(disk: Disk, path: Path) -> None:
    """Makes a directory of these files."""
    path.mkdir()
    for name, content in disk.items():
        (path / name).write_bytes(content)


def crashes(
    operations: Sequence[Operation],
    before: Disk | None = None,
    *,
    start: int = 0,
    most: int = 100,
) -> Iterator[Crash]:
    """The disks that are possible after each number of operations, from `start` to all of them.

    `before` is the directory to begin with, all of it safe. Where more than `most` disks are
    possible, these are taken: nothing unsafe has come through, all has, each thing by itself
    has or has not, and random ones, in each run the same.
    """
    state = _State(before or {})
    for done, operation in enumerate([Operation("forgotten"), *operations]):
        state.apply(operation)
        if done < start:
            continue
        seen = set()
        for disk in state.disks(most, random.Random(done)):
            key = frozenset(disk.items())
            if key not in seen:
                seen.add(key)
                yield Crash(done, disk)


class _State:
    """What is safe, and what is not yet."""

    def __init__(self, before: Disk) -> None:
        # Negative, to differ from the numbers of files that the operations create.
        numbered = {name: -2 - place for place, name in enumerate(before)}
        self._written = {number: before[name] for name, number in numbered.items()}
        self._synced = dict(self._written)
        # Since the last sync of the directory; the first is safe, the last is the current one.
        self._entries: dict[str, list[Entry]] = {name: [no] for name, no in numbered.items()}

    def apply(self, operation: Operation) -> None:
        name, file = operation.name, operation.file
        if operation.kind == "create":
            self._written[file] = self._synced[file] = b""
            self._enter(name, file)
        elif operation.kind == "write":
            self._written[file] += operation.data
        elif operation.kind == "sync":
            self._synced[file] = self._written[file]
        elif operation.kind == "rename":
            self._enter(operation.new, self._entries[name][-1])
            self._enter(name, None)
        elif operation.kind == "remove":
            self._enter(name, None)
        elif operation.kind == "sync directory":
            self._entries = {name: [every[-1]] for name, every in self._entries.items()}

    def _enter(self, name: str, file: Entry) -> None:
        self._entries.setdefault(name, [None]).append(file)

    def disks(self, most: int, chance: random.Random) -> Iterator[Disk]:
        entries = {name: list(dict.fromkeys(every)) for name, every in self._entries.items()}
        files = sorted({file for every in entries.values() for file in every if file is not None})
        contents = {file: self._contents(file, chance) for file in files}
        options: list[list[Any]] = [*entries.values(), *contents.values()]
        for choice in _choices(options, most, chance):
            content = dict(zip(contents, choice[len(entries) :], strict=True))
            yield {
                name: content[file]
                for name, file in zip(entries, choice[: len(entries)], strict=True)
                if file is not None
            }

    def _contents(self, file: int, chance: random.Random) -> list[bytes]:
        """From what is safe of a file to all that was written."""
        safe, written = self._synced[file], self._written[file]
        variants = [safe]
        if length := len(written) - len(safe):
            cuts = {1, length // 2, length - 1, chance.randrange(length)}
            for cut in (len(safe) + cut for cut in sorted(cuts)):
                torn, lost = written[:cut], written[cut:]
                variants += [torn, torn + bytes(len(lost)), safe + bytes(cut - len(safe)) + lost]
            variants += [safe + bytes(length), written]
        return list(dict.fromkeys(variants))


def _choices(options: list[list[Any]], most: int, chance: random.Random) -> Iterator[list[Any]]:
    if math.prod(len(each) for each in options) <= most:
        yield from map(list, itertools.product(*options))
        return
    first, last = [each[0] for each in options], [each[-1] for each in options]
    yield first
    yield last
    for place, each in enumerate(options):
        for value in each:
            yield [*first[:place], value, *first[place + 1 :]]
            yield [*last[:place], value, *last[place + 1 :]]
    for _ in range(most):
        yield [chance.choice(each) for each in options]
