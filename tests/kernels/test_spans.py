from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from searchkit.kernels import MAX_SPANS
from tests.kernels.fields import Field
from tests.kernels.segments import add_field, view_of
from tests.kernels.twins import COMPILED, on_both


@on_both
class TestPlaces:
    """Where expressions on positions are; each test has its text, a letter a position."""

    def found(
        self, kernels: SimpleNamespace, text: str, make: Callable[[object, object], int]
    ) -> int:
        """How often something stands there; a score tells it, and that it is `least` does."""
        field: Field = {}
        for position, letter in enumerate(text):
            if letter != " ":
                field.setdefault(letter.encode(), {}).setdefault(0, []).append(position)
        view = view_of(kernels, 1)
        add_field(kernels, view, field, [len(text)])

        def run(least: int) -> tuple[int, list[tuple[float, int]], bool]:
            matching = kernels.Matching(view, kernels.Weighting(1.0, [(1.0, 1.0, 0.0)]))

            def letters(chosen: str) -> int:
                return matching.places(view.find([each.encode() for each in chosen], [0]), 0)

            root = matching.word(None, [(0, make(matching, letters))], 1.0, least)
            return matching.run(root, 1, True, bytearray(), -1.0, 0.0)

        total, hits, _ = run(1)
        if not total:
            return 0
        times = round(hits[0][0] / (1 - hits[0][0]))
        assert run(times)[0] == 1
        assert run(times + 1)[0] == 0
        return times

    @pytest.mark.parametrize(
        ("text", "distance", "ordered", "times"),
        [
            ("ab", 1, True, 1),
            ("ab", 0, True, 0),
            ("ba", 1, True, 0),
            ("ba", 1, False, 1),
            ("a b", 1, False, 0),
            ("a b", 2, True, 1),
            # Of spans that overlap the one that ends first counts.
            ("abab", 1, True, 2),
            ("abab", 3, True, 2),
            ("aabb", 3, True, 1),
            ("abba", 1, False, 2),
            ("aba", 1, False, 1),
        ],
    )
    def test_near_is_so_near_and_in_this_order(
        self, kernels: SimpleNamespace, text: str, distance: int, ordered: bool, times: int
    ) -> None:
        def make(matching: object, letters: Callable[[str], int]) -> int:
            return matching.near([letters("a"), letters("b")], distance, ordered)

        assert self.found(kernels, text, make) == times

    @pytest.mark.parametrize(
        ("text", "times"),
        [("abc", 1), ("cab", 1), ("acb", 0), ("c ab", 0), ("bac", 1), ("ab c", 0)],
    )
    def test_each_member_is_near_those_before_it_together(
        self, kernels: SimpleNamespace, text: str, times: int
    ) -> None:
        def make(matching: object, letters: Callable[[str], int]) -> int:
            return matching.near([letters("a"), letters("b"), letters("c")], 1, False)

        assert self.found(kernels, text, make) == times

    @pytest.mark.parametrize(
        ("text", "distance", "times"),
        [
            ("a", 5, 1),
            ("ab", 1, 0),
            ("ab", 0, 1),
            ("a b a", 1, 2),
            ("a b a", 2, 0),
            ("ba  a", 2, 1),
        ],
    )
    def test_not_near_is_where_the_other_is_not(
        self, kernels: SimpleNamespace, text: str, distance: int, times: int
    ) -> None:
        def make(matching: object, letters: Callable[[str], int]) -> int:
            return matching.not_near(letters("a"), letters("b"), distance)

        assert self.found(kernels, text, make) == times

    def test_a_span_that_overlaps_an_unwanted_one_is_not_lonely(
        self, kernels: SimpleNamespace
    ) -> None:
        def make(matching: object, letters: Callable[[str], int]) -> int:
            wanted = matching.near([letters("a"), letters("c")], 2, True)
            return matching.not_near(wanted, letters("b"), 0)

        assert self.found(kernels, "abc a c", make) == 1

    def test_any_of_several_is_each_of_them_once(self, kernels: SimpleNamespace) -> None:
        def make(matching: object, letters: Callable[[str], int]) -> int:
            return matching.any_of([letters("ab"), letters("bc"), matching.any_of([])])

        assert self.found(kernels, "abcabc", make) == 6
        assert self.found(kernels, "xyz", make) == 0


@on_both
def test_spans_of_a_term_with_very_many_positions(kernels: SimpleNamespace) -> None:
    field = {b"fog": {0: list(range(0, 140_000, 2)), 1: [5]}, b"bank": {0: [70_001], 1: [7]}}
    view = view_of(kernels, 2)
    add_field(kernels, view, field, [140_000, 3])
    matching = kernels.Matching(view, kernels.Weighting(1.0, [(1.0, 1.0, 0.0)]))
    places = [matching.places(view.find([term], [0]), 0) for term in field]
    root = matching.word(None, [(0, matching.near(places, 1, True))], 1.0, 1)
    assert matching.run(root, 2, True, bytearray(), -1.0, 0.0) == (1, [(0.5, 0)], True)


@on_both
@pytest.mark.parametrize(("fogs", "found"), [(100, 1), (257, 1), (258, 0)])
def test_pairs_beyond_so_many_are_left_out(kernels: SimpleNamespace, fogs: int, found: int) -> None:
    # Each fog is near each of the 256 banks; 255 of these with 258 fogs are so many already.
    assert MAX_SPANS == 256 * 256
    field = {
        b"fog": {0: list(range(fogs))},
        b"bank": {0: list(range(fogs, fogs + 256))},
        b"end": {0: [fogs + 256]},
    }
    view = view_of(kernels, 1)
    add_field(kernels, view, field, [1000])
    matching = kernels.Matching(view, kernels.Weighting(1.0, [(1.0, 1.0, 0.0)]))
    fog, bank, end = (
        matching.places(view.find([term], [0]), 0) for term in (b"fog", b"bank", b"end")
    )
    last = matching.near([matching.near([fog, bank], 999, False), end], 1, True)
    root = matching.word(None, [(0, last)], 1.0, 1)
    assert matching.run(root, 1, True, bytearray(), -1.0, 0.0)[0] == found


def test_a_deadline_stops_among_the_documents_of_a_window() -> None:
    # Each takes about a millisecond.
    field = {
        b"fog": {document: list(range(0, 512, 2)) for document in range(500)},
        b"bank": {document: list(range(1, 512, 2)) for document in range(500)},
    }
    view = view_of(COMPILED, 500)
    add_field(COMPILED, view, field, [512] * 500)

    def search(deadline: float) -> tuple[int, list[tuple[float, int]], bool]:
        matching = COMPILED.Matching(view, COMPILED.Weighting(1.0, [(1.0, 1.0, 0.0)]))
        places = [matching.places(view.find([term], [0]), 0) for term in field]
        near = [(0, matching.near(places, 999, False))]
        return matching.run(matching.word(None, near, 1.0, 1), 1, True, bytearray(), -1.0, deadline)

    assert search(time.monotonic() + 1e6)[0::2] == (500, True)
    assert search(time.monotonic() + 0.005) == (0, [], False)
