from __future__ import annotations

import re
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis import Phrase, Targets, Token, analyzer_for

words = st.sampled_from("abc")


def tokens(terms: list[str]) -> list[Token]:
    return [Token(term, position, position + 1, position) for position, term in enumerate(terms)]


def found(targets: Targets, terms: list[str]) -> set[int]:
    return {span.start for span in targets.find(tokens(terms))}


@given(st.lists(words, max_size=12), st.lists(words, min_size=1, max_size=3), st.integers(1, 3))
def test_a_phrase_marks_exactly_the_tokens_of_its_occurrences(
    text: list[str], phrase: list[str], slop: int
) -> None:
    places = [[p for p, term in enumerate(text) if term == wanted] for wanted in phrase]
    expected = {
        position
        for chain in product(*places)
        if all(0 < b - a <= slop for a, b in pairwise(chain))
        for position in chain
    }
    targets = Targets(phrases=(Phrase(tuple(phrase), slop),))
    assert found(targets, text) == expected


@given(st.lists(words), st.sets(words))
def test_single_terms_are_marked_wherever_they_stand(text: list[str], wanted: set[str]) -> None:
    expected = {position for position, term in enumerate(text) if term in wanted}
    assert found(Targets(terms=frozenset(wanted)), text) == expected


def test_patterns_match_whole_terms() -> None:
    targets = Targets(patterns=(re.compile("harb.*"),))
    assert found(targets, ["harbour", "rharb", "harb"]) == {0, 2}


def test_targets_add_up() -> None:
    both = Targets(terms=frozenset("a")) | Targets(phrases=(Phrase(("b", "c")),))
    assert found(both, ["a", "b", "a", "b", "c"]) == {0, 2, 3, 4}


def test_a_phrase_is_one_of_positions_not_of_tokens() -> None:
    text = list(analyzer_for("en").tokens("COVID-19 wards; 19 wards"))
    targets = Targets(phrases=(Phrase(("19", "ward")),))
    assert [(span.start, span.end) for span in targets.find(text)] == [
        (6, 8),
        (9, 14),
        (16, 18),
        (19, 24),
    ]
    targets = Targets(phrases=(Phrase(("covid", "ward")),))
    assert targets.find(text) == []


def test_matches_that_overlap_are_marked_as_one() -> None:
    text = "東京都 COVID-19"
    targets = Targets(frozenset({"covid19", "covid"}), phrases=(Phrase(("東京", "京都")),))
    spans = targets.find(analyzer_for("en").tokens(text))
    assert [text[span.start : span.end] for span in spans] == ["東京都", "COVID-19"]
