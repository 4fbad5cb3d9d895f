"""Whole values as terms: the readable twin."""

from __future__ import annotations

from array import array

from searchkit.kernels import MAX_VALUE_BYTES, NO_TIME, TIME_LEVELS

__all__ = ["Values"]


class Values:
    """Terms of up to MAX_VALUE_BYTES bytes, numbered from 0."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def nbytes(self) -> int:
        """Bytes of the terms."""
        return sum(map(len, self._numbers))

    def number(self, term: bytes) -> int:
        """The number of a term. Raises ValueError for one that is too long, or empty."""
        if not 0 < len(term) <= MAX_VALUE_BYTES:
            raise ValueError(f"a value of {len(term)} bytes; it takes 1 to {MAX_VALUE_BYTES}")
        return self._numbers.setdefault(term, len(self._numbers))

    def times(self, keys: array[int]) -> tuple[array[int], array[int]]:
        """The numbers of the terms of times, and where each time's end."""
        tokens, ends = array("I"), array("I")
        for key in keys:
            if key != NO_TIME:
                for shift in range(0, 8 * TIME_LEVELS, 8):
                    term = bytes((shift,)) + (key >> shift).to_bytes(8, "big")
                    tokens.append(self.number(term))
            ends.append(len(tokens))
        return tokens, ends

    def terms(self) -> list[bytes]:
        """All terms, each at its number."""
        return list(self._numbers)
