from __future__ import annotations

from bisect import bisect_left
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.twins import COMPILED, REFERENCE, fenced, on_both

# (documents, occurrences, length of the extent) of each term.
Entries = dict[bytes, tuple[int, int, int]]

# Few letters, so that terms share beginnings and are beginnings of each other.
WORDS = st.text("aé漢\0\U0010ffff", max_size=9).map(str.encode)
VALUES = st.tuples(
    st.integers(1, 2**32 - 1), st.integers(0, 2**40), st.sampled_from((1, 300, 2**32 - 1))
).map(lambda values: (values[0], values[0] + values[1], values[2]))
ENTRIES = st.dictionaries(WORDS, VALUES, max_size=150).map(
    lambda terms: dict(sorted(terms.items()))
)


def numbered(count: int) -> Entries:
    """So many terms, of which each block has some that share a beginning."""
    return {f"t{number:04}".encode(): (number + 1, 2 * number + 1, 7) for number in range(count)}


def build(kernels: SimpleNamespace, entries: Entries, positional: bool) -> bytes:
    builder = kernels.DictionaryBuilder(positional)
    for term, values in entries.items():
        builder.add(term, *values)
    return builder.finish()


def expected_entries(entries: Entries, positional: bool) -> list[tuple[int, int, int, int]]:
    expected, offset = [], 0
    for count, occurrences, length in entries.values():
        expected.append((count, occurrences if positional else count, offset, length))
        offset += length
    return expected


def walk(here: object) -> list[tuple[bytes, tuple[int, int, int, int]]]:
    """The terms from here on, with their entries."""
    found = []
    while here.valid:
        found.append((here.term, here.entry))
        assert here.next() == here.valid
    return found


@on_both
@given(ENTRIES, st.booleans())
def test_the_terms_come_back_in_order(
    kernels: SimpleNamespace, entries: Entries, positional: bool
) -> None:
    here = kernels.Dictionary(fenced(build(kernels, entries, positional)), positional)
    assert len(here) == len(entries)
    expected = list(zip(entries, expected_entries(entries, positional), strict=True))
    assert walk(here) == expected
    assert not here.next()
    here.first()
    assert walk(here) == expected


@given(ENTRIES, st.booleans())
def test_kernel_and_twin_build_the_same_bytes(entries: Entries, positional: bool) -> None:
    assert build(COMPILED, entries, positional) == build(REFERENCE, entries, positional)


@on_both
@given(ENTRIES, st.lists(WORDS, max_size=20))
def test_seek_goes_to_the_first_term_that_is_not_less(
    kernels: SimpleNamespace, entries: Entries, others: list[bytes]
) -> None:
    terms = list(entries)
    here = kernels.Dictionary(fenced(build(kernels, entries, True)), True)
    for wanted in [*terms[::7], *others, b"", b"\xff", *(term + b"\0" for term in terms[::9])]:
        place = bisect_left(terms, wanted)
        assert here.seek(wanted) == (wanted in entries)
        assert [term for term, _ in walk(here)] == terms[place:]


@on_both
@pytest.mark.parametrize("positional", [True, False])
@pytest.mark.parametrize("count", [1, 31, 32, 33, 63, 64, 65, 129])
def test_terms_at_the_edges_of_blocks_are_found(
    kernels: SimpleNamespace, count: int, positional: bool
) -> None:
    entries = numbered(count)
    here = kernels.Dictionary(fenced(build(kernels, entries, positional)), positional)
    for term, entry in zip(entries, expected_entries(entries, positional), strict=True):
        assert here.seek(term)
        assert (here.term, here.entry) == (term, entry)
        assert not here.seek(term + b"0")
        assert not here.seek(term[:-1] + bytes([term[-1] - 1]) + b"\xff")
        assert here.term == term
    assert not here.seek(b"t9999")
    assert not here.valid


@on_both
def test_an_empty_dictionary_has_no_term(kernels: SimpleNamespace) -> None:
    data = build(kernels, {}, True)
    assert data == bytes(8)
    here = kernels.Dictionary(fenced(data), True)
    assert len(here) == 0
    assert not here.valid
    assert not here.next()
    assert not here.seek(b"")
    assert not here.seek(b"any")
    here.first()
    assert not here.valid


@on_both
@pytest.mark.parametrize("letter", ["a", "é", "漢", "\U0001f409"])
def test_terms_of_1_to_255_characters_are_found(kernels: SimpleNamespace, letter: str) -> None:
    entries = {(letter * size).encode(): (1, 1, size) for size in range(1, 256)}
    data = build(kernels, entries, True)
    assert data == build(COMPILED, entries, True)
    here = kernels.Dictionary(fenced(data), True)
    assert [term for term, _ in walk(here)] == list(entries)
    for term in entries:
        assert here.seek(term)
    assert not here.seek(term + letter.encode())


@on_both
def test_extents_may_go_on_beyond_4_gib(kernels: SimpleNamespace) -> None:
    entries = dict.fromkeys(numbered(100), (1, 1, 2**32 - 1))
    here = kernels.Dictionary(fenced(build(kernels, entries, False)), False)
    assert here.seek(b"t0099")
    assert here.entry == (1, 1, 99 * (2**32 - 1), 2**32 - 1)
