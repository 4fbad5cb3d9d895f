"""Whole batches of texts to numbers: which surfaces they have, which terms these stand for."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

from searchkit.analysis.expansion import Expander, Expansion
from searchkit.analysis.languages import language_code
from searchkit.kernels.text import Surfaces

__all__ = ["MULTIPLE", "Vocabulary"]

# In `Vocabulary.single`, the bit of a number that is an index into `Vocabulary.multiple`.
MULTIPLE = 0x80000000

# A term's string and its number, beside the dictionary's own memory.
_TERM_BYTES = 96


class Vocabulary:
    """The surfaces and terms of one indexing thread, numbered in order of first appearance.

    For each surface, `single` has its term's number if it stands for one term and takes one
    position; otherwise MULTIPLE | i, and `multiple` has from i on: how many terms, how many
    positions they take, then for each (its number, its offset in positions), by offset. Terms
    are numbered for all languages together. Not for several threads at a time.
    """

    def __init__(self, languages: Sequence[str] = ()) -> None:
        self.single = array("I")
        self.multiple = array("I")
        self._surfaces = Surfaces()
        self._terms = _Numbers()
        self._languages: dict[str, int] = {}
        self._expanders: list[Expander] = []
        for language in languages:
            self.number(language)

    def number(self, language: str) -> int:
        """The number by which `tokenize` knows a language, below 256; the same for ever.

        Raises LanguageError as `language_code` does.
        """
        code = language_code(language)
        if code not in self._languages:
            self._expanders.append(Expander(code))
            self._languages[code] = len(self._languages)
        return self._languages[code]

    def tokenize(
        self, texts: Sequence[str | bytes], languages: bytes
    ) -> tuple[array[int], array[int]]:
        """The numbers of all texts' surfaces one after the other, and where each text ends.

        `languages` has the number of each text's language. Releases the interpreter's lock
        while it works on the texts.
        """
        found = self._surfaces.tokenize(texts, languages)
        self._resolve()
        return found

    def terms(self) -> list[bytes]:
        """The terms in UTF-8, each at its number."""
        return [term.encode() for term in self._terms]

    @property
    def term_count(self) -> int:
        """How many terms there are."""
        return len(self._terms)

    @property
    def nbytes(self) -> int:
        """About how many bytes of memory it holds."""
        numbers = (len(self.single) + len(self.multiple)) * self.single.itemsize
        terms = sys.getsizeof(self._terms) + len(self._terms) * _TERM_BYTES
        return self._surfaces.nbytes + numbers + terms

    def _resolve(self) -> None:
        """Gives the surfaces that are new their terms."""
        first = len(self.single)
        languages, surfaces = self._surfaces.surfaces(first)
        found, several = self._expanded(languages, surfaces)
        terms = self._terms
        self.single.extend([terms[term] for term in found])
        for place, expansion in several.items():
            self.single[first + place] = MULTIPLE | len(self.multiple)
            self.multiple.extend((len(expansion.parts), expansion.width))
            for part in expansion.parts:
                self.multiple.extend((terms[part.term], part.offset))

    def _expanded(
        self, languages: bytes, surfaces: list[str]
    ) -> tuple[list[str], dict[int, Expansion]]:
        """As `Expander.terms`, for surfaces in languages with these numbers."""
        if len(set(languages)) == 1:
            return self._expanders[languages[0]].terms(surfaces)
        found = surfaces
        several: dict[int, Expansion] = {}
        for language in set(languages):
            places = [place for place, number in enumerate(languages) if number == language]
            expanded, more = self._expanders[language].terms([surfaces[place] for place in places])
            for place, term in zip(places, expanded, strict=True):
                found[place] = term
            several.update((places[place], expansion) for place, expansion in more.items())
        return found, several


class _Numbers(dict[str, int]):
    """Term → its number, given where it is first asked for."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number
