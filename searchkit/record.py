"""The article as an index keeps it: its texts, the values of its filters, all of it as JSON.

What is stored are its fields in their order, without those that are empty.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timezone
from typing import Any, NamedTuple

import orjson
import xxhash

from searchkit.article import Article, Caption, searchable_text
from searchkit.kernels import NO_TIME
from searchkit.kernels.marking import without_body

__all__ = [
    "Record",
    "Texts",
    "decode_article",
    "decode_id",
    "decode_texts",
    "digest_of",
    "encode_article",
    "published_key",
    "record_of",
    "stored_fields",
    "stored_part",
]

_YEAR_ONE = datetime(1, 1, 1, tzinfo=timezone.utc)
# Whoosh keeps signed numbers; this moves them to where their order is that of their bytes.
_SIGN = 1 << 63


class Record(NamedTuple):
    """An article about to be indexed.

    `id`, `headline`, `body` and `stored`, the stored form, are UTF-8; `captions` the searchable
    text of each; `published` its `published_key`, or NO_TIME. Each filter field has a tuple of
    its values. `characters` are those of the headline and the body.
    """

    id: bytes
    headline: bytes
    body: bytes
    captions: tuple[str, ...]
    published: int
    section: tuple[str, ...]
    publisher: tuple[str, ...]
    authors: tuple[str, ...]
    agencies: tuple[str, ...]
    language: tuple[str, ...]
    keywords: tuple[str, ...]
    stored: bytes
    characters: int


def record_of(article: Article) -> Record:
    """The record of an article."""
    published = article.published
    return Record(
        article.id.encode(),
        article.headline.encode(),
        article.body.encode(),
        tuple([caption.searchable for caption in article.captions]) if article.captions else (),
        NO_TIME if published is None else published_key(published),
        (article.section,) if article.section else (),
        (article.publisher,) if article.publisher else (),
        article.authors,
        article.agencies,
        (article.language,) if article.language else (),
        article.keywords,
        encode_article(article),
        len(article.headline) + len(article.body),
    )


def encode_article(article: Article, without: Collection[str] = ()) -> bytes:
    """The article as it is stored, or this much of it."""
    given = ((name, getattr(article, name)) for name in _FIELDS if name not in without)
    return orjson.dumps({name: _AS_JSON[name](value) for name, value in given if value})


def stored_part(field: str, value: Any) -> bytes:
    """What `encode_article` writes of a field, between two commas; b"" when it is empty."""
    return orjson.dumps({field: _AS_JSON[field](value)})[1:-1] if value else b""


def decode_article(stored: bytes) -> Article:
    """The inverse of `encode_article`.

    What an index stores has been looked at when it was added: a quarter of the time of `from_dict`.
    """
    get = orjson.loads(stored).get
    published = get("published")
    return Article._trusted(
        (
            *(get("id"), get("headline", ""), get("body", "")),
            tuple([Caption(**each) for each in get("captions", ())]),
            published and datetime.fromisoformat(published),
            *(get("section", ""), get("publisher", "")),
            *(tuple(get("authors", ())), tuple(get("agencies", ()))),
            *(get("language", ""), get("url", ""), tuple(get("keywords", ()))),
        )
    )


class Texts(NamedTuple):
    """What of an article is highlighted. The body is UTF-8: of a long one little is shown."""

    language: str
    headline: str
    body: bytes
    captions: tuple[str, ...]


def decode_texts(stored: bytes) -> Texts:
    """The texts of an article as it is stored, in half the time of `decode_article`."""
    rest, body = without_body(stored)
    get = orjson.loads(rest).get
    captions = tuple([searchable_text(**each) for each in get("captions", ())])
    return Texts(get("language", ""), get("headline", ""), body, captions)


def decode_id(stored: bytes) -> str:
    """The id of an article as it is stored."""
    found: str = orjson.loads(stored)["id"]
    return found


def stored_fields(stored: bytes) -> dict[str, Any]:
    """What Whoosh calls the stored fields of a document: those that are not empty, by name."""
    fields: dict[str, Any] = orjson.loads(stored)
    if "captions" in fields:
        fields["captions"] = [Caption.from_dict(each).to_dict() for each in fields["captions"]]
    return fields


def digest_of(stored: bytes) -> bytes:
    """8 bytes that tell two versions of one article apart."""
    return xxhash.xxh3_64_digest(stored)


def published_key(moment: datetime) -> int:
    """A time with a zone as a number: microseconds since the year 1 in UTC, plus 2**63."""
    since = moment - _YEAR_ONE
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds + _SIGN


def _itself(value: Any) -> Any:
    return value


def _captions(captions: tuple[Caption, ...]) -> list[dict[str, str]]:
    return [
        {name: value for name, value in caption.to_dict().items() if value} for caption in captions
    ]


# An article's fields in their order, and what JSON is made of.
_AS_JSON: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("id", "headline", "body"), _itself),
    "captions": _captions,
    "published": datetime.isoformat,
    **dict.fromkeys(("section", "publisher", "authors", "agencies", "language"), _itself),
    **dict.fromkeys(("url", "keywords"), _itself),
}
_FIELDS = tuple(_AS_JSON)
