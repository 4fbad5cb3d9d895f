"""Which stretches of a body are shown, and where they are cut."""

from __future__ import annotations

import unicodedata
from array import array
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit import Fragment
from searchkit.analysis import Marks
from searchkit.kernels import FRAGMENT_CHARACTERS
from searchkit.kernels.fragments import best_fragments
from searchkit.kernels.reference import fragments as twin

FILLER = "Nothing else of note took place on the quay that week. "
ONE_EACH = array("d", [1.0] * 8)


def arrays_of(marks: list[tuple[int, int, int]]) -> Marks:
    starts, ends, words = zip(*marks, strict=True) if marks else ((), (), ())
    return array("I", starts), array("I", ends), array("Q", words)


def fragments(text: str, *words: str) -> list[Fragment]:
    """Those of a text in which each of these words is marked wherever it stands."""
    marks = []
    for bit, word in enumerate(words):
        place = text.find(word)
        while place >= 0:
            marks.append((place, place + len(word), 1 << bit))
            place = text.find(word, place + len(word))
    found = best_fragments(text, *arrays_of(sorted(marks)), ONE_EACH)
    assert best_fragments(text.encode(), *arrays_of(sorted(marks)), ONE_EACH) == found
    assert twin.best_fragments(text, *arrays_of(sorted(marks)), ONE_EACH) == found
    return [Fragment(*each) for each in found]


def shown(text: str, *words: str) -> list[str]:
    return [each.plain("[", "]") for each in fragments(text, *words)]


def test_the_best_fragments_show_all_words_in_the_order_of_the_text() -> None:
    body = FILLER * 9 + "A ferry here. " + FILLER * 9 + "A ferry in fog. " + FILLER * 9 + "A storm."
    found = shown(body, "ferry", "fog", "storm")
    assert len(found) == 3
    assert "A [ferry] here" in found[0]
    assert "A [ferry] in [fog]" in found[1]
    assert "A [storm]." in found[2]


@pytest.mark.parametrize(
    "sentence",
    [
        "The fog lifted.",
        "Mr. Brown of the U.S. Coast Guard saw fog.",
        "“Is this fog?” he asked.",
        "It was … fog, said J. P. Dahl (cf. Prof. Lind).",
        "Was it fog?",
        "यह fog है।",
    ],
)
def test_a_fragment_begins_and_ends_with_a_sentence_that_is_near(sentence: str) -> None:
    long = "a " * 100
    body = f"Long {long}words. {sentence} More {long}words."
    (fragment,) = fragments(body, "fog")
    assert fragment.text.startswith(sentence)
    body = f"Long {long}words. A short one before it; {sentence} And {'b ' * 50}end. Then {long}."
    (fragment,) = fragments(body, "fog")
    assert fragment.text.endswith("end.")
    assert fragment.before
    assert fragment.after


def test_full_stops_of_scripts_without_spaces_end_sentences() -> None:
    body = "長" * 200 + "。" + "霧が出た。" + "短" * 60 + "。" + "長" * 200
    assert shown(body, "霧") == ["… [霧]が出た。" + "短" * 60 + "。" + "長" * 114 + " …"]


def test_a_fragment_stays_within_its_paragraph() -> None:
    body = "Before\nThe fog lifted\nafter" + " it" * 100
    assert shown(body, "fog") == ["… The [fog] lifted …"]


def test_words_are_left_whole_where_no_sentence_is_near() -> None:
    words = [f"word{number}" for number in range(100)]
    (fragment,) = fragments(" ".join(words), "word50")
    assert set(fragment.text.split()) <= set(words)
    assert FRAGMENT_CHARACTERS - 20 < len(fragment.text) <= FRAGMENT_CHARACTERS


def test_matches_and_combining_sequences_are_left_whole_where_there_is_no_space() -> None:
    body = "e\u0301" * 100 + "fog" + "e\u0301" * 100
    (fragment,) = fragments(body, "fog")
    assert unicodedata.normalize("NFC", fragment.text).strip("é") == "fog"
    assert len(fragment.text) > FRAGMENT_CHARACTERS - 4
    family = "👩\u200d👩\u200d👧"
    (fragment,) = fragments(family * 40 + "fog" + family * 40, "fog")
    assert fragment.text.replace(family, "") == "fog"
    body = "京都" * 200
    for each in fragments(body, "京都"):
        assert each.text == "京都" * (len(each.text) // 2)


def test_a_match_that_is_longer_than_a_fragment_is_shown_whole() -> None:
    body = "fog " + "a" * 300 + " " + FILLER * 5
    assert shown(body, "a" * 300) == ["… [" + "a" * 300 + "] …"]


def test_nothing_marked_shows_nothing() -> None:
    assert fragments(FILLER, "storm") == []


PIECES = [
    "fog",
    "ferry",
    "storm",
    " ",
    ". ",
    "\n\n",
    "“x” ",
    "a" * 200,
    "e\u0301",
    "東",
    "。",
    "U.S. ",
]
bodies = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=150).map("".join)


@settings(max_examples=300)
@example("fog" + "\u0301" * 300 + "fog")
@example(" " * 300 + "fog" + " " * 300)
@given(bodies)
def test_fragments_are_stretches_that_do_not_overlap_and_mark_all_they_show(body: str) -> None:
    words = ("fog", "ferry", "storm", "東")
    found = fragments(body, *words)
    assert bool(found) == any(word in body for word in words)
    assert len(found) <= 3
    assert found == fragments(body, *words)
    ends = 0
    for fragment in found:
        place = body.find(fragment.text, ends)
        assert place >= 0
        ends = place + len(fragment.text)
        assert fragment.spans
        assert len(fragment.text) <= FRAGMENT_CHARACTERS
        assert not fragment.text[0].isspace()
        assert not fragment.text[-1].isspace()
        assert all(fragment.text[slice(*span)] in words for span in fragment.spans)
        assert all(before[1] <= after[0] for before, after in pairwise(fragment.spans))
        left = "".join(fragment.plain("", "\0" * 9).split("\0" * 9))
        assert left.strip("… ") in fragment.text
        count = sum(fragment.text.count(word) for word in words)
        assert len(fragment.spans) == count


def test_marks_given_as_one_are_shown_as_one() -> None:
    marks = arrays_of([(4, 12, 3)])
    (found,) = best_fragments("The COVID-19 wards, 19", *marks, ONE_EACH)
    assert Fragment(*found).plain("[", "]") == "The [COVID-19] wards, 19"
