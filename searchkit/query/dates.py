"""Dates as people write them, as stretches of time; and lengths, which are written alike."""

from __future__ import annotations

import contextlib
import re
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

from searchkit.errors import QueryError
from searchkit.query.tree import Dates, Length
from searchkit.record import published_key

__all__ = ["Moment", "dates_between", "parse_dates", "parse_length", "write_dates", "write_length"]

# A moment or a stretch of time: a datetime, a date (the whole day), or ISO 8601 text, where
# "2020" and "2020-02" stand for the whole year and month. Without a zone: UTC.
Moment = datetime | date | str

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_MAX_SHOWN = 40

_YEAR_ONE = datetime(1, 1, 1, tzinfo=timezone.utc)
_KEY_OF_YEAR_ONE = published_key(_YEAR_ONE)
_TICK = timedelta(microseconds=1)
# The zones that Python knows reach so far: moments that are outside the calendar in UTC.
_FURTHEST = timedelta(hours=23, minutes=59)


def dates_between(since: Moment | None, until: Moment | None) -> Dates:
    """From the beginning of what `since` names to the end of what `until` names.

    Raises QueryError for a date that cannot be read, and when the end is before the beginning.
    """
    first = None if since is None else _stretch("since", since)[0]
    last = None if until is None else _stretch("until", until)[1]
    if first and last and first > last:
        raise QueryError(f"since {since} is later than until {until}; exchange the two")
    return _dates(first, last)


def parse_dates(text: str) -> Dates:
    """What follows ``published:``: a date, a range such as ``2020-02..2021``, ``2020..``,
    ``..2021``, or a comparison such as ``>=2020``. Raises as `dates_between` does.
    """
    since, separator, until = text.partition("..")
    if separator and (since or until):
        return dates_between(since or None, until or None)
    sign, text = _compared(text)
    first, last = _stretch("published", text)
    try:
        if sign == ">":
            first = last + _TICK
        elif sign == "<":
            last = first - _TICK
    except OverflowError as error:
        raise QueryError(f"no time is {sign}{text}; leave the condition out") from error
    return _dates(None if "<" in sign else first, None if ">" in sign else last)


def write_dates(dates: Dates) -> str:
    """The shortest text that `parse_dates` reads as these dates, one of which is given."""
    first = "" if dates.first is None else _written(dates.first, "T00:00:00+00:00")
    last = "" if dates.last is None else _written(dates.last, "T23:59:59.999999+00:00")
    for end in (4, 7, None):  # a whole year, a whole month, a whole day or moment
        with contextlib.suppress(QueryError):
            if first and last and parse_dates(first[:end]) == dates:
                return first[:end]
    return f"{first}..{last}"


def parse_length(text: str) -> Length:
    """What follows ``length:``: a number, a range such as ``100..200`` or ``100..``, or a
    comparison such as ``>800``. Raises QueryError for what cannot be read, or be.
    """
    least, separator, most = text.replace(",", "").partition("..")
    if separator and (least or most):
        length = Length(_number(least) if least else None, _number(most) if most else None)
    else:
        comparison, rest = _compared(least)
        number = _number(rest)
        length = Length(
            number + (comparison == ">") if comparison in (">", ">=", "") else None,
            number - (comparison == "<") if comparison in ("<", "<=", "") else None,
        )
    if (length.most or 0) < (length.least or 0 if length.most is not None else 0):
        raise QueryError(f"no length is {text}; exchange the numbers, or leave length: out")
    return length


def write_length(length: Length) -> str:
    """The shortest text that `parse_length` reads as this length, one end of which is given."""
    if length.least == length.most:
        return str(length.least)
    least, most = ("" if end is None else str(end) for end in (length.least, length.most))
    return f"{least}..{most}"


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise QueryError(
            f"length {text!r} is not a number of words; write length:800, length:>800 "
            "or length:100..200"
        )
    return int(text)


def _compared(text: str) -> tuple[str, str]:
    """The sign of comparison that it begins with, or "", and the rest."""
    sign = next((sign for sign in (">=", "<=", ">", "<") if text.startswith(sign)), "")
    return sign, text[len(sign) :]


def _dates(first: datetime | None, last: datetime | None) -> Dates:
    return Dates(
        None if first is None else published_key(first),
        None if last is None else published_key(last),
    )


def _written(key: int, edge: str) -> str:
    """The moment of a key, without its time if that is `edge`."""
    since = timedelta(microseconds=key - _KEY_OF_YEAR_ONE)
    try:
        moment = _YEAR_ONE + since
    except OverflowError:
        zone = timezone(_FURTHEST if since < timedelta() else -_FURTHEST)
        moment = _YEAR_ONE.replace(tzinfo=zone) + (since + zone.utcoffset(None))
    return moment.isoformat().removesuffix(edge)


def _stretch(name: str, moment: Moment) -> tuple[datetime, datetime]:
    """The first and the last microsecond that a moment names."""
    if isinstance(moment, str):
        return _parsed_stretch(name, moment.strip())
    if isinstance(moment, datetime):
        if moment.utcoffset() is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment, moment
    if isinstance(moment, date):
        return _days(moment, moment)
    raise QueryError(f"{name} takes a date, a datetime or a string, not {moment!r}")


def _parsed_stretch(name: str, text: str) -> tuple[datetime, datetime]:
    try:
        if partial := _PARTIAL_DATE.fullmatch(text):
            year, month = int(partial[1]), partial[2]
            first, last = (int(month), int(month)) if month else (1, 12)
            return _days(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
        if len(text) == len("2020-02-20"):
            return _stretch(name, date.fromisoformat(text))
        # fromisoformat reads a final Z only from Python 3.11 on.
        return _stretch(name, datetime.fromisoformat(re.sub("Z$", "+00:00", text)))
    except ValueError as error:
        shown = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
        raise QueryError(
            f"{name} {shown!r} is not a date; write 2020, 2020-02, 2020-02-20 "
            "or 2020-02-20T10:30:00+01:00"
        ) from error


def _days(first: date, last: date) -> tuple[datetime, datetime]:
    start = datetime(first.year, first.month, first.day, tzinfo=timezone.utc)
    end = datetime(last.year, last.month, last.day, 23, 59, 59, 999_999, tzinfo=timezone.utc)
    return start, end
