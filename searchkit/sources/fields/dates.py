"""Here is a date as somebody wrote it: when was that?

One parser for every format. What could mean two days, such as 10/02/2020, is refused
rather than guessed.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

__all__ = ["parse_date"]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# Numbers from here on are milliseconds: as seconds they would lie after the year 5138, as
# milliseconds they begin in March 1973. Milliseconds before that are taken for seconds.
_FIRST_MILLISECOND = 10**11

# What datetime.fromisoformat of every Python reads, and as the patterns below do, in a third
# of the time: 2020-02-20, 2020-02-20T10:30:00, 2020-02-20 10:30:00+01:00.
_is_plain_iso = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:[+-][0-9]{2}:[0-5][0-9])?)?"
).fullmatch
# By the length of such a date.
_LEFT_OUT = {10: "T00:00:00+00:00", 19: "+00:00", 25: ""}

_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
)
_ZONE = r"(?P<zone>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2}){0,2})"

# 2020-02-20, 2020/02/20, 2020-02-20T10:30:00.5+01:00, 2020-02-20 10:30 UTC,
# 2020-02-20T10:30+01:00[Europe/Berlin]
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>[-/])(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})"
    rf"(?:[T ]{_TIME}\s?{_ZONE}?(?:\[[\w/+-]+\])?)?",
    re.IGNORECASE,
)
# 20200220, 20200220T103000Z
_ISO_BASIC = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    rf"(?:T(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?{_ZONE}?)?",
    re.IGNORECASE,
)
# 20.02.2020; 20. 2. 2020, 10:30 Uhr
_DOTTED = re.compile(
    r"(?P<day>[0-9]{1,2})\. ?(?P<month>[0-9]{1,2})\. ?(?P<year>[0-9]{4})"
    rf"(?:,? (?:- )?{_TIME}(?: ?Uhr| ?h)?)?",
    re.IGNORECASE,
)
_MONTH_NAME = r"(?P<month_name>[^\W\d_]{3,10})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|º|\.)?"
_WEEKDAY = r"(?:[^\W\d_]{2,11}(?:-feira)?\.?,? )?"
_HALF = r"(?P<half>[ap]\.?m\.?)?"
_CLOCK = rf"(?:(?:,| at|,? -|,? um|,? à)? {_TIME} ?{_HALF}(?: ?Uhr| ?h)? ?{_ZONE}?)?"
# February 20, 2020; Thu, Feb. 20th 2020, 10:30 am
_MONTH_DAY_YEAR = re.compile(
    rf"{_WEEKDAY}{_MONTH_NAME} {_DAY},? (?P<year>[0-9]{{4}}){_CLOCK}",
    re.IGNORECASE,
)
# 20 February 2020; Thursday, 20th Feb. 2020 at 10:30; 20. Februar 2020, 10:30 Uhr;
# jueves, 20 de febrero de 2020
_DAY_MONTH_YEAR = re.compile(
    rf"{_WEEKDAY}{_DAY} (?:de )?{_MONTH_NAME},? (?:del? )?(?P<year>[0-9]{{4}}){_CLOCK}",
    re.IGNORECASE,
)
# Thu 10:30 AM, Feb 20, 2020
_CLOCK_FIRST = re.compile(
    rf"{_WEEKDAY}{_TIME} ?{_HALF} ?{_ZONE}?,? {_MONTH_NAME} {_DAY},? (?P<year>[0-9]{{4}})",
    re.IGNORECASE,
)
# 20-FEB-2020 10:30:00.5
_DASHED = re.compile(rf"{_DAY}-{_MONTH_NAME}-(?P<year>[0-9]{{4}}){_CLOCK}", re.IGNORECASE)
# Thu, 20 Feb 2020 10:30:00 +0100. email.utils reads almost anything, so that what it is
# given is looked at first.
_MAIL = re.compile(
    r"(?:[A-Za-z]{3}, )?[0-9]{1,2} [A-Za-z]{3} [0-9]{4} [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"(?: (?:[+-][0-9]{4}|[A-Z]{1,4}))?(?: \(\w+\))?"
)
_PATTERNS = (*(_ISO, _ISO_BASIC, _DOTTED, _MONTH_DAY_YEAR, _DAY_MONTH_YEAR, _CLOCK_FIRST, _DASHED),)

_DIGITS = re.compile(r"-?[0-9]{10}(?:[0-9]{3})?")
_LONGEST = 80

# In English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish and Norwegian; no
# name is that of another month elsewhere.
_MONTH_NAMES = """
    january february march april may june july august september october november december
    januar februar märz april mai juni juli august september oktober november dezember
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    januari februari maart april mei juni juli augustus september oktober november december
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november december
    januar februar mars april mai juni juli august september oktober november desember
    jan feb mar apr may jun jul aug sep oct nov dec
    jan feb mär apr mai jun jul aug sept okt nov dez
    janv févr mar avr mai juin juil août sept oct nov déc
    ene feb mrt abr mei jun jul ago set out nov dic
    gen fev mar apr mag giu lug ago set ott nov des
