"""An index, and a byte of it that is another; for those who look whether that is told."""

from __future__ import annotations

from pathlib import Path

from searchkit.codec.commit import latest
from searchkit.codec.format import SegmentFile
from searchkit.codec.manifest import Manifest, SegmentEntry
from searchkit.codec.storage import Storage


def manifest_of(path: Path) -> Manifest:
    """The last commit."""
    return latest(Storage(path))


def flip(file: Path, offset: int) -> None:
    """Changes a bit of a byte."""
    content = bytearray(file.read_bytes())
    content[offset] ^= 0x10
    file.write_bytes(content)


def flip_section(path: Path, segment: int, name: str) -> SegmentEntry:
    """Changes the middle byte of a section of a segment, which is returned."""
    entry = manifest_of(path).segments[segment]
    file = SegmentFile(Storage(path), entry.file)
    flip(path / entry.file, file.offset(name) + file.length(name) // 2)
    return entry
