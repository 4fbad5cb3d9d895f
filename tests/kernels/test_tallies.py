from __future__ import annotations

from array import array
from collections import Counter
from itertools import accumulate
from types import SimpleNamespace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.kernels import DAY, NO_TIME, TIME_ZERO
from tests.kernels.segments import bits_of
from tests.kernels.twins import fenced, on_both

# Around the calendar's beginning, and days apart.
TIMES = st.one_of(
    st.just(NO_TIME),
    st.builds(
        lambda day, moment: TIME_ZERO + day * DAY + moment,
        st.integers(-3, 40),
        st.sampled_from((0, 1, DAY // 2, DAY - 1)),
    ),
)


def column(values: list[int], typecode: str) -> memoryview:
    return fenced(array(typecode, values).tobytes()).cast(typecode)


def chosen(data: st.DataObject, documents: int) -> set[int]:
    """Some documents, those at both ends often among them."""
    numbers = st.integers(0, max(0, documents - 1))
    return data.draw(st.sets(numbers, max_size=documents)) & set(range(documents))


@on_both
@given(st.lists(st.lists(st.integers(0, 6), max_size=4), max_size=130), st.data())
def test_numbers_are_counted_once_in_each_document(
    kernels: SimpleNamespace, numbers: list[list[int]], data: st.DataObject
) -> None:
    documents = chosen(data, len(numbers))
    counts = kernels.count_numbers(
        fenced(bits_of(documents, len(numbers))),
        column(list(accumulate(map(len, numbers))), "I"),
        column([each for of_document in numbers for each in of_document], "I"),
        7,
    )
    expected = Counter(each for document in documents for each in set(numbers[document]))
    assert counts == array("I", (expected[number] for number in range(7)))


@on_both
def test_a_column_may_have_no_numbers(kernels: SimpleNamespace) -> None:
    nothing = column([], "I")
    assert kernels.count_numbers(b"", nothing, nothing, 0) == array("I")
    assert kernels.count_numbers(bits_of({0, 2}, 3), column([0] * 3, "I"), nothing, 0) == array("I")


@on_both
@given(st.lists(TIMES, max_size=130), st.data())
def test_days_are_counted_from_the_first_to_the_last(
    kernels: SimpleNamespace, times: list[int], data: st.DataObject
) -> None:
    documents = chosen(data, len(times))
    first, counts, undated = kernels.count_days(
        fenced(bits_of(documents, len(times))), column(times, "Q")
    )
    days = Counter((times[each] - TIME_ZERO) // DAY for each in documents if times[each] != NO_TIME)
    assert undated + days.total() == len(documents)
    assert counts.typecode == "I"
    assert {day: count for day, count in enumerate(counts, first) if count} == days
    assert len(counts) == (max(days) - min(days) + 1 if days else 0)
    assert days or first == 0


@on_both
@given(st.lists(TIMES, max_size=130), st.data(), st.integers(0, 140), st.booleans())
def test_the_newest_or_oldest_come_in_order_and_what_has_no_time_last(
    kernels: SimpleNamespace, times: list[int], data: st.DataObject, best: int, newest: bool
) -> None:
    documents = chosen(data, len(times))
    dated = sorted((times[each], each) for each in documents if times[each] != NO_TIME)
    if newest:
        dated.sort(key=lambda hit: -hit[0])
    undated = sorted((NO_TIME, each) for each in documents if times[each] == NO_TIME)
    found = kernels.best_dated(
        fenced(bits_of(documents, len(times))), column(times, "Q"), best, newest
    )
    assert found == [*dated, *undated][:best]


@on_both
@pytest.mark.parametrize("newest", [True, False])
def test_the_best_of_many_are_found(kernels: SimpleNamespace, newest: bool) -> None:
    times = [TIME_ZERO + number * 7919 % 1009 for number in range(3000)]
    everything = fenced(bits_of(range(3000), 3000))
    found = kernels.best_dated(everything, column(times, "Q"), 100, newest)
    ranks = [(-time if newest else time, document) for document, time in enumerate(times)]
    assert found == [(times[document], document) for _, document in sorted(ranks)[:100]]


@on_both
@pytest.mark.parametrize(("width", "typecode"), [(1, "B"), (2, "H"), (4, "I")])
@given(lengths=st.lists(st.sampled_from([0, 0, 1, 200]) | st.integers(0, 255), max_size=50))
def test_lengths_other_than_0_are_counted(
    kernels: SimpleNamespace, width: int, typecode: Literal["B", "H", "I"], lengths: list[int]
) -> None:
    largest = (1 << 8 * width) - 1
    written = array(typecode, [largest if length == 255 else length for length in lengths])
    section = memoryview(written.tobytes())
    assert kernels.count_filled(section, width) == len(lengths) - lengths.count(0)
