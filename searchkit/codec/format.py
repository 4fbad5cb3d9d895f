"""The segment file: magic, version, sections and their checksums, for writer and reader alike.

    header    magic "SKSEGMNT", u32 version, u32 zero
    sections  one after the other, each beginning at a multiple of 8 (zeros in between)
    table     for each section: u16 length of its name, the name, u64 offset, u64 length,
              u64 xxh3_64 of every CHUNK bytes of it
    footer    u64 offset, u64 length and u64 xxh3_64 of the table, magic "SKSEGEND"

Everything is little-endian. The table's checksum covers all others, so that it, kept in the
manifest, stands for the whole file. See docs/index-format.md.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import xxhash

from searchkit.codec.storage import OutputFile, Storage, give_back
from searchkit.errors import IndexDamagedError, IndexVersionError
from searchkit.kernels import CHUNK

__all__ = ["CHUNK", "SEGMENT_VERSION", "SegmentFile", "SegmentFileWriter", "damaged"]

SEGMENT_VERSION = 4

_HEADER = struct.Struct("<8sII")
_HEADER_MAGIC = b"SKSEGMNT"
_FOOTER = struct.Struct("<QQQ8s")
_FOOTER_MAGIC = b"SKSEGEND"
_NAME = struct.Struct("<H")
_EXTENT = struct.Struct("<QQ")
_ALIGNMENT = 8

# So many chunks are checked at a time; what is checked is not held in memory beyond them.
_CHECKED_CHUNKS = 64

_Write = Callable[[bytes | bytearray | memoryview], None]

# What kernels may read beyond the end of a section: the table and the footer follow it.
_SLACK = 8


class SegmentFileWriter:
    """Writes one segment file, section by section, through once.

    Raises StorageError when a write fails.
    """

    def __init__(self, output: OutputFile) -> None:
        self._output = output
        self._offset = 0
        self._table = bytearray()
        self._write(_HEADER.pack(_HEADER_MAGIC, SEGMENT_VERSION, 0))

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._offset

    @contextmanager
    def section(self, name: str) -> Iterator[_Section]:
        """Within the block the section of that name is written; no other may be open."""
        self._write(bytes(-self._offset % _ALIGNMENT))
        section = _Section(self._write)
        offset = self._offset
        yield section
        encoded = name.encode()
        self._table += _NAME.pack(len(encoded)) + encoded
        self._table += _EXTENT.pack(offset, self._offset - offset)
        self._table += section.checksums()

    def add(self, name: str, data: bytes | bytearray | memoryview) -> None:
        """A section that is there as a whole."""
        with self.section(name) as section:
            section.write(data)

    def finish(self) -> str:
        """Writes the table, syncs and closes the file; returns the checksum of the table."""
        self._write(bytes(-self._offset % _ALIGNMENT))
        table = bytes(self._table)
        checksum = xxhash.xxh3_64_intdigest(table)
        offset = self._offset
        self._write(table)
        self._write(_FOOTER.pack(offset, len(table), checksum, _FOOTER_MAGIC))
        self._output.sync()
        self._output.close()
        return f"{checksum:016x}"

    def abandon(self) -> None:
        """Closes the file as it is; the next writer removes it."""
        self._output.abandon()

    def _write(self, data: bytes | bytearray | memoryview) -> None:
        self._output.write(data)
        self._offset += len(data)


class _Section:
    """One section while it is written."""

    def __init__(self, write: _Write) -> None:
        self._write = write
        self._hash = xxhash.xxh3_64()
        self._filled = 0
        self._sums: list[int] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Appends bytes."""
        if not data:
            return
        self._write(data)
        view = memoryview(data)
        position = 0
        while position < len(view):
            piece = view[position : position + CHUNK - self._filled]
            self._hash.update(piece)
            self._filled += len(piece)
            position += len(piece)
            if self._filled == CHUNK:
                self._next_chunk()

    def checksums(self) -> bytes:
        """Those of all chunks, as they stand in the table."""
        if self._filled:
            self._next_chunk()
        return struct.pack(f"<{len(self._sums)}Q", *self._sums)

    def _next_chunk(self) -> None:
        self._sums.append(self._hash.intdigest())
        self._hash.reset()
        self._filled = 0


