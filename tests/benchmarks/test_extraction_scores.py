"""Scores of extraction, against values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.extraction_scores import (
    Agreement,
    agreement_of_captions,
    agreement_of_texts,
    f1,
    mean_f1,
    normalised,
    share_within,
)

FERRY = "The ferry struck a sandbank in fog"


def test_case_signs_and_spaces_make_no_difference() -> None:
    assert normalised("  “The  FERRY”,\n(1978) – Straße ") == "the ferry 1978 strasse"


def test_texts_agree_in_runs_of_four_words() -> None:
    # the ferry struck a | ferry struck a sandbank | struck a sandbank in | a sandbank in fog
    assert agreement_of_texts(FERRY, FERRY) == Agreement(4, 0, 0)
    assert agreement_of_texts(FERRY, "ferry struck a sandbank, yes") == Agreement(1, 1, 3)
    assert agreement_of_texts("a b c d", "a b c d a b c d") == Agreement(1, 4, 0)
    assert agreement_of_texts("Fog.", "Fog") == Agreement(1, 0, 0)
    assert agreement_of_texts("Fog", "Storm") == Agreement(0, 1, 1)
    assert agreement_of_texts("", "") == Agreement(0, 0, 0)


@given(st.text("ab c", max_size=40), st.text("ab c", max_size=40))
def test_what_is_missed_one_way_is_wrong_the_other(one: str, other: str) -> None:
    there, back = agreement_of_texts(one, other), agreement_of_texts(other, one)
    assert there == Agreement(back.found, back.missed, back.wrong)


def test_captions_are_the_same_when_they_are_nearly_so() -> None:
    assert agreement_of_captions([FERRY], [FERRY.upper() + "!"]) == Agreement(1, 0, 0)
    assert agreement_of_captions([FERRY], [FERRY.replace("fog", "frog")]) == Agreement(1, 0, 0)
    assert agreement_of_captions([FERRY], [FERRY + ", and nobody was hurt"]) == Agreement(0, 1, 1)
    assert agreement_of_captions([], []) == Agreement(0, 0, 0)


def test_a_caption_is_found_once_however_often_it_is_given() -> None:
    assert agreement_of_captions([FERRY], [FERRY, FERRY]) == Agreement(1, 1, 0)
    assert agreement_of_captions([FERRY, FERRY], [FERRY]) == Agreement(1, 0, 1)


def test_words_of_captions_in_a_body_are_counted_in_runs_of_six() -> None:
    assert share_within([FERRY], f"Yesterday {FERRY.lower()} again.") == (7, 7)
    assert share_within([FERRY + " off Lindmouth pier"], f"{FERRY}.") == (7, 10)
    assert share_within([FERRY], "The ferry struck a sandbank. In fog!") == (7, 7)
    assert share_within([FERRY], "A ferry struck a sandbank on Friday") == (0, 7)


def test_a_short_caption_is_in_a_body_as_a_paragraph() -> None:
    assert share_within(["The ferry"], "Storm\n\nThe ferry.\n\nFog") == (2, 2)
    assert share_within(["The ferry"], "The ferry was late") == (0, 2)
    assert share_within([], "The ferry") == (0, 0)


def test_f1_of_pages_is_of_their_mean_precision_and_recall() -> None:
    # Precisions 1 and 1/2, recalls 1/2 and 1/4: 3/4 and 3/8.
    pages = [Agreement(2, 0, 2), Agreement(1, 1, 3)]
    assert mean_f1(pages) == (pytest.approx(0.5), pytest.approx(0.75), pytest.approx(0.375))


def test_a_page_of_which_nothing_was_found_has_no_precision() -> None:
    pages = [Agreement(4, 0, 0), Agreement(0, 0, 4)]
    assert mean_f1(pages) == (pytest.approx(2 / 3), 1.0, 0.5)
    assert mean_f1([]) == (0.0, 0.0, 0.0)


def test_f1_of_everything_is_of_the_sum() -> None:
    assert f1(Agreement(2, 0, 2) + Agreement(1, 1, 1)) == pytest.approx(2 * 0.75 * 0.5 / 1.25)
    assert f1(Agreement(0, 0, 0)) == 1.0
    assert f1(Agreement(0, 3, 0)) == f1(Agreement(0, 0, 3)) == f1(Agreement(0, 2, 3)) == 0.0
