"""Here is a seed: make articles that load an index as news does, without being any.

What is imitated, because indexing speed depends on it: word frequencies (Zipf-Mandelbrot),
the growth of the vocabulary, words that come back within an article, inflected forms, names,
numbers, accents and typographic quotes, body lengths with a long tail, captions. What is not:
grammar, and sense.

The vocabulary grows as Heaps' law has it: 72,000 distinct words in the first million (the Brown
corpus has 50,000), 495,000 in the first 63 million, which is the power 0.47 of the text; of
Reuters-21578 it is 0.58, of 3 million words of the American press 0.49.

The same seed gives the same articles on every version of Python: of `random.Random` only
`random()` is used, the one method whose sequence the documentation guarantees, and of
floating point only operations that IEEE 754 defines to the last bit (exp, for the lengths,
is rounded to whole words).
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

__all__ = [
    "DEFAULT_SEED",
    "MEDIAN_BODY_WORDS",
    "VOCABULARY_WORDS",
    "generate_articles",
    "make_vocabulary",
]

DEFAULT_SEED = 1
VOCABULARY_WORDS = 200_000

# Words are drawn by one look-up in a table that holds each as often as its share demands:
# 4 million entries bring most of the rare words theirs.
_TABLE_ENTRIES = 1 << 22

# Mandelbrot's shift: "the" comes out at 6 % of all words, as in English.
_ZIPF_SHIFT = 2.7

# A vocabulary, however large, is used up at some time, and text never stops having new words. So
# this share of all words is drawn from an endless list of names, where P(rank > r) is
# (1 + r / _NAMES_SHIFT) ** -0.8; those would grow with the power 1 / 1.8 of the text.
_ENDLESS_SHARE = 0.006
_NAMES_SHIFT = 200_000


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


# The most frequent words of English, about in their order.
_FUNCTION_WORDS = _listed(
    "the of and to a in that is was for it with as his on be at by he i this had not are but "
    "from or have an they which one you were all her she there would their we him been has "
    "when who will no more if out so said what up its about into than them can only other "
    "new some time could these two may then do first any my now such like our over man me even "
    "most made after also did many before must through years where much your way well down "
    "should because each just those people mr how too little state good very make world still "
    "own see men work long here get both between life being under never day same another know "
    "while last might us great old year off come since against go came right used take three "
    "it's don't didn't that's we're can't wasn't he's"
)

_ONSETS = _listed("b b c ch d d f g gr h j k l l m m n n p p pr r r s s sh st t t th tr v v w z")
_VOWELS = _listed("a a a e e e i i i o o o u u ai ea ou")
_CODAS = ("", "", "", "", "", "", "", "", "l", "m", "n", "n", "nd", "r", "r", "s", "st", "t")
_SUFFIXES = _listed("s s ed ing er ers ly ment ness ation al y")
_SYLLABLE_PARTS = tuple(sorted(set(parts)) for parts in (_ONSETS, _VOWELS, _CODAS))
_NAME_SYLLABLES = 3

_ACCENTED = {"a": "á", "e": "é", "i": "í", "o": "ö", "u": "ü"}

_SECTIONS = _listed("politics world business sport culture science local opinion weather travel")
_SOURCES = (
    "Northgate Courier",
    "The Daily Ledger",
    "Harbour Press Agency",
    "Valley Tribune",
    "Evening Beacon",
    "Meridian Wire",
    "Coast and County News",
    "The Sentinel",
)
_FIRST_DAY = datetime(1995, 1, 1)
_DAYS = 30 * 365

MEDIAN_BODY_WORDS = 350
_BODY_SIGMA = 0.6
_FEWEST_BODY_WORDS, _MOST_BODY_WORDS = 25, 8_000

# Of every article: how many words are its own topic, and how often one of them stands.
_TOPIC_WORDS = 12
_TOPIC_STRIDE = 9

# Cumulative shares of 0, 1, 2 … 6 captions.
_CAPTION_SHARES = (0.30, 0.65, 0.80, 0.89, 0.95, 0.98, 1.0)


def make_vocabulary(seed: int = DEFAULT_SEED) -> list[str]:
    """VOCABULARY_WORDS distinct words, the most frequent first: English function words,
    then invented words that can be pronounced, their inflections, names and numbers.
    """
    rand = random.Random(seed).random
    words = list(_FUNCTION_WORDS)
    known = {word.lower() for word in words}
    bases: list[str] = []
    while len(words) < VOCABULARY_WORDS:
        word = _invent(rand, bases, len(words))
        if word.lower() not in known:
            known.add(word.lower())
            words.append(word)
    return words


def generate_articles(
    count: int, seed: int = DEFAULT_SEED, body_words: int = MEDIAN_BODY_WORDS
) -> Iterator[dict[str, Any]]:
    """`count` records with the fields id, headline, body, captions (a list of strings), date
    (ISO 8601), section, author, source and url. The first n of a longer run are the same.
    Half of the bodies are shorter than `body_words`.
    """
    writer = _Newsroom(seed, body_words)
    for number in range(1, count + 1):
        yield writer.article(number)


def _invent(rand: Any, bases: list[str], rank: int) -> str:
    kind = rand()
    if kind < 0.45 and bases:
        # Of a base word anywhere before: its inflections are rarer than itself.
        return _pick(rand, bases) + _pick(rand, _SUFFIXES)
    if kind < 0.48:
        return _number(rand)
    # The frequent words of a language are its short ones.
    syllables = 1 + (rand() < 0.7) if rank < 2_000 else 2 + (rand() < rank / VOCABULARY_WORDS)
    word = "".join(
        _pick(rand, _ONSETS) + _pick(rand, _VOWELS) + _pick(rand, _CODAS) for _ in range(syllables)
    )
    if kind > 0.88:
        return word.capitalize()
    if kind > 0.87:
        vowel = next(letter for letter in word if letter in _ACCENTED)
        return word.replace(vowel, _ACCENTED[vowel], 1)
    if kind > 0.86 and bases:
        return f"{word}-{_pick(rand, bases)}"
    bases.append(word)
    return word


def _number(rand: Any) -> str:
    kind = rand()
    if kind < 0.3:
        return str(1900 + int(rand() * 130))
    if kind < 0.6:
        return str(int(rand() * 1_000))
    if kind < 0.8:
        return f"{int(rand() * 100)}.{int(rand() * 10)}"
    return f"{int(rand() * 1_000_000):,}"


def _pick(rand: Any, choices: Sequence[str]) -> str:
    return choices[int(rand() * len(choices))]


def _table(words: Sequence[str]) -> list[str]:
    """Each word as often as its rank demands, at least once, so that a uniform draw is Zipf's;
    empty where a name of the endless list is to be drawn.
    """
    weights = []
    for rank in range(1, len(words) + 1):
        x = rank + _ZIPF_SHIFT
        # x ** 1.25: pow() may differ in the last bit from one machine to the next.
        weights.append(1 / (x * math.sqrt(math.sqrt(x))))
    scale = _TABLE_ENTRIES / math.fsum(weights)
    table: list[str] = []
    for word, weight in zip(words, weights, strict=True):
        table += [word] * max(1, int(weight * scale + 0.5))
    return table + [""] * int(len(table) * _ENDLESS_SHARE)


# Several corpora of one seed are made one after the other; a table takes a second.
@functools.lru_cache(maxsize=2)
def _tables(seed: int) -> tuple[list[str], list[str]]:
    """All words as `_table` has them, and the names of people."""
    words = make_vocabulary(seed)
    names = [word for word in words if word[0].isupper()]
    return _table(words), names[:4_000]


def _new_name(rand: Any) -> str:
    """A name of the endless list."""
    chance = 1 - rand()  # never 0
    # chance ** -1.25 is 1 / 0.8 the power, see `_table` for why not pow().
    rank = int(_NAMES_SHIFT * (1 / (chance * math.sqrt(math.sqrt(chance))) - 1))
    # Names of neighbouring ranks must not look alike (Knuth's multiplicative hashing).
    rest = rank * 2_654_435_761 % (1 << 32)
    name = ""
    for _ in range(_NAME_SYLLABLES):
        for parts in _SYLLABLE_PARTS:
            rest, place = divmod(rest, len(parts))
            name += parts[place]
    return name.capitalize()


class _Newsroom:
    """Writes one article after another from one stream of random numbers."""

    def __init__(self, seed: int, body_words: int) -> None:
        self._rand = random.Random(seed + 1).random
        self._body_words = body_words
        self._table, self._names = _tables(seed)
        self._common = frozenset(_FUNCTION_WORDS)

    def article(self, number: int) -> dict[str, Any]:
        rand = self._rand
        topic = self._topic()
        moment = _FIRST_DAY + timedelta(minutes=int(rand() * _DAYS * 24 * 60))
        headline = self._words(5 + int(rand() * 8), topic, stride=3)
        body = self._prose(self._words(self._body_length(), topic, _TOPIC_STRIDE))
        share = rand()
        captions = sum(share >= limit for limit in _CAPTION_SHARES)
        slug = "-".join(headline[:4]).lower().replace("'", "")
        title = " ".join(headline)
        return {
            "id": f"made-{number:07d}",
            "headline": title[0].upper() + title[1:],
            "body": body,
            "captions": [self._caption(topic) for _ in range(captions)],
            "date": moment.isoformat(),
            "section": _pick(rand, _SECTIONS),
            "author": "" if rand() < 0.3 else self._name(),
            "source": _pick(rand, _SOURCES),
            "url": f"https://news.example/{moment:%Y/%m/%d}/{slug}-{number}",
        }

    def _topic(self) -> list[str]:
        rand, table, entries = self._rand, self._table, len(self._table)
        topic: list[str] = []
        while len(topic) < _TOPIC_WORDS:
            word = table[int(rand() * entries)] or _new_name(rand)
            if word not in self._common:
                topic.append(word)
        return topic

    def _words(self, count: int, topic: list[str], stride: int) -> list[str]:
        rand, table, entries = self._rand, self._table, len(self._table)
        words = [table[int(rand() * entries)] or _new_name(rand) for _ in range(count)]
        for place in range(int(rand() * stride), count, stride):
            # The product of two prefers the first of the topic's words.
            words[place] = topic[int(rand() * rand() * _TOPIC_WORDS)]
        return words

    def _body_length(self) -> int:
        rand = self._rand
        # Twelve uniform numbers less six are normal enough (Irwin-Hall) and exact.
        normal = sum(rand() for _ in range(12)) - 6
        words = int(self._body_words * math.exp(normal * _BODY_SIGMA))
        return min(max(words, _FEWEST_BODY_WORDS), _MOST_BODY_WORDS)

    def _prose(self, words: list[str]) -> str:
        """The words as sentences and paragraphs, some of them as quotes."""
        rand = self._rand
        parts: list[str] = []
        start = 0
        while start < len(words):
            end = start + 6 + int(rand() * 22)
            sentence = words[start:end]
            if len(sentence) > 12:
                sentence[len(sentence) // 2] += ","
            text = " ".join(sentence)
            text = text[0].upper() + text[1:]
            if rand() < 0.1:
                parts.append(f"“{text},” {self._name()} said.")
            else:
                parts.append(text + ".")
            parts.append("\n\n" if rand() < 0.4 else " ")
            start = end
        return "".join(parts[:-1])

    def _caption(self, topic: list[str]) -> str:
        text = self._prose(self._words(8 + int(self._rand() * 23), topic, stride=4))
        return f"{text} Photo: {self._name()}"

    def _name(self) -> str:
        return f"{_pick(self._rand, self._names)} {_pick(self._rand, self._names)}"
