"""Where may a text be cut, so that what is shown reads well?"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left

from searchkit.analysis import Marks

__all__ = ["FRAGMENT_CHARACTERS", "cut"]

# Two lines of a terminal. What is shown is longer only where a single match is.
FRAGMENT_CHARACTERS = 180

# A sentence is cut off at its end where that leaves out less than this.
_NEAR = 60

# A full stop of scripts that have no spaces, or another one that white space follows. That both
# begin with a set of characters makes the search five times as fast.
_STOP = re.compile(
    r"""[.!?…؟۔।॥።။。！？｡](?:(?<=[。！？｡])["'”’」』）》]*|[.!?…]*["'”’»)\]]*(?=\s))"""
)
# What is often cut short before a name or number; and letters with points between them.
_ABBREVIATIONS = frozenset(
    (
        *(
            "Messrs",
            "Mlle",
            "Mme",
            "Mmes",
            "Mr",
            "Mrs",
            "Ms",
            "Sr",
            "Sra",
            "Jr",
            "Hon",
            "Rev",
            "Fr",
        ),
        *("Dr", "Drs", "Prof", "Pres", "Gov", "Sen", "Sens", "Rep", "Reps", "Supt", "Adm", "Capt"),
        *(
            "Cmdr",
            "Col",
            "Cpl",
            "Gen",
            "Lt",
            "Maj",
            "Sgt",
            "Co",
            "Corp",
            "Inc",
            "Ltd",
            "Bros",
            "St",
        ),
        *("Sta", "Mt", "Ft", "Ave", "Blvd", "Rd", "Jan", "Feb", "Mar", "Apr", "Aug", "Sep", "Sept"),
        *("Oct", "Nov", "Dec", "No", "Nos", "Nr", "Art", "bzw", "ca", "etc", "pp", "vs"),
    )
)
_LONGEST_ABBREVIATION = 12
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_OPENING = "([{\"'“‘«"


def cut(
    text: str, begin: int, first: int, last: int, floor: int, ceiling: int, marks: Marks
) -> tuple[int, int]:
    """The half-open range to show around the one from `first` to `last`, between `floor` and
    `ceiling`, which are no bad places to cut.

    Of the whole, `text` has what is from `begin` on, and 2 * FRAGMENT_CHARACTERS on both sides at
    least, or all that there is; `marks` are all matches of the whole. It begins and ends with a
    line or a sentence where one does near by, otherwise with a word, and where there is no space
    it leaves matches and combining sequences whole.
    """
    room = max(0, FRAGMENT_CHARACTERS - (last - first))
    start = _start(text, begin, max(floor, first - room // 2) - begin, first - begin, marks)
    highest = min(ceiling, start + max(FRAGMENT_CHARACTERS, last - start))
    return start, _end(text, begin, last - begin, highest - begin, marks)


def _start(text: str, begin: int, lowest: int, first: int, marks: Marks) -> int:
    start = text.rfind("\n", lowest, first)
    if start < 0:
        start = 0 if lowest == 0 else _last_sentence_end(text, lowest, first)
    if start < 0:
        start = text.find(" ", lowest - 1, first)
    if start < 0:
        start = lowest
    while start < first and (text[start].isspace() or _splits(text, begin, start, marks)):
        start += 1
    return begin + start


def _end(text: str, begin: int, last: int, highest: int, marks: Marks) -> int:
    end = text.find("\n", last, highest)
    if end < 0 and highest == len(text):
        end = highest
    if end < 0:
        end = _last_sentence_end(text, max(last, highest - _NEAR), highest)
    if end < 0:
        end = text.rfind(" ", last, highest + 1)
    if end < 0:
        end = highest
    while end > last and (text[end - 1].isspace() or _splits(text, begin, end, marks)):
        end -= 1
    return begin + end


def _last_sentence_end(text: str, start: int, end: int) -> int:
    """Where the last sentence ends that ends within ``text[start:end]``, or -1."""
    found = -1
    # One character more, since white space tells the end of most.
    for stop in _STOP.finditer(text, start, end + 1):
        place = stop.end()
        if place <= end and not (text[stop.start()] in ".…" and _goes_on(text, stop)):
            found = place
    return found


def _goes_on(text: str, stop: re.Match[str]) -> bool:
    """Whether a point is that of an abbreviation, or the sentence goes on after an ellipsis."""
    place, end = stop.span()
    if text[end + 1 : end + 2].islower():
        return True
    words = text[max(0, place - _LONGEST_ABBREVIATION) : place].split()
    word = words[-1].lstrip(_OPENING) if words else ""
    return word in _ABBREVIATIONS or bool(_INITIALS.fullmatch(word))


def _splits(text: str, begin: int, place: int, marks: Marks) -> bool:
    """Whether a cut there divides a match, or a character from what combines with it."""
    starts, ends, _ = marks
    before = bisect_left(starts, begin + place) - 1
    if before >= 0 and begin + place < ends[before]:
        return True
    if not 0 < place < len(text) or text[place - 1 : place + 1].isascii():
        return False
    joiner = "\u200d"
    return unicodedata.category(text[place])[0] == "M" or joiner in text[place - 1 : place + 1]
