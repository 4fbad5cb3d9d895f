from __future__ import annotations

from array import array
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.fields import DATETIME

from searchkit.kernels import MAX_TERM_BYTES, NO_TERM, NO_TIME
from searchkit.record import published_key
from tests.kernels.twins import COMPILED, REFERENCE, on_both

bytes_terms = st.binary(min_size=1, max_size=20) | st.sampled_from(
    [b"\0", b"\0\0", b"a", b"a\0", b"12345678", b"123456789", b"\0" * 9, b"x" * MAX_TERM_BYTES]
)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.lists(bytes_terms | words))
def test_terms_are_numbered_in_the_order_in_which_they_appear(drawn: list[bytes | str]) -> None:
    ours, twin = COMPILED.Terms(), REFERENCE.Terms()
    assert ours.numbers(drawn) == twin.numbers(drawn)
    encoded = [term.encode() if isinstance(term, str) else term for term in drawn]
    assert list(ours) == list(twin) == list(dict.fromkeys(encoded))
    assert [ours.number(term) for term in encoded] == list(ours.numbers(drawn))
    assert len(ours) == len(twin)


@on_both
def test_thousands_of_terms_keep_their_numbers(kernels: SimpleNamespace) -> None:
    terms = kernels.Terms()
    drawn = [str(number).encode() for number in range(20_000)]
    for _ in range(2):
        assert list(terms.numbers(drawn)) == list(range(20_000))
    assert list(terms) == drawn
    assert terms.nbytes >= sum(map(len, drawn))


@given(
    st.lists(
        st.text("0123456789abz,.-#'é٣", min_size=1, max_size=12)
        | st.sampled_from(["1,234", "12,345.5", "1234,567", "1,23", "1.", "3d", "d3", "x" * 300])
        | st.integers(0, 10**9).map("{:,}".format),
        max_size=30,
    ),
    st.integers(0, 5),
)
def test_both_twins_number_the_same_plain_surfaces(texts: list[str], first: int) -> None:
    found = []
    for kernels in (COMPILED, REFERENCE):
        surfaces, terms = kernels.Surfaces(), kernels.Terms()
        surfaces.tokenize(texts, bytes(number % 3 for number in range(len(texts))))
        found.append((terms.plain(surfaces, min(first, len(surfaces))), list(terms)))
    assert found[0] == found[1]


@on_both
def test_words_with_digits_and_numbers_are_plain(kernels: SimpleNamespace) -> None:
    plain = {"3d": b"3d", "mp3": b"mp3", "1,234": b"1234", "12,345.50": b"12345.50", "2.5": b"2.5"}
    others = ["fog", "2.5x", "1,23", "12,3456", "u.s", "#1", "bank's", "٣", "2.5.6", "1,234,5"]
    surfaces, terms = kernels.Surfaces(), kernels.Terms()
    surfaces.tokenize(["fog", *plain, *others[1:]], bytes(len(plain) + len(others)))
    numbers, places, languages, left = terms.plain(surfaces)
    assert [terms[number] for number in numbers if number != NO_TERM] == [*plain.values()]
    assert places == [0, *range(len(plain) + 1, len(plain) + len(others))]
    assert (languages, left) == (bytes(len(others)), others)
    assert terms.plain(surfaces, len(surfaces))[1:] == ([], b"", [])


def test_surfaces_that_are_not_there_are_refused() -> None:
    with pytest.raises(IndexError, match="surface 1 of 0"):
        COMPILED.Terms().plain(COMPILED.Surfaces(), 1)


@on_both
def test_terms_that_begin_so_are_found_among_those_that_are_new(kernels: SimpleNamespace) -> None:
    terms = kernels.Terms()
    terms.numbers(["fog", "fo", "f", "東京", "foggy-and-cold", "of"])
    assert list(terms.beginning(b"fo")) == [0, 1, 4]
    assert list(terms.beginning(b"fo", 1)) == [1, 4]
    assert list(terms.beginning("東".encode(), 0)) == [3]
    assert list(terms.beginning(b"fo", 6)) == []


@on_both
@pytest.mark.parametrize("term", [b"", "", b"x" * (MAX_TERM_BYTES + 1), "é" * MAX_TERM_BYTES])
def test_a_term_of_no_length_and_one_too_long_are_refused(
    kernels: SimpleNamespace, term: bytes | str
) -> None:
    terms = kernels.Terms()
    with pytest.raises(ValueError, match="it takes 1 to"):
        terms.numbers(["before", term, "after"])
    assert list(terms) == [b"before"]
    if isinstance(term, bytes):
        with pytest.raises(ValueError, match="it takes 1 to"):
            terms.number(term)


@on_both
def test_a_number_that_no_term_has_is_refused(kernels: SimpleNamespace) -> None:
    terms = kernels.Terms()
    terms.number(b"only")
    with pytest.raises(IndexError):
        terms[1]


def test_what_is_no_term_is_refused() -> None:
    terms = COMPILED.Terms()
    with pytest.raises(TypeError):
        terms.numbers([1])
    with pytest.raises(UnicodeEncodeError):
        terms.numbers(["\ud800"])
    assert len(terms) == 0


@given(st.lists(st.integers(0, NO_TIME) | st.just(NO_TIME)))
def test_times_have_a_term_for_each_level(keys: list[int]) -> None:
    ours, twin = COMPILED.Terms(), REFERENCE.Terms()
    assert ours.times(array("Q", keys)) == twin.times(array("Q", keys))
    assert list(ours) == list(twin)


@on_both
def test_the_terms_of_a_time_are_those_of_whoosh(kernels: SimpleNamespace) -> None:
    moment = datetime(2020, 2, 20, 10, 30, 0, 123456)
    terms = kernels.Terms()
    tokens, ends = terms.times(array("Q", [published_key(moment.replace(tzinfo=timezone.utc))]))
    assert list(ends) == [8]
    wanted = {term for term, *_ in DATETIME().index(moment)}
    assert {terms[token] for token in tokens} == wanted
