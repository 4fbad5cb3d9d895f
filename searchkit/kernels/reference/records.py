"""Lines of JSON to records: the texts as they are indexed, the article as it is stored.

A line is **plain** when it is one JSON object (RFC 8259) in sound UTF-8, shorter than 2 GiB, and

- has up to MAX_RECORD_KEYS members and at least one; the keys hold no escapes, take up to 4,096
  bytes with one more for each, and `fields` knows what they are for;
- holds no half of a surrogate pair, no value of more than 32 arrays and objects within one
  another, and no number with an exponent or with more than 17 digits before or after its point;
- has an **id**: a line of up to 512 bytes, or an integer other than 0 where the object is no
  article's own form; or has none, and a URL that gives one;
- has a text, or nothing, for the **headline** and for the **body**. A body is not made of white
  space only, and the headline of an own form has none at its ends;
- has no **standfirst**, and a **summary** only if that is a text and there is a body;
- has no agencies beside authors among whom `value` finds agencies;
- has a headline, a body or captions, once white space is taken off the headline's ends;
- and `value` gives something for each other value, where these are not enough: for the URL, a
  line; for the captions, if they are no images, an array of texts none of which is empty or has
  white space at its ends; for the time, ISO 8601 as `2020-02-20`, `2020-02-20T10:30:00` or
  `2020-02-20 10:30:00+01:00` of the years 2 to 9998 (no time: midnight; no zone: UTC).

There is nothing where a value is null, or an empty text, array or object. A line is of printable
ASCII characters without a backslash, with no space at its ends nor two side by side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from searchkit.kernels import (
    IMAGES_FIELD,
    MAX_RECORD_KEYS,
    NO_TIME,
    OWN_FIELD,
    RECORD_FIELDS,
    REMEMBERED_KEYS,
    REMEMBERED_VALUE,
    REMEMBERED_VALUES,
)

if TYPE_CHECKING:
    from searchkit.kernels.records import Conversions
    from searchkit.kernels.telling import TellingWords

__all__ = ["Records"]

_Given = TypeVar("_Given")

_MAX_LINE_BYTES = (1 << 31) - 1
_MAX_KEY_BYTES = 4096
_MAX_ID_BYTES = 512
_DEEPEST = 32

_SPACE = r"[ \t\n\r]*"
_STRING = (
    r'"((?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    r'|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*)"'
)
_NUMBER = r"-?(?:0|[1-9][0-9]{0,16})(?:\.[0-9]{1,17})?(?![0-9.eE])"
_SIMPLE = re.compile(rf"{_STRING}|{_NUMBER}|true|false|null")
_KEY = re.compile(rf"{_STRING}{_SPACE}:{_SPACE}")
_OPENED = re.compile(rf"[\[{{]{_SPACE}")
_CLOSED = re.compile(rf"{_SPACE}[\]}}]")
_COMMA = re.compile(rf"{_SPACE},{_SPACE}")

_is_line = re.compile(r"[!-\[\]-~]+(?: [!-\[\]-~]+)*").fullmatch
_is_time = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}"
    r"(?:[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?"
).fullmatch
_YEAR_ONE = datetime(1, 1, 1, tzinfo=timezone.utc)


class _NotPlainError(Exception):
    """What ends the reading of a line that is not plain."""


class _Member(NamedTuple):
    """A value: as it stands in the line, what that is, and the flags of its field."""

    json: str
    value: Any
    flags: int

    @property
    def text(self) -> str | None:
        """A text as it stands between its quotes; None of any other value."""
        return self.json[1:-1] if isinstance(self.value, str) else None


class Records:
    """Reads lines. Not for several threads at once: the compiled one raises RuntimeError then.

    `reading.fields(keys)` gives, for the keys of an object in their order, the place in
    RECORD_FIELDS of each as a byte, with flags, and no place twice but that of ""; or None when
    such objects are not plain. `reading.value(field, flags, json)` gives what is made of a value
    and its part of the stored form; or None when the line is not plain. `reading.id_of_url(url)`
    gives the id of an article that has none, or None. The first two are asked once for what comes
    again and again. The value of authors is (authors, agencies), as bylines name these too.

    With `telling` an article that names no language gets that of its texts:
    `reading.told(number)` gives the value and the part of that which `telling` knows its body to
    be in by this number, and `reading.language(headline, body, captions)` of any other.
    """

    def __init__(self, reading: Conversions, telling: TellingWords | None = None) -> None:
        self._reading = reading
        self._telling = telling
        self._codes: dict[tuple[str, ...], bytes | None] = {}
        self._known: dict[tuple[str, int, bytes], tuple[Any, bytes] | None] = {}

    def read(self, lines: list[bytes]) -> list[tuple[Any, ...] | None]:
        """For each line, in bytes, its record, or None when it is not plain.

        A record is a tuple: id, headline, body, captions, published, section, publisher,
        authors, agencies, language, keywords, stored form, characters. The first three and the
        stored form are bytes, of UTF-8; published is a number, NO_TIME for none; captions are
        a tuple of texts, or as `value` gave them, like the others, () for none. The characters
        are those of the headline and the body. The compiled one releases the interpreter's lock
        while it parses.
        """
        if len(self._codes) > REMEMBERED_KEYS or len(self._known) > REMEMBERED_VALUES:
            self._codes.clear()
            self._known.clear()
        return [self._read(line) for line in lines]

    def _read(self, line: bytes) -> tuple[Any, ...] | None:
        try:
            if len(line) > _MAX_LINE_BYTES:
                return None
            return self._record(self._by_field(list(_members(line.decode()))))
        except (_NotPlainError, UnicodeDecodeError):
            return None

    def _by_field(self, members: list[tuple[str, str]]) -> dict[str, _Member]:
        """The values that are there, by their fields."""
        keys = tuple(key for key, _ in members)
        size = sum(len(key.encode()) + 1 for key in keys)
        if len(keys) > MAX_RECORD_KEYS or size > _MAX_KEY_BYTES or any("\\" in key for key in keys):
            raise _NotPlainError
        if keys not in self._codes:
            self._codes[keys] = self._reading.fields(keys)
        held = {}
        for code, (_, text) in zip(_or_not_plain(self._codes[keys]), members, strict=True):
            flags = code & (OWN_FIELD | IMAGES_FIELD)
            value = json.loads(text)
            if value not in (None, "", [], {}):
                held[RECORD_FIELDS[code - flags]] = _Member(text, value, flags)
        return held

    def _record(self, held: dict[str, _Member]) -> tuple[Any, ...]:
        summary = held.get("summary")
        if "standfirst" in held or (summary and (summary.text is None or "body" not in held)):
            raise _NotPlainError
        headline, body = _text(held.get("headline")), _text(held.get("body"))
        if headline != headline.strip():
            if held["headline"].flags & OWN_FIELD:
                raise _NotPlainError
            headline = headline.strip()
        if body.isspace():
            raise _NotPlainError
        article_id = self._id(held)
        stored = [b'"id":"%b"' % article_id]
        stored += [b'"headline":' + _as_json(headline)] if headline else []
        stored += [b'"body":' + _as_json(body)] if body else []
        made: dict[str, Any] = {"published": NO_TIME}
        texts = headline.encode(), body.encode()
        for field in RECORD_FIELDS[RECORD_FIELDS.index("captions") :]:
            if field in held and field != "summary":
                made[field], part = self._made(field, held[field])
                stored += [part] if part else []
                if field == "authors":
                    made["authors"], made["agencies"] = made["authors"]
                    if made["agencies"] and "agencies" in held:
                        raise _NotPlainError
            if field == "language" and self._telling and not made.get("language"):
                number = -1 if field in held else self._telling.number(texts[1])
                if number >= 0:
                    made["language"], part = self._reading.told(number)
                else:
                    asked = self._reading.language(*texts, made.get("captions", ()))
                    made["language"], part = asked
                stored += [part] if part else []
        if not (headline or body or made.get("captions")):
            raise _NotPlainError
        fields = ("section", "publisher", "authors", "agencies", "language", "keywords")
        values = (made.get(field, ()) for field in fields)
        whole = b"{%b}" % b",".join(stored)
        return (
            *(article_id, *texts, made.get("captions", ()), made["published"], *values),
            *(whole, len(headline) + len(body)),
        )

    def _id(self, held: dict[str, _Member]) -> bytes:
        member = held.get("id")
        if member is None:
            url = self._made("url", held["url"])[0] if "url" in held else None
            return _or_not_plain(self._reading.id_of_url(url) if url else None)
        is_number = type(member.value) is int and member.value != 0
        given = member.json if is_number and not member.flags & OWN_FIELD else member.text
        if given is None or not _is_line(given) or len(given) > _MAX_ID_BYTES:
            raise _NotPlainError
        return given.encode()

    def _made(self, field: str, member: _Member) -> tuple[Any, bytes]:
        """What the record has for a value, and its part of the stored form."""
        text = member.text
        if field == "url" and text is not None and _is_line(text):
            return text, b'"url":' + _as_json(text)
        if field == "published" and text is not None and (moment := _moment(text)):
            since = (moment - _YEAR_ONE) // timedelta(microseconds=1)
            return since + (1 << 63), b'"published":' + _as_json(moment.isoformat())
        if field == "captions" and not member.flags & IMAGES_FIELD and _are_texts(member.value):
            captions = [{"text": caption} for caption in member.value]
            return tuple(member.value), b'"captions":' + _as_json(captions)
        return self._asked(field, member)

    def _asked(self, field: str, member: _Member) -> tuple[Any, bytes]:
        given = member.json.encode()
        if field == "captions" or len(given) >= REMEMBERED_VALUE:
            return _or_not_plain(self._reading.value(field, member.flags, given))
        key = field, member.flags, given
        if key not in self._known:
            self._known[key] = self._reading.value(field, member.flags, given)
        return _or_not_plain(self._known[key])


def _members(text: str) -> Iterator[tuple[str, str]]:
    """The keys and the values of the object that the text is, as they stand in it."""
    place = len(text) - len(text.lstrip(" \t\n\r"))
    closing, place = _opened(text, place)
    while True:
        key = _or_not_plain(_KEY.match(text, place))
        place = _value_end(text, key.end())
        yield key[1], text[key.end() : place]
        if not (comma := _COMMA.match(text, place)):
            break
        place = comma.end()
    if closing != "}" or text[place:].strip(" \t\n\r") != "}":
        raise _NotPlainError


def _opened(text: str, place: int) -> tuple[str, int]:
    """How the array or object ends that begins there, and where its first item begins."""
    opening = _or_not_plain(_OPENED.match(text, place))
    return "]" if text[place] == "[" else "}", opening.end()


def _value_end(text: str, place: int, depth: int = 0) -> int:
    """The end of the value that begins at `place`."""
    if simple := _SIMPLE.match(text, place):
        return simple.end()
    closing, place = _opened(text, place)
    if depth == _DEEPEST:
        raise _NotPlainError
    if text[place : place + 1] == closing:
        return place + 1
    while True:
        if closing == "}":
            place = _or_not_plain(_KEY.match(text, place)).end()
        place = _value_end(text, place, depth + 1)
        if not (comma := _COMMA.match(text, place)):
            break
        place = comma.end()
    closed = _or_not_plain(_CLOSED.match(text, place))
    if not closed[0].endswith(closing):
        raise _NotPlainError
    return closed.end()


def _or_not_plain(given: _Given | None) -> _Given:
    if given is None:
        raise _NotPlainError
    return given


def _text(member: _Member | None) -> str:
    """The text of the headline or the body."""
    if member is None:
        return ""
    if member.text is None:
        raise _NotPlainError
    return str(member.value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, str) and each and each == each.strip() for each in value
    )


def _moment(text: str) -> datetime | None:
    """The time that this is, if it is one that is plain."""
    if not _is_time(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # a day that the calendar has not
        return None
    if not 1 < moment.year < 9999:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
