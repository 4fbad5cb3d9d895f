from __future__ import annotations

import time
from array import array
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.kernels import NO_TIME
from searchkit.ranking import Recency
from tests.kernels.conditions import (
    FRESH_SHARE,
    NOW,
    SATURATION,
    SMALL,
    WEIGHTS,
    Searched,
    Tree,
    archive,
    trees,
)
from tests.kernels.segments import add_field, numbers_of, view_of
from tests.kernels.twins import COMPILED, REFERENCE, fenced, on_both

Hits = list[tuple[float, int]]

# The twin is slow.
fewer = settings(max_examples=60)

# Segments of one to four windows, and lengths of each width.
ARCHIVES = st.sampled_from(
    ((1, 1), (64, 1), (129, 2), (2047, 2), (2048, 4), (2049, 1), (4097, 2), (6500, 4))
)


@cache
def searched(kernels: str, documents: int, width: int) -> Searched:
    family = {"compiled": COMPILED, "reference": REFERENCE}[kernels]
    return Searched(family, archive(documents, width))


def agree(hits: Hits, everything: Hits, best: int) -> None:
    """Checks that these are the best of all, whose scores another kernel has added up: of those
    that are equal it may have taken others.
    """
    assert len(hits) == min(best, len(everything))
    assert hits == sorted(hits, key=lambda hit: (-hit[0], hit[1]))
    scores = {document: score for score, document in everything}
    for (score, document), (expected, _) in zip(hits, everything, strict=False):
        assert score == pytest.approx(expected, abs=1e-9)
        assert score == pytest.approx(scores[document], abs=1e-9)


@fewer
@given(ARCHIVES, trees, st.sampled_from((0.0, 0.0, 50.0, 1e-3)), st.integers(1, 20))
def test_kernel_and_twin_find_the_same(
    made: tuple[int, int], tree: Tree, half_life: float, best: int
) -> None:
    kernel, twin = searched("compiled", *made), searched("reference", *made)
    documents = made[0]
    size = (documents + 63) // 64 * 8
    expected_set, found_set = bytearray(size), fenced(bytes(size))
    total, everything, _ = twin.run(tree, documents, half_life=half_life, matches=expected_set)
    assert numbers_of(expected_set) == {document for _, document in everything}
    for limit in (0, 1, best, documents):
        found = kernel.run(tree, limit, half_life=half_life)
        assert (found[0], found[2]) == (total, True)
        agree(found[1], everything, limit)
        hasty = kernel.run(tree, limit, half_life=half_life, count=False)
        assert hasty[1:] == found[1:]
        assert len(hasty[1]) <= hasty[0] <= total
    found = kernel.run(tree, best, half_life=half_life, count=False, matches=found_set)
    assert found[0] == total
    assert bytes(found_set) == expected_set


ABSENT = ("word", (b"absent",), (0,), (), 1.0, 1)


def a_word(*terms: bytes, fields: tuple[int, ...] = (0,), weight: float = 1.0) -> Tree:
    return ("word", terms, fields, (), weight, 1)


def documents_of(run: tuple[int, Hits, bool]) -> set[int]:
    total, hits, complete = run
    assert complete
    assert total == len(hits)
    return {document for _, document in hits}


def live_ones(made: Searched) -> set[int]:
    return set(range(made.archive.documents)) - made.archive.deleted


both_archives = pytest.mark.parametrize("kernels", ["compiled", "reference"])


