from __future__ import annotations

from array import array
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.fields import DATETIME

from searchkit.kernels import MAX_VALUE_BYTES, NO_TIME
from searchkit.record import published_key
from tests.kernels.twins import COMPILED, REFERENCE, on_both

terms = st.binary(min_size=1, max_size=20) | st.sampled_from(
    [b"\0", b"\0\0", b"a", b"a\0", b"12345678", b"123456789", b"\0" * 9, b"x" * MAX_VALUE_BYTES]
)


@given(st.lists(terms))
def test_terms_are_numbered_in_the_order_in_which_they_appear(drawn: list[bytes]) -> None:
    ours, twin = COMPILED.Values(), REFERENCE.Values()
    assert [ours.number(term) for term in drawn] == [twin.number(term) for term in drawn]
    assert ours.terms() == twin.terms() == list(dict.fromkeys(drawn))
    assert len(ours) == len(twin)


@on_both
def test_thousands_of_terms_keep_their_numbers(kernels: SimpleNamespace) -> None:
    values = kernels.Values()
    drawn = [str(number).encode() for number in range(20_000)]
    for _ in range(2):
        assert [values.number(term) for term in drawn] == list(range(20_000))
    assert values.terms() == drawn
    assert values.nbytes >= sum(map(len, drawn))


@on_both
@pytest.mark.parametrize("term", [b"", b"x" * (MAX_VALUE_BYTES + 1)])
def test_a_term_of_no_length_and_one_too_long_are_refused(
    kernels: SimpleNamespace, term: bytes
) -> None:
    with pytest.raises(ValueError, match="it takes 1 to"):
        kernels.Values().number(term)


@given(st.lists(st.integers(0, NO_TIME) | st.just(NO_TIME)))
def test_times_have_a_term_for_each_level(keys: list[int]) -> None:
    ours, twin = COMPILED.Values(), REFERENCE.Values()
    assert ours.times(array("Q", keys)) == twin.times(array("Q", keys))
    assert ours.terms() == twin.terms()


@on_both
def test_the_terms_of_a_time_are_those_of_whoosh(kernels: SimpleNamespace) -> None:
    moment = datetime(2020, 2, 20, 10, 30, 0, 123456)
    values = kernels.Values()
    tokens, ends = values.times(array("Q", [published_key(moment.replace(tzinfo=timezone.utc))]))
    assert list(ends) == [8]
    wanted = {term for term, *_ in DATETIME().index(moment)}
    assert {values.terms()[token] for token in tokens} == wanted
