"""Text to terms with their places, for queries and highlighting.

The same surfaces and expansions as in `Vocabulary`, which indexes by them. Every word is
indexed, stop words too.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from typing import NamedTuple

from searchkit.analysis.expansion import Expander, Expansion
from searchkit.analysis.languages import language_code
from searchkit.kernels.text import locate
from searchkit.kernels.unicode_classes import MAX_SURFACE_CHARACTERS

__all__ = ["Analyzer", "Token", "analyzer_for"]

# Surfaces remembered with their expansions; 45 MB when full, then begun anew.
_MAX_REMEMBERED = 100_000

_SURROGATE = re.compile("[\ud800-\udfff]")


class Token(NamedTuple):
    """A term, the half-open range of characters that it stands for, and its position.

    ``text[start:end]`` is the range; positions count from 0.
    """

    term: str
    start: int
    end: int
    position: int


class Analyzer:
    """Turns text of one language into terms. Safe to share between threads.

    Use `analyzer_for`, which keeps one for each language with its memory of words.
    """

    def __init__(self, language: str) -> None:
        self.language = language_code(language)
        self._expansions = _Expansions(self.language)

    def surfaces(self, text: str) -> Iterator[tuple[int, int, Expansion]]:
        """The surfaces of `text` in order: (start, end, what it expands to).

        ``text[start:end]`` is the surface; in writing without spaces they overlap.
        """
        if not text.isascii():
            # Not to be written in UTF-8, and part of no word.
            text = _SURROGATE.sub("\ufffd", text)
        bounds = iter(locate(text))
        for start, end in zip(bounds, bounds, strict=True):
            surface = text[start : min(end, start + MAX_SURFACE_CHARACTERS)]
            yield start, end, self._expansions[surface]

    def tokens(self, text: str) -> Iterator[Token]:
        """All terms of `text`, by position; several may share one, and their characters."""
        position = 0
        for start, end, expansion in self.surfaces(text):
            if len(expansion.parts) == 1:
                yield Token(expansion.parts[0].term, start, end, position)
            else:
                for part in expansion.parts:
                    place = position + part.offset
                    yield Token(part.term, start + part.start, start + part.end, place)
            position += expansion.width

    def terms(self, text: str) -> list[str]:
        """The terms of `tokens`."""
        return [token.term for token in self.tokens(text)]


@functools.cache
def analyzer_for(language: str) -> Analyzer:
    """The shared analyzer of a language; see `language_code` for its names and errors."""
    return Analyzer(language)


class _Expansions(dict[str, Expansion]):
    """Surface as it stands in the text → expansion, filled on first use."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._expander = Expander(language)
        self._lock = threading.Lock()

    def __missing__(self, surface: str) -> Expansion:
        lowered = surface.lower() if surface.isascii() else _ASCII_CAPITAL.sub(_lower, surface)
        with self._lock:
            if len(self) >= _MAX_REMEMBERED:
                self.clear()
            self[surface] = expansion = self._expander.expand(lowered)
        return expansion


_ASCII_CAPITAL = re.compile("[A-Z]+")


def _lower(match: re.Match[str]) -> str:
    return match[0].lower()
