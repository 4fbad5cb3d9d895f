"""Here are lines of JSON: which are plain, and so read by the kernel?

A line that is not plain may be anything: a record with two keys for one field, with a date
that cannot be read, in another encoding, or no record. It is left to `RecordReader`, with
which the kernel agrees on all others.
"""

from __future__ import annotations

import functools
from typing import Any

import orjson

from searchkit.analysis.language_detection import TELLING, language_looked_for, language_told
from searchkit.article import Article, id_of_page
from searchkit.kernels import IMAGES_FIELD, NO_TIME, OWN_FIELD, RECORD_FIELDS
from searchkit.kernels.records import Records
from searchkit.record import Record, published_key, stored_part
from searchkit.schema import FILTER_FIELDS
from searchkit.sources.fields.records import RecordReader, first_value
from searchkit.sources.fields.values import speaks_of_captions

__all__ = ["PlainLines"]

_CODES = {field: code for code, field in enumerate(RECORD_FIELDS)}


class PlainLines:
    """Reads lines whose objects a RecordReader would read, without making Articles of them.

    Such a line is one of which the reader would have nothing to remark. A record that names no
    language gets that of its texts with `detect_language`, where it is clear.
    """

    def __init__(self, reader: RecordReader, *, detect_language: bool = False) -> None:
        self._records = Records(_Answers(reader), TELLING if detect_language else None)

    def read(self, lines: list[bytes]) -> list[Record | None]:
        """The record of each line, or None when it is not plain."""
        # In half the time of Record(*row).
        new = tuple.__new__
        return [new(Record, row) if row else None for row in self._records.read(lines)]


class _Answers:
    """What the kernel asks for."""

    def __init__(self, reader: RecordReader) -> None:
        self._reader = reader

    def fields(self, keys: tuple[str, ...]) -> bytes | None:
        """The field of each key; None where a key comes twice, or a field has several keys, or
        several fields have one, as a mapping may want it; or where they are deeper within.
        """
        if not self._reader.is_flat(keys):
            return None
        found, own = self._reader.fields(keys)
        held = [key for of_field in found.values() for key in of_field]
        if not len(held) == len(set(held)) == len(found) or len(set(keys)) < len(keys):
            return None
        codes = dict.fromkeys(keys, OWN_FIELD if own else 0)
        for field, (key,) in found.items():
            images = field == "captions" and not speaks_of_captions(key)
            codes[key] |= _CODES[field] | (IMAGES_FIELD if images else 0)
        return bytes(codes.values())

    def value(self, field: str, flags: int, json: bytes) -> tuple[Any, bytes] | None:
        """What a Record has for the field of this value, and the part of its stored form."""
        key = "images" if flags & IMAGES_FIELD else field
        remarks: list[tuple[str, str]] = []
        try:
            value = orjson.loads(json)
            found = first_value({key: value}, field, (key,), remarks)
            if remarks or (flags & OWN_FIELD and not _is_as_given(field, value, found)):
                return None
        except ValueError:  # ArticleError, UnusableError, and JSON that orjson does not read
            return None
        if field != "authors":
            return _value_of_record(field, found), stored_part(field, found)
        authors, agencies = (found.authors, found.agencies) if found else ((), ())
        parts = stored_part("authors", authors), stored_part("agencies", agencies)
        return (authors, agencies), b",".join(filter(None, parts))

    def id_of_url(self, url: str) -> bytes | None:
        """The id of an article that has none, from its address."""
        found = id_of_page(url)
        return found.encode() if found else None

    def told(self, number: int) -> tuple[tuple[str, ...], bytes]:
        """What a Record has for the language with this number, and the part of its stored form."""
        return _as_language(language_told(number))

    def language(
        self, headline: bytes, body: bytes, captions: tuple[str, ...]
    ) -> tuple[tuple[str, ...], bytes]:
        """The same of the language that these texts are in."""
        return _as_language(language_looked_for(headline, body, captions))


@functools.lru_cache(maxsize=1024)
def _as_language(code: str) -> tuple[tuple[str, ...], bytes]:
    return (code,) if code else (), stored_part("language", code)


def _is_as_given(field: str, value: Any, found: Any) -> bool:
    """Whether the field of an article's own form would be the same, which is left as it is."""
    own = getattr(Article.from_dict({"id": "-", field: value}), field)
    if field == "authors" and found:
        return not found.agencies and bool(own == found.authors)
    return bool(own == found)


def _value_of_record(field: str, found: Any) -> Any:
    if field == "captions":
        return tuple(caption.searchable for caption in found or ())
    if field == "published":
        return published_key(found) if found else NO_TIME
    if field in FILTER_FIELDS and isinstance(found, str):
        return (found,) if found else ()
    return found or ()
