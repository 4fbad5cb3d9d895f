"""Text to terms: word boundaries, folding, stemming.

Every word is indexed, stop words too. A term is a word with letter case, accents and
typographic variants folded away and its inflection removed by the language's Snowball
stemmer; queries and highlighting go through the same steps.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import Stemmer

from searchkit.analysis.languages import LANGUAGES, UNSTEMMED, language_code

__all__ = ["MAX_TERM_CHARACTERS", "Analyzer", "Token", "analyzer_for", "fold"]

# Longer words are cut, in text and query alike: nobody types more, and a megabyte without
# a space must not become one entry of the term dictionary.
MAX_TERM_CHARACTERS = 255

# Distinct words remembered with their terms; 80 MB when full, then begun anew.
_MAX_REMEMBERED = 500_000

# Combining marks stand inside a word: Latin, Cyrillic, Hebrew, Arabic, the Indic scripts.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd"
    "\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b82\u0bbe-\u0bcd"
    "\u0c00-\u0c03\u0c3e-\u0c56\u0c82\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3e-\u0d4d"
    "\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
# Scripts written without spaces: one token a character, so that any stretch of them is
# found as a phrase. Han, kana, Thai, Lao, Khmer, Burmese.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}\u00ad\u200c\u200d])"
_WORD = re.compile(
    # Most words, found without trying the rest: twice the speed.
    r"[A-Za-z]{2,}(?=[\s,.;:!?)”\"-])"
    rf"|[A-Za-z](?:\+\+|\#)(?!\w)"  # C++, C#
    rf"|\d+(?:[.,]\d+)+{_LETTER}*"  # 1,000 and 3.5
    rf"|[^\W\d_](?:\.[^\W\d_])+(?!{_LETTER})"  # U.S. and e.g., but not the end of a sentence
    rf"|{_LETTER}+(?:['’&\u02bc\uff07]{_LETTER}+)*"  # O'Brien, AT&T
    rf"|[{_UNSPACED}][{_MARKS}]*"
)

# Words with digits or symbols have no inflection: without this, U.S. would lose its s.
_UNINFLECTED = re.compile(r"[\d.,&+#]")

# Letters that Unicode does not decompose though people type them without the stroke.
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae",
        "œ": "oe", "þ": "th", "’": "'", "\u02bc": "'", "\uff07": "'",
        "\u00ad": None, "\u200c": None, "\u200d": None,
    }
)  # fmt: skip


class Token(NamedTuple):
    """A term and the half-open range of characters, ``text[start:end]``, that it stands for."""

    term: str
    start: int
    end: int


def fold(text: str) -> str:
    """`text` without differences of letter case, accents, ligatures, width or apostrophes.

    Unicode's compatibility caseless form (The Unicode Standard, 3.13, D146) without its
    combining marks.
    """
    if text.isascii():
        return text.lower()
    caseless = unicodedata.normalize("NFD", text).casefold()
    # Decomposing yields capitals (of mathematical letters, say), so cases are folded twice.
    caseless = unicodedata.normalize("NFKD", caseless).casefold()
    decomposed = unicodedata.normalize("NFKD", caseless).translate(_PLAIN_LETTERS)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class Analyzer:
    """Turns text of one language into terms. Safe to share between threads.

    Use `analyzer_for`, which keeps one for each language with its memory of words.
    """

    def __init__(self, language: str) -> None:
        self.language = language_code(language)
        self._terms = _Terms(self.language)

    def terms(self, text: str) -> list[str]:
        """The terms of `text` in order; a term's index is its position."""
        remembered = self._terms
        return [remembered[word] for word in _WORD.findall(text)]

    def tokens(self, text: str) -> Iterator[Token]:
        """The same terms with the characters that they stand for."""
        remembered = self._terms
        for match in _WORD.finditer(text):
            yield Token(remembered[match.group()], match.start(), match.end())


@functools.cache
def analyzer_for(language: str) -> Analyzer:
    """The shared analyzer of a language; see `language_code` for its names and errors."""
    return Analyzer(language)


class _Terms(dict[str, str]):
    """Word → term, filled on first use: a text has far fewer distinct words than words."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._english = language == "en"
        # A Snowball stemmer keeps state while it works; misses are rare enough for a lock.
        self._lock = threading.Lock()
        self._stemmer = None if language == UNSTEMMED else Stemmer.Stemmer(LANGUAGES[language])

    def __missing__(self, word: str) -> str:
        folded = fold(word[:MAX_TERM_CHARACTERS])
        if self._english and folded.endswith("'s"):
            folded = folded[:-2]
        with self._lock:
            term = folded or word
            if self._stemmer and not _UNINFLECTED.search(term):
                term = self._stemmer.stemWord(term) or term
            if len(self) >= _MAX_REMEMBERED:
                self.clear()
            self[word] = term
        return term
