"""Where do texts have the few terms that a query wants?

In two steps, so that between them somebody can look up what new surfaces stand for: `candidates`
finds the surfaces that are worth it, `marks` those of their terms that are wanted.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from searchkit.kernels import HEADS
from searchkit.kernels.reference.text import Surfaces, locate

__all__ = ["candidates", "marks"]

_MANY = 0x80000000


def candidates(
    surfaces: Surfaces, texts: Sequence[str], language: int, heads: array[int], positional: bool
) -> tuple[array[int], array[int]]:
    """The surfaces that may stand for a wanted term, and where each text's end in the array.

    For each its number among `surfaces`, which get those that are new, in a language with this
    number; how many surfaces were passed over since the one before; and the half-open range of its
    characters. `heads` says how wanted terms begin: bit ``second & 31`` of ``heads[first]`` is set
    for their first two bytes, the second being 0 for a term of one. Surfaces of ASCII letters and
    digits are passed over unless they begin so themselves. Others of ASCII are, unless
    `positional` asks for all that may take several positions, if neither their first byte nor one
    after what is neither letter nor digit has any bit set. The compiled one takes a few of the
    first for some of the second.

    Raises ValueError for any number of heads but HEADS, UnicodeEncodeError for a lone surrogate,
    RuntimeError while another thread uses the surfaces, and MemoryError.
    """
    if len(heads) != HEADS:
        raise ValueError(f"{len(heads)} heads, expected {HEADS}")
    found, ends = array("I"), array("I")
    for text in texts:
        before = 0
        bounds = iter(locate(text))
        for start, end in zip(bounds, bounds, strict=True):
            surface = text[start:end]
            if _may_mean(heads, surface, positional):
                found.extend((surfaces._number(surface, language), before, start, end))
                before = 0
            else:
                before += 1
        ends.append(len(found))
    return found, ends


def _may_mean(heads: array[int], surface: str, positional: bool) -> bool:
    lowered = surface.lower()
    if not surface.isascii():
        return True
    if surface.isalnum():
        second = ord(lowered[1]) if len(surface) > 1 else 0
        return bool(heads[ord(lowered[0])] >> (second & 31) & 1)
    pairs = zip(" " + lowered, lowered, strict=False)
    return positional or any(heads[ord(char)] for before, char in pairs if not before.isalnum())


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
