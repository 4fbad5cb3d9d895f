"""Dates and lengths as people write them, there and back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import QueryError
from searchkit.query.dates import parse_dates, parse_length, write_dates, write_length
from searchkit.query.tree import Dates, Length
from searchkit.record import published_key

zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=zones) | st.builds(
    datetime,
    st.sampled_from([1, 1970, 2020, 9999]),
    st.sampled_from([1, 2, 12]),
    st.sampled_from([1, 28]),
    tzinfo=st.just(timezone.utc),
)
lengths = st.none() | st.integers(0, 10**6)


@given(st.none() | moments, st.none() | moments)
def test_dates_are_written_as_they_are_read(first: datetime | None, last: datetime | None) -> None:
    ends = sorted(published_key(end) for end in (first, last) if end)
    if ends:
        dates = Dates(ends[0] if first else None, ends[-1] if last else None)
        assert parse_dates(write_dates(dates)) == dates


@given(lengths, lengths)
def test_lengths_are_written_as_they_are_read(least: int | None, most: int | None) -> None:
    ends = sorted(end for end in (least, most) if end is not None)
    if ends:
        length = Length(None if least is None else ends[0], None if most is None else ends[-1])
        assert parse_length(write_length(length)) == length


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", "2020-01-01T00:00:00", "2020-12-31T23:59:59.999999"),
        ("2020-02", "2020-02-01T00:00:00", "2020-02-29T23:59:59.999999"),
        ("2020-02-20", "2020-02-20T00:00:00", "2020-02-20T23:59:59.999999"),
        ("2020-02..2021", "2020-02-01T00:00:00", "2021-12-31T23:59:59.999999"),
        ("2020..", "2020-01-01T00:00:00", None),
        ("..2020", None, "2020-12-31T23:59:59.999999"),
        (">2020", "2021-01-01T00:00:00", None),
        (">=2020", "2020-01-01T00:00:00", None),
        ("<2020", None, "2019-12-31T23:59:59.999999"),
        ("<=2020", None, "2020-12-31T23:59:59.999999"),
        ("2020-02-20T10:30:00+01:00", "2020-02-20T09:30:00", "2020-02-20T09:30:00"),
        ("2020-02-20T09:30:00Z", "2020-02-20T09:30:00", "2020-02-20T09:30:00"),
    ],
)
def test_a_date_is_the_whole_stretch_that_it_names(
    text: str, first: str | None, last: str | None
) -> None:
    assert parse_dates(text) == Dates(*(end and key_of(end) for end in (first, last)))


def key_of(moment: str) -> int:
    return published_key(datetime.fromisoformat(moment).replace(tzinfo=timezone.utc))


@pytest.mark.parametrize(
    "text",
    ["", "..", "soon", "2020-13", "2020-02-30", "20200", "2021..2020", ">9999", "<0001", ">",
     "2020...", "1..2", "٢٠٢٠"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match=r"; (write|exchange|leave) "):
        parse_dates(text)


@pytest.mark.parametrize(
    "text", ["", "..", "long", "-1", "1.5", ">", "<0", "2..1", ">1..2", "9" * 20, "٣", "1..2..3"]
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match=r"; (write|exchange|leave) "):
        parse_length(text)
