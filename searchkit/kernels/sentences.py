"""Does a sentence end at a full stop? What both twins of `fragments` ask."""

from __future__ import annotations

import re

__all__ = ["goes_on"]

# What is often cut short before a name or number; and letters with points between them.
_ABBREVIATIONS = frozenset(
    (
        *("Messrs", "Mlle", "Mme", "Mmes", "Mr", "Mrs", "Ms", "Sr", "Sra", "Jr", "Hon", "Rev"),
        *("Fr", "Dr", "Drs", "Prof", "Pres", "Gov", "Sen", "Sens", "Rep", "Reps", "Supt", "Adm"),
        *("Capt", "Cmdr", "Col", "Cpl", "Gen", "Lt", "Maj", "Sgt", "Co", "Corp", "Inc", "Ltd"),
        *("Bros", "St", "Sta", "Mt", "Ft", "Ave", "Blvd", "Rd", "Jan", "Feb", "Mar", "Apr", "Aug"),
        *("Sep", "Sept", "Oct", "Nov", "Dec", "No", "Nos", "Nr", "Art", "bzw", "ca", "etc", "pp"),
        "vs",
    )
)
_LONGEST_ABBREVIATION = 12
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_OPENING = "([{\"'“‘«"


def goes_on(text: str, place: int, end: int) -> bool:
    """Whether the point at `place`, after which a sentence would end at `end`, is that of an
    abbreviation, or the sentence goes on after an ellipsis.
    """
    if text[end + 1 : end + 2].islower():
        return True
    words = text[max(0, place - _LONGEST_ABBREVIATION) : place].split()
    word = words[-1].lstrip(_OPENING) if words else ""
    return word in _ABBREVIATIONS or bool(_INITIALS.fullmatch(word))
