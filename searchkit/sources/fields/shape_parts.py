"""Here is a value in an object of some vocabulary: what is it as others expect it?

Whatever is not as it should be gives nothing, or is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from searchkit.sources.fields.markup import plain_text_of, text_and_pictures

__all__ = [
    "Record",
    "body_and_pictures",
    "captions_of",
    "first_of",
    "list_of",
    "names_of",
    "object_of",
    "plain_text",
    "text_of_markup",
    "text_or_names",
]

Record = dict[str, Any]

_LOOKS_LIKE_MARKUP = re.compile(r"<(?:/?[a-z][a-z0-9]*|br ?/)(?:\s[^<>]{0,400})?>", re.IGNORECASE)


def object_of(value: Any) -> Record:
    """The object; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """The list; a list of the value in place of anything else, an empty one for None."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def first_of(values: Iterable[Any]) -> Any:
    """The first that is anything; None when none is."""
    return next((value for value in values if value), None)


def names_of(values: Any) -> list[Any]:
    """The names of people, organisations or terms, which are given by them or as objects."""
    found = []
    for value in list_of(values):
        name = value
        if isinstance(value, dict):
            name = value.get("name") or value.get("@value") or value.get("alternateName")
        found += [each for each in list_of(name) if isinstance(each, str) and each.strip()]
    return found


def text_or_names(value: Any) -> Any:
    """The text, or the names in anything else."""
    return value if isinstance(value, str) else names_of(value)


def captions_of(pictures: Iterable[Record]) -> list[Record]:
    """Those that say anything, each once: an interface gives one picture in several sizes."""
    found: dict[tuple[str, ...], Record] = {}
    for picture in pictures:
        texts = {
            part: text for part, value in picture.items() if (text := ", ".join(names_of(value)))
        }
        if texts:
            found.setdefault(tuple(texts.values()), texts)
    return list(found.values())


def text_of_markup(value: Any) -> Any:
    """The text of what is markup; anything but a text is handed on."""
    return plain_text_of(value) if isinstance(value, str) else value


def body_and_pictures(value: Any) -> tuple[Any, list[Record]]:
    """The text of a body that is markup, and the pictures in it, as `captions_of` takes them."""
    if not isinstance(value, str):
        return value, []
    body, pictures = text_and_pictures(value)
    return body, [dict(picture) for picture in pictures]


def plain_text(value: Any) -> Any:
    """The same of a text that may be markup and mostly is not."""
    if isinstance(value, str) and _LOOKS_LIKE_MARKUP.search(value):
        return plain_text_of(value)
    return value
