"""All the ways in which a file of an index may not be as it was written."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.codec.recording import Disk

_FOOTER = struct.Struct("<QQQ8s")
_HEADER_BYTES = 16
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Damage:
    """Which file is damaged and how, in words, and all files after it."""

    file: str
    what: str
    files: Disk = field(repr=False)

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def flips(files: Disk, name: str, places: Iterable[int]) -> Iterator[Damage]:
    """Each of these bytes is another: one bit, all bits, or any, by its place."""
    content = files[name]
    for place in places:
        chance = random.Random(place)
        change = chance.choice([1 << chance.randrange(8), 0xFF, chance.randrange(1, 256)])
        flipped = bytearray(content)
        flipped[place] ^= change
        yield _changed(files, name, f"byte {place} xor {change:#x}", bytes(flipped))


def cuts(files: Disk, name: str, lengths: Iterable[int]) -> Iterator[Damage]:
    """The file ends early, after so many bytes."""
    for length in lengths:
        yield _changed(files, name, f"{length} bytes left", files[name][:length])


def frame(content: bytes) -> list[int]:
    """The places of a segment's header, its table of sections, and its footer."""
    table = _FOOTER.unpack_from(content, len(content) - _FOOTER.size)[0]
    return [*range(_HEADER_BYTES), *range(table, len(content))]


def sectors(files: Disk, name: str) -> Iterator[Damage]:
    """A sector is lost, or another one's content is in its place."""
    content = files[name]
    for start in range(0, len(content), _SECTOR):
        end = min(start + _SECTOR, len(content))
        other = (start + _SECTOR) % (len(content) - (end - start) + 1)
        for what, sector in (
            ("zeros", bytes(end - start)),
            (f"the bytes from {other}", content[other : other + end - start]),
        ):
            changed = content[:start] + sector + content[end:]
            if changed != content:
                yield _changed(files, name, f"{what} from byte {start}", changed)


def exchanges(files: Disk) -> Iterator[Damage]:
    """A file has the content of another."""
    for name in files:
        for source in files:
            if source != name:
                yield _changed(files, name, f"is {source}", files[source])


def strangers(files: Disk, others: Disk) -> Iterator[Damage]:
    """A file is that of its name of another index."""
    for name in files:
        if others.get(name, files[name]) != files[name]:
            yield _changed(files, name, "of another index", others[name])


def wholes(files: Disk, name: str) -> Iterator[Damage]:
    """The file as a whole is missing, empty, or more than it should be."""
    content = files[name]
    yield Damage(name, "missing", {each: files[each] for each in files if each != name})
    noise = random.Random(name).randbytes(1000)
    for what, changed in {
        "empty": b"",
        "a zero more": content + b"\0",
        "noise after it": content + noise,
        "noise before it": noise + content,
        "noise": noise,
        "zeros": bytes(len(content)),
        "twice": content * 2,
    }.items():
        yield _changed(files, name, what, changed)


def _changed(files: Disk, name: str, what: str, content: bytes) -> Damage:
    return Damage(name, what, {**files, name: content})


def duplicates(files: Disk, name: str, names: Iterable[str]) -> Iterator[Damage]:
    """The file is there under other names, too."""
    for other in names:
        yield Damage(other, f"a second {name}", {**files, other: files[name]})
