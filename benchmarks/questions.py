"""What do people ask for? Queries from a file, from headlines, and words that are half written."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import Corpus, CorpusError
from benchmarks.systems import How

__all__ = [
    "HOWS",
    "PATTERNS",
    "Question",
    "common_word",
    "headline_queries",
    "make_patterns",
    "questions_of",
    "read_queries",
    "words_of",
]

HOWS: tuple[How, ...] = ("and", "or", "phrase")
PATTERNS = ("prefix", "wildcard", "fuzzy")

_BETWEEN = re.compile(r"[\s-]+")
# What is around a word and no part of it.
_AROUND = re.compile(r"^\W+|\W+$")

_SEED = 20_200_220
# Words of a query from a headline.
_LEAST, _MOST = 2, 5
# Of a word that is half written: enough to leave something of it.
_LETTERS = 5
# Articles in which it is looked how common words are.
_SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """Words, from where they come, and how they are wanted."""

    source: str
    how: How
    words: tuple[str, ...]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, those with a hyphen taken apart, as every system
    understands them: each has a letter or digit at both ends.
    """
    bare = (_AROUND.sub("", word) for word in _BETWEEN.split(text.lower()))
    return tuple(word for word in bare if word)


def read_queries(path: Path) -> list[tuple[str, ...]]:
    """The queries of a file, one in a line. Raises CorpusError."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise CorpusError(f"cannot read the queries {path}: {error}") from error
    return [words for line in lines if (words := words_of(line))]


def headline_queries(corpus: Corpus, count: int) -> list[tuple[str, ...]]:
    """From two to five words side by side, of so many headlines by chance, always the same ones;
    fewer if the corpus has no more.
    """
    chance = random.Random(_SEED)
    headlines = {
        words
        for article in _articles(corpus)
        if len(words := words_of(article["headline"])) >= _LEAST
        and all(word.isalnum() for word in words)
    }
    queries = []
    for words in chance.sample(sorted(headlines), min(count, len(headlines))):
        length = min(chance.randint(_LEAST, _MOST), len(words))
        start = chance.randint(0, len(words) - length)
        queries.append(words[start : start + length])
    return queries


def questions_of(source: str, queries: Sequence[Sequence[str]]) -> list[Question]:
    """Each query in each way."""
    return [Question(source, how, tuple(words)) for words in queries for how in HOWS]


def make_patterns(corpus: Corpus, count: int) -> dict[str, list[str]]:
    """For each of PATTERNS so many, of words of the corpus by chance: ``harb*``, ``ha?bour`` or
    ``ha*our``, ``hrabour~1``.
    """
    chance = random.Random(_SEED)
    words = sorted(
        {
            word
            for article in _articles(corpus)
            for word in words_of(article["body"])
            if len(word) >= _LETTERS and word.isascii() and word.isalpha()
        }
    )
    patterns: dict[str, list[str]] = {kind: [] for kind in PATTERNS}
    for kind, made in patterns.items():
        for word in chance.sample(words, min(count, len(words))):
            place = chance.randint(2, len(word) - 2)
            if kind == "prefix":
                made.append(f"{word[: place + 1]}*")
            elif kind == "wildcard":
                made.append(f"{word[:place]}{chance.choice('?*')}{word[place + 1 :]}")
            else:
                made.append(f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}~1")
    return patterns


def common_word(corpus: Corpus, matches: int) -> str:
    """The word that is in nearly so many articles of the corpus, as far as a part of it tells."""
    counts: Counter[str] = Counter()
    articles = 0
    for article in itertools.islice(_articles(corpus), 0, None, corpus.articles // _SAMPLE + 1):
        articles += 1
        counts.update(set(words_of(article["body"])))
    wanted = articles * min(matches / corpus.articles, 1.0)
    return min(sorted(counts), key=lambda word: abs(counts[word] - wanted))


def _articles(corpus: Corpus) -> Iterator[dict[str, str]]:
    with corpus.path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
