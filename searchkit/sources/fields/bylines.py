"""Here is a byline or a list of agencies: whose names are in it?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "Byline",
    "is_agency",
    "is_capitalised",
    "labelled_names",
    "looks_like_names",
    "name_key",
    "split_agencies",
    "split_byline",
    "unlabelled_names",
    "word_set",
]


def word_set(text: str) -> frozenset[str]:
    """The words of a table such as those below."""
    return frozenset(text.split())


# Agencies whose reports newspapers print, without case, dots and spaces.
_NEWS_AGENCIES = word_set(
    """
    aap aapnews adnkronos afp agencefrancepresse agenciaefe anadolu anadoluagency ani anp ansa ap
    apa associatedpress ats belga bloomberg bloombergnews bns canadianpress thecanadianpress cna
    cp cns ctk čtk dapd ddp dpa dpaafx efe epd europapress ians interfax itartass jiji jijipress
    kna kyodo kyodonews lusa mti ntb pa pamedia pap presstrust pressassociation pti
    resourcenews reuters ria rianovosti ritzau rtr sda keystonesda sid stt tanjug tass
    theassociatedpress thepressassociation tt upi unitedpressinternational wam xinhua yonhap
    """
)
_PARTICLES = word_set(
    """
    a al an and ben bin d da dal das de degli dei del della der des di do dos du e el et für
    i ibn in la las le les los of och og pool s san te ten ter the to und van via
    vom von y zu zum zur
    """
)
_CONJUNCTIONS = re.compile(r"\s+(?:and|und|et|och|og|with|mit|&|\+)\s+", re.IGNORECASE)
# Words of a single letter that also stand inside names, as in Ortega y Gasset.
_SHORT_CONJUNCTIONS = re.compile(r"\s+(?:y|e|i)\s+")
_BY = re.compile(r"(?:by|written by|reported by|text by)\s*:?\s+(?=\S)", re.IGNORECASE)
# von and par are parts of names, too: only before a first name and a surname.
_BY_ELSEWHERE = re.compile(r"(?:von|par|por|text von|texte de)\s*:?\s+(?=\S+\s+\S)", re.IGNORECASE)
_LEADING_CONJUNCTION = re.compile(r"(?:and|und|et|y|&)\s+")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|esq|md|phd|dphil|cpa|rn|dds|jd)", re.IGNORECASE)

_LABELS = (
    "authors?|author\\(s\\)|by|written by|reported by|reporters?|reporting by|text by"
    "|autor|autorin|autoren|autorinnen|text von|von|redakteur|redakteurin|redaktion"
    "|auteure?s?|autrices?|par|texte de|r[ée]dact(?:eur|rice)s?|r[ée]daction"
    "|autora|autoras|autores|por|redactora?|redacci[óo]n"
    "|autrice|autore|autori|di|redazione|redac?[çc][ãa]o|auteur|door"
)
_LABELLED = re.compile(rf"(?:{_LABELS})\s*:\s*(\S.*)", re.IGNORECASE)
_UNLABELLED = re.compile(r"(?:By|BY|Von|Par|Por)\s+(\S.*)")

# Anything longer is prose.
_LONGEST_BYLINE = 200


@dataclass(frozen=True, slots=True)
class Byline:
    """The people and the news agencies of a byline, in its order."""

    authors: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()


def split_byline(text: str) -> Byline:
    """The names in a byline such as `By Jane Doe and John Roe, Reuters`.

    Semicolons part names that hold commas (Doe, Jane; Roe, John); a single `Doe, Jane` is
    one name, as are those with Jr. or PhD. Nothing of the text is dropped but the `By` and
    what parts the names.
    """
    line = " ".join(text.split())
    for prefix in (_BY, _BY_ELSEWHERE):
        line = line[match.end() :] if (match := prefix.match(line)) else line
    names = [name for part in _parted(line) for name in _joined_by_and(part)]
    names = [name for name in (name.strip(" ,;|·•\"'“”") for name in names) if name]
    agencies = _unique(name for name in names if is_agency(name))
    return Byline(_unique(name for name in names if name not in agencies), agencies)


def split_agencies(text: str) -> tuple[str, ...]:
    """The names in a list of agencies such as `AP, Reuters`, `dpa/epd` or `AFP und dpa`."""
    parts = re.split(r"\s*[,;/]\s*|\s+(?:and|und|et|y|e|&|\+)\s+", " ".join(text.split()))
    return _unique(part for part in parts if part)


def is_agency(name: str) -> bool:
    """Whether this is the name of a news agency."""
    return name_key(name) in _NEWS_AGENCIES


def labelled_names(line: str) -> str | None:
    """The names in a line such as `Author: Jane Doe`; None for any other line."""
    match = _LABELLED.fullmatch(line) if len(line) <= _LONGEST_BYLINE else None
    if match and (len(match[1].split()) <= 4 or looks_like_names(match[1])):
        return match[1]
    return None


def unlabelled_names(line: str) -> str | None:
    """The names in a line such as `By Jane Doe`; None for any other line."""
    match = _UNLABELLED.fullmatch(line) if len(line) <= _LONGEST_BYLINE else None
    return match[1] if match and looks_like_names(match[1]) else None


def looks_like_names(text: str) -> bool:
    """Whether all words are capitalised as in names: `Jane Doe`, `Museum of the Sea`."""
    parts = re.findall(r"[^\s,;&/]+", text)
    names = [word for word in parts if word.strip(".'’").casefold() not in _PARTICLES]
    return 2 <= len(parts) <= 40 and bool(names) and all(is_capitalised(word) for word in names)


def _parted(line: str) -> list[str]:
    """The line, whose spaces are single, parted at its semicolons, slashes or commas."""
    for separated in (line.replace("|", ";").split(";"), line.split(" / ")):
        parts = [part.strip() for part in separated if part.strip()]
        if len(parts) > 1:
            return parts
    parts = [part.strip() for part in line.split(",") if part.strip()]
    if len(parts) == 2 and not any(" " in part for part in parts) and not is_agency(parts[1]):
        return [line]  # Doe, Jane
    names: list[str] = []
    for part in parts:
        if names and _SUFFIX.fullmatch(part.replace(".", "")):
            names[-1] = f"{names[-1]}, {part}"
        else:
            conjunction = _LEADING_CONJUNCTION.match(part)
            names.append(part[conjunction.end() :] if conjunction else part)
    return names


def _joined_by_and(part: str) -> list[str]:
    if part.count(" ") < 2:  # nothing between two spaces
        return [part]
    names = _CONJUNCTIONS.split(part)
    if len(names) == 1:
        halves = _SHORT_CONJUNCTIONS.split(part)
        if all(" " in half for half in halves):
            return halves
    return names


def is_capitalised(word: str) -> bool:
    """Whether the first letter of `word` is a capital, or is of a script that has none."""
    first = next((character for character in word if character.isalpha()), "")
    # So is d'Estaing.
    return bool(first) and (not first.islower() or bool(re.search(r"['’][^\W\d_]", word)))


def name_key(name: str) -> str:
    """`name` in lower case, without spaces, dots and hyphens."""
    return "".join(filter(str.isalnum, name)).casefold()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
