"""Terms, of words and of whole values, numbered in order of first appearance."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from searchkit.kernels import MAX_TERM_BYTES, NO_TERM, NO_TIME, TIME_LEVELS

if TYPE_CHECKING:
    from searchkit.kernels.text import Surfaces

__all__ = ["Terms"]

_WITH_DIGITS = re.compile("[a-z]*[0-9][a-z0-9]*")
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+")


class Terms:
    """Terms of 1 to MAX_TERM_BYTES bytes, numbered from 0.

    What numbers terms raises ValueError for one that is empty or too long; those before it keep
    their numbers. The compiled one raises RuntimeError while a merger reads its terms.
    """

    def __init__(self) -> None:
        self._terms: list[bytes] = []
        self._numbers: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._terms)

    def __getitem__(self, number: int) -> bytes:
        """The term with this number."""
        return self._terms[number]

    @property
    def nbytes(self) -> int:
        """Bytes of the terms."""
        return sum(map(len, self._terms))

    def number(self, term: bytes) -> int:
        """The number of a term."""
        if not 0 < len(term) <= MAX_TERM_BYTES:
            raise ValueError(f"a term of {len(term)} bytes; it takes 1 to {MAX_TERM_BYTES}")
        if term not in self._numbers:
            self._numbers[term] = len(self._terms)
            self._terms.append(term)
        return self._numbers[term]

    def numbers(self, terms: list[str] | list[bytes]) -> array[int]:
        """The numbers of terms, which are bytes, or str that stand for their UTF-8."""
        return array(
            "I",
            [self.number(term.encode() if isinstance(term, str) else term) for term in terms],
        )

    def plain(
        self, surfaces: Surfaces, first: int = 0
    ) -> tuple[array[int], list[int], bytes, list[str]]:
        """The numbers of the terms of the surfaces from number `first` on, NO_TERM for those that
        are not plain; and of these their places among them, their languages, and themselves.

        Plain are words of ASCII letters and digits with a digit among them, which are their own
        terms, and numbers with "," before each three digits or "." before decimals, which are
        terms without the ",".
        """
        numbers = array("I")
        languages = bytearray()
        others: dict[int, str] = {}
        for place, (language, surface) in enumerate(zip(*surfaces.surfaces(first), strict=True)):
            if _WITH_DIGITS.fullmatch(surface) or _NUMBER.fullmatch(surface):
                numbers.append(self.number(surface.replace(",", "").encode()))
            else:
                numbers.append(NO_TERM)
                languages.append(language)
                others[place] = surface
        return numbers, list(others), bytes(languages), list(others.values())

    def beginning(self, prefix: bytes, first: int = 0) -> array[int]:
        """The numbers, from `first` on, of the terms that begin so."""
        terms = enumerate(self._terms[first:], first)
        return array("I", [number for number, term in terms if term.startswith(prefix)])

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
