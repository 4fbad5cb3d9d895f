"""Here is a JSON value: what does the article's field make of it?

Each conversion takes a value that is not empty and the key it stood under. What it returns
is false when there is nothing for the field in it; it raises UnreadableError for a type
that the field cannot have, UnusableError for what cannot be used though it belongs there, and
ArticleError for a number whose digits are lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from searchkit.article import MAX_ID_BYTES, Caption
from searchkit.errors import ArticleError
from searchkit.sources.fields.bylines import Byline, split_agencies, split_byline
from searchkit.sources.fields.dates import parse_date
from searchkit.sources.fields.keys import KeyTable, by_field

__all__ = [
    "CONVERSIONS",
    "UnreadableError",
    "UnusableError",
    "WrittenFloat",
    "conversion_of_text",
    "shown",
    "speaks_of_captions",
    "unique",
]

_CAPTION_ALIASES: dict[str, tuple[str, ...]] = {
    "text": ("text", "caption", "description", "legend", "captiontext", "content"),
    "title": ("title", "headline", "name"),
    "credit": ("credit", "credits", "photographer", "copyright", "byline", "source", "agency"),
    "alt": ("alt", "alttext", "alternativetext"),
    "gallery": ("gallery", "gallerytitle"),
}
_PERSON_ALIASES: dict[str, tuple[str, ...]] = {
    "name": ("name", "fullname", "displayname", "author", "original"),
    "given": ("firstname", "givenname", "first"),
    "family": ("lastname", "familyname", "surname", "last"),
}
# Where the text is in an object that wraps it: {"rendered": "..."}, {"$oid": "..."}.
_WRAPPER_ALIASES: dict[str, tuple[str, ...]] = {
    "": ("text", "value", "main", "rendered", "name", "title", "content", "oid", "date")
}

# What is remembered is bounded, so that a file of other values in each line costs time only.
_REMEMBERED_TEXTS = 4096
_REMEMBERED_CHARACTERS = 200

# From here on a parser of JSON may have made a float of an integer, as orjson does.
_FIRST_INEXACT = 2.0**63

# An image that is given by its address alone has no words.
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|data:|/)\S*|\S+\.(?:jpe?g|png|gif|webp|svg|avif|tiff?)",
    re.IGNORECASE,
)

_Read = TypeVar("_Read")

_caption_keys = KeyTable(_CAPTION_ALIASES, by_field)
_person_keys = KeyTable(_PERSON_ALIASES, by_field)
_wrapper_keys = KeyTable(_WRAPPER_ALIASES, by_field)


class UnreadableError(ValueError):
    """A value of a type that the field cannot have."""


class UnusableError(ValueError):
    """A value that belongs into the field and cannot be used; the message says why."""


class WrittenFloat(float):
    """A number that was written with a point or an exponent, and so is no integer cut short."""


def _as_text(value: Any, separator: str) -> str:
    """The text in a string, a number, a list of those, or an object that wraps one."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if type(value) is float and abs(value) >= _FIRST_INEXACT:
            raise ArticleError(f"{value} has lost digits, being a float; write it as a string")
        return str(value)
    if isinstance(value, list):
        parts = _each(value, lambda part: _as_text(part, separator))
        return separator.join(part for part in parts if part.strip())
    if isinstance(value, dict):
        for _, keys in _wrapper_keys[tuple(value)]:
            return _as_text(value[keys[0]], separator)
    raise UnreadableError


def _each(value: Any, read: Callable[[Any], _Read]) -> list[_Read]:
    """What `read` makes of each item of a list, or of a single value; items that it cannot
    use are passed over, unless there are no others.
    """
    found = []
    unreadable = None
    for item in value if isinstance(value, list) else [value]:
        try:
            found.append(read(item))
        except UnreadableError as error:  # noqa: PERF203  # lists are short
            unreadable = error
    if unreadable and not found:
        raise unreadable
    return found


def _identifier(value: Any, _: str = "") -> str:
    line = _line(value)
    short = len(line) <= MAX_ID_BYTES // 4  # no character takes more bytes
    if line.isprintable() and (short or len(line.encode()) <= MAX_ID_BYTES):
        return line
    reason = f"longer than {MAX_ID_BYTES} bytes or not printable; another one was derived"
    raise UnusableError(f"{shown(line)} is {reason}")


def _headline(value: Any, _: str) -> str:
    return _as_text(value, " ").strip()


def _line(value: Any, _: str = "") -> str:
    return " ".join((value if type(value) is str else _as_text(value, ", ")).split())


def _paragraphs(value: Any, _: str = "") -> str:
    text = value if type(value) is str else _as_text(value, "\n\n")
    return "" if text.isspace() else text


