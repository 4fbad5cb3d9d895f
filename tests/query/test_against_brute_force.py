"""Random queries over random articles, held against a search that reads every word.

A query is drawn as a tree that can both be written in the query language and be asked
whether an article matches.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.schema import TEXT_FIELDS
from tests.conftest import captions

# None of them changes when stemmed, and some begin alike.
WORDS = ("harbour", "harbinger", "ferry", "fog", "fogbank", "storm", "the")
# Words of several terms: those at each of their positions, and the phrases that find them.
COMPOUNDS = {
    "COVID-19": ([{"covid", "covid19"}, {"19"}], ["covid19", "covid 19"]),
    "fog-1": ([{"fog", "fog1"}, {"1"}], ["fog1", "fog 1"]),
    "U.S.": ([{"u.s", "us"}], ["u.s"]),
    "#fog": ([{"fog", "#fog"}], ["#fog"]),
    "R&D": ([{"r", "r&d"}, {"d"}], ["r&d"]),
    "well-known": ([{"well"}, {"known"}], ["well known"]),
    "東京都": ([{"東京"}, {"京都"}, {"都"}], ["東京 京都"]),
}
# Single terms and parts of the compounds may be asked for too.
ASKED = (*WORDS, *COMPOUNDS, "19", "us", "R", "well")
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Question:
    text: str
    matches: Callable[[Article], bool]


def terms_of(text: str) -> list[set[str]]:
    """The terms at each position."""
    return [
        terms for word in text.split() for terms in COMPOUNDS.get(word, ([{word.lower()}], []))[0]
    ]


def meanings_of(word: str) -> list[list[str]]:
    """The phrases that a word typed by itself stands for."""
    return [phrase.split() for phrase in COMPOUNDS.get(word, ([], [word.lower()]))[1]]


def within_a_phrase(words: list[str]) -> list[str]:
    """The terms of a phrase: the parts of compounds, but the whole of those with one position."""
    found: list[str] = []
    for word in words:
        *_, parts = meanings_of(word)
        found += ["r", "d"] if word == "R&D" and len(words) > 1 else parts
        if word == "東京都" and word is not words[-1]:
            found.append("都")
    return found


def texts_of(article: Article, field: str) -> list[list[set[str]]]:
    texts = {
        "headline": [article.headline],
        "body": [article.body],
        "captions": [caption.searchable for caption in article.captions],
    }[field]
    return [terms_of(text) for text in texts]


def has_chain(text: list[set[str]], phrase: list[str], slop: int) -> bool:
    places = [[p for p, terms in enumerate(text) if wanted in terms] for wanted in phrase]
    return any(all(0 < b - a <= slop for a, b in pairwise(chain)) for chain in product(*places))


def has_phrase(text: list[set[str]], words: list[str], slop: int) -> bool:
    if len(words) == 1:
        return any(has_chain(text, meaning, slop) for meaning in meanings_of(words[0]))
    return has_chain(text, within_a_phrase(words), slop)


def in_fields(
    written: str, fields: tuple[str, ...], holds: Callable[[list[set[str]]], bool]
) -> Question:
    prefix = f"{fields[0]}:" if len(fields) == 1 else ""
    return Question(
        prefix + written,
        lambda article: any(holds(text) for field in fields for text in texts_of(article, field)),
    )


fields = st.just(TEXT_FIELDS) | st.sampled_from([(field,) for field in TEXT_FIELDS])
word_questions = st.builds(
    lambda word, where: in_fields(word, where, lambda text: has_phrase(text, [word], 1)),
    st.sampled_from(ASKED),
    fields,
)
prefix_questions = st.builds(
    lambda prefix, where: in_fields(
        f"{prefix}*",
        where,
        lambda text: any(term.startswith(prefix) for terms in text for term in terms),
    ),
    st.sampled_from(["harb", "fo", "f", "ferry", "covid", "u", "#f", "東"]),
    fields,
)
phrase_questions = st.builds(
    lambda phrase, slop, where: in_fields(
        f'"{" ".join(phrase)}"' + (f"~{slop}" if slop > 1 else ""),
        where,
        lambda text: has_phrase(text, phrase, slop),
    ),
    st.lists(st.sampled_from(ASKED), min_size=1, max_size=3),
    st.integers(1, 3),
    fields,
)


def combined(questions: st.SearchStrategy[Question]) -> st.SearchStrategy[Question]:
    several = st.lists(questions, min_size=2, max_size=3)
    return st.one_of(
        several.map(
            lambda parts: Question(
                "(" + " ".join(part.text for part in parts) + ")",
                lambda article: all(part.matches(article) for part in parts),
            )
        ),
        several.map(
            lambda parts: Question(
                "(" + " AND ".join(part.text for part in parts) + ")",
                lambda article: all(part.matches(article) for part in parts),
            )
        ),
        several.map(
            lambda parts: Question(
                "(" + " OR ".join(part.text for part in parts) + ")",
                lambda article: any(part.matches(article) for part in parts),
            )
        ),
        questions.map(
            lambda part: Question(f"(NOT {part.text})", lambda article: not part.matches(article))
        ),
        st.tuples(questions, questions).map(
            lambda parts: Question(
                f"({parts[0].text} -({parts[1].text}))",
                lambda article: parts[0].matches(article) and not parts[1].matches(article),
            )
        ),
    )


questions = st.recursive(
    word_questions | prefix_questions | phrase_questions, combined, max_leaves=5
)

texts = st.lists(st.sampled_from((*WORDS, *COMPOUNDS)), max_size=6).map(" ".join)
archives = st.lists(
    st.builds(
        lambda headline, body, pictures, day, section: (headline, body, pictures, day, section),
        texts,
        texts,
        st.lists(texts.filter(bool), max_size=2),
        st.none() | st.integers(0, 5),
        st.sampled_from(["News", "Sport", ""]),
    ),
    max_size=12,
    # Of the same text they would be one document.
    unique_by=lambda drawn: (drawn[0], drawn[1], *drawn[2]),
)


def as_articles(drawn: list[tuple[str, str, list[str], int | None, str]]) -> list[Article]:
    return [
        Article(
            id=str(number),
            headline=headline,
            body=body or "storm",
            captions=captions(*pictures),
            published=None if day is None else EPOCH + timedelta(days=day),
            section=section,
        )
        for number, (headline, body, pictures, day, section) in enumerate(drawn)
    ]


@contextmanager
def indexed(articles: list[Article]) -> Iterator[searchkit.Index]:
    """An index of several segments, one article deleted again."""
    ghost = Article(id="ghost", headline=" ".join(WORDS), body=" ".join(WORDS))
    with (
        tempfile.TemporaryDirectory() as folder,
        searchkit.create(Path(folder) / "x") as index,
    ):
        for start in range(0, len(articles) + 1, 5):
            index.add([ghost, *articles[start : start + 5]], detect_language=False)
        index.delete("ghost")
        yield index


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(archives, st.lists(questions, min_size=1, max_size=8))
def test_every_query_finds_what_reading_every_word_finds(
    drawn: list[tuple[str, str, list[str], int | None, str]], asked: list[Question]
) -> None:
    articles = as_articles(drawn)
    with indexed(articles) as index:
        for question in asked:
            expected = {article.id for article in articles if question.matches(article)}
            results = index.search(question.text, limit=None)
            assert {hit.article.id for hit in results} == expected, question.text
            assert results.total == len(expected)
            assert index.search(question.text, limit=2).total == len(expected)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(archives, questions, st.none() | st.integers(0, 5), st.none() | st.integers(0, 5))
def test_filters_order_and_pages_agree_with_sorting_a_list(
    drawn: list[tuple[str, str, list[str], int | None, str]],
    question: Question,
    since: int | None,
    until: int | None,
) -> None:
    if since is not None and until is not None and since > until:
        since, until = until, since
    low = None if since is None else EPOCH + timedelta(days=since)
    high = None if until is None else EPOCH + timedelta(days=until)
    articles = as_articles(drawn)
    with indexed(articles) as index:
        for section in (None, "news", ["NEWS", "sport"]):
            names = {"news"} if section == "news" else {"news", "sport"}
            passing = [
                article
                for article in articles
                if question.matches(article)
                and (section is None or article.section.lower() in names)
                and (low is None or (article.published is not None and article.published >= low))
                and (high is None or (article.published is not None and article.published <= high))
            ]
            dated = [article for article in passing if article.published]
            undated = [article.id for article in passing if not article.published]
            dated.sort(key=lambda article: article.published or EPOCH)
            oldest_first = [article.id for article in dated] + undated
            dated.sort(key=lambda article: article.published or EPOCH, reverse=True)
            newest_first = [article.id for article in dated] + undated

            find = partial(ids, index, question.text, since=low, until=high, section=section)
            assert find(sort="date-asc", limit=None) == (len(passing), oldest_first)
            assert find(sort="date", limit=None) == (len(passing), newest_first)
            assert find(sort="date", limit=2, offset=1) == (len(passing), newest_first[1:3])
            total, ranked = find(limit=None)
            assert sorted(ranked) == sorted(newest_first)
            assert find(limit=2, offset=1) == (total, ranked[1:3])


def ids(index: searchkit.Index, query: str, **options: Any) -> tuple[int, list[str]]:
    found = index.search(query, **options)
    return found.total, [hit.article.id for hit in found]
