"""What makes no difference between two spellings of a word."""

from __future__ import annotations

import unicodedata

__all__ = ["fold"]

# Letters that Unicode does not decompose though people type them without the stroke, and
# typographic variants.
_PLAIN: dict[str, str | None] = {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae",
    "œ": "oe", "þ": "th", "’": "'", "\u02bc": "'", "\uff07": "'", "\u05f3": "'",
    "\u2027": "·", "\u2010": "-",
}  # fmt: skip

# Marks of these combining classes are no accents: nuktas, the voicing of kana, viramas, the
# vowel signs and tones of Telugu, Thai, Lao and Tibetan.
_SPELLING_MARKS = frozenset({7, 8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132})


def fold(text: str) -> str:
    """`text` without differences of letter case, accents, ligatures, width or apostrophes.

    Unicode's compatibility caseless form (The Unicode Standard, 3.13, D146), composed, without
    accents and without invisible characters.
    """
    if text.isascii():
        return text.lower()
    caseless = unicodedata.normalize("NFD", text).casefold()
    # Decomposing yields capitals (of mathematical letters, say), so cases are folded twice.
    caseless = unicodedata.normalize("NFKD", caseless).casefold()
    plain = unicodedata.normalize("NFKD", caseless).translate(_REPLACEMENTS)
    return unicodedata.normalize("NFC", plain)


class _Replacements(dict[int, str | None]):
    """Code point → what stands for it, None for nothing; filled on first use."""

    def __missing__(self, code_point: int) -> str | None:
        char = chr(code_point)
        combining = unicodedata.combining(char)
        accent = combining and combining not in _SPELLING_MARKS
        invisible = unicodedata.category(char) in ("Cf", "Me") or 0xFE00 <= code_point <= 0xFE0F
        self[code_point] = None if accent or invisible else char
        return self[code_point]


_REPLACEMENTS = _Replacements(str.maketrans(_PLAIN))