class SegmentFile:
    """A segment file that is mapped: its sections, each checked where it is first looked at.

    Raises IndexDamagedError, with the file's name, for anything that is not as it was written,
    and FileNotFoundError when the file is not there. Safe to share between threads: a chunk
    may be checked twice, which does no harm.
    """

    def __init__(self, storage: Storage, name: str) -> None:
        self.path = storage.path / name
        self._data = storage.map(name)
        self.checksum, table = self._read_footer()
        self._sections = self._read_table(table)

    def __contains__(self, name: str) -> bool:
        return name in self._sections

    def names(self) -> list[str]:
        """All sections in the order of the file."""
        return list(self._sections)

    def length(self, name: str) -> int:
        """The bytes of a section."""
        return self._place(name).length

    def offset(self, name: str) -> int:
        """Where a section begins in the file."""
        return self._place(name).offset

    def whole(self, name: str) -> memoryview:
        """A section, all of it checked."""
        place = self._place(name)
        if 0 in place.checked:
            self._check(name, place, 0, len(place.checked))
        return place.data[: place.length]

    def part(self, name: str, start: int, end: int) -> memoryview:
        """The section with 8 bytes more; only from `start` to `end` it is checked."""
        place = self._place(name)
        if not 0 <= start <= end <= place.length:
            raise damaged(self.path, f"section {name} has no bytes {start} to {end}")
        first, last = start // CHUNK, -(-end // CHUNK)
        if place.checked.find(0, first, last) >= 0:
            self._check(name, place, first, last)
        return place.data

    def unchecked(
        self, name: str
    ) -> tuple[memoryview, bytearray, Callable[[int, int], memoryview]]:
        """The section with 8 bytes more; a byte for each of its chunks, not 0 once that is
        checked; and what checks from a start to an end, as `part` does. For those who look at
        the bytes of many parts.
        """
        place = self._place(name)
        return place.data, place.checked, functools.partial(self.part, name)

    def give_back(self) -> None:
        """Gives the memory of what has been looked at back to the system, for those who read
        the file through; nothing changes for those who read it meanwhile.
        """
        give_back(self._data)

    def close(self) -> None:
        """Lets go of the file, which then has no sections; it is unmapped with the last view."""
        # Not the data alone: kernels would read beyond the end of an empty section.
        self._sections = {}
        self._data = memoryview(b"")

    def _place(self, name: str) -> _Place:
        try:
            return self._sections[name]
        except KeyError:
            raise damaged(self.path, f"there is no section {name}") from None

    def _check(self, name: str, place: _Place, first: int, last: int) -> None:
        for chunk in range(first, last):
            if place.checked[chunk]:
                continue
            start = chunk * CHUNK
            data = place.data[start : min(start + CHUNK, place.length)]
            if xxhash.xxh3_64_intdigest(data) != place.checksums[chunk]:
                raise damaged(
                    self.path,
                    f"section {name} is not as it was written, "
                    f"from byte {place.offset + start} of the file on",
                )
            place.checked[chunk] = 1
            if (chunk - first) % _CHECKED_CHUNKS == _CHECKED_CHUNKS - 1:
                self.give_back()

    def _read_footer(self) -> tuple[str, memoryview]:
        data = self._data
        if len(data) < _HEADER.size + _FOOTER.size:
            raise damaged(self.path, f"it has {len(data)} bytes only")
        magic, version, _ = _HEADER.unpack_from(data)
        if magic != _HEADER_MAGIC:
            raise damaged(self.path, "it does not begin as a segment")
        if version != SEGMENT_VERSION:
            raise IndexVersionError(
                f"{self.path} has segment format {version}, this searchkit reads format "
                f"{SEGMENT_VERSION}; install the searchkit that wrote it, or index the "
                "articles again"
            )
        footer = len(data) - _FOOTER.size
        offset, length, checksum, magic = _FOOTER.unpack_from(data, footer)
        if magic != _FOOTER_MAGIC or offset + length != footer:
            raise damaged(self.path, "it does not end as a segment; it may have been cut off")
        table = data[offset:footer]
        if xxhash.xxh3_64_intdigest(table) != checksum:
            raise damaged(self.path, "its table of sections is not as it was written")
        return f"{checksum:016x}", table

    def _read_table(self, table: memoryview) -> dict[str, _Place]:
        sections = {}
        position = 0
        while position < len(table):
            (size,) = _NAME.unpack_from(table, position)
            position += _NAME.size
            name = bytes(table[position : position + size]).decode()
            position += size
            offset, length = _EXTENT.unpack_from(table, position)
            position += _EXTENT.size
            chunks = -(-length // CHUNK)
            checksums = struct.unpack_from(f"<{chunks}Q", table, position)
            position += 8 * chunks
            data = self._data[offset : offset + length + _SLACK]
            sections[name] = _Place(data, offset, length, checksums)
        return sections


class _Place:
    """Where a section is, and which of its chunks have been checked."""

    __slots__ = ("checked", "checksums", "data", "length", "offset")

    def __init__(
        self, data: memoryview, offset: int, length: int, checksums: tuple[int, ...]
    ) -> None:
        self.data = data  # with what kernels may read beyond
        self.offset = offset
        self.length = length
        self.checksums = checksums
        self.checked = bytearray(len(checksums))


def damaged(path: object, what: str) -> IndexDamagedError:
    """The error for a file that is not as it was written; `what` says how."""
    return IndexDamagedError(
        f"{path} is damaged: {what}; run `searchkit verify`, then restore the index from a copy "
        "or run `searchkit repair`"
    )
