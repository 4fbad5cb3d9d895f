"""Where do texts have the terms that somebody wants?

What `Analyzer.tokens` finds too, in a twentieth of the time: most words of a text do not even
begin like a wanted term and are passed over, and what the others stand for is remembered.
"""

from __future__ import annotations

import itertools
import threading
from array import array
from collections.abc import Iterable, Mapping, Sequence

from searchkit.analysis.vocabulary import Vocabulary
from searchkit.kernels import HEADS
from searchkit.kernels.marking import marks, matches

__all__ = ["ANY_HEAD", "Finder", "Marks", "Place", "head_of"]

# Where matches start, where they end, and the words of a query that each shows, a bit for each: in
# order and apart from each other.
Marks = tuple["array[int]", "array[int]", "array[int]"]

# A term, the half-open range of its characters, and its position: the fields of a Token.
Place = tuple[str, int, int, int]

# What is remembered of words, in bytes: some 150,000 of them; then it is begun anew.
_MAX_REMEMBERED = 8 << 20

# Stemmers take off endings: a word of ASCII letters keeps its first letter, and the second where
# the stem has one, but for y, which may become i. Those of the first line also take off prefixes
# or exchange letters anywhere; those of the second exchange the second letter.
ANY_HEAD = frozenset({"ga", "id", "nl", "sr", "tr"})
_FIRST_LETTER = frozenset({"de", "fi"})

_ALL = 0xFFFFFFFF
_I_AND_Y = 1 << (ord("i") & 31) | 1 << (ord("y") & 31)


_NO_MARKS: Marks = array("I"), array("I"), array("Q")


class _Memory:
    """The vocabulary that all finders share, and its lock."""

    lock = threading.Lock()
    vocabulary = Vocabulary()


class Finder:
    """Finds the places of `terms`, and of terms that begin with any of `prefixes`.

    Where `positional` is False, positions mean nothing, and words that are not seen for the first
    time are passed over faster. Safe to share between threads.
    """

    def __init__(
        self, terms: Iterable[str], prefixes: Iterable[str] = (), *, positional: bool = True
    ) -> None:
        self._terms = tuple(terms)
        self._prefixes = tuple(prefixes)
        self._positional = positional
        self._heads: dict[str, array[int]] = {}
        self._known: _Known | None = None

    def find(self, texts: Sequence[str | bytes], language: str) -> list[list[Place]]:
        """The places in each text, which is in `language`, a code; in the order of the text.

        Texts in bytes are of UTF-8, others must have no lone surrogates.
        """
        known, found, ends = self._found(texts, language)
        numbers = iter(found)
        places = [
            (known.terms[number], start, end, position)
            for number, start, end, position in zip(numbers, numbers, numbers, numbers, strict=True)
        ]
        return [places[begin // 4 : end // 4] for begin, end in itertools.pairwise((0, *ends))]

    def mark(
        self, texts: Sequence[str | bytes], language: str, words: Sequence[Mapping[str, int]]
    ) -> list[Marks]:
        """The matches in each text: `words` has for each the terms that are marked in it, with
        what they show.
        """
        known, found, ends = self._found(texts, language)
        begin = 0
        of_texts = []
        for shown, end in zip(words, ends, strict=True):
            of_texts.append(
                matches(found, begin, end, *known.shows(shown)) if end > begin else _NO_MARKS
            )
            begin = end
        return of_texts

    def _found(
        self, texts: Sequence[str | bytes], language: str
    ) -> tuple[_Known, array[int], array[int]]:
        """What `searchkit.kernels.marking.marks` finds."""
        heads = self._heads.get(language)
        if heads is None:
            heads = self._heads[language] = self._heads_in(language)
        with _Memory.lock:
            vocabulary = _Memory.vocabulary
            if vocabulary.nbytes > _MAX_REMEMBERED:
                vocabulary = _Memory.vocabulary = Vocabulary()
            candidates, ends = vocabulary.candidates(
                texts, vocabulary.number(language), heads, self._positional
            )
            if self._known is None or self._known.vocabulary is not vocabulary:
                self._known = _Known(vocabulary, self._terms)
            known = self._known
            known.look_for(self._prefixes)
            return known, *marks(
                candidates, ends, vocabulary.single, vocabulary.multiple, known.wanted
            )

    def _heads_in(self, language: str) -> array[int]:
        """How surfaces of the language begin that may be wanted (`searchkit.kernels.marking`)."""
        if language in ANY_HEAD:
            return array("I", [_ALL] * HEADS)
        heads = array("I", bytes(4 * HEADS))
        for term in (*self._terms, *self._prefixes):
            first, seconds = head_of(term, language)
            heads[first] |= seconds
        return heads


class _Known:
    """The terms that a finder wants, among those of a vocabulary: by number."""

    def __init__(self, vocabulary: Vocabulary, terms: Sequence[str]) -> None:
        self.vocabulary = vocabulary
        self.terms = dict(zip(vocabulary.terms.numbers(list(terms)), terms, strict=True))
        self.wanted = bytearray(max(self.terms, default=-1) + 1)
        for number in self.terms:
            self.wanted[number] = 1
        self._looked = 0  # terms of the vocabulary that have been looked at for beginnings
        # By the identities of mappings, which are kept for that.
        self._shows: dict[int, tuple[Mapping[str, int], array[int], array[int]]] = {}

    def look_for(self, prefixes: Iterable[str]) -> None:
        """Adds the terms that begin so and are new."""
        terms = self.vocabulary.terms
        for prefix in prefixes:
            for number in terms.beginning(prefix.encode(), self._looked):
                self.wanted.extend(bytes(max(0, number + 1 - len(self.wanted))))
                self.wanted[number] = 1
                self.terms[number] = terms[number].decode()
        self._looked = len(terms)

    def shows(self, words: Mapping[str, int]) -> tuple[array[int], array[int]]:
        """The numbers of those of the terms that show something, in order, and what; made once
        of each mapping.
        """
        shows = self._shows.get(id(words))
        if shows is None:
            numbers = sorted(number for number, term in self.terms.items() if term in words)
            shown = array("Q", [words[self.terms[number]] for number in numbers])
            shows = self._shows[id(words)] = words, array("I", numbers), shown
        return shows[1:]


def head_of(term: str, language: str) -> tuple[int, int]:
    """The first byte of the surfaces of ASCII letters and digits that a term may stand for, or
    that stand for terms which begin so; and their second bytes: bit ``byte & 31`` for each.
    """
    first, *seconds = term.encode()[:2]
    # A stem of one letter may have lost the second.
    if not seconds or language in _FIRST_LETTER:
        return first, _ALL
    bit = 1 << (seconds[0] & 31)
    return first, bit | _I_AND_Y if bit & _I_AND_Y else bit
