"""Here are bytes that are not UTF-8: which older encoding are they in?

Short texts are what statistics are worst at (charset-normalizer 3.5 takes one French
sentence in cp1252 for cp1250, which turns è into č), so that the encodings which news
archives really come in are compared by hand first: bytes are decoded as each of them, and
the one under which most of the letters and signs outside ASCII stand where a language
would put them is taken. Only what none of them explains is left to charset-normalizer.

What no such test can tell apart: latin-1 and cp1252 without the bytes 0x80 to 0x9F (the
same text), cp437 and cp850 for most languages (likewise), and one or two accented letters
that are possible in several encodings, where the western European reading wins. Of 1,932
single sentences of German, English, Spanish and French news in cp1252 all but one were
recognised; in mac_roman and cp850 seven in eight.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

__all__ = ["detect_encoding"]

# Enough to judge, little enough to be quick.
_SAMPLE_BYTES = 32 * 1024
_LONG_BEGINNING = 4 * 1024

# From this share of explained characters on, the best candidate is believed.
_BELIEVABLE = 0.75

# Letters outside ASCII, by language.
_WESTERN = {
    "de": "äöüß",
    "fr": "àâæçèéêëîïôœùûüÿ",
    "es": "áéíñóúü",
    "pt": "àáâãçéêíóôõúü",
    "it": "àèéìíîòóù",
    "ca": "àçèéíïòóúü",
    "nl": "áéèëïóöü",
    "sv": "åäöé",
    "da": "æøåé",
    "is": "áéíóúýþæðö",
}
_CENTRAL = {
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "hr": "čćđšž",
    "ro": "ăâîşţ",
}
_TURKISH = {"tr": "çğıöşüâî"}

# The ten most frequent letters, then the others: two encodings of one alphabet differ in
# nothing else than which letters are frequent.
_CYRILLIC = {
    "ru": "оеаинтсрвл|бгдёжзйкмпуфхцчшщъыьэюя",
    "uk": "оанитврісе|бгґджєзийїклмпуфхцчшщьюя",
}
_GREEK = {"el": "αοιετσνηυρ|βγδζθκλμξπςφχψωάέήίόύώϊϋΐΰ"}
_HEBREW = {"he": "יוהלאבמתרנ|גדזחטךםןסעףפץצקש"}
_ARABIC = {"ar": "اليمنروتبة|أإآؤئءثجحخدذزسشصضطظعغفقكهوى"}
_RARE_LETTER = 0.6

# A text in several languages, or with many foreign names: any letter of the frequent
# western languages counts, but for less than one language that explains all of them.
_MIXED = "".join({letter for name in _WESTERN if name != "is" for letter in _WESTERN[name]})
_MIXED_WORTH = 0.9

# In order of preference where two explain the same.
_CANDIDATES: tuple[tuple[str, dict[str, str]], ...] = (
    ("cp1252", _WESTERN),
    ("mac_roman", _WESTERN),
    ("cp850", _WESTERN),
    ("cp1250", _CENTRAL),
    ("iso8859_2", _CENTRAL),
    ("cp1251", _CYRILLIC),
    ("mac_cyrillic", _CYRILLIC),
    ("koi8_r", _CYRILLIC),
    ("koi8_u", _CYRILLIC),
    ("iso8859_5", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("cp1254", _TURKISH),
    ("cp1253", _GREEK),
    ("cp1255", _HEBREW),
    ("cp1256", _ARABIC),
)

_BYTE_OUTSIDE_ASCII = re.compile(b"[\x80-\xff]")
_OUTSIDE_ASCII = re.compile("[^\x00-\x7f]")

# Signs that news text has. All others outside ASCII (¤, ¸, ≥, box drawing ...) speak
# against an encoding.
_SIGNS = frozenset("‘’‚“”„«»‹›–—…•·¿¡§©®™°£€²³¹½¼¾ªº†±×№´\xa0\xad")
# Those of them that stand between two letters, too (the middle dot in Catalan, between two l).
_JOINING_SIGNS = frozenset("’‘´–—…\xa0\xad")


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How often each (lower-case) letter outside ASCII stands where it may, how many signs
    do, and how many characters outside ASCII there are in all.
    """

    letters: Counter[str]
    signs: int
    all: int