@both_archives
@pytest.mark.parametrize("documents", [2047, 2048, 2049, 6500])
class TestConditions:
    """What each condition matches, in one to four windows."""

    def test_a_word_is_in_the_documents_of_its_lists(self, kernels: str, documents: int) -> None:
        made = searched(kernels, documents, 2)
        live = live_ones(made)
        for terms in ((b"rare",), (b"every",), (b"some", b"block"), (b"early", b"late", b"runs")):
            for fields in ((0,), (1,), (0, 1)):
                for weight in (0.0, 2.0):
                    tree = a_word(*terms, fields=fields, weight=weight)
                    expected = {
                        document
                        for term in terms
                        for field in fields
                        for document in made.archive.fields[field].get(term, ())
                    }
                    assert documents_of(made.run(tree, documents)) == expected & live
        assert documents_of(made.run(ABSENT, documents)) == set()

    def test_some_of_wants_so_many(self, kernels: str, documents: int) -> None:
        made = searched(kernels, documents, 2)
        text = made.archive.fields[0]
        terms = (b"half", b"most", b"some", b"runs")
        for least in range(6):
            found = made.run(("some_of", [a_word(term) for term in terms], least), documents)
            assert documents_of(found) == {
                document
                for document in live_ones(made)
                if sum(document in text[term] for term in terms) >= least
            }

    def test_all_of_and_all_but_are_those_of_logic(self, kernels: str, documents: int) -> None:
        made = searched(kernels, documents, 2)
        text, live = made.archive.fields[0], live_ones(made)
        half, some, rare = (a_word(term) for term in (b"half", b"some", b"rare"))
        found = made.run(("all_of", [half, ("all_but", some)]), documents)
        assert documents_of(found) == live & text[b"half"].keys() - text[b"some"].keys()
        # Few are wanted in each block.
        found = made.run(("all_of", [half, some, rare]), documents)
        assert documents_of(found) == (
            live & text[b"half"].keys() & text[b"some"].keys() & text[b"rare"].keys()
        )
        assert documents_of(made.run(("all_but", a_word(b"every")), documents)) == set()
        assert documents_of(made.run(("all_but", ABSENT), documents)) == live

    def test_what_is_welcome_counts_for_the_score_only(self, kernels: str, documents: int) -> None:
        made = searched(kernels, documents, 2)
        text = made.archive.fields[0]
        found = made.run(("preferably", a_word(b"half"), a_word(b"some")), documents)
        assert documents_of(found) == live_ones(made) & text[b"half"].keys()
        alone = {d: s for s, d in made.run(a_word(b"half"), documents)[1]}
        beside = {d: s for s, d in made.run(a_word(b"some"), documents)[1]}
        for score, document in found[1]:
            assert score == pytest.approx(alone[document] + beside.get(document, 0.0))

    def test_numbers_are_between_bounds(self, kernels: str, documents: int) -> None:
        made = searched(kernels, documents, 2)
        for width, column in made.archive.numbers.items():
            numbers = memoryview(column).cast({1: "B", 2: "H", 4: "I", 8: "Q"}[width])
            for low, high in ((0, 199), (7, 7), (50, 120), (120, 50), (200, 2**64 - 1)):
                found = made.run(("numbered", width, low, high), documents)
                expected = {each for each in live_ones(made) if low <= numbers[each] <= high}
                assert documents_of(found) == expected

    def test_a_column_of_lists_is_filled_where_one_is_not_empty(
        self, kernels: str, documents: int
    ) -> None:
        made = searched(kernels, documents, 2)
        ends = [0, *memoryview(made.archive.ends).cast("I")]
        assert documents_of(made.run(("filled",), documents)) == {
            each for each in live_ones(made) if ends[each] < ends[each + 1]
        }

    def test_a_set_has_its_members(self, kernels: str, documents: int) -> None:
        made = searched(kernels, documents, 2)
        expected = live_ones(made) & numbers_of(made.archive.members)
        assert documents_of(made.run(("members_of", False, 2.0), documents)) == expected
        found = made.run(("members_of", True, 2.0), documents)
        assert documents_of(found) == expected
        for score, document in found[1]:
            amount = made.archive.amounts[document]
            assert score == pytest.approx(2.0 * amount / (SATURATION + amount))

    def test_everything_but_the_deleted_is_there(self, kernels: str, documents: int) -> None:
        made = searched(kernels, documents, 2)
        assert documents_of(made.run(("everything",), documents)) == live_ones(made)


@both_archives
class TestScores:
    def test_amounts_of_all_fields_are_saturated_once(self, kernels: str) -> None:
        made = searched(kernels, 2049, 4)
        tree = a_word(b"often", b"some", fields=(0, 1), weight=1.5)
        for score, document in made.run(tree, 2049)[1]:
            amount = sum(
                weight * len(text[term][document]) / (base + slope * lengths[document])
                for (weight, base, slope), text, lengths in zip(
                    WEIGHTS, made.archive.fields, made.archive.lengths, strict=False
                )
                for term in (b"often", b"some")
                if document in text[term]
            )
            assert score == pytest.approx(1.5 * amount / (SATURATION + amount))
        # Lengths below 1,024 are looked up.
        for length in (0, 1, 1023, 1024, 70_000):
            weight, base, slope = WEIGHTS[1]
            assert made.weighting.worth(1, length) == pytest.approx(
                weight / (base + slope * length)
            )

    def test_a_word_of_very_many_lists_is_scored_as_any(self, kernels: str) -> None:
        made = searched(kernels, 6500, 2)
        many = made.run(a_word(*SMALL, fields=(0, 1)), 6500)
        amounts: dict[int, float] = {}
        for field, term in product((0, 1), SMALL):
            weighting, lengths = made.weighting, made.archive.lengths[field]
            for document, places in made.archive.fields[field].get(term, {}).items():
                amount = len(places) * weighting.worth(field, lengths[document])
                amounts[document] = amounts.get(document, 0.0) + amount
        assert documents_of(many) == amounts.keys() - made.archive.deleted
        for score, document in many[1]:
            assert score == pytest.approx(amounts[document] / (SATURATION + amounts[document]))

    def test_recent_documents_are_preferred_as_the_formula_says(self, kernels: str) -> None:
        made = searched(kernels, 2049, 2)
        moments = memoryview(made.archive.published).cast("Q")
        now = datetime(2020, 1, 1, tzinfo=timezone.utc)
        recency = Recency(timedelta(microseconds=300), now, FRESH_SHARE)
        plain = {d: s for s, d in made.run(a_word(b"most"), 2049)[1]}
        for score, document in made.run(a_word(b"most"), 2049, half_life=300.0)[1]:
            moment = moments[document]
            published = None if moment == NO_TIME else now + timedelta(microseconds=moment - NOW)
            assert score == pytest.approx(plain[document] * recency.factor(published))

    def test_equal_ones_come_in_the_order_of_their_numbers(self, kernels: str) -> None:
        made = searched(kernels, 4097, 2)
        live = sorted(live_ones(made))
        for best in (1, 10, 4097):
            for count in (True, False):
                _, hits, _ = made.run(("everything",), best, count=count)
                assert hits == [(0.0, document) for document in live[:best]]

    def test_only_what_is_above_the_floor_is_among_the_best(self, kernels: str) -> None:
        made = searched(kernels, 6500, 4)
        tree = ("some_of", [a_word(b"half"), a_word(b"some"), a_word(b"rare")], 1)
        total, everything, _ = made.run(tree, 6500)
        for place in (0, 3, 100, len(everything) - 1):
            floor = everything[place][0]
            for best in (1, 10, 6500):
                for count in (True, False):
                    found = made.run(tree, best, floor=floor, count=count)
                    assert found[1] == [hit for hit in everything if hit[0] > floor][:best]
                    assert found[0] == total if count else found[0] <= total

    def test_more_alternatives_than_are_bounded_each(self, kernels: str) -> None:
        made = searched(kernels, 6500, 2)
        members = [a_word(term, fields=(0, 1)) for term in (*SMALL, *SMALL, b"some")]
        total, everything, _ = made.run(("some_of", members, 1), 6500)
        for count in (True, False):
            found = made.run(("some_of", members, 1), 10, count=count)
            assert found[1] == everything[:10]
            assert found[0] == total if count else found[0] <= total


