"""Whoosh's table of contents of a commit, written from the manifest and read by Whoosh alone.

With it ``whoosh.index.open_dir`` opens the directory wherever searchkit is installed, and
Whoosh's readers, searchers, matchers, facets and highlighters work on it. searchkit itself never
reads it: nothing that it reads is unpickled.

**Reading only.** A Whoosh writer may be opened, which takes the lock that ours take, but its
`commit` is refused with a StorageError before it has changed anything, by `CommittedSchema`;
what it wrote so far (``MAIN_*``) is nobody's and may be deleted. Whoosh never removes files of
ours: those that it cleans away begin with ``MAIN_`` or are tables of contents, which are written
again with the next commit. After a commit of ours open the directory anew: `refresh` of Whoosh's
searchers misses deletions and keeps segments that were merged, with Whoosh's own as with ours.

The file: u8 4, u8 8, u8 4 (the sizes of Whoosh's numbers), i32 -12345, i32 -111 (the version of
the table), varint 3, 54, 0 (the Whoosh that has it so), varint length and pickle of the schema,
i32 generation, i32 0, pickle of the list of segments; integers are big-endian. What is pickled
are calls of `committed_schema` and `committed_segment` with strings and numbers, in a protocol
that every Python 3 reads.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from searchkit.codec.manifest import Manifest, SegmentEntry, toc_name
from searchkit.codec.storage import Storage, replace_file

if TYPE_CHECKING:
    from searchkit.codec.whoosh_codec import CommittedSegment
    from searchkit.codec.whoosh_schema import CommittedSchema

__all__ = ["committed_schema", "committed_segment", "write_toc"]

_HEAD = struct.Struct("!BBBiiBBB")
_SIZES = (4, 8, 4)
_BYTE_ORDER = -12345
_VERSION = -111
_RELEASE = (3, 54, 0)
_GENERATION = struct.Struct("!ii")
_PROTOCOL = 2


def write_toc(storage: Storage, manifest: Manifest) -> None:
    """Writes the table of contents of a commit, in the place of one that may be there.

    Raises StorageError. Whoosh itself is not needed for it.
    """
    schema = pickle.dumps(_Call(committed_schema, manifest.language), _PROTOCOL)
    segments = [_Call(committed_segment, *astuple(entry)) for entry in manifest.segments]
    replace_file(
        storage,
        toc_name(manifest.generation),
        _HEAD.pack(*_SIZES, _BYTE_ORDER, _VERSION, *_RELEASE),
        _varint(len(schema)) + schema,
        _GENERATION.pack(manifest.generation, 0),
        pickle.dumps(segments, _PROTOCOL),
    )


def committed_schema(language: str) -> CommittedSchema:
    """The schema of an index in this language. Called by what is pickled."""
    from searchkit.codec.whoosh_schema import CommittedSchema, whoosh_schema

    return CommittedSchema(**dict(whoosh_schema(language).items()))


def committed_segment(*entry: Any) -> CommittedSegment:
    """The segment with these fields of its SegmentEntry. Called by what is pickled."""
    from searchkit.codec.whoosh_codec import CommittedSegment

    return CommittedSegment(SegmentEntry(*entry))


class _Call:
    """Pickled as the call of a function, by its name, with these arguments."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._call


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))
