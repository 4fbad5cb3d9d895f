"""Here is a text: which language is it in?

Nearly every article of an archive shows it by the words of its first lines, which a kernel reads in
about a microsecond. What is left, one in a hundred of prose, is CLD2's to tell, in ten to twenty.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from searchkit.analysis.telling_words import TELLING_WORDS
from searchkit.article import Article
from searchkit.kernels.telling import TellingWords

__all__ = [
    "TELLING",
    "language_looked_for",
    "language_of_texts",
    "language_told",
    "with_language",
]

# More of a text makes CLD2 no surer, and takes it longer.
_LOOKED_AT = 600
_MOST_CAPTIONS = 10

# Of 12,000 headlines and captions it was sure of, CLD2 mistook 40, all shorter; of longer ones,
# and of 1,700 articles, none.
_LEAST_BYTES = 80
_LEAST_PERCENT = 70

# One digit in so many bytes makes a table: results, prices. Its words are abbreviations, which are
# no language's own.
_BYTES_TO_A_DIGIT = 10

# What CLD2 calls by codes of its own or of long ago → ISO 639; it has others, which begin with
# "xx-", for scripts.
_CODES = {"iw": "he", "jw": "jv", "blu": "hmn"}
_UNKNOWN = re.compile("un$|xx-")

_told = tuple(TELLING_WORDS)

# Knows the language of most bodies, by its number.
TELLING = TellingWords([words.encode().split() for words in TELLING_WORDS.values()])


def language_told(number: int) -> str:
    """The code of the language that TELLING knows by this number."""
    return _told[number]


def language_of_texts(headline: bytes, body: bytes, captions: Sequence[str] = ()) -> str:
    """The code (ISO 639) of the language that an article's texts, of sound UTF-8, are in.

    "" when it is not clear: when they are too short, of several languages, or mostly numbers. Any
    language may be found, with a stemmer or without.
    """
    number = TELLING.number(body)
    if number >= 0:
        return language_told(number)
    return language_looked_for(headline, body, captions)


def language_looked_for(headline: bytes, body: bytes, captions: Sequence[str]) -> str:
    """The same for a body of which TELLING does not know the language."""
    text = b"\n".join((headline, body[:_LOOKED_AT]))
    if len(text) < _LOOKED_AT and captions:
        beginnings = [caption[:_LOOKED_AT].encode() for caption in captions[:_MOST_CAPTIONS]]
        text = b"\n".join((text, *beginnings))
    text = text[:_LOOKED_AT]
    return "" if len(text) < _LEAST_BYTES or _is_of_numbers(text) else _looked_into(text)


def with_language(article: Article) -> Article:
    """The article; with the language that its texts are in if it names none and that is clear."""
    if article.language:
        return article
    captions = [caption.searchable for caption in article.captions[:_MOST_CAPTIONS]]
    language = language_of_texts(article.headline.encode(), article.body.encode(), captions)
    return replace(article, language=language) if language else article


def _is_of_numbers(text: bytes) -> bool:
    digits = len(text) - len(text.translate(None, b"0123456789"))
    return digits * _BYTES_TO_A_DIGIT >= len(text)


def _looked_into(text: bytes) -> str:
    """What CLD2 says of a text, of which the last character may be cut, if it is sure."""
    detect, error = _cld2()
    try:
        found = detect(text, isPlainText=True)
    except error:
        # It takes no control characters either, which are sound UTF-8 all the same.
        found = detect(_printable(text.decode(errors="ignore")), isPlainText=True)
    reliable, size, languages = found
    if not (reliable and size >= _LEAST_BYTES and languages):
        return ""
    code: str = languages[0][1]
    percent: int = languages[0][2]
    if percent < _LEAST_PERCENT or _UNKNOWN.match(code):
        return ""
    return _CODES.get(code, code)


@functools.cache
def _cld2() -> tuple[Any, type[Exception]]:
    """What detects, and what that raises. Imported when it is first asked: that takes 8 ms."""
    import pycld2

    return pycld2.detect, pycld2.error


def _printable(text: str) -> str:
    return "".join([each if each.isprintable() else " " for each in text])
