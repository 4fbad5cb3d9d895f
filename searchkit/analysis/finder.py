"""Where do texts have the terms that somebody wants?

What `Analyzer.tokens` finds too, in a twentieth of the time: most words of a text do not even
begin like a wanted term and are passed over, and what the others stand for is remembered.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Sequence

from searchkit.analysis.vocabulary import Vocabulary
from searchkit.kernels import HEADS
from searchkit.kernels.marking import marks

__all__ = ["ANY_HEAD", "Finder", "Place", "head_of"]

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
        self._vocabulary: Vocabulary | None = None
        self._wanted = bytearray()  # by term number
        self._found: dict[int, str] = {}

    def find(self, texts: Sequence[str], language: str) -> list[list[Place]]:
        """The places in each text, which is in `language`, a code; in the order of the text.

        The texts must have no lone surrogates.
        """
        if language not in self._heads:
            self._heads[language] = self._heads_in(language)
        with _Memory.lock:
            vocabulary = _Memory.vocabulary
            if vocabulary.nbytes > _MAX_REMEMBERED:
                vocabulary = _Memory.vocabulary = Vocabulary()
            candidates, ends = vocabulary.candidates(
                texts, vocabulary.number(language), self._heads[language], self._positional
            )
            self._look_up(vocabulary)
            found, found_ends = marks(
                candidates, ends, vocabulary.single, vocabulary.multiple, self._wanted
            )
            terms = self._found
        numbers = iter(found)
        places = [
            (terms[number], start, end, position)
            for number, start, end, position in zip(numbers, numbers, numbers, numbers, strict=True)
        ]
        of_texts = []
        begin = 0
        for end in found_ends:
            of_texts.append(places[begin : end // 4])
            begin = end // 4
        return of_texts

    def _look_up(self, vocabulary: Vocabulary) -> None:
        """Marks what is wanted among the vocabulary's terms; of new ones only a prefix can be."""
        terms = vocabulary.terms
        if vocabulary is not self._vocabulary:
            self._vocabulary = vocabulary
            numbers = terms.numbers(list(self._terms))
            self._wanted = bytearray(len(terms))
            self._found = dict(zip(numbers, self._terms, strict=True))
            for number in numbers:
                self._wanted[number] = 1
            seen = 0
        else:
            seen = len(self._wanted)
        if self._prefixes:
            self._wanted.extend(bytes(len(terms) - len(self._wanted)))
            for prefix in self._prefixes:
                for number in terms.beginning(prefix.encode(), seen):
                    self._wanted[number] = 1
                    self._found[number] = terms[number].decode()

    def _heads_in(self, language: str) -> array[int]:
        """How surfaces of the language begin that may be wanted (`searchkit.kernels.marking`)."""
        if language in ANY_HEAD:
            return array("I", [_ALL] * HEADS)
        heads = array("I", bytes(4 * HEADS))
        for term in (*self._terms, *self._prefixes):
            first, seconds = head_of(term, language)
            heads[first] |= seconds
        return heads


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
