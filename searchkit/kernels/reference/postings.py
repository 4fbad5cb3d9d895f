"""One term's postings: encoded as an extent of bytes, decoded a block at a time.

A list of fewer than BLOCK postings is its tail, and the frames of its positions. A longer one:

    header     largest frequency, shortest and longest length, offset of the tail, offset of
               the tail's frames: u32 each; offsets are from the beginning of the extent
    entries    for each full block: last document, offset of the block, offset of its frames,
               u32 each; largest frequency, shortest length, u16 each, 0xFFFF for more
    documents  the full blocks, bit-packed; the tail, in varints
    positions  the frames of each block, then those of the tail

Positions are kept as gaps: the difference to the position before in the document, less one,
the first to -1.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise

from searchkit.kernels import BLOCK, BLOCK_ENTRY, LIST_HEADER
from searchkit.kernels.reference.packing import Reader, pack, u32, varint

__all__ = ["Encoder", "PostingList"]

_EXCEPTIONS = 0x80
_LARGEST_U16 = 0xFFFF


class Encoder:
    """Encodes lists one after the other into one buffer of extents."""

    def add(
        self,
        documents: array[int],
        frequencies: array[int],
        gaps: array[int],
        lengths: array[int],
        positions: bool,
    ) -> bytes:
        """The extent of one list as bytes.

        `documents` ascend; `gaps` are those of all positions (none without `positions`),
        `lengths` the field's length of each document.
        """
        full_blocks = len(documents) // BLOCK
        body = bytearray()
        prefix = LIST_HEADER + full_blocks * BLOCK_ENTRY if full_blocks else 0

        # Of each full block and, last, of the tail, be it empty.
        document_offsets, frame_offsets = [], []
        firsts = range(0, len(documents) + 1, BLOCK)
        for first in firsts:
            document_offsets.append(prefix + len(body))
            previous = documents[first - 1] if first else -1
            chosen = slice(first, first + BLOCK)
            if first < full_blocks * BLOCK:
                body += _block(previous, documents[chosen], frequencies[chosen], positions)
            else:
                body += _tail(previous, documents[chosen], frequencies[chosen], positions)
        begin = 0
        for first in firsts:
            frame_offsets.append(prefix + len(body) if positions else 0)
            end = begin + sum(frequencies[first : first + BLOCK]) if positions else 0
            body += _frames(gaps[begin:end])
            begin = end
        if not full_blocks:
            return bytes(body)

        of_list = [lengths[document] for document in documents]
        header = u32(max(frequencies)) + u32(min(of_list)) + u32(max(of_list))
        header += u32(document_offsets[-1]) + u32(frame_offsets[-1])
        for block in range(full_blocks):
            chosen = slice(block * BLOCK, (block + 1) * BLOCK)
            header += u32(documents[chosen][-1])
            header += u32(document_offsets[block]) + u32(frame_offsets[block])
            header += _u16(max(frequencies[chosen])) + _u16(min(of_list[chosen]))
        return header + bytes(body)


def _u16(value: int) -> bytes:
    return min(value, _LARGEST_U16).to_bytes(2, "little")


def _gaps(previous: int, numbers: Sequence[int]) -> list[int]:
    """The differences between ascending numbers, less one each."""
    return [after - before - 1 for before, after in pairwise([previous, *numbers])]


def _block(
    previous: int, documents: Sequence[int], frequencies: Sequence[int], positions: bool
) -> bytes:
    gaps = _gaps(previous, documents)
    gap_width = max(gaps).bit_length()
    if not positions:
        return bytes([gap_width]) + pack(gaps, gap_width)
    extra = [frequency - 1 for frequency in frequencies]
    extra_width = max(extra).bit_length()
    return bytes([gap_width, extra_width]) + pack(gaps, gap_width) + pack(extra, extra_width)


def _tail(
    previous: int, documents: Sequence[int], frequencies: Sequence[int], positions: bool
) -> bytes:
    encoded = b""
    for gap, frequency in zip(_gaps(previous, documents), frequencies, strict=True):
        if not positions:
            encoded += varint(gap)
        elif frequency == 1:
            encoded += varint(gap << 1 | 1)
        else:
            encoded += varint(gap << 1) + varint(frequency - 2)
    return encoded


def _frames(gaps: Sequence[int]) -> bytes:
    return b"".join(_frame(gaps[i : i + BLOCK]) for i in range(0, len(gaps), BLOCK))


def _frame(values: Sequence[int]) -> bytes:
    """Packed in the width at which the few that do not fit it cost least beside.

    The high bits of those few follow, which is called patching.
    """
    widest = max(values).bit_length()

    def cost(width: int) -> int:
        exceptions = sum(value.bit_length() > width for value in values)
        # For each one byte of index, and its high bits as if they were as many as any has.
        patches = 1 + exceptions * (1 + (widest - width + 6) // 7) if exceptions else 0
        return (len(values) * width + 7) // 8 + patches

    # Of equal costs that of the larger width: fewer exceptions.
    width = min(range(widest, -1, -1), key=cost)
    mask = (1 << width) - 1
    packed = pack([value & mask for value in values], width)
    patches = [
        bytes([index]) + varint(value >> width)
        for index, value in enumerate(values)
        if value > mask
    ]
    if not patches:
        return bytes([width]) + packed
    return bytes([width | _EXCEPTIONS, len(patches)]) + packed + b"".join(patches)


class PostingList:
    """One term's postings in a section: where its blocks are, and what is in them.

    `section` begins `offset` bytes before the extent and goes on for 8 bytes after it at
    least; `count` documents have the term, `occurrences` times together. The last block may
    have fewer than BLOCK postings.
    """

    def __init__(
        self,
        section: bytes | memoryview,
        offset: int,
        count: int,
        occurrences: int,
        positional: bool,
    ) -> None:
        self._section = section
        self._offset = offset
        self.count = count
        self.occurrences = occurrences
        self.positional = positional
        self.full_blocks = count // BLOCK
        self.blocks = -(-count // BLOCK)

    def header(self) -> tuple[int, int, int] | None:
        """(largest frequency, shortest length, longest length) of the documents; None for a
        list of less than a block, which has none.
        """
        if not self.full_blocks:
            return None
        reader = self._reader(0)
        return reader.number(4), reader.number(4), reader.number(4)

    def bounds(self, block: int) -> tuple[int, int]:
        """(largest frequency, shortest length) in a full block: at least and at most so much."""
        reader = self._entry(block, 12)
        frequency, length = reader.number(2), reader.number(2)
        if frequency == _LARGEST_U16:
            frequency = self._reader(0).number(4)
        return frequency, length

    def find(self, block: int, document: int) -> int:
        """The first block from `block` on that may have `document` or a later one."""
        while block < self.full_blocks and self._last_document(block) < document:
            block += 1
        return block

    def block(self, block: int) -> tuple[array[int], array[int]]:
        """The documents of a block in order and their frequencies, as two array('I')."""
        documents, frequencies = array("I"), array("I")
        reader = self._reader(self._offset_of_documents(block))
        document = self._last_document(block - 1) if block else -1
        if block < self.full_blocks:
            gap_width = reader.byte()
            extra_width = reader.byte() if self.positional else 0
            for gap in reader.unpack(BLOCK, gap_width):
                document += gap + 1
                documents.append(document)
            frequencies.extend(extra + 1 for extra in reader.unpack(BLOCK, extra_width))
        else:
            for gap, frequency in self._read_tail(reader, self.count - block * BLOCK):
                document += gap + 1
                documents.append(document)
                frequencies.append(frequency)
        return documents, frequencies

    def positions(self, block: int, frequencies: array[int]) -> array[int]:
        """The positions of a block, those of each document one after the other, as array('I').

        `frequencies` are those that `block` gave.
        """
        if block < self.full_blocks:
            reader = self._reader(self._entry(block, 8).number(4))
        elif self.full_blocks:
            reader = self._reader(self._reader(16).number(4))
        else:
            # The frames of a short list follow its documents.
            reader = self._reader(0)
            self._read_tail(reader, self.count)
        gaps = iter(_read_frames(reader, sum(frequencies)))
        places = array("I")
        for frequency in frequencies:
            place = -1
            for _ in range(frequency):
                place += next(gaps) + 1
                places.append(place)
        return places

    def _reader(self, offset: int) -> Reader:
        return Reader(self._section, self._offset + offset)

    def _entry(self, block: int, offset: int) -> Reader:
        return self._reader(LIST_HEADER + block * BLOCK_ENTRY + offset)

    def _last_document(self, block: int) -> int:
        return self._entry(block, 0).number(4)

    def _offset_of_documents(self, block: int) -> int:
        if block < self.full_blocks:
            return self._entry(block, 4).number(4)
        return self._reader(12).number(4) if self.full_blocks else 0

    def _read_tail(self, reader: Reader, count: int) -> list[tuple[int, int]]:
        """(gap, frequency) of each posting."""
        found = []
        for _ in range(count):
            gap, frequency = reader.varint(), 1
            if self.positional:
                gap, once = gap >> 1, gap & 1
                frequency = 1 if once else reader.varint() + 2
            found.append((gap, frequency))
        return found


def _read_frames(reader: Reader, count: int) -> list[int]:
    gaps: list[int] = []
    while len(gaps) < count:
        width = reader.byte()
        exceptions = reader.byte() if width & _EXCEPTIONS else 0
        width &= ~_EXCEPTIONS
        frame = reader.unpack(min(BLOCK, count - len(gaps)), width)
        for _ in range(exceptions):
            index = reader.byte()
            frame[index] |= reader.varint() << width
        gaps += frame
    return gaps
