"""Here is a text that is no saved page: which article is it, as its first lines say?

The first line is the headline and the rest the body, but for what surely is something else: lines
of `Key: value` at the beginning or below the headline, a byline and a date there, and captions
that are announced (see `caption_lines`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from searchkit.sources.fields.bylines import (
    is_agency,
    labelled_names,
    unlabelled_names,
    word_set,
)
from searchkit.sources.fields.records import RecordReader, field_of
from searchkit.sources.text.caption_lines import caption_in, with_caption, without_caption_lines
from searchkit.sources.text.page_heads import date_in
from searchkit.sources.text.saved_page import SavedPage

__all__ = ["parse_text"]

_KEY_LINE = re.compile(r" {0,3}([^\W\d_][\w /()-]{0,30}?) {0,3}:(?:\s+(\S.*))?")
_READER = RecordReader()

# In other languages than those of records, and what only people write.
_OTHER_KEYS = {
    key: name
    for name, keys in {
        "headline": "titel überschrift schlagzeile titre título titolo",
        "published": "datum veröffentlicht fecha data publié publicado posted",
        "authors": "by von autor autorin autoren auteur auteurs autora autore autori",
        "publisher": "quelle zeitung fuente fonte journal paper",
        "language": "sprache langue idioma lingua",
        "section": "rubrik rubrique sección sezione",
        "keywords": "schlagwörter stichwörter",
        "standfirst": "untertitel vorspann",
    }.items()
    for key in word_set(keys)
}
# A head is more than one line, and of these there is one in it.
_FEWEST = 2
_TELLING = frozenset({"headline", "published", "authors", "url"})
_SEVERAL = {"authors": "; ", "keywords": ", ", "agencies": ", ", "standfirst": "\n\n"}

# Captions have their own labels, and an id that somebody wrote may be that of another text.
_LEFT_IN_TEXT = frozenset({"captions", "id"})

# So many lines below the headline may be a byline or a date.
_LINES_OF_BYLINES = 3
_LONGEST_BYLINE = 200
_BETWEEN = re.compile(r"\s+[|·–—-]\s+|,\s+|\s+on\s+")


@dataclass(slots=True)
class _Said:
    """What lines say: texts by their fields, and captions."""

    record: dict[str, Any] = field(default_factory=dict)
    captions: list[Any] = field(default_factory=list)

    def add(self, name: str, text: str) -> bool:
        """Takes a text for a field, unless that has one already and cannot have two."""
        if name in self.record and name not in _SEVERAL:
            return False
        before = self.record.get(name)
        self.record[name] = text if before is None else f"{before}{_SEVERAL[name]}{text}"
        return True


def parse_text(text: str) -> SavedPage:
    r"""The article in a text, whose newlines are \n, and which is more than white space."""
    lines = text.lstrip().split("\n")
    said = _Said()
    rest = _without_head(lines, said)
    if rest is None:
        said.record["headline"] = lines[0]
        rest = _without_head(lines[1:], said)
        if rest is None:
            rest = _without_bylines(lines[1:], said)
    elif "headline" not in said.record:
        first = next((n for n, line in enumerate(rest) if line.strip()), len(rest))
        said.record["headline"] = "".join(rest[first : first + 1])
        rest = rest[first + 1 :]
    body, captions = without_caption_lines("\n".join(rest).strip("\n").rstrip())
    record = {**said.record, "body": body.strip("\n").rstrip()}
    publisher = record.get("publisher", "")
    if is_agency(publisher):
        record["agencies"] = record.pop("publisher")
    record["captions"] = [each.to_dict() for each in (*said.captions, *captions)]
    if not (record["headline"].strip() or record["body"] or record["captions"]):
        record["headline"] = text
    remarks: list[tuple[str, str]] = []
    article = _READER.read(record, remarks, is_sound=True)
    return SavedPage(article, tuple(remark for _, remark in remarks))


# Lines of keys and values


def _without_head(lines: list[str], said: _Said) -> list[str] | None:
    """The lines after those of keys and values at their beginning, which are added to what is said,
    and before them those with keys that say nothing; None if they do not begin so.
    """
    found = _Said()
    kept: list[str] = []
    fields: set[str] = set()
    end = 0
    for place, line in enumerate(lines):
        match = _KEY_LINE.fullmatch(line.rstrip())
        name = _field_of(match[1]) if match else None
        if match is not None and name == "body":
            kept.append(match[2] or "")
            end = place + 1
            break
        caption = caption_in(line)
        if caption is not None:
            with_caption(found.captions, caption)
        elif (
            match is not None
            and name
            and match[2]
            and name not in said.record
            and found.add(name, match[2])
        ):
            fields.add(name)
        elif match is not None and end == place and fields:
            kept.append(line)
        elif line.strip():
            break
        else:
            continue  # perhaps the next line is one again
        end = place + 1
    if len(fields) < _FEWEST or not fields & _TELLING:
        return None
    for name in found.record:
        said.add(name, found.record[name])
    said.captions += found.captions
    return kept + lines[end:]


def _field_of(key: str) -> str | None:
    name = field_of(key) or _OTHER_KEYS.get(key.casefold())
    return None if name in _LEFT_IN_TEXT else name


# Bylines


def _without_bylines(lines: list[str], said: _Said) -> list[str]:
    """The lines without those of the first that say who wrote the text, and when, and without the
    empty ones after them.
    """
    kept: list[str] = []
    seen = 0
    was_taken = False
    for place, line in enumerate(lines):
        stripped = line.strip()
        if stripped and seen == _LINES_OF_BYLINES:
            return kept + lines[place:]
        seen += bool(stripped)
        found = _byline_and_date(stripped)
        was_taken = _taken(found, said) if found else was_taken and not stripped
        if not was_taken:
            kept.append(line)
    return kept


def _taken(found: tuple[str | None, datetime | None], said: _Said) -> bool:
    names, published = found
    if names and "authors" in said.record:
        return False
    if published and "published" in said.record:
        return False
    if names:
        said.record["authors"] = names
    if published:
        said.record["published"] = published.isoformat()
    return True


def _byline_and_date(line: str) -> tuple[str | None, datetime | None] | None:
    """The names and the date in a line that holds nothing else."""
    if not line or len(line) > _LONGEST_BYLINE:
        return None
    if (date := date_in(line)) is not None:
        return None, date
    for between in _BETWEEN.finditer(line):
        one, other = line[: between.start()], line[between.end() :]
        for names, moment in ((_names(one), date_in(other)), (_names(other), date_in(one))):
            if names and moment:
                return names, moment
    names = _names(line)
    return (names, None) if names else None


def _names(text: str) -> str | None:
    return labelled_names(text) or unlabelled_names(text)
