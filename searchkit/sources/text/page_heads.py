"""Here is the first line of a page that was saved as text: what does it say?

     date 2020-02-19  Headline | Section | Publisher | 20.02.2020

So it is in the layout that `saved_page` describes. Others have other dates and separators, or the
names in the opposite order:

    Headline - Section - Publisher
    Published: 20 February 2020 | Headline | Publisher
    Publisher » Section » Headline
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from searchkit.sources.fields.dates import parse_date

__all__ = ["Head", "date_in", "other_head", "saved_head"]

_FIRST_LINE = re.compile(r"\s*date\s+([0-9]{4}-[0-9]{2}-[0-9]{2})\s+(\S.*)", re.IGNORECASE)
_ONLY_DIGITS = re.compile(r"[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}")
_DATE_LABEL = re.compile(
    r"(?:(?:date|datum|fecha|data|published|posted|updated|veröffentlicht|publié|publicado)"
    r"(?:\s+(?:on|am|le|el))?\s*:?|stand\s*:)\s+(?=\S)",
    re.IGNORECASE,
)

# What stands before the last so many bars of the first line is headline, bars and all.
_MOST_BARS = 8
_SEPARATORS = (" | ", " :: ", " » ", " · ", " — ", " – ", " - ")
_LONGEST_LINE = 1000
# Thursday, 20 February 2020 at 10:30 am UTC
_MOST_WORDS_OF_A_DATE = 8


@dataclass(frozen=True, slots=True)
class Head:
    """What the first line says: headline, section and publisher, as far as they are there, in
    this order; what stood between them, empty if nothing did; and remarks.
    """

    parts: tuple[str, ...]
    published: datetime | None
    separator: str
    remarks: tuple[str, ...] = ()


def saved_head(line: str) -> Head | None:
    """What is in the first line of a saved page; None in any other."""
    match = _FIRST_LINE.fullmatch(line.rstrip())
    return _read_head(match[1], match[2]) if match else None


def _read_head(saved: str, rest: str) -> Head:
    line = " ".join(rest.split())
    separator = " | " if " | " in line else ""
    parts = [part.strip() for part in f"{line} ".rsplit(" | ", _MOST_BARS)]
    parts = [part for part in parts if part] or [line]
    dates = [saved]
    if len(parts) > 1 and _is_date(parts[-1]):
        dates.insert(0, parts.pop())
    remarks: list[str] = []
    for date in dates:
        try:
            return Head(tuple(parts), parse_date(date), separator, tuple(remarks))
        except ValueError as error:  # noqa: PERF203  # at most twice
            remarks.append(f"published: {error}")
    return Head(tuple(parts), None, separator, tuple(remarks))


def _is_date(part: str) -> bool:
    """Whether this is a date, or digits that mean to be one."""
    return bool(_ONLY_DIGITS.fullmatch(part)) or _date(part) is not None


def _date(text: str) -> datetime | None:
    try:
        return None if text.isdigit() else parse_date(text)
    except ValueError:
        return None


def date_in(line: str) -> datetime | None:
    """The date in a line that holds nothing else but perhaps a label: `Published: 20 Feb 2020`."""
    label = _DATE_LABEL.match(line)
    return _date(line[label.end() :] if label else line)


def other_head(line: str) -> Head | None:
    """What may be in the first line of a page of another layout, of which the headline has to be
    found below; None when nothing parts it and it has no date.
    """
    line = " ".join(line.split())
    if len(line) > _LONGEST_LINE:
        return None
    published, rest = _leading_date(line)
    separator = next((each for each in _SEPARATORS if each in rest), "")
    parts = rest.rsplit(separator, _MOST_BARS) if separator else [rest]
    parts = [part for part in map(str.strip, parts) if part]
    for place in (-1, 0):  # the date of the page counts, not that at the very beginning
        found = date_in(parts[place]) if len(parts) > 1 else None
        if found is not None:
            published = found
            del parts[place]
            break
    if not parts or (len(parts) == 1 and published is None):
        return None
    return Head(tuple(parts), published, separator)


def _leading_date(line: str) -> tuple[datetime | None, str]:
    """The date with which the line begins, and what comes after it and a separator."""
    label = _DATE_LABEL.match(line)
    words = (line[label.end() :] if label else line).split(" ")
    for count in range(min(len(words) - 1, _MOST_WORDS_OF_A_DATE), 0, -1):
        found = _date(" ".join(words[:count]).rstrip(",:"))
        if found is not None:
            return found, re.sub(r"^(?:[|·—–»-]|::)\s+", "", " ".join(words[count:]))
    return None, line
