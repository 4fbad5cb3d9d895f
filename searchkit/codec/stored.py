"""Stored articles: JSON, each compressed by itself by zstd.

stored        the frames one after the other, each with its content size in the header
stored:index  u64 end of each document's frame in `stored`
"""

from __future__ import annotations

import operator
import threading
from array import array
from collections.abc import Iterable, Sequence
from typing import Protocol

import zstandard

from searchkit.codec.format import SegmentFile, damaged

__all__ = ["INDEX_SECTION", "SECTION", "StoredReader", "StoredWriter"]

SECTION = "stored"
INDEX_SECTION = "stored:index"

# An article is read in 9 µs and takes 0.44 of its text; in blocks of 16 KiB it would take 0.39 and
# 30 µs, which for a page of hits is more than the search. Level 3 is slower, and hardly smaller; so
# is what zstd makes of level 1 for small contents, which are not looked for 7 bytes that come again
# but for 5: a tenth of the time for 0.02.
_PARAMETERS = zstandard.ZstdCompressionParameters.from_level(1)

# Frames of another segment are copied in pieces of about this size.
_PIECE_BYTES = 1 << 20


class _Output(Protocol):
    def write(self, data: bytes) -> None: ...


class StoredWriter:
    """Writes documents, in the order of their numbers, into the open section `stored`."""

    def __init__(self, output: _Output) -> None:
        self._output = output
        self._compressor = zstandard.ZstdCompressor(compression_params=_PARAMETERS)
        self._ends = array("Q")
        self._size = 0

    def extend(self, documents: Sequence[bytes]) -> None:
        """Appends documents, compressed together: one call without the GIL."""
        if not documents:
            return
        frames = self._compressor.multi_compress_to_buffer(list(documents))
        data = [frames[place].tobytes() for place in range(len(frames))]
        self._output.write(b"".join(data))
        self._append(map(len, data))

    def take_over(self, reader: StoredReader, documents: range) -> None:
        """Appends neighbours of another segment as they are."""
        frames, lengths = reader.frames(documents)
        for start in range(0, len(frames), _PIECE_BYTES):
            self._output.write(bytes(frames[start : start + _PIECE_BYTES]))
        self._append(lengths)

    def index(self) -> bytes:
        """The section `stored:index`, once everything is appended."""
        return self._ends.tobytes()

    def _append(self, lengths: Iterable[int]) -> None:
        for length in lengths:
            self._size += length
            self._ends.append(self._size)


class StoredReader(Sequence[bytes]):
    """Reads documents by number. Safe to share between threads."""

    def __init__(self, file: SegmentFile) -> None:
        self._file = file
        self._ends = file.whole(INDEX_SECTION).cast("Q")
        self._local = threading.local()

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, document: int) -> bytes:  # type: ignore[override]  # no slices
        if not 0 <= document < len(self._ends):
            raise IndexError(document)  # which also ends an iteration
        start = self._ends[document - 1] if document else 0
        end = self._ends[document]
        frame = self._file.part(SECTION, start, end)[start:end]
        local = self._local
        if not hasattr(local, "decompressor"):
            # To make one takes as long as to use it, and threads cannot share it.
            local.decompressor = zstandard.ZstdDecompressor()
        try:
            content: bytes = local.decompressor.decompress(frame)
        except zstandard.ZstdError as error:
            raise damaged(self._file.path, f"stored article {document}: {error}") from error
        return content

    def frames(self, documents: range) -> tuple[memoryview, list[int]]:
        """Neighbours as they are in the file, one after the other, and the length of each."""
        begin = self._ends[documents.start - 1] if documents.start else 0
        ends = self._ends[documents.start : documents.stop].tolist()
        lengths = list(map(operator.sub, ends, [begin, *ends]))
        return self._file.part(SECTION, begin, ends[-1])[begin : ends[-1]], lengths
