"""Which documents of a segment are deleted? One small file for a segment and a generation.

The file, numbers little-endian:

| offset | bytes | what |
|---|---|---|
| 0 | 4 | magic, ``SKDL`` |
| 4 | 4 | version, u32: 1 |
| 8 | 4 | documents n of the segment, u32, the deleted ones included |
| 12 | 4 | deleted documents, u32: the bits that are set |
| 16 | ⌈n/8⌉ | bitmap: document d is deleted when bit d mod 8 (1 << d mod 8) of byte ⌊d/8⌋ is set; the bits from n on are 0 |
| 16 + ⌈n/8⌉ | 8 | XXH3 (64 bits, u64) of all bytes before, which the manifest has, too |
"""  # noqa: E501  # a table

from __future__ import annotations

import struct
from dataclasses import replace

from xxhash import xxh3_64_hexdigest, xxh3_64_intdigest

from searchkit.codec.format import damaged
from searchkit.codec.manifest import SegmentEntry, deletions_name
from searchkit.codec.storage import Storage, write_file
from searchkit.errors import IndexVersionError

__all__ = ["bitmap_bytes", "count_deleted", "read_deletions", "with_deletions", "write_deletions"]

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


def with_deletions(
    segment: SegmentEntry, generation: int, bitmap: bytes | bytearray
) -> SegmentEntry:
    """The segment with these documents deleted, in a file that is new in this generation.

    Raises ValueError for a bitmap that is not one of its documents.
    """
    name = checksum = None
    content = _encode(segment.documents, bitmap)
    if deleted := count_deleted(bitmap):
        name, checksum = deletions_name(segment.name, generation), xxh3_64_hexdigest(content)
    return replace(segment, deleted=deleted, deletions=name, deletions_checksum=checksum)


def write_deletions(storage: Storage, segment: SegmentEntry, bitmap: bytes | bytearray) -> None:
    """Writes and syncs the file of a segment that `with_deletions` has made of this bitmap.

    Raises StorageError.
    """
    if segment.deletions is not None:
        content = _encode(segment.documents, bitmap)
        checksum = _CHECKSUM.pack(xxh3_64_intdigest(content))
        write_file(storage, segment.deletions, content, checksum)


def read_deletions(storage: Storage, segment: SegmentEntry) -> bytearray:
    """The bitmap of a segment, the caller's own; of zeros when nothing is deleted.

    Raises FileNotFoundError, IndexVersionError, or IndexDamagedError when the file is not what
    `write_deletions` made of this segment.
    """
    if segment.deletions is None:
        return bytearray(bitmap_bytes(segment.documents))
    content = storage.read(segment.deletions)
    path = storage.path / segment.deletions
    body, checksum = content[: -_CHECKSUM.size], content[-_CHECKSUM.size :]
    digest = xxh3_64_intdigest(body)
    if len(body) < _HEADER.size or checksum != _CHECKSUM.pack(digest):
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
    told = segment.documents, segment.deleted, segment.deletions_checksum
    if (documents, deleted, f"{digest:016x}") != told:
        raise damaged(path, "it is not the file that the manifest names")
    return bitmap


def _has_stray_bits(bitmap: bytes | bytearray, documents: int) -> bool:
    return documents % 8 != 0 and bitmap[-1] >> documents % 8 != 0


def _encode(documents: int, bitmap: bytes | bytearray) -> bytes:
    """The file without its checksum."""
    if len(bitmap) != bitmap_bytes(documents) or _has_stray_bits(bitmap, documents):
        raise ValueError(f"the bitmap is not one of {documents} documents")
    return _HEADER.pack(_MAGIC, _VERSION, documents, count_deleted(bitmap)) + bitmap
