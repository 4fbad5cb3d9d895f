"""What a ranking may be, and the formulas by numbers worked out by hand."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.errors import QueryError
from searchkit.ranking import (
    Ranking,
    Recency,
    inverse_document_frequency,
    whoosh_document_frequency,
)
from searchkit.schema import FIELD_WEIGHTS

NOW = datetime(2020, 2, 20, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def test_fields_without_a_weight_have_the_usual_one() -> None:
    assert Ranking().weights == FIELD_WEIGHTS
    assert Ranking(weights={"headline": 5}).weights == {**FIELD_WEIGHTS, "headline": 5}


def test_equal_rankings_are_one_key() -> None:
    assert hash(Ranking()) == hash(Ranking(weights=FIELD_WEIGHTS))
    assert Ranking() == Ranking(weights=FIELD_WEIGHTS)
    assert len({Ranking(), Ranking(weights={"body": 2}), Ranking(k1=0.9)}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "tfidf"},
        {"k1": 0},
        {"k1": -1},
        {"k1": math.inf},
        {"k1": math.nan},
        {"b": -0.1},
        {"b": 1.1},
        {"b": math.nan},
        {"weights": {"title": 1}},
        {"weights": {"body": -1}},
        {"weights": {"body": math.inf}},
        {"weights": {"body": math.nan}},
    ],
)
def test_a_ranking_that_makes_no_sense_is_refused_with_a_remedy(wrong: Any) -> None:
    with pytest.raises(QueryError, match=r"; (give|write) "):
        Ranking(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"half_life": timedelta()},
        {"half_life": -DAY},
        {"now": NOW.replace(tzinfo=None)},
        {"share": -0.1},
        {"share": 1.1},
        {"share": math.nan},
    ],
)
def test_a_recency_that_makes_no_sense_is_refused_with_a_remedy(wrong: Any) -> None:
    with pytest.raises(QueryError, match=r"; (give|add) "):
        Recency(**{"half_life": DAY, "now": NOW, **wrong})


def test_half_of_the_share_is_left_after_a_half_life() -> None:
    recency = Recency(30 * DAY, NOW, share=0.8)
    assert recency.factor(NOW) == 1
    assert recency.factor(NOW - 30 * DAY) == pytest.approx(0.6)
    assert recency.factor(NOW - 60 * DAY) == pytest.approx(0.4)


def test_what_comes_later_is_of_now_and_what_has_no_date_endlessly_old() -> None:
    recency = Recency(30 * DAY, NOW, share=0.8)
    assert recency.factor(NOW + 300 * DAY) == 1
    assert recency.factor(None) == pytest.approx(0.2)
    oldest = datetime(1, 1, 1, tzinfo=timezone.utc)
    assert Recency(timedelta(microseconds=1), NOW).factor(oldest) == 0.5


def test_an_age_is_the_same_in_every_zone() -> None:
    east = timezone(timedelta(hours=9))
    recency = Recency(DAY, NOW)
    assert recency.factor((NOW - DAY).astimezone(east)) == recency.factor(NOW - DAY)


@given(st.timedeltas(timedelta(0), timedelta(days=9999)), st.floats(0, 1))
def test_a_factor_never_grows_with_the_age(age: timedelta, share: float) -> None:
    recency = Recency(30 * DAY, NOW, share)
    assert recency.factor(None) <= recency.factor(NOW - age - DAY) <= recency.factor(NOW - age) <= 1


def test_the_idf_is_that_of_the_formula() -> None:
    assert inverse_document_frequency(1_000, 9) == pytest.approx(math.log(1 + 991.5 / 9.5))
    assert whoosh_document_frequency(1_000, 9) == pytest.approx(math.log(100) + 1)


@given(st.integers(1, 10**9), st.data())
def test_a_rarer_word_says_more_and_none_says_less_than_nothing(
    articles: int, data: st.DataObject
) -> None:
    frequency = data.draw(st.integers(0, articles - 1))
    rarer = inverse_document_frequency(articles, frequency)
    assert rarer > inverse_document_frequency(articles, frequency + 1) > 0


def test_an_index_without_articles_has_a_frequency_too() -> None:
    assert inverse_document_frequency(0, 0) == pytest.approx(math.log(2))
    assert whoosh_document_frequency(0, 0) == 0
