"""One term's postings as Whoosh walks them: document by document, block by block."""

from __future__ import annotations

import copy
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from whoosh.formats import Format
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.scoring import BaseScorer
from whoosh.system import pack_uint

from searchkit.kernels.postings import PostingList

__all__ = ["PostingMatcher"]

_NOTHING = array("I")
_BEYOND = 0xFFFFFFFF


class PostingMatcher(LeafMatcher):  # type: ignore[misc]  # whoosh is untyped
    """Walks a posting list; a block is decoded when it is entered, its positions when asked for.

    `lengths` are those of the field in all documents, None for a field without. Each matcher
    has a place of its own in the list, so that any number of them, in any threads, share it.
    """

    def __init__(
        self,
        postings: PostingList,
        lengths: Sequence[int] | None,
        term: tuple[str, bytes],
        format_: Format,
        scorer: BaseScorer | None = None,
    ) -> None:
        self.format = format_
        self.scorer = scorer
        self._term = term
        self._postings = postings
        self._lengths = lengths
        self._tail_bounds: tuple[int, int] | None = None
        self._enter(0)

    def _enter(self, block: int) -> None:
        self._block = block
        self._index = 0
        self._documents, self._frequencies = _NOTHING, _NOTHING
        if block < self._postings.blocks:
            self._documents, self._frequencies = self._postings.block(block)
        self._places: array[int] | None = None
        self._ends: list[int] = []

    # -- the place in the list

    def is_active(self) -> bool:
        """Whether there is a posting here."""
        return self._index < len(self._documents)

    def reset(self) -> None:
        """Goes back to the first posting."""
        self._enter(0)

    def copy(self) -> PostingMatcher:
        """Another matcher at the same place."""
        return copy.copy(self)  # what changes is replaced, never changed in place

    def id(self) -> int:
        """The document here; at the end a number beyond all, for which Whoosh's `AndNot` asks."""
        try:
            return self._documents[self._index]
        except IndexError:
            return _BEYOND

    def all_ids(self) -> Iterator[int]:
        """The documents from here on; the matcher itself stays where it is."""
        yield from self._documents[self._index :]
        for block in range(self._block + 1, self._postings.blocks):
            yield from self._postings.block(block)[0]

    def next(self) -> bool:
        """Goes to the next posting; whether that is in another block, or the end.

        Raises ReadTooFar at the end.
        """
        following = self._index + 1
        if following < len(self._documents):
            self._index = following
            return False
        if not self.is_active():
            raise ReadTooFar
        self._enter(self._block + 1)
        return True

    def skip_to(self, id: int) -> bool:  # noqa: A002  # Whoosh's signature
        """Goes to the first posting from here on of document `id` or a later one; whether
        that is in another block, or the end. Raises ReadTooFar at the end.
        """
        if not self.is_active():
            raise ReadTooFar
        block = self._postings.find(self._block, id)
        moved: bool = block != self._block
        if moved:
            self._enter(block)
        self._index = bisect_left(self._documents, id, self._index)
        # Only the last block may turn out to have nothing so late.
        return moved or not self.is_active()

    # -- what is here

    def weight(self) -> float:
        """How often the document has the term."""
        return float(self._frequencies[self._index])

    def value(self) -> bytes:
        """The posting as the field's format encodes it."""
        encoded: bytes
        if self.supports("positions"):
            encoded = self.format.encode(self._positions())
        elif self.format.fixed_value_size():
            encoded = pack_uint(self._frequencies[self._index])
        else:
            encoded = b""
        return encoded

    def value_as(self, astype: str) -> Any:
        """The posting as ``"positions"`` (a list), ``"frequency"``, or what else the field's
        format has.
        """
        if astype == "positions":
            return self._positions()
        if astype == "position_boosts":
            return [(position, 1) for position in self._positions()]
        if astype == "frequency":
            return self._frequencies[self._index]
        if astype == "weight":
            return self.weight()
        return super().value_as(astype)

    def items_as(self, astype: str) -> Iterator[tuple[int, Any]]:
        """The documents from here on with `value_as` of each."""
        while self.is_active():
            yield self.id(), self.value_as(astype)
            self.next()

    def _positions(self) -> list[int]:
        if self._places is None:
            self._places = self._postings.positions(self._block, self._frequencies)
            self._ends = list(accumulate(self._frequencies))
        end = self._ends[self._index]
        return self._places[end - self._frequencies[self._index] : end].tolist()

    # -- what a search for the best may leave out

    def block_min_id(self) -> int:
        """The first document of the block."""
        return self._documents[0]

    def block_max_id(self) -> int:
        """The last document of the block."""
        return self._documents[-1]

    def block_max_weight(self) -> float:
        """At least the largest weight in the block."""
        return float(self._bounds()[0])

    def block_min_length(self) -> int:
        """At most the shortest length of the field in the block's documents; 0 without lengths."""
        return self._bounds()[1]

    def block_max_length(self) -> int:
        """The longest length of the field in the block's documents; 0 without lengths."""
        return max(map(self._lengths.__getitem__, self._documents)) if self._lengths else 0

    def _bounds(self) -> tuple[int, int]:
        bounds: tuple[int, int]
        if self._block < self._postings.full_blocks:
            bounds = self._postings.bounds(self._block)
            return bounds
        if self._tail_bounds is None:
            documents, frequencies = self._postings.block(self._block)
            lengths = self._lengths
            shortest = min(map(lengths.__getitem__, documents)) if lengths else 0
            self._tail_bounds = max(frequencies), shortest
        return self._tail_bounds

    def skip_to_quality(self, minquality: float) -> int:
        """Goes to the next block, from this one on, that may have a better score; returns how
        many were left out. Those are not decoded.
        """
        first = self._block
        while self._block < self._postings.blocks and self.block_quality() <= minquality:
            self._block += 1
        if self._block != first:
            self._enter(self._block)
        return self._block - first
