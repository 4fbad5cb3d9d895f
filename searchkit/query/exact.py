"""Words as they are written: where does a text have just these, unstemmed?"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from searchkit.analysis import analyzer_for, fold
from searchkit.kernels.unicode_classes import CharacterClass, class_of
from searchkit.schema import CAPTION_GAP

__all__ = ["exact_spans"]

_UNSPACED = (CharacterClass.UNSPACED, CharacterClass.JAMO_TAIL)
_TYPOGRAPHY = str.maketrans("\u2019\u02bc\uff07\u2010", "'''-")


def exact_spans(typed: str, texts: Iterable[str], language: str) -> list[tuple[int, int]]:
    """The first and last position of each place where one of the texts of a field, which are in
    `language`, has the surfaces of `typed` one after the other. Empty if `typed` has no word.

    What is typed in small letters without accents is compared without regard to either, anything
    else to the letter; typographic apostrophes and hyphens are as good as plain ones.
    """
    written = fold if fold(typed) == typed.translate(_TYPOGRAPHY) else _to_the_letter
    bounds = [(start, end) for start, end, _ in analyzer_for(language).surfaces(typed)]
    if len(bounds) > 1 and bounds[-1][0] < bounds[-2][1]:
        # The last character of the bigram before.
        bounds.pop()
    wanted = [written(typed[start:end]) for start, end in bounds]
    # A single character of a script without spaces begins a bigram, where another follows it.
    opens = len(bounds) == 1 and class_of(ord(typed[bounds[0][0]])) in _UNSPACED
    spans = []
    base = 0
    for text in texts if wanted else ():
        found = _written_surfaces(text, language, written)
        for place, (surface, first, _) in enumerate(found):
            if surface == wanted[0] or (opens and surface.startswith(wanted[0])):
                following = found[place : place + len(wanted)]
                if opens or [each for each, _, _ in following] == wanted:
                    spans.append((base + first, base + following[-1][2]))
        base += (found[-1][2] if found else 0) + CAPTION_GAP
    return spans


def _written_surfaces(
    text: str, language: str, written: Callable[[str], str]
) -> list[tuple[str, int, int]]:
    """Each surface, its first and its last position."""
    found = []
    position = 0
    for start, end, expansion in analyzer_for(language).surfaces(text):
        found.append((written(text[start:end]), position, position + expansion.width - 1))
        position += expansion.width
    return found


def _to_the_letter(surface: str) -> str:
    return unicodedata.normalize("NFC", surface).translate(_TYPOGRAPHY)
