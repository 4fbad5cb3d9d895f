"""Where do texts have the few terms that a query wants?

In two steps, so that between them somebody can look up what new surfaces stand for: `candidates`
finds the surfaces that are worth it, `marks` those of their terms that are wanted.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence

from searchkit.kernels import HEADS
from searchkit.kernels.reference.text import Surfaces, locate
from searchkit.kernels.unicode_classes import CharacterClass, class_of

__all__ = ["candidates", "marks", "matches", "without_body"]

_MANY = 0x80000000
# Anything else in a surface separates words, or is a sign.
_WITHIN_A_WORD = (
    *(CharacterClass.LETTER, CharacterClass.DIGIT, CharacterClass.EXTEND),
    *(CharacterClass.APOSTROPHE, CharacterClass.MIDDLE_DOT),
)


def without_body(stored: bytes) -> tuple[bytes, bytes]:
    """An article as it is stored, with an empty body instead of its own, and that in UTF-8;
    the article itself if it has none.
    """
    article = json.loads(stored)
    body = article.get("body", "")
    if not body:
        return stored, b""
    written = json.dumps({**article, "body": ""}, ensure_ascii=False, separators=(",", ":"))
    return written.encode(), body.encode()


def candidates(
    surfaces: Surfaces,
    texts: Sequence[str | bytes],
    language: int,
    heads: array[int],
    positional: bool,
) -> tuple[array[int], array[int]]:
    """The surfaces that may stand for a wanted term, and where each text's end in the array. Texts
    in bytes are of sound UTF-8.

    For each its number among `surfaces`, which get those that are new, in a language with this
    number; how many surfaces were passed over since the one before, or 0 unless `positional`; and
    the half-open range of its characters. `heads` says how wanted terms begin: bit
    ``second & 31`` of ``heads[first]`` is set for their first two bytes, the second being 0 for a
    term of one.

    A surface of ASCII letters and digits is passed over unless it begins so. Any other is, unless
    it begins so, the second byte aside, or anything in it does that stands after what is no
    letter or digit of ASCII, or that is no ASCII; or unless `positional` asks for all that may take
    several positions, and it has a separator or sign. The compiled one treats a few of the first
    as it does others.

    Raises ValueError for any number of heads but HEADS, UnicodeEncodeError for a lone surrogate,
    RuntimeError while another thread uses the surfaces, and MemoryError.
    """
    if len(heads) != HEADS:
        raise ValueError(f"{len(heads)} heads, expected {HEADS}")
    found, ends = array("I"), array("I")
    for each in texts:
        text = each.decode() if isinstance(each, bytes) else each
        before = 0
        bounds = iter(locate(text))
        for start, end in zip(bounds, bounds, strict=True):
            surface = text[start:end]
            if _may_mean(heads, surface, positional):
                found.extend((surfaces._number(surface, language), before, start, end))
                before = 0
            elif positional:
                before += 1
        ends.append(len(found))
    return found, ends


def _may_mean(heads: array[int], surface: str, positional: bool) -> bool:
    if surface.isascii() and surface.isalnum():
        first, second, *_ = surface.lower().encode() + b"\0"
        return bool(heads[first] >> (second & 31) & 1)
    if positional and any(class_of(ord(char)) not in _WITHIN_A_WORD for char in surface):
        return True
    return any(
        not char.isascii() or heads[ord(char)]
        for before, char in zip(" " + surface, map(_lower, surface), strict=False)
        if not (before.isascii() and before.isalnum())
    )


def _lower(char: str) -> str:
    return char.lower() if char.isascii() else char


def marks(
    candidates: array[int],
    ends: array[int],
    single: array[int],
    multiple: array[int],
    wanted: bytearray,
) -> tuple[array[int], array[int]]:
    """Where the candidates stand for wanted terms, and where each text's end in the array.

    For each place the term's number, the half-open range of its characters, and its position,
    those of a surface in their order. `wanted` is not 0 at the numbers of wanted terms; those
    beyond its end are not wanted. `single` and `multiple` are those of `Vocabulary`. Positions
    take a surface that was passed over for a single one. Raises MemoryError.
    """
    found, found_ends = array("I"), array("I")
    begin = 0
    for end_of_text in ends:
        position = 0
        for index in range(begin, end_of_text, 4):
            surface, before, start, end = candidates[index : index + 4]
            position += before
            parts, width = _expansion(single[surface], multiple, end - start)
            for term, offset, first, last in parts:
                if term < len(wanted) and wanted[term]:
                    found.extend((term, start + first, start + last, position + offset))
            position += width
        begin = end_of_text
        found_ends.append(len(found))
    return found, found_ends


def _expansion(
    code: int, multiple: array[int], characters: int
) -> tuple[list[tuple[int, ...]], int]:
    if code < _MANY:
        return [(code, 0, 0, characters)], 1
    place = code - _MANY
    count, width = multiple[place : place + 2]
    begins = range(place + 2, place + 2 + 4 * count, 4)
    return [tuple(multiple[begin : begin + 4]) for begin in begins], width


def matches(
    found: array[int], begin: int, end: int, terms: array[int], shows: array[int]
) -> tuple[array[int], array[int], array[int]]:
    """Where each match in one text starts and ends, and the words that it shows, a bit for each;
    in order, those that overlap as one.

    `found` has from `begin` to `end` what `marks` found in the text. What is no match is passed
    over: a match is one of `terms`, numbers in ascending order, which show the words of `shows`.
    Raises MemoryError.
    """
    words_of = dict(zip(terms, shows, strict=True))
    all_matches = sorted(
        (*found[place + 1 : place + 3], words_of[found[place]])
        for place in range(begin, end, 4)
        if found[place] in words_of
    )
    starts, ends, words = array("I"), array("I"), array("Q")
    for start, stop, shown in all_matches:
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], stop)
            words[-1] |= shown
            continue
        starts.append(start)
        ends.append(stop)
        words.append(shown)
    return starts, ends, words
