"""Generated articles are always the same, and load an index as news does."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
import statistics
from collections import Counter
from typing import Any

import pytest

from benchmarks.generator import VOCABULARY_WORDS, generate_articles, make_vocabulary

# Of the first 20 articles. Results of before and after a change of it cannot be compared.
FIRST_ARTICLES = "719e41d67e3dd52832fa769e1b75b92ccb991062c26cf13258ae1b827e59280a"


def digest(articles: list[dict[str, Any]]) -> str:
    text = json.dumps(articles, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def words() -> list[str]:
    return make_vocabulary()


@pytest.fixture(scope="module")
def articles() -> list[dict[str, Any]]:
    return list(generate_articles(1_000))


@pytest.fixture(scope="module")
def frequencies(articles: list[dict[str, Any]]) -> Counter[str]:
    return Counter(
        word for article in articles for word in re.findall(r"[\w'-]+", article["body"].lower())
    )


def test_the_articles_are_the_same_on_every_version_of_python(
    articles: list[dict[str, Any]],
) -> None:
    assert digest(articles[:20]) == FIRST_ARTICLES


def test_a_shorter_run_is_the_beginning_of_a_longer_one(articles: list[dict[str, Any]]) -> None:
    assert list(generate_articles(5)) == articles[:5]


def test_another_seed_makes_other_articles(articles: list[dict[str, Any]]) -> None:
    [other] = generate_articles(1, seed=2)
    assert other["body"] != articles[0]["body"]


def test_the_vocabulary_is_large_and_each_word_occurs_once_in_it(words: list[str]) -> None:
    assert len({word.lower() for word in words}) == len(words) == VOCABULARY_WORDS
    assert words[:3] == ["the", "of", "and"]
    assert all(re.fullmatch(r"[^\W_]+([-'.,][^\W_]+)*", word) for word in words)


def test_word_frequencies_are_zipf_like(frequencies: Counter[str]) -> None:
    counts = [count for _, count in frequencies.most_common(3_000)]
    # The slope of log frequency over log rank, from rank 10 on: about -1 in natural language.
    points = [(math.log(rank), math.log(counts[rank - 1])) for rank in (10, 100, 1_000, 3_000)]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.pairwise(points)]
    assert all(-1.4 < slope < -0.7 for slope in slopes), slopes
    assert 0.04 < counts[0] / frequencies.total() < 0.08


def test_new_words_keep_coming(words: list[str], frequencies: Counter[str]) -> None:
    once = sum(count == 1 for count in frequencies.values())
    assert 0.3 < once / len(frequencies) < 0.7
    known = {word.lower() for word in words}
    beyond = [word for word in frequencies if word not in known]
    # A share of them that is small in short text, and drawn again now and then.
    assert 0.02 < len(beyond) / len(frequencies) < 0.1
    assert any(frequencies[word] > 1 for word in beyond)


def test_bodies_are_as_long_as_is_asked() -> None:
    short = [article["body"] for article in generate_articles(300, body_words=140)]
    assert 120 < statistics.median(len(body.split()) for body in short) < 160


def test_lengths_are_those_of_news(articles: list[dict[str, Any]]) -> None:
    bodies = [len(article["body"].split()) for article in articles]
    assert 310 < statistics.median(bodies) < 390
    assert max(bodies) > 3 * statistics.median(bodies)
    assert {len(article["headline"].split()) for article in articles} == set(range(5, 13))
    assert {len(article["captions"]) for article in articles} == set(range(7))


def test_an_article_has_the_fields_of_a_corpus(articles: list[dict[str, Any]]) -> None:
    assert len({article["id"] for article in articles}) == len(articles)
    for article in articles:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00", article["date"])
        assert article["section"]
        assert article["source"]
        assert re.fullmatch(r"https://news\.example/\S+", article["url"])
    assert 0.2 < sum(not article["author"] for article in articles) / len(articles) < 0.4
