"""Which documents of a segment are deleted? One small file for a segment and a generation.

The file, numbers little-endian:

| offset | bytes | what |
|---|---|---|
| 0 | 4 | magic, ``SKDL`` |
| 4 | 4 | version, u32: 1 |
| 8 | 4 | documents n of the segment, u32, the deleted ones included |
| 12 | 4 | deleted documents, u32: the bits that are set |
| 16 | ⌈n/8⌉ | bitmap: document d is deleted when bit d mod 8 (1 << d mod 8) of byte ⌊d/8⌋ is set; the bits from n on are 0 |
| 16 + ⌈n/8⌉ | 8 | XXH3 (64 bits, u64) of all bytes before |
"""  # noqa: E501  # a table

from __future__ import annotations

import struct

from xxhash import xxh3_64_intdigest

from searchkit.codec.format import damaged
from searchkit.codec.manifest import SegmentEntry, deletions_name
from searchkit.codec.storage import Storage, write_file
from searchkit.errors import IndexVersionError

__all__ = ["bitmap_bytes", "count_deleted", "read_deletions", "write_deletions"]

_HEADER = struct.Struct("<4sIII")
_CHECKSUM = struct.Struct("<Q")
_MAGIC = b"SKDL"
_VERSION = 1


def bitmap_bytes(documents: int) -> int:
    """Bytes of the bitmap of a segment with so many documents."""
    return (documents + 7) // 8


def count_deleted(bitmap: bytes | bytearray) -> int:
    """The bits that are set."""
    return int.from_bytes(bitmap, "little").bit_count()


def write_deletions(
    storage: Storage, segment: str, generation: int, documents: int, bitmap: bytes | bytearray
) -> str:
    """Writes and syncs the deletions of a segment, new in this generation; returns the file.

    Raises ValueError for a bitmap that is not one of so many documents, and StorageError.
    """
    if len(bitmap) != bitmap_bytes(documents) or _has_stray_bits(bitmap, documents):
        raise ValueError(f"the bitmap is not one of {documents} documents")
    header = _HEADER.pack(_MAGIC, _VERSION, documents, count_deleted(bitmap))
    name = deletions_name(segment, generation)
    content = header + bitmap
    write_file(storage, name, content, _CHECKSUM.pack(xxh3_64_intdigest(content)))
    return name


def read_deletions(storage: Storage, segment: SegmentEntry) -> bytearray:
    """The bitmap of a segment, the caller's own; of zeros when nothing is deleted.

    Raises FileNotFoundError, IndexVersionError, or IndexDamagedError when the file is not what
    `write_deletions` made, or of another segment than the manifest says.
    """
    if segment.deletions is None:
        return bytearray(bitmap_bytes(segment.documents))
    content = storage.read(segment.deletions)
    path = storage.path / segment.deletions
    body, checksum = content[: -_CHECKSUM.size], content[-_CHECKSUM.size :]
    if len(body) < _HEADER.size or checksum != _CHECKSUM.pack(xxh3_64_intdigest(body)):
        raise damaged(path, "its checksum is wrong")
    magic, version, documents, deleted = _HEADER.unpack_from(body)
    if magic == _MAGIC and version > _VERSION:
        raise IndexVersionError(
            f"{path} is of version {version}, this searchkit reads version {_VERSION}; "
            "install the searchkit that wrote it, or index the articles again"
        )
    bitmap = bytearray(memoryview(body)[_HEADER.size :])
    sound = (
        (magic, version) == (_MAGIC, _VERSION)
        and len(bitmap) == bitmap_bytes(documents)
        and not _has_stray_bits(bitmap, documents)
        and count_deleted(bitmap) == deleted
    )
    if not sound:
        raise damaged(path, "its bitmap is not what its header says")
    if (documents, deleted) != (segment.documents, segment.deleted):
        raise damaged(
            path,
            f"it has {deleted:,} of {documents:,} documents deleted, "
            f"the manifest {segment.deleted:,} of {segment.documents:,}",
        )
    return bitmap


def _has_stray_bits(bitmap: bytes | bytearray, documents: int) -> bool:
    return documents % 8 != 0 and bitmap[-1] >> documents % 8 != 0
