"""Stored articles: JSON, many to a block, each block compressed by zstd.

stored        the blocks one after the other; a block decompressed is u32 length of each
              of its documents, then the documents
stored:index  u64 end of each block in `stored`, then u32 number of the first document of
              each, and one beyond the last
"""

from __future__ import annotations

import itertools
import threading
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

import zstandard

from searchkit.codec.format import SegmentFile, damaged

__all__ = ["INDEX_SECTION", "SECTION", "StoredReader", "StoredWriter"]

SECTION = "stored"
INDEX_SECTION = "stored:index"

# Reading one article costs the decompression of its block: 31 µs, where 64 KiB take 100 and are
# 0.368 of the articles instead of 0.392. A page of hits is read in a third of the time. Level 3
# is a tenth smaller and half as fast.
_BLOCK_BYTES = 16 * 1024
_LEVEL = 1


class _Output(Protocol):
    def write(self, data: bytes) -> None: ...


class StoredWriter:
    """Writes documents, in the order of their numbers, into the open section `stored`."""

    def __init__(self, output: _Output) -> None:
        self._output = output
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._documents = 0  # in the blocks written so far
        self._size = 0
        self._ends = array("Q")
        self._firsts = array("I")

    def extend(self, documents: Sequence[bytes]) -> None:
        """Appends documents. Blocks are compressed together: one call without the GIL."""
        blocks: list[list[bytes]] = []
        for document in documents:
            self._pending.append(document)
            self._pending_bytes += len(document)
            if self._pending_bytes >= _BLOCK_BYTES:
                blocks.append(self._pending)
                self._pending, self._pending_bytes = [], 0
        self._compress(blocks)

    def append_blocks(self, reader: StoredReader, first: int, last: int) -> None:
        """Takes over the blocks `first` to `last` (excluded) of another segment as they are."""
        self._compress_rest()
        for block in range(first, last):
            self._append(reader.compressed(block), reader.block_documents(block))

    def index(self) -> bytes:
        """The section `stored:index`, once everything is appended; writes what is pending."""
        self._compress_rest()
        return self._ends.tobytes() + array("I", [*self._firsts, self._documents]).tobytes()

    def _compress_rest(self) -> None:
        if self._pending:
            blocks, self._pending, self._pending_bytes = [self._pending], [], 0
            self._compress(blocks)

    def _compress(self, blocks: list[list[bytes]]) -> None:
        if not blocks:
            return
        joined: list[bytes | bytearray | memoryview] = [
            b"".join([array("I", [len(each) for each in block]).tobytes(), *block])
            for block in blocks
        ]
        compressed = self._compressor.multi_compress_to_buffer(joined)
        for place, block in enumerate(blocks):
            self._append(compressed[place].tobytes(), len(block))

    def _append(self, data: bytes | memoryview, documents: int) -> None:
        self._output.write(bytes(data))
        self._size += len(data)
        self._ends.append(self._size)
        self._firsts.append(self._documents)
        self._documents += documents


class StoredReader:
    """Reads documents by number. Safe to share between threads.

    The block used last is kept decompressed, for those who read one after the other.
    """

    def __init__(self, file: SegmentFile) -> None:
        self._file = file
        index = file.whole(INDEX_SECTION)
        blocks = (len(index) - 4) // 12
        self._ends = index[: 8 * blocks].cast("Q")
        self._firsts = index[8 * blocks :].cast("I")
        self._local = threading.local()

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self._ends)

    def first_document(self, block: int) -> int:
        """The number of a block's first document; of `blocks`, one beyond the last."""
        return self._firsts[block]

    def block_documents(self, block: int) -> int:
        """How many documents are in a block."""
        return self._firsts[block + 1] - self._firsts[block]

    def __getitem__(self, document: int) -> bytes:
        block = bisect_right(self._firsts, document) - 1
        data, ends = self._decompressed(block)
        place = document - self._firsts[block]
        return data[ends[place] : ends[place + 1]]

    def read_block(self, block: int) -> list[bytes]:
        """The documents of a block."""
        data, ends = self._decompressed(block)
        return [data[start:end] for start, end in itertools.pairwise(ends)]

    def compressed(self, block: int) -> memoryview:
        """A block as it is in the file."""
        start = self._ends[block - 1] if block else 0
        end = self._ends[block]
        return self._file.part(SECTION, start, end)[start:end]

    def _decompressed(self, block: int) -> tuple[bytes, list[int]]:
        """A block's bytes, and where in them each document begins; and beyond the last one."""
        local = self._local
        if getattr(local, "block", None) != block:
            if not hasattr(local, "decompressor"):
                # To make one takes a sixth of the time of a block, and threads cannot share it.
                local.decompressor = zstandard.ZstdDecompressor()
            try:
                data = local.decompressor.decompress(self.compressed(block))
            except zstandard.ZstdError as error:
                raise damaged(self._file.path, f"stored block {block}: {error}") from error
            count = self.block_documents(block)
            lengths = memoryview(data)[: 4 * count].cast("I")
            local.ends = list(itertools.accumulate(lengths, initial=4 * count))
            local.data, local.block = data, block
        return local.data, local.ends
