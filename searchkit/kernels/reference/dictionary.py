"""One field's terms in the order of their bytes: found exactly, by prefix, in order.

blocks   of DICTIONARY_BLOCK terms, the last of fewer; an entry for each term:
         varint of the bytes that it shares with the term before; the first of a block
         shares none and has the offset of its extent instead
         varint of the bytes that it has beside, and these
         varints: documents; occurrences less documents (of a positional field only);
         length of its extent, where that of the next one begins
index    u32 offset of each block
trailer  u32 terms, u32 blocks
"""

from __future__ import annotations

from bisect import bisect_left

from searchkit.kernels import DICTIONARY_BLOCK
from searchkit.kernels.reference.packing import Reader, u32, varint

__all__ = ["Dictionary", "DictionaryBuilder"]

_TRAILER = 8


class DictionaryBuilder:
    """Writes a dictionary; terms are added in the order of their bytes."""

    def __init__(self, positional: bool) -> None:
        self._positional = positional
        self._entries = bytearray()
        self._blocks: list[int] = []
        self._terms = 0
        self._last = b""
        self._offset = 0

    def add(self, term: bytes, count: int, occurrences: int, length: int) -> None:
        """Appends a term that `count` documents have `occurrences` times, with the length of
        its extent in bytes.
        """
        shared = 0
        if self._terms % DICTIONARY_BLOCK == 0:
            self._blocks.append(len(self._entries))
            self._entries += varint(self._offset)
        else:
            while shared < len(self._last) and term[: shared + 1] == self._last[: shared + 1]:
                shared += 1
            self._entries += varint(shared)
        self._entries += varint(len(term) - shared) + term[shared:] + varint(count)
        if self._positional:
            self._entries += varint(occurrences - count)
        self._entries += varint(length)
        self._terms += 1
        self._last = term
        self._offset += length

    def finish(self) -> bytes:
        """The dictionary's bytes."""
        index = b"".join(map(u32, self._blocks))
        return bytes(self._entries) + index + u32(self._terms) + u32(len(self._blocks))


class Dictionary:
    """A place in the dictionary in `section`, at first the first term.

    The compiled one finds the block by halving; here the whole is read at once.
    """

    def __init__(self, section: bytes | memoryview, positional: bool) -> None:
        self._terms: list[bytes] = []
        self._entries: list[tuple[int, int, int, int]] = []
        self._place = 0
        self._read(section, positional)

    def __len__(self) -> int:
        return len(self._terms)

    def _read(self, section: bytes | memoryview, positional: bool) -> None:
        trailer = Reader(section, len(section) - _TRAILER)
        terms, blocks = trailer.number(4), trailer.number(4)
        index = Reader(section, len(section) - _TRAILER - 4 * blocks)
        reader = Reader(section)
        term, offset = b"", 0
        for number in range(terms):
            if number % DICTIONARY_BLOCK == 0:
                reader.place = index.number(4)
                shared, offset = 0, reader.varint()
            else:
                shared = reader.varint()
            term = term[:shared] + reader.take(reader.varint())
            count = reader.varint()
            occurrences = count + (reader.varint() if positional else 0)
            length = reader.varint()
            self._terms.append(term)
            self._entries.append((count, occurrences, offset, length))
            offset += length

    def first(self) -> None:
        """Goes to the first term."""
        self._place = 0

    def seek(self, term: bytes) -> bool:
        """Goes to the first term that is not less; whether it is this very term."""
        self._place = bisect_left(self._terms, term)
        return self.valid and self.term == term

    def next(self) -> bool:
        """Goes to the next term; False, and no term, when there is none."""
        self._place = min(self._place + 1, len(self._terms))
        return self.valid

    @property
    def valid(self) -> bool:
        """Whether there is a term here."""
        return self._place < len(self._terms)

    @property
    def term(self) -> bytes:
        """The term here as bytes."""
        return self._terms[self._place]

    @property
    def entry(self) -> tuple[int, int, int, int]:
        """(documents, occurrences, offset and length of the extent) of the term here."""
        return self._entries[self._place]
