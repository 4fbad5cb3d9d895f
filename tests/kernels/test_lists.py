from __future__ import annotations

import random
from array import array
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.kernels import CHUNK
from tests.kernels.fields import SLACK, Field, encode
from tests.kernels.segments import add_field, view_of
from tests.kernels.twins import COMPILED, fenced, on_both

EDGES = (1, 2, 127, 128, 129, 255, 256, 257, 600)
DOCUMENTS = 700


def a_field(chance: random.Random, terms: int) -> Field:
    return {
        f"t{number:03}".encode(): {
            document: list(range(chance.randint(1, 2)))
            for document in sorted(chance.sample(range(DOCUMENTS), chance.choice(EDGES)))
        }
        for number in range(terms)
    }


@on_both
@given(
    st.integers(0, 2**32),
    st.lists(st.integers(0, 12), max_size=8),
    st.lists(st.integers(0, 1), max_size=2, unique=True),
)
def test_lists_are_found_by_their_terms_in_any_of_some_fields(
    kernels: SimpleNamespace, seed: int, numbers: list[int], fields: list[int]
) -> None:
    chance = random.Random(seed)
    made = [a_field(chance, 10), a_field(chance, 3)]
    view = view_of(kernels, DOCUMENTS)
    assert add_field(kernels, view, made[0], [9] * DOCUMENTS) == 0
    assert add_field(kernels, view, made[1], positional=False) == 1
    assert (view.documents, view.field_count) == (DOCUMENTS, 2)
    terms = [f"t{number:03}".encode() for number in numbers]
    found = view.find(terms, fields)
    expected = [made[field][term] for field in fields for term in terms if term in made[field]]
    assert len(found) == len(expected)
    assert found.postings == sum(map(len, expected))
    assert found.documents == len(set().union(*expected))
    # It is counted once, and the same again.
    assert found.documents == len(set().union(*expected))


@on_both
@pytest.mark.parametrize("positional", [True, False])
@pytest.mark.parametrize("count", EDGES)
def test_documents_of_several_lists_are_counted_once(
    kernels: SimpleNamespace, count: int, positional: bool
) -> None:
    view = view_of(kernels, 2 * count)
    field = {
        b"even": {2 * number: [0] for number in range(count)},
        b"low": {number: [0] for number in range(count)},
    }
    add_field(kernels, view, field, [1] * (2 * count) if positional else (), positional)
    found = view.find([b"even", b"low"], [0])
    assert found.postings == 2 * count
    assert found.documents == 2 * count - -(-count // 2)
    assert view.find([b"low"], [0]).documents == count


@on_both
def test_only_whole_terms_are_found(kernels: SimpleNamespace) -> None:
    view = view_of(kernels, 1)
    add_field(kernels, view, {b"": {0: [0]}, b"fog": {0: [0]}}, [1])
    add_field(kernels, view, {}, [0])
    for term, found in ((b"fog", 1), (b"fo", 0), (b"fogs", 0), (b"", 1), (b"\xff", 0)):
        assert len(view.find([term], [0])) == found
        assert len(view.find([term], [1])) == 0
    assert len(view.find([], [0, 1])) == 0
    assert view.find([], [0]).documents == 0


@on_both
def test_a_segment_may_have_no_documents(kernels: SimpleNamespace) -> None:
    view = view_of(kernels, 0)
    add_field(kernels, view, {}, [])
    assert view.find([b"any"], [0]).documents == 0


@on_both
def test_what_is_not_checked_yet_is_checked_before_it_is_looked_at(
    kernels: SimpleNamespace,
) -> None:
    # Extents may be as long as their dictionary says; what is beyond the list is of no meaning.
    builder = COMPILED.DictionaryBuilder(True)
    extents = b""
    for term, size in ((b"a", 3 * CHUNK + 5), (b"b", 3), (b"c", CHUNK)):
        extents += encode(COMPILED, {7: [0]}, array("I", [1] * 8)).ljust(size, b"\0")
        builder.add(term, 1, 1, size)
    checked = bytearray(-(-len(extents) // CHUNK))
    asked = []

    def check(start: int, end: int) -> None:
        asked.append((start, end))
        if len(asked) == 3:
            raise ValueError("damaged")
        first, last = start // CHUNK, -(-end // CHUNK)
        checked[first:last] = b"\1" * (last - first)

    view = view_of(kernels, 8)
    sections = fenced(builder.finish()), fenced(extents + SLACK)
    view.add_field(*sections, checked, check, True, bytes(8), 1)
    assert len(view.find([b"a"], [0])) == 1
    assert asked == [(0, 3 * CHUNK + 5)]
    # The next one is in the last chunk of that.
    assert len(view.find([b"a", b"b"], [0])) == 2
    assert len(asked) == 1
    checked[1] = 0
    assert len(view.find([b"a"], [0])) == 1
    assert asked[1:] == [(0, 3 * CHUNK + 5)]
    with pytest.raises(ValueError, match="damaged"):
        view.find([b"c"], [0])
    assert len(view.find([b"b"], [0])) == 1
