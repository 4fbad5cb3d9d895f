"""Words as they are written: where does a text have just these, unstemmed?"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from searchkit.analysis import Place, analyzer_for, fold, language_of
from searchkit.article import Article
from searchkit.kernels.unicode_classes import CharacterClass, class_of
from searchkit.schema import CAPTION_GAP

__all__ = ["exact_spans", "exact_spans_at", "exact_spans_of", "needed_bytes"]

_UNSPACED = (CharacterClass.UNSPACED, CharacterClass.JAMO_TAIL)
_TYPOGRAPHY = str.maketrans("\u2019\u02bc\uff07\u2010", "'''-")


def exact_spans_of(
    article: Article, field: str, typed: str, default_language: str
) -> list[tuple[int, int]]:
    """The `exact_spans` of a text field of an article, whose own language goes before."""
    if field == "captions":
        texts = [caption.searchable for caption in article.captions]
    else:
        texts = [article.headline if field == "headline" else article.body]
    return exact_spans(typed, texts, language_of(article.language, default_language))


def exact_spans(typed: str, texts: Iterable[str], language: str) -> list[tuple[int, int]]:
    """The first and last position of each place where one of the texts of a field, which are in
    `language`, has the surfaces of `typed` one after the other. Empty if `typed` has no word.

    What is typed in small letters without accents is compared without regard to either, anything
    else to the letter; typographic apostrophes and hyphens are as good as plain ones.
    """
    wanted = _wanted(typed, language)
    spans = []
    base = 0
    for text in texts if wanted.surfaces else ():
        found = _written_surfaces(text, language, wanted.written)
        spans += [
            (base + first, base + last)
            for place, (_, first, _) in enumerate(found)
            if (last := wanted.last_position(found[place : place + len(wanted.surfaces)])) >= 0
        ]
        base += (found[-1][2] if found else 0) + CAPTION_GAP
    return spans


def exact_spans_at(
    typed: str, text: str, language: str, places: Iterable[Place]
) -> list[tuple[int, int]]:
    """The `exact_spans` of one text, looked for only at these places of it, where the terms are
    that its first surface may stand for.
    """
    wanted = _wanted(typed, language)
    if wanted.is_unspaced:
        return exact_spans(typed, [text], language)
    spans = set()
    # A word without separators, which takes one position; most stand by themselves.
    alone = "".join(wanted.surfaces) if len(wanted.surfaces) == 1 else ""
    for _, start, end, position in places:
        if alone.isalnum() and _stands_free(text, start, end):
            if wanted.written(text[start:end]) == alone:
                spans.add((position, position))
            continue
        # Where a surface begins and ends is seen from what is around it.
        begin = max(0, start - _AROUND)
        around = text[begin : start + 2 * len(typed) + _AROUND]
        found: list[tuple[str, int, int]] = []
        for first, end, expansion in analyzer_for(language).surfaces(around):
            if begin + first < start:
                continue
            if not found and begin + first > start:
                break
            last = position + expansion.width - 1
            found.append((wanted.written(around[first:end]), position, last))
            if len(found) == len(wanted.surfaces):
                break
            position = last + 1
        if (last := wanted.last_position(found)) >= 0:
            spans.add((found[0][1], last))
    return sorted(spans)


def needed_bytes(typed: str, language: str) -> tuple[bytes, ...]:
    """What an article has in its stored form if it has this anywhere: far from all that it takes,
    but to look for it takes a hundredth of the time of reading the article.
    """
    wanted = _wanted(typed, language)
    if wanted.written is fold:
        return ()
    return tuple(
        surface.encode()
        for surface in wanted.surfaces
        if surface.isascii() and surface.isalnum() and not wanted.is_unspaced
    )


# Characters, more than nearly any word has.
_AROUND = 64

# What is no part of a surface, whatever stands beside it.
_APART = frozenset(' \t\n\r()"“”;!?')


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether what stands there is a surface by itself for sure, and not a part of one."""
    after = text[end : end + 2]
    return (start == 0 or text[start - 1] in _APART) and (
        not after or after[0] in _APART or (after[0] in ".," and after[1:] in _SPACES)
    )


_SPACES = frozenset(("", " ", "\n"))


class _Wanted:
    """What is typed, surface by surface as it is compared."""

    def __init__(self, typed: str, language: str) -> None:
        plain = fold(typed) == typed.translate(_TYPOGRAPHY)
        self.written: Callable[[str], str] = fold if plain else _to_the_letter
        bounds = [(start, end) for start, end, _ in analyzer_for(language).surfaces(typed)]
        if len(bounds) > 1 and bounds[-1][0] < bounds[-2][1]:
            # The last character of the bigram before.
            bounds.pop()
        self.surfaces = [self.written(typed[start:end]) for start, end in bounds]
        self.is_unspaced = any(class_of(ord(typed[start])) in _UNSPACED for start, _ in bounds)
        # A single character of a script without spaces begins a bigram, where another follows it.
        self._opens = self.is_unspaced and len(bounds) == 1

    def last_position(self, found: Sequence[tuple[str, int, int]]) -> int:
        """Of surfaces with their first and last positions the last if they are what is wanted,
        or -1.
        """
        if self._opens and found and found[0][0].startswith(self.surfaces[0]):
            return found[0][2]
        return found[-1][2] if [each for each, _, _ in found] == self.surfaces else -1


_wanted = lru_cache(64)(_Wanted)


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
