"""Words that only one language has: of which language are those of a text?

A word is a run of letters: of ASCII letters, of which capitals count as small ones, and of other
characters, as they are, but those from U+0080 to U+00BF and from U+2000 to U+2FFF, which are
nearly all signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from searchkit.kernels import (
    TELLING_BYTES,
    TELLING_LEAST,
    TELLING_RATIO,
    TELLING_SHARE,
    TELLING_STRIDE,
)

__all__ = ["TellingWords"]

_WORD = re.compile(
    rb"(?:[A-Za-z]|[\xc3-\xdf][\x80-\xbf]|[\xe0\xe1\xe3-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})+"
)


class TellingWords:
    """Lists of up to 300 words in all, each of up to TELLING_WORD bytes of UTF-8, in small
    letters; no word is in two lists. A list has the words of one language.
    """

    def __init__(self, lists: Sequence[Sequence[bytes]]) -> None:
        self._lists = {word: number for number, words in enumerate(lists) for word in words}
        self._count = len(lists)

    def number(self, text: bytes) -> int:
        """The number of the list that a text, of sound UTF-8, is in the language of, or -1.

        It is looked at after each TELLING_STRIDE words and at the end, and the first answer
        stands: a list of which there are TELLING_LEAST words at least, TELLING_RATIO times as many
        as of all others, and one among TELLING_SHARE words. No more than TELLING_BYTES of a text
        are read, up to the last space in them.
        """
        window = text
        if len(text) > TELLING_BYTES:
            window = text[: text.rfind(b" ", 0, TELLING_BYTES) + 1]
        found = [0] * self._count
        words = 0
        for words, match in enumerate(_WORD.finditer(window), 1):
            number = self._lists.get(match[0].lower())
            if number is not None:
                found[number] += 1
            if words % TELLING_STRIDE == 0 and (clear := _clear(found, words)) >= 0:
                return clear
        return _clear(found, words)


def _clear(found: list[int], words: int) -> int:
    """The list that the words found are of, or -1."""
    most = max(found, default=0)
    if most < TELLING_LEAST or most * TELLING_SHARE < words:
        return -1
    return found.index(most) if most >= TELLING_RATIO * (sum(found) - most) else -1
