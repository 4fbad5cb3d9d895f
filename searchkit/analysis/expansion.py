"""A surface to its terms: the word itself, or its parts and what they make together.

A surface is what `searchkit.kernels.text` finds; each distinct one is expanded once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import Stemmer

from searchkit.analysis.folding import fold
from searchkit.analysis.languages import LANGUAGES, UNSTEMMED
from searchkit.kernels.unicode_classes import MAX_SURFACE_CHARACTERS

__all__ = ["MAX_TERM_CHARACTERS", "Expander", "Expansion", "Part"]

MAX_TERM_CHARACTERS = MAX_SURFACE_CHARACTERS

# Joiners between the parts of a surface; an apostrophe or middle dot is within a word.
_HYPHENS = "-\u2010\u2011"
_OTHER_SEPARATORS = ".,&_\u066b\u066c"
_SEPARATORS = _OTHER_SEPARATORS + _HYPHENS
_SEPARATOR = re.compile(f"[{re.escape(_SEPARATORS)}]")
_PART = re.compile(f"[^{re.escape(_SEPARATORS)}]+")
_JOINERS = _SEPARATORS + "'’\uff07·\u2027\u05f4"
# Words with digits or symbols have no inflection: without this, U.S. would lose its s.
_UNINFLECTED = re.compile(f"[\\d+#@{re.escape(_SEPARATORS)}]")
_HYPHEN = re.compile(f"[{_HYPHENS}]")
_OTHER_SEPARATOR = re.compile(f"[{_OTHER_SEPARATORS}]")
_SIGNS = ("#", "@")
_POSSESSIVES = ("'s", "’s")
_ACRONYM = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
# Two points or more set thousands apart too; a single one is a decimal point.
_THOUSANDS = re.compile(r"\d{1,3}(?:(?:[,\u066c]\d{3})+|(?:\.\d{3}){2,})(?!\d)")
_THOUSANDS_SEPARATOR = re.compile("[.,\u066c]")
_DECIMAL = re.compile(r"\d+[.\u066b][^\W_]+")

# Articles, pronouns and prepositions that lose their vowel before another, by language.
_ELISIONS = {
    "ca": "d l m n s t",
    "fr": "c d j jusqu l lorsqu m n puisqu qu quoiqu s t",
    "ga": "b d m",
    "it": "agl all c coll d dagl dall degl dell gl l m negl nell pell s sugl sull t un v",
}


class Part(NamedTuple):
    """One term of a surface.

    `offset` is its position after the surface's first, `start` and `end` are the half-open
    range of the surface's characters that it stands for.
    """

    term: str
    offset: int
    start: int
    end: int


class Expansion(NamedTuple):
    """The terms of a surface, by offset; how many positions it takes; what typing it means.

    `meanings` are the phrases any of which is meant when the surface is typed by itself, the
    most exact first.
    """

    parts: tuple[Part, ...]
    width: int
    meanings: tuple[tuple[str, ...], ...]

    @property
    def sequence(self) -> tuple[str, ...]:
        """The surface within a phrase: a term for each position."""
        if self.width == 1:
            return self.meanings[0]
        return tuple({part.offset: part.term for part in reversed(self.parts)}.values())[::-1]


class Expander:
    """Expands the surfaces of one language. Not for several threads at a time."""

    def __init__(self, language: str) -> None:
        self._possessives = _POSSESSIVES if language == "en" else ()
        elided = _ELISIONS.get(language)
        self._elision = elided and re.compile(f"(?:{elided.replace(' ', '|')})'(?=.)")
        # Without its memory of words, which makes a stemmer three times as slow on words that
        # differ.
        self._stemmer = None if language == UNSTEMMED else Stemmer.Stemmer(LANGUAGES[language], 0)

    def terms(self, surfaces: Sequence[str]) -> tuple[list[str], dict[int, Expansion]]:
        """What each surface expands to: its only term; or, of several, one of them there and
        the whole expansion at its place in the dictionary.

        Plain words, with a possessive ending or without, are most of all, take 0.6 microseconds,
        and are stemmed all together.
        """
        found = list(surfaces)
        several: dict[int, Expansion] = {}
        places: list[int] = []
        words: list[str] = []
        for place, surface in enumerate(surfaces):
            if surface.isalpha() and surface.isascii():
                places.append(place)
                words.append(surface)
                continue
            word = surface[:-2]
            if surface.endswith(self._possessives) and word.isalpha() and word.isascii():
                places.append(place)
                words.append(word)
                continue
            expansion = self._expanded(surface)
            if isinstance(expansion, str):
                found[place] = expansion
            else:
                several[place] = expansion
                found[place] = expansion.parts[0].term
        stems = self._stemmer.stemWords(words) if self._stemmer else words
        for place, word, stem in zip(places, words, stems, strict=True):
            found[place] = stem or word
        return found, several

    def expand(self, surface: str) -> Expansion:
        """The same for one, its single term as an expansion too."""
        (term,), several = self.terms([surface])
        if several:
            return several[0]
        return Expansion((Part(term, 0, 0, len(surface)),), 1, ((term,),))

    def _expanded(self, surface: str) -> str | Expansion:
        # A cut may leave a joiner at the end.
        surface = surface.rstrip(_JOINERS)
        sign = surface[0] if surface[0] in _SIGNS else ""
        folded = self._folded(surface[len(sign) :])
        terms = self._one_position(folded) if _SEPARATOR.search(surface) else (self._stem(folded),)
        if len(terms) == 1 and not sign:
            return terms[0]
        start, end = len(sign), len(surface)
        if terms:
            parts = [Part(term, 0, start, end) for term in terms]
            meanings = [terms[:1]]
        else:
            parts, meanings = self._compound(surface, start, self._stem(_HYPHEN.sub("", folded)))
        width = parts[-1].offset + 1
        if sign:
            signed = (sign + folded)[:MAX_TERM_CHARACTERS]
            parts.insert(1, Part(signed, 0, 0, end))
            meanings = [(signed,)]
        return Expansion(tuple(parts), width, tuple(meanings))

    def _one_position(self, folded: str) -> tuple[str, ...]:
        """The terms of a surface with separators if it is one number or acronym, or none."""
        if folded[:1].isdecimal():
            if thousands := _THOUSANDS.match(folded):
                return (_THOUSANDS_SEPARATOR.sub("", thousands[0]) + folded[thousands.end() :],)
            if _DECIMAL.fullmatch(folded):
                return (folded,)
        elif _ACRONYM.fullmatch(folded):
            return folded, self._stem(folded.replace(".", ""))
        return ()

    def _compound(
        self, surface: str, start: int, joined: str
    ) -> tuple[list[Part], list[tuple[str, ...]]]:
        """The parts of a surface, what they make together after the first, and the meanings."""
        parts = []
        place = start
        for offset, word in enumerate(_PART.findall(surface, start)):
            end = place + len(word)
            parts.append(Part(self._stem(self._folded(word)), offset, place, end))
            place = end + 1  # one separator is between two parts
        meanings: list[tuple[str, ...]] = [(joined,)]
        if not _OTHER_SEPARATOR.search(surface):
            meanings.append(tuple([part.term for part in parts]))
        if joined != parts[0].term:
            parts.insert(1, Part(joined, 0, start, len(surface)))
        return parts, meanings

    def _folded(self, word: str) -> str:
        """A word folded, without a possessive ending or an elided article."""
        if word.isascii() and "'" not in word:
            return word
        folded = fold(word)[:MAX_TERM_CHARACTERS]
        if folded.endswith(self._possessives):
            folded = folded[:-2]
        if self._elision and (elided := self._elision.match(folded)):
            folded = folded[elided.end() :]
        # Of a word of modifiers only nothing is left.
        return folded or word

    def _stem(self, word: str) -> str:
        if self._stemmer is None or (not word.isalpha() and _UNINFLECTED.search(word)):
            return word
        stem: str = self._stemmer.stemWord(word)
        return stem or word
