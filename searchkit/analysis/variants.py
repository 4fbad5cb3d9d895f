"""What a person types to the phrases that may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from searchkit.analysis.analyzer import analyzer_for
from searchkit.analysis.expansion import Expansion
from searchkit.kernels.unicode_classes import CharacterClass, class_of

__all__ = ["Variant", "variants_of"]


class Variant(NamedTuple):
    """Terms at consecutive positions; with `is_prefix` it is one, and begins what is wanted."""

    terms: tuple[str, ...]
    is_prefix: bool = False


def variants_of(text: str, languages: Sequence[str]) -> list[Variant]:
    """The phrases any of which a typed word or quoted phrase stands for.

    Each language in which articles were analysed has its own stems, hence its own variants;
    equal ones are given once, those of the first language first. Empty if `text` has no word.
    Raises LanguageError as `language_code` does.
    """
    found: dict[Variant, None] = {}
    for language in languages:
        surfaces = list(analyzer_for(language).surfaces(text))
        found.update(dict.fromkeys(_variants(text, surfaces)))
    return list(found)


def _variants(text: str, surfaces: list[tuple[int, int, Expansion]]) -> list[Variant]:
    if not surfaces:
        return []
    last_start, _, last = surfaces[-1]
    if len(surfaces) == 1:
        if class_of(ord(text[last_start])) in (CharacterClass.UNSPACED, CharacterClass.JAMO_TAIL):
            # A single character, which in the text has another after it, or none.
            return [Variant(last.sequence, is_prefix=True)]
        return [Variant(meaning) for meaning in last.meanings]
    _, end_before, _ = surfaces[-2]
    if end_before > last_start:
        # The last character of the bigram before, by itself only where the text ends with it.
        surfaces = surfaces[:-1]
    return [Variant(tuple(term for *_, expansion in surfaces for term in expansion.sequence))]
