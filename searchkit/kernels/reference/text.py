"""Text to surfaces: found, lower-cased and numbered.

A **surface** is a word as it stands in a text, its ASCII letters lower-cased, what exceeds
MAX_SURFACE_CHARACTERS cut off. It begins with a *core*: letters and digits, each with the marks
that extend it. A joiner and the next core belong to it too where the joiner stands directly
between

======================= ================================== ==============================
apostrophe              letter or digit, then a letter     O'Brien, 1990's
point                   two letters or two digits          U.S, example.com, 3.5
comma                   two digits                         1,000
ampersand, middle dot   two letters                        AT&T, col·labora
low line                letters or digits                  foo_bar
hyphen                  a letter and a digit               F-35, COVID-19, mid-1990s
hyphen                  a letter that is all of the        e-mail, X-ray
                        surface so far, then a letter
======================= ================================== ==============================

A sign (# or @) before the first core is part of the surface unless another surface ends
there. A surface of one ASCII letter takes ++ or # with it (C++, C#) where no word goes on.

Scripts that are written without spaces give bigrams: each character, with what extends it,
begins a surface that ends with the next character, or with itself before anything else.

Apart from this table, bigrams, signs and suffixes, surfaces are the words of UAX #29
(https://www.unicode.org/reports/tr29/). Limits: 2**32 bytes of text a call, and of distinct
surfaces.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from searchkit.kernels.unicode_classes import MAX_SURFACE_CHARACTERS, CharacterClass, class_of

__all__ = ["Surfaces", "locate"]

_CORE = (CharacterClass.LETTER, CharacterClass.DIGIT)
_UNSPACED = (CharacterClass.UNSPACED, CharacterClass.JAMO_TAIL)
_WORD = (*_CORE, *_UNSPACED, CharacterClass.EXTEND)


class Surfaces:
    """Distinct (language, surface) pairs, numbered from 0 in order of first appearance.

    Not for several threads at a time: the compiled one works without the interpreter's lock,
    and raises RuntimeError then.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str], int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def nbytes(self) -> int:
        """Bytes of memory held."""
        return sum(len(surface.encode()) for _, surface in self._numbers)

    def tokenize(
        self, texts: Sequence[str | bytes], languages: bytes
    ) -> tuple[array[int], array[int]]:
        """The surfaces' numbers of all texts one after the other, and where each text ends.

        A text in bytes is sound UTF-8. `languages` has a number for each text, which keeps its
        surfaces apart from those of others; the ends count tokens from the first text on. Raises
        ValueError if the numbers are not as many as the texts, UnicodeEncodeError for a lone
        surrogate, and MemoryError; surfaces found until then are kept.
        """
        if len(texts) != len(languages):
            raise ValueError(f"{len(texts)} texts and the languages of {len(languages)}")
        tokens, ends = array("I"), array("I")
        for given, language in zip(texts, languages, strict=True):
            text = given.decode() if isinstance(given, bytes) else given
            text.encode()
            for start, end in _bounds(text):
                tokens.append(self._number(text[start:end], language))
            ends.append(len(tokens))
        return tokens, ends

    def _number(self, word: str, language: int) -> int:
        kept = word[:MAX_SURFACE_CHARACTERS]
        surface = "".join(char.lower() if char.isascii() else char for char in kept)
        return self._numbers.setdefault((language, surface), len(self._numbers))

    def surfaces(self, start: int = 0) -> tuple[bytes, list[str]]:
        """The languages of the surfaces from number `start` on, and the surfaces.

        Raises IndexError for a `start` beyond their number.
        """
        if not 0 <= start <= len(self):
            raise IndexError(f"surface {start} of {len(self)}")
        pairs = list(self._numbers)[start:]
        return bytes(language for language, _ in pairs), [surface for _, surface in pairs]


def locate(text: str) -> array[int]:
    """The start and the end of each token of a text, in pairs, as half-open character ranges.

    A surface that is cut still ends where it ends in the text. Raises UnicodeEncodeError for a
    lone surrogate.
    """
    text.encode()
    return array("I", (place for bounds in _bounds(text) for place in bounds))


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    # Two more of them, so that looking ahead needs no care.
    classes = [*(class_of(ord(char)) for char in text), CharacterClass.OTHER, CharacterClass.OTHER]
    place, last_end = 0, -1
    while place < len(text):
        start, kind = place, classes[place]
        begins_sign = kind == CharacterClass.SIGN and start != last_end
        if kind in _CORE or (begins_sign and classes[start + 1] in _CORE):
            place = last_end = _surface_end(text, classes, start)
            yield start, place
        elif kind in _UNSPACED:
            place = last_end = _unspaced_end(classes, start)
            if classes[place] in _UNSPACED:
                last_end = _unspaced_end(classes, place)
            yield start, last_end
        else:
            place += 1


def _unspaced_end(classes: list[CharacterClass], place: int) -> int:
    place += 1
    while classes[place] in (CharacterClass.EXTEND, CharacterClass.JAMO_TAIL):
        place += 1
    return place


def _surface_end(text: str, classes: list[CharacterClass], start: int) -> int:
    place = start
    initial = True
    if classes[place] == CharacterClass.SIGN:
        place += 1
        initial = False
    while True:
        core = []
        while classes[place] in (*_CORE, CharacterClass.EXTEND):
            if classes[place] != CharacterClass.EXTEND:
                core.append(classes[place])
            place += 1
        single = initial and len(core) == 1
        if not _joins(core[-1], classes[place], classes[place + 1], single):
            break
        place += 1
        initial = False
    if place == start + 1 and text[start].isascii() and text[start].isalpha():
        for suffix in ("#", "++"):
            end = place + len(suffix)
            if text[place:end] == suffix and classes[end] not in _WORD:
                return end
    return place


def _joins(
    before: CharacterClass, joiner: CharacterClass, after: CharacterClass, single: bool
) -> bool:
    """The table above; `single` tells that a letter before is all of the surface so far."""
    letter, digit = _CORE
    pairs = {
        CharacterClass.APOSTROPHE: [(letter, letter), (digit, letter)],
        CharacterClass.DOT: [(letter, letter), (digit, digit)],
        CharacterClass.COMMA: [(digit, digit)],
        CharacterClass.AMPERSAND: [(letter, letter)],
        CharacterClass.MIDDLE_DOT: [(letter, letter)],
        CharacterClass.LOW_LINE: [(one, other) for one in _CORE for other in _CORE],
        CharacterClass.HYPHEN: [(letter, digit), *([(letter, letter)] if single else [])],
    }
    return (before, after) in pairs.get(joiner, [])