@on_both
class TestLargeFrequencies:
    """What is more than 16 bits have is bounded by that of the whole list."""

    @pytest.mark.parametrize("frequency", [65_534, 65_535, 65_536, 70_000])
    @pytest.mark.parametrize("length", [65_534, 65_535, 65_536, 100_000])
    def test_the_best_are_found_where_they_are(
        self, kernels: SimpleNamespace, frequency: int, length: int
    ) -> None:
        # Full blocks, one with the largest, and a tail with another of them.
        postings = {document: [0] for document in range(4300)}
        for document in (1000, 4299):
            postings[document] = list(range(frequency))
        view = view_of(kernels, 4300)
        add_field(kernels, view, {b"fog": postings}, [length] * 4300)
        weighting = kernels.Weighting(1e6, [(1.0, 0.6, 0.4)])
        lists = view.find([b"fog"], [0])
        for best, count in product((1, 2), (True, False)):
            matching = kernels.Matching(view, weighting)
            root = matching.word(lists, (), 1.0, 1)
            _, hits, _ = matching.run(root, best, count, bytearray(), -1.0, 0.0)
            assert [document for _, document in hits] == [1000, 4299][:best]


@on_both
def test_a_deadline_that_is_over_stops_at_once_and_says_so(kernels: SimpleNamespace) -> None:
    view = view_of(kernels, 100)
    for deadline, answer in ((1e-9, (0, [], False)), (time.monotonic() + 1e6, (100, [], True))):
        matching = kernels.Matching(view, kernels.Weighting(1.0, []))
        root = matching.everything()
        assert matching.run(root, 0, True, bytearray(), -1.0, deadline) == answer


@on_both
def test_a_segment_without_documents_has_none_that_match(kernels: SimpleNamespace) -> None:
    view = view_of(kernels, 0)
    add_field(kernels, view, {}, [])
    matching = kernels.Matching(view, kernels.Weighting(1.0, [(1.0, 1.0, 0.0)]))
    matching.prefer_recent(b"", 0, 1.0, 0.5)
    members = [
        matching.word(view.find([b"fog"], [0]), (), 1.0, 1),
        matching.members_of(b"", array("d"), 1.0),
        matching.numbered(b"", 1, 0, 9),
        matching.filled(b""),
        matching.everything(),
    ]
    root = matching.some_of(members, 1)
    assert matching.run(root, 10, True, bytearray(), -1.0, 0.0) == (0, [], True)


def test_windows_without_anything_good_enough_are_not_counted_unless_asked() -> None:
    # The best are in the first window; but for that of the tail, the other bounds are lower.
    postings = {document: [0, 1, 2] if document < 20 else [0] for document in range(0, 40_000, 2)}
    view = view_of(COMPILED, 40_000)
    add_field(COMPILED, view, {b"fog": postings}, [50] * 40_000)
    lists = view.find([b"fog"], [0])
    totals = []
    for count in (True, False):
        matching = COMPILED.Matching(view, COMPILED.Weighting(1.0, [(1.0, 1.0, 0.0)]))
        root = matching.word(lists, (), 1.0, 1)
        total, hits, _ = matching.run(root, 10, count, bytearray(), -1.0, 0.0)
        assert [document for _, document in hits] == list(range(0, 20, 2))
        totals.append(total)
    assert totals[0] == 20_000
    assert 1024 <= totals[1] < 2048
