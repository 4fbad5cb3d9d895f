from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.codec.columns import (
    FixedColumn,
    FixedColumnWriter,
    NumbersColumn,
    NumbersColumnWriter,
    TextsColumn,
    TextsColumnWriter,
    WordsColumn,
    WordsColumnWriter,
)

VALUES = st.lists(st.binary(min_size=3, max_size=3), max_size=30)
TEXTS = st.lists(st.text(max_size=5) | st.sampled_from(("a1", "Zoë", "")), max_size=30)
NUMBERS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=5), max_size=30)
WORDS = st.lists(
    st.lists(
        st.one_of(st.sampled_from(("AP", "Reuters", "ä", "")), st.text(max_size=5)), max_size=4
    ),
    max_size=30,
)

# Stretches of up to 30 documents in order, as a merge keeps them.
CHOSEN = st.sets(st.integers(0, 29)).map(
    lambda ends: [range(*pair) for pair in itertools.pairwise(sorted(ends))][::2]
)


def within(stretches: list[range], documents: int) -> list[range]:
    """What of the stretches there is in a column of so many documents."""
    cut = [range(each.start, min(each.stop, documents)) for each in stretches]
    return [each for each in cut if each]


def chosen_of(column: Sequence[Any], stretches: list[range]) -> list[Any]:
    return [column[document] for stretch in stretches for document in stretch]


def fixed(values: list[bytes]) -> FixedColumn:
    writer = FixedColumnWriter(3)
    writer.append_all(values)
    return FixedColumn(memoryview(writer.encode()), 3)


def texts(values: list[str]) -> TextsColumn:
    writer = TextsColumnWriter()
    encoded = [value.encode() for value in values]
    writer.append_all(encoded[:7])
    writer.append_all(encoded[7:])
    return TextsColumn(memoryview(writer.encode()), len(values))


def numbers(lists: list[list[int]]) -> NumbersColumn:
    writer = NumbersColumnWriter()
    writer.extend_flat(itertools.chain.from_iterable(lists), itertools.accumulate(map(len, lists)))
    return NumbersColumn(memoryview(writer.encode()), len(lists))


def words(lists: list[list[str]]) -> WordsColumn:
    writer = WordsColumnWriter()
    writer.extend_flat(itertools.chain.from_iterable(lists), itertools.accumulate(map(len, lists)))
    return WordsColumn(memoryview(writer.encode()), len(lists))


@given(VALUES)
def test_values_come_back(values: list[bytes]) -> None:
    column = fixed(values)
    assert len(column) == len(values)
    assert list(column) == values
    assert [column[document] for document in range(len(values))] == values


@given(TEXTS)
def test_texts_come_back(values: list[str]) -> None:
    column = texts(values)
    assert len(column) == len(values)
    assert list(column) == values
    assert [column[document] for document in range(len(values))] == values


@given(NUMBERS)
def test_numbers_come_back(lists: list[list[int]]) -> None:
    column = numbers(lists)
    assert len(column) == len(lists)
    assert [list(found) for found in column] == lists
    assert all(found.typecode == "I" for found in column)


@given(WORDS)
def test_words_come_back(lists: list[list[str]]) -> None:
    column = words(lists)
    assert len(column) == len(lists)
    assert list(column) == lists
    # Each different one is kept once, in the order of first use.
    assert column.words == list(dict.fromkeys(word for found in lists for word in found))
    assert [[column.words[place] for place in places] for places in column.places] == lists


@given(VALUES, CHOSEN)
def test_values_of_chosen_documents_are_taken_over(
    values: list[bytes], chosen: list[range]
) -> None:
    chosen = within(chosen, len(values))
    writer = FixedColumnWriter(3)
    writer.append_all([b"own"])
    writer.extend(fixed(values), chosen)
    column = FixedColumn(memoryview(writer.encode()), 3)
    assert list(column) == [b"own", *chosen_of(values, chosen)]


@given(TEXTS, CHOSEN)
def test_texts_of_chosen_documents_are_taken_over(values: list[str], chosen: list[range]) -> None:
    chosen = within(chosen, len(values))
    writer = TextsColumnWriter()
    writer.append_all(["Fähre".encode()])
    writer.extend(texts(values), chosen)
    writer.append_all([b"", b"own"])
    expected = ["Fähre", *chosen_of(values, chosen), "", "own"]
    column = TextsColumn(memoryview(writer.encode()), len(expected))
    assert list(column) == expected


def test_texts_are_kept_as_ends_and_utf_8() -> None:
    writer = TextsColumnWriter()
    writer.append_all(["Zoë".encode(), b"", b"a1"])
    assert writer.encode() == bytes([4, 0, 0, 0, 4, 0, 0, 0, 6, 0, 0, 0]) + "Zoëa1".encode()


@given(NUMBERS, CHOSEN)
def test_numbers_of_chosen_documents_are_taken_over(
    lists: list[list[int]], chosen: list[range]
) -> None:
    chosen = within(chosen, len(lists))
    writer = NumbersColumnWriter()
    writer.extend_flat([7, 7], [2])
    writer.extend(numbers(lists), chosen)
    expected = [[7, 7], *chosen_of(lists, chosen)]
    column = NumbersColumn(memoryview(writer.encode()), len(expected))
    assert [list(found) for found in column] == expected


@given(WORDS, CHOSEN)
def test_words_of_chosen_documents_are_taken_over(
    lists: list[list[str]], chosen: list[range]
) -> None:
    chosen = within(chosen, len(lists))
    writer = WordsColumnWriter()
    writer.extend_flat(["own", "AP"], [2])
    writer.extend(words(lists), chosen)
    expected = [["own", "AP"], *chosen_of(lists, chosen)]
    column = WordsColumn(memoryview(writer.encode()), len(expected))
    assert list(column) == expected
    # As if they had been written here: no word is kept that no document has.
    assert column.words == list(dict.fromkeys(word for found in expected for word in found))


@pytest.mark.parametrize(
    "column",
    [fixed([b"abc"]), texts(["a"]), numbers([[1]]), words([["a"]])],
    ids=["fixed", "texts", "numbers", "words"],
)
def test_a_document_beyond_the_last_is_an_error(column: FixedColumn) -> None:
    with pytest.raises(IndexError):
        column[1]
    assert len(list(column)) == 1


@pytest.mark.parametrize("make", [fixed, texts, numbers, words])
def test_columns_of_no_documents_are_empty(make: Callable[[list[object]], object]) -> None:
    assert list(make([])) == []


def test_the_numbers_of_words_are_aligned_whatever_the_length_of_the_words() -> None:
    for size in range(1, 9):
        writer = WordsColumnWriter()
        writer.extend_flat(["x" * size, "y"], [1, 2])
        assert len(writer.encode()) % 4 == 0
