"""Whole batches of texts to numbers: which surfaces they have, which terms these stand for."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from searchkit.analysis.expansion import Expander, Expansion
from searchkit.analysis.languages import language_code
from searchkit.kernels.marking import candidates
from searchkit.kernels.signatures import Signer
from searchkit.kernels.terms import Terms
from searchkit.kernels.text import Surfaces

__all__ = ["MULTIPLE", "Vocabulary"]

# In `Vocabulary.single`, the bit of a number that is an index into `Vocabulary.multiple`.
MULTIPLE = 0x80000000


class Vocabulary:
    """The surfaces and terms of one indexing thread, numbered in order of first appearance.

    For each surface, `single` has its term's number if it stands for one term and takes one
    position; otherwise MULTIPLE | i, and `multiple` has from i on: how many terms, how many
    positions they take, then for each (its number, its offset in positions, the half-open range
    of the surface's characters that it stands for), by offset. `terms` has the terms of all
    languages in UTF-8. Not for several threads at a time.
    """

    def __init__(self, languages: Sequence[str] = ()) -> None:
        self.single = array("I")
        self.multiple = array("I")
        self._surfaces = Surfaces()
        self._signer = Signer(self._surfaces)
        self.terms = Terms()
        self._languages: dict[str, int] = {}
        self._expanders: list[Expander] = []
        for language in languages:
            self.number(language)

    def number(self, language: str) -> int:
        """The number by which `tokenize` knows a language, below 256; the same for ever.

        Raises LanguageError as `language_code` does.
        """
        if language in self._languages:
            return self._languages[language]
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

    def sign(
        self, tokens: array[int], ends: array[int], count: int, captioned: array[int]
    ) -> bytes:
        """The signatures of articles of whose texts `tokenize` made these tokens, as
        `searchkit.kernels.signatures` has it.
        """
        return self._signer.sign(tokens, ends, count, captioned)

    def candidates(
        self, texts: Sequence[str | bytes], language: int, heads: array[int], positional: bool
    ) -> tuple[array[int], array[int]]:
        """Those surfaces of texts in one language that may be wanted, as
        `searchkit.kernels.marking` has it.
        """
        found = candidates(self._surfaces, texts, language, heads, positional)
        self._resolve()
        return found

    @property
    def nbytes(self) -> int:
        """About how many bytes of memory it holds."""
        numbers = (len(self.single) + len(self.multiple)) * self.single.itemsize
        return self._surfaces.nbytes + self._signer.nbytes + numbers + self.terms.nbytes

    def _resolve(self) -> None:
        """Gives the surfaces that are new their terms."""
        first = len(self.single)
        if first == len(self._surfaces):
            return
        single, places, languages, surfaces = self.terms.plain(self._surfaces, first)
        found, several = self._expanded(languages, surfaces)
        for place, number in zip(places, self.terms.numbers(found), strict=True):
            single[place] = number
        parts = [part.term for expansion in several.values() for part in expansion.parts]
        numbers = iter(self.terms.numbers(parts))
        for index, expansion in several.items():
            single[places[index]] = MULTIPLE | len(self.multiple)
            self.multiple.extend((len(expansion.parts), expansion.width))
            for part in expansion.parts:
                self.multiple.extend((next(numbers), *part[1:]))
        self.single += single

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
