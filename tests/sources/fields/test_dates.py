"""Dates are read as they are written, and never guessed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.sources.fields.dates import _MONTH_NAMES, parse_date

UTC = timezone.utc
DAY = datetime(2020, 2, 20, tzinfo=UTC)
MORNING = datetime(2020, 2, 20, 10, 30, tzinfo=UTC)
CET = timezone(timedelta(hours=1))

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# A day in from either end, so that every zone has the moment in the years 1 to 9999.
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-20",
        " 2020-02-20\n",
        "2020/02/20",
        "2020-2-20",
        "20200220",
        "20.02.2020",
        "20.2.2020",
        "20. 2. 2020",
        "February 20, 2020",
        "Feb 20, 2020",
        "Feb. 20, 2020",
        "FEBRUARY 20 2020",
        "February 20th, 2020",
        "Thursday, February 20, 2020",
        "20 February 2020",
        "20 Feb 2020",
        "20-Feb-2020",
        "20th Feb. 2020",
        "Thu, 20 Feb 2020",
        "20\u00a0February\u00a02020",
        *(
            "20. Februar 2020",
            "Donnerstag, 20. Feb. 2020",
            "20 février 2020",
            "jeudi 20 févr. 2020",
        ),
        *("20 de febrero de 2020", "jueves, 20 de febrero de 2020", "20 febbraio 2020"),
        *("20 de fevereiro de 2020", "quinta-feira, 20 de fevereiro de 2020", "20 februari 2020"),
        *("den 20 februari 2020", "20. februar 2020", "FEVEREIRO 20, 2020"),
    ],
)
def test_a_day_is_its_midnight_in_utc(text: str) -> None:
    assert parse_date(text) == DAY
    assert parse_date(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-20T10:30",
        "2020-02-20 10:30",
        "2020-02-20T10:30:00",
        "2020-02-20T10:30:00Z",
        "2020-02-20t10:30:00z",
        "2020-02-20T10:30:00.000Z",
        "2020-02-20 10:30:00 UTC",
        "2020-02-20T11:30:00+01:00",
        "2020-02-20T11:30:00+0100",
        "2020-02-20T11:30:00+01",
        "2020-02-20 11:30:00 +0100",
        "2020-02-20T11:30:00+01:00[Europe/Berlin]",
        "20200220T103000Z",
        "20.02.2020 10:30",
        "20.02.2020, 10:30 Uhr",
        "Thu, 20 Feb 2020 10:30:00 +0000",
        "Thu, 20 Feb 2020 10:30:00 GMT",
        "Thu, 20 Feb 2020 10:30:00 -0000",
        "20 Feb 2020 05:30 EST",
        "February 20, 2020 10:30 am",
        "February 20, 2020 at 10:30 a.m.",
        "20 February 2020, 10:30",
        "20. Februar 2020, 10:30 Uhr",
        "20. Februar 2020 um 10:30 Uhr",
        "20 février 2020 à 10:30",
        "Thu 10:30 AM, Feb 20, 2020",
        "10:30 a.m. February 20th, 2020",
        "20-FEB-2020 10:30:00.00",
        "1582194600",
        "1582194600000",
    ],
)
def test_a_time_is_read_in_its_zone_and_without_one_in_utc(text: str) -> None:
    assert parse_date(text) == MORNING


def test_a_zone_that_is_given_is_kept() -> None:
    assert parse_date("2020-02-20T11:30:00+01:00").tzinfo == CET
    assert parse_date("2020-02-20T11:30:00-03:30").utcoffset() == -timedelta(hours=3.5)


def test_twelve_oclock_is_noon_or_midnight() -> None:
    assert parse_date("February 20, 2020 12:05 am").hour == 0
    assert parse_date("February 20, 2020 12:05 pm").hour == 12
    assert parse_date("February 20, 2020 11:05 p.m.").hour == 23


def test_fractions_of_a_second_are_read_to_the_microsecond() -> None:
    assert parse_date("2020-02-20T10:30:00.5Z").microsecond == 500_000
    assert parse_date("2020-02-20T10:30:00,123456789Z").microsecond == 123_456


def test_september_has_four_letters_too() -> None:
    assert parse_date("Sept. 5, 2019") == datetime(2019, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize("number", [1582194600, 1582194600.0, 1582194600000])
def test_numbers_are_seconds_or_milliseconds(number: float) -> None:
    assert parse_date(number) == MORNING


def test_numbers_before_1970_and_between_are_read() -> None:
    assert parse_date(-86400) == datetime(1969, 12, 31, tzinfo=UTC)
    assert parse_date(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert parse_date(1.5).microsecond == 500_000


@pytest.mark.parametrize("number", [2020, 20200220, 19700101])
def test_a_number_that_could_be_a_year_or_a_day_is_not_guessed(number: int) -> None:
    with pytest.raises(ValueError, match="2020-02-20"):
        parse_date(number)


@pytest.mark.parametrize(
    "value",
    [
        "10/02/2020",
        "02/20/2020",
        "10-02-2020",
        "20.02.20",
        "2020-02",
        "2020",
        "yesterday",
        "",
        "   ",
        "2020-02-30",
        "2020-13-01",
        "31.04.2020",
        "2020-02-20T25:00",
        "2020-02-20T10:61",
        "2020-02-20T10:30:",
        "2020-02-20T24:00:00",
        "2020-02-20T10:30:00+25:00",
        "2020-02-20T10:30 PST",
        "Foo 20, 2020",
        "February 30, 2020",
        "February 20, 2020 13:00 pm",
        "0000-01-01",
        "10000-01-01",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "Thu, 20 Feb 2020 10:30:00 +9999",
        "Thu, 35 Feb 2020 10:30:00 +0000",
        "２０２０-０２-２０",
        "2020-02-20 and more",
        "x" * 1_000_000,
        1e20,
        -1e20,
        10**5000,
        float("nan"),
        float("inf"),
        True,
        None,
        [],
        {},
    ],
    ids=lambda value: repr(value)[:30] if not isinstance(value, int) else "number",
)
def test_what_cannot_be_read_without_guessing_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        parse_date(value)
    assert len(str(raised.value)) < 250


@given(
    st.sampled_from(["2020-02-20", "2020-02-20T10:30:00", "2020-02-20 10:30:00-05:00"]),
    st.lists(st.tuples(st.integers(0, 24), st.sampled_from([*"0239-:+TZ .", ""])), max_size=2),
)
def test_a_date_in_the_most_common_form_is_read_as_with_spaces_around_it(
    text: str, changes: list[tuple[int, str]]
) -> None:
    for place, character in changes:
        text = text[:place] + character + text[place + 1 :]
    assert moment_or_none(text) == moment_or_none(f"  {text} ")


def moment_or_none(text: str) -> datetime | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@given(moments)
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    assert parse_date(moment.isoformat()) == moment
    assert parse_date(moment.isoformat()).utcoffset() == moment.utcoffset()


@given(moments.filter(lambda moment: moment.year >= 1000))
def test_what_mail_has_is_read_back(moment: datetime) -> None:
    assert parse_date(format_datetime(moment)) == moment.replace(microsecond=0)


@given(st.text() | st.integers() | st.floats())
def test_anything_else_is_an_aware_time_or_a_value_error(value: object) -> None:
    try:
        moment = parse_date(value)
    except ValueError:
        return
    assert moment.utcoffset() is not None
    moment.astimezone(UTC)


def test_each_name_of_a_month_is_of_one_month() -> None:
    months: dict[str, set[int]] = {}
    for place, name in enumerate(_MONTH_NAMES):
        months.setdefault(name, set()).add(place % 12 + 1)
        assert parse_date(f"1 {name} 2020").month == place % 12 + 1
    assert len(_MONTH_NAMES) % 12 == 0
    assert all(len(numbers) == 1 for numbers in months.values())
