from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.twins import COMPILED, REFERENCE, on_both

values = st.recursive(
    st.none() | st.integers() | st.text('a"\\[]{}é\n', max_size=12),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('"]a\\'), inner),
)


@on_both
@given(
    value=values.filter(lambda value: isinstance(value, (list, dict))),
    after=st.binary(max_size=9),
    cuts=st.lists(st.integers(0, 40)),
    only_ascii=st.booleans(),
)
def test_the_end_of_any_value_is_found_in_pieces(
    kernels: object, value: object, after: bytes, cuts: list[int], only_ascii: bool
) -> None:
    written = json.dumps(value, ensure_ascii=only_ascii).encode()
    data = written + after
    places = [1, *sorted(min(max(cut, 1), len(written) - 1) for cut in cuts), len(data)]
    depth, string = 1, 0
    for start, end in pairwise(places):
        stopped, depth, string = kernels.element_end(data[:end], start, depth, string)  # type: ignore[attr-defined]
        if end < len(data):
            assert stopped == end
            assert depth
    assert (stopped, depth, string) == (len(written), 0, 0)


@given(
    st.binary(max_size=40) | st.text('"\\[]{}a', max_size=40).map(str.encode),
    st.integers(0, 40),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_both_twins_stop_at_the_same_place(
    data: bytes, start: int, depth: int, string: int
) -> None:
    start = min(start, len(data))
    found = COMPILED.element_end(data, start, depth, string)
    assert found == REFERENCE.element_end(data, start, depth, string)


@on_both
@pytest.mark.parametrize(("start", "depth"), [(-1, 1), (4, 1), (0, 0)])
def test_impossible_places_are_refused(kernels: object, start: int, depth: int) -> None:
    with pytest.raises(ValueError, match="from"):
        kernels.element_end(b"[1]", start, depth, 0)  # type: ignore[attr-defined]
