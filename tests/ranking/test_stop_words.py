"""Words of grammar, and no others."""

from __future__ import annotations

import pytest

from searchkit.analysis import LANGUAGES, analyzer_for, fold
from searchkit.ranking import stop_words


def test_english_has_127_of_them() -> None:
    assert len(stop_words("en")) == 127


def test_each_is_one_folded_word() -> None:
    analyzer = analyzer_for("none")
    for word in stop_words("en"):
        assert fold(word) == word
        assert analyzer.terms(word) == [word]


@pytest.mark.parametrize("word", ["war", "state", "president", "new", "time", "us", "may", "will"])
def test_what_may_be_a_subject_is_looked_at_twice(word: str) -> None:
    # "us" and "will" are pronoun and auxiliary far more often than country and testament.
    assert (word in stop_words("en")) == (word in {"us", "will"})


def test_other_languages_have_none() -> None:
    for language in {*LANGUAGES, "none"} - {"en"}:
        assert stop_words(language) == frozenset()