def detect_encoding(data: bytes) -> str | None:
    """The Python name of the likeliest encoding of `data`, or None.

    `data` is not UTF-8. The same bytes always give the same answer.
    """
    sample = _telling_lines(data)
    best_name, best_score = None, 0.0
    for name, languages in _CANDIDATES:
        try:
            evidence = _evidence(sample.decode(name))
        except UnicodeDecodeError:
            continue
        score = _score(evidence, languages)
        if score > best_score:
            best_name, best_score = name, score
        if score == 1:
            break
    return best_name if best_score >= _BELIEVABLE else _statistical(sample)


def _telling_lines(data: bytes) -> bytes:
    """The first lines that hold bytes outside ASCII, up to the size of the sample.

    Of a line that only begins to tell something far in, most of its beginning is left out,
    up to a space, where no character is cut in two.
    """
    if len(data) <= _SAMPLE_BYTES:
        return data
    lines = []
    size = end = 0
    while size < _SAMPLE_BYTES and (telling := _BYTE_OUTSIDE_ASCII.search(data, end)):
        first = telling.start()
        start = data.rfind(b"\n", end, first) + 1 or end
        if first - start > _LONG_BEGINNING:
            start = data.find(b" ", first - _LONG_BEGINNING, first) + 1 or first
        end = data.find(b"\n", first) + 1 or len(data)
        lines.append(data[start : min(end, start + _SAMPLE_BYTES)])
        size += len(lines[-1])
    return b"\n".join(lines)


def _evidence(text: str) -> _Evidence:
    letters: Counter[str] = Counter()
    signs = outside = 0
    padded = f" {text} "
    for match in _OUTSIDE_ASCII.finditer(padded):
        position, character = match.start(), match[0]
        outside += 1
        before, after = padded[position - 1], padded[position + 1]
        if character in _SIGNS:
            inside_word = before.isalpha() and after.isalpha()
            signs += not inside_word or character in _JOINING_SIGNS or before + after == "ll"
        elif character.isalpha() and not _out_of_place(before, character, after):
            letters[character.lower()] += 1
    return _Evidence(letters, signs, outside)


def _out_of_place(before: str, letter: str, after: str) -> bool:
    if letter.isupper() and before.islower():
        return True
    if letter < "\u0250":  # Latin: accented letters do not come in threes
        return before >= "\x80" and after >= "\x80" and before.isalpha() and after.isalpha()
    # Other alphabets do not mix with Latin within a word.
    return (before < "\u0250" and before.isalpha()) or (after < "\u0250" and after.isalpha())


def _score(evidence: _Evidence, languages: dict[str, str]) -> float:
    """Between 0 and 1: the share of characters that the best of the languages explains."""
    shares = [_explained(evidence, alphabet) for alphabet in languages.values()]
    if languages is _WESTERN:
        shares.append(_MIXED_WORTH * _explained(evidence, _MIXED))
    return max(shares)


def _explained(evidence: _Evidence, alphabet: str) -> float:
    frequent, _, rare = alphabet.partition("|")
    count = evidence.letters
    worth = (
        sum(count[letter] for letter in frequent)
        + _RARE_LETTER * sum(count[letter] for letter in rare)
        # Where letters are weighed a sign must not outweigh a letter.
        + (_RARE_LETTER if rare else 1) * evidence.signs
    )
    return worth / max(evidence.all, 1)


def _statistical(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # slow to load, rarely needed

    match = from_bytes(sample).best()
    return match.encoding if match and match.encoding != "ascii" else None