""".split()  # noqa: SIM905  # a table to be read
_MONTHS = {name: place % 12 + 1 for place, name in enumerate(_MONTH_NAMES)}


def parse_date(value: object) -> datetime:
    """The moment that `value` names, as a datetime with a zone.

    Read are ISO 8601 (dates and date-times), DD.MM.YYYY, RFC 2822, dates with the month as a
    word of ten languages, and numbers: seconds since 1970, or milliseconds. Without a time it is
    midnight, without a zone UTC; a zone that is given is kept.

    Raises ValueError, its message beginning with the value, for anything else, for what
    could mean two different days, and for moments outside the years 1 to 9999 in UTC.
    """
    if isinstance(value, str):
        moment = _from_text(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        moment = _from_number(value)
    else:
        raise ValueError(f"a value of type {type(value).__name__} is not a date")
    if moment.year in (1, 9999):
        try:
            moment.astimezone(timezone.utc)
        except OverflowError:
            raise ValueError(f"{_shown(value)} lies outside the years 1 to 9999") from None
    return moment


def _from_text(value: str) -> datetime:
    if _is_plain_iso(value):  # first: it is what nearly all files have
        try:
            return datetime.fromisoformat(value + _LEFT_OUT[len(value)])
        except ValueError:
            pass  # told below
    match = _ISO.fullmatch(value)
    if match:
        return _from_parts(value, match.groupdict())
    text = " ".join(value.split())
    if not text or len(text) > _LONGEST:
        raise ValueError(f"{_shown(value)} is not a date")
    if _DIGITS.fullmatch(text):
        return _from_number(int(text))
    if _MAIL.fullmatch(text):
        return _from_mail(text)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return _from_parts(text, match.groupdict())
    raise ValueError(
        f"{_shown(value)} is not a date that can be read without guessing; write it as 2020-02-20"
    )


def _from_number(number: int | float) -> datetime:
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError(f"{number} is not a date")
    if _could_be_calendar_digits(number):
        raise ValueError(
            f"{number} could be a year or a day or a number of seconds; write it as 2020-02-20"
        )
    try:
        if abs(number) >= _FIRST_MILLISECOND:
            return _EPOCH + timedelta(milliseconds=number)
        return _EPOCH + timedelta(seconds=number)
    except OverflowError:
        raise ValueError(f"{_shown(number)} lies outside the years 1 to 9999") from None


def _could_be_calendar_digits(number: int | float) -> bool:
    """Whether the number looks like 2020 or 20200220 rather than like seconds since 1970."""
    if isinstance(number, float) or not 1000 <= number <= 99991231:
        return False
    if number <= 9999:
        return True
    try:
        datetime(number // 10000, number // 100 % 100, number % 100)
    except ValueError:
        return False
    return True


def _from_mail(text: str) -> datetime:
    from email.utils import parsedate_to_datetime  # slow to load, and few files need it

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise ValueError(f"{_shown(text)} is not a date of the calendar") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _from_parts(text: str, parts: dict[str, str | None]) -> datetime:
    month_name = parts.get("month_name")
    month = _MONTHS.get(month_name.lower(), 0) if month_name else int(parts["month"] or 0)
    fraction = parts.get("fraction")
    try:
        return datetime(
            int(parts["year"] or 0),
            month,
            int(parts["day"] or 0),
            _hour(int(parts["hour"] or 0), parts.get("half")),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            int(f"{fraction:0<6}"[:6]) if fraction else 0,
            tzinfo=_zone(parts.get("zone")),
        )
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a date of the calendar") from None


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _zone(text: str | None) -> timezone:
    return timezone.utc if text is None or text[0] not in "+-" else _offset(text)


@lru_cache(maxsize=128)
def _offset(text: str) -> timezone:
    digits = text[1:].replace(":", "")
    offset = timedelta(
        hours=int(digits[:2]), minutes=int(digits[2:4] or 0), seconds=int(digits[4:6] or 0)
    )
    return timezone(-offset if text[0] == "-" else offset)


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python writes out
        return "a number of very many digits"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
