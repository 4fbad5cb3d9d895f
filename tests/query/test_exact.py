"""Words as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from searchkit import Article
from searchkit.query.exact import exact_spans
from searchkit.query.tree import Word
from tests.query.oracle import Oracle
from tests.query.trees import LANGUAGES, archives, words


@pytest.mark.parametrize(
    ("typed", "text", "spans"),
    [
        ("fog", "Fog, fogs and FOG", [(0, 0), (3, 3)]),
        ("Fog", "Fog, fogs and FOG", [(0, 0)]),
        ("café", "cafe café Café", [(1, 1)]),
        ("cafe", "cafe café Café", [(0, 0), (1, 1), (2, 2)]),
        ("don't", "Don’t don't dont", [(0, 0), (1, 1)]),
        ("the who", "Is The Who the whole", [(1, 2)]),
        ("The Who", "Is the who The Who", [(3, 4)]),
        ("f-35", "An F-35, an F35", [(1, 2)]),
        ("covid-19 deaths", "COVID-19 deaths", [(0, 2)]),
        ("19", "COVID-19 and 19", [(3, 3)]),
        ("us", "US U.S. us", [(0, 0), (2, 2)]),
        ("#fog", "#fog fog", [(0, 0)]),
        ("fog", "#fog fog", [(1, 1)]),
        ("東京", "東京都", [(0, 0)]),
        ("京", "東京都", [(1, 1)]),
        ("都", "東京都", [(2, 2)]),
        ("&", "a & b", []),
        ("fog", "", []),
    ],
)
def test_exact_words_stand_where_the_text_has_them_so(
    typed: str, text: str, spans: list[tuple[int, int]]
) -> None:
    assert exact_spans(typed, [text], "en") == spans


def test_captions_are_apart_from_each_other() -> None:
    assert exact_spans("fog", ["a fog", "", "fog"], "en") == [(1, 1), (2001, 2001)]


@settings(max_examples=40)
@given(archives(most=3), words.filter(lambda word: word.exact and word.slop == 1))
def test_where_a_word_stands_exactly_it_stands_in_one_of_its_variants(
    articles: list[Article], word: Word
) -> None:
    oracle = Oracle(articles, LANGUAGES)
    meant = Word(word.fields, word.variants, word.typed)
    for number in range(len(articles)):
        for field in word.fields:
            exact = oracle.spans(word, number, field)
            starts = {first for first, _ in oracle.spans(meant, number, field)}
            assert {first for first, _ in exact} <= starts