def _captions(value: Any, key: str) -> tuple[Caption, ...]:
    may_be_address = not speaks_of_captions(key)
    captions = []
    gallery = ""
    for caption in _each(value, lambda item: _caption(item, may_be_address)):
        if caption.gallery:  # on its first slide only
            repeated = caption.gallery == gallery
            gallery = caption.gallery
            caption = replace(caption, gallery="") if repeated else caption
        if caption.text or caption.searchable:
            captions.append(caption)
    return tuple(captions)


def speaks_of_captions(key: str) -> bool:
    """Whether what stands under the key is words whatever they look like; images are mostly
    given by their addresses.
    """
    return "caption" in key.casefold()


def _caption(item: Any, may_be_address: bool) -> Caption:
    if not isinstance(item, dict):
        text = _as_text(item, " ").strip()
        return Caption(text="" if may_be_address and _ADDRESS.fullmatch(text) else text)
    held = [(field, item[key]) for field, keys in _caption_keys[tuple(item)] for key in keys]
    texts = _each(held, lambda part: (part[0], _as_text(part[1], " ").strip()))
    # Reversed, so that of two texts for a field the preferred one comes last and stays.
    return Caption(**{field: text for field, text in reversed(texts) if text})


def _date(value: Any, _: str = "") -> datetime:
    # {"$date": ...}
    while type(value) is not str and isinstance(value, (dict, list)) and len(value) == 1:
        value = value[0] if isinstance(value, list) else next(iter(value.values()))
    try:
        return parse_date(value)
    except ValueError as error:
        raise UnusableError(str(error)) from error


def _byline(value: Any, _: str) -> Byline:
    """A string is a byline and may hold several names; in a list each entry is one, unless
    it begins with By.
    """
    if isinstance(value, str):
        return split_byline(value)
    bylines = _each(value, _byline_of_entry)
    return Byline(
        authors=unique(name for byline in bylines for name in byline.authors),
        agencies=unique(name for byline in bylines for name in byline.agencies),
    )


def _byline_of_entry(entry: Any) -> Byline:
    text = _person(entry) if isinstance(entry, dict) else _as_text(entry, ", ")
    if text.lstrip()[:3].casefold() == "by ":
        return split_byline(text)
    return Byline(authors=(" ".join(text.split()),) if text.strip() else ())


def _person(item: dict[str, Any]) -> str:
    held = dict(_person_keys[tuple(item)])
    names = (_as_text(item[key], " ") for key in held.get("name", ()))
    name = next((name for name in names if name.strip()), "")
    if not name:
        halves = (*held.get("given", ())[:1], *held.get("family", ())[:1])
        name = " ".join(_as_text(item[key], " ") for key in halves)
    if not name.strip():
        raise UnreadableError
    return name


def _agencies(value: Any, _: str) -> tuple[str, ...]:
    return split_agencies(value) if isinstance(value, str) else _lines(value)


def _keywords(value: Any, _: str) -> tuple[str, ...]:
    return _lines(value.replace(";", ",").split(",") if isinstance(value, str) else value)


def _lines(value: Any) -> tuple[str, ...]:
    return unique(filter(None, _each(value, _line)))


CONVERSIONS: dict[str, Callable[[Any, str], Any]] = {
    "id": _identifier,
    "headline": _headline,
    "body": _paragraphs,
    "captions": _captions,
    "published": _date,
    "authors": _byline,
    "section": _line,
    "publisher": _line,
    "agencies": _agencies,
    "language": _line,
    "url": _line,
    "keywords": _keywords,
    "standfirst": _paragraphs,
    "summary": _paragraphs,
}


class _Remembered(dict[str, Any]):
    """What a conversion makes of a text, found again with `[]`: the same few people, sections
    and agencies stand in record after record.
    """

    def __init__(self, convert: Callable[[str], Any]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> Any:
        converted = self._convert(text)
        if len(text) <= _REMEMBERED_CHARACTERS:
            if len(self) >= _REMEMBERED_TEXTS:
                self.clear()
            self[text] = converted
        return converted


# The short ways of texts, which nearly all values are.
_OF_TEXT: dict[str, Callable[[str], Any]] = {
    "id": _identifier,
    "headline": str.strip,
    "body": _paragraphs,
    "url": _line,
    "published": _date,
    **{field: _Remembered(_line).__getitem__ for field in ("section", "publisher", "language")},
    "authors": _Remembered(split_byline).__getitem__,
    "agencies": _Remembered(split_agencies).__getitem__,
}


def conversion_of_text(field: str, key: str) -> Callable[[str], Any]:
    """What makes of a text, not an empty one, the same as the field's entry in CONVERSIONS."""
    return _OF_TEXT.get(field) or (lambda text: CONVERSIONS[field](text, key))


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repetitions, in their order."""
    return tuple(dict.fromkeys(names))


def shown(value: object) -> str:
    """The value as it can be told, on one line and cut short."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
