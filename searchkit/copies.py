"""Here are articles of one text under several ids: how are they kept, and told again?

An agency's text appears on many sites. Articles whose headline, body, captions and language are the
same to the byte, and that were published on the same day in UTC, or both on no known day, are
copies of each other: one document, indexed once. It is stored as its first article with a list
``copies`` of what the others have beside the texts.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import orjson
from xxhash import xxh3_64_intdigest, xxh3_128_digest

from searchkit.article import Article
from searchkit.kernels import DAY, FINGERPRINT, NO_TIME, TIME_ZERO
from searchkit.record import Record, decode_article, encode_article, published_key, record_of
from searchkit.schema import LIST_COLUMNS

__all__ = [
    "LEAST_BYTES",
    "MAX_COPIES",
    "NO_TEXT_KEY",
    "TEXT_KEY_BYTES",
    "Copy",
    "article_with_id",
    "articles_of",
    "copies_of",
    "record_of_all",
    "text_key",
    "texts_of",
]

# What finds a document by its texts.
TEXT_KEY_BYTES = FINGERPRINT
NO_TEXT_KEY = bytes(TEXT_KEY_BYTES)

# Texts of fewer bytes are no copies of each other: many articles are called "Weather", and there is
# no more of them than that.
LEAST_BYTES = 100

# More are a document of their own again: a page that says "not found" may have a million copies,
# and to add one more rewrites the document.
MAX_COPIES = 100

# An article's fields that its copies have, too.
_SHARED = ("headline", "body", "captions", "language")


@dataclass(frozen=True, slots=True)
class Copy:
    """An article of the same text as another: where else it stands."""

    id: str
    url: str
    publisher: str
    published: datetime | None


def text_key(record: Record) -> bytes:
    """TEXT_KEY_BYTES that copies of each other share, and others do not, but by accident or
    malice: who uses it looks at `texts_of`. NO_TEXT_KEY for texts of less than LEAST_BYTES.
    """
    body, captions = record.body, record.captions
    if len(body) < LEAST_BYTES and _is_short(record):
        return NO_TEXT_KEY
    day = _day(record.published)
    seed = _seed((*captions, *record.language), day) if captions else _seed_of(record.language, day)
    return xxh3_128_digest(body, xxh3_64_intdigest(record.headline, seed))


def texts_of(article: Article) -> Hashable:
    """What is equal for copies of each other, and for them only."""
    published = article.published
    day = _day(NO_TIME if published is None else published_key(published))
    return (day, *(getattr(article, field) for field in _SHARED))


def record_of_all(articles: Sequence[Article]) -> Record:
    """The record of copies of each other, under the id of the first.

    It has its time; of each filter field the values of all, so that each finds it.
    """
    record = record_of(articles[0])
    if len(articles) == 1:
        return record
    values: dict[str, Any] = {}
    for field in LIST_COLUMNS:
        given = [getattr(each, field) for each in articles]
        if any(each != given[0] for each in given):
            listed = ((each,) if isinstance(each, str) else each for each in given)
            values[field] = tuple(dict.fromkeys(filter(None, chain.from_iterable(listed))))
    others = b",".join(encode_article(each, without=_SHARED) for each in articles[1:])
    # What is stored of an article is an object of at least an id.
    stored = b'%s,"copies":[%s]}' % (record.stored[:-1], others)
    return record._replace(stored=stored, **values)


def articles_of(stored: bytes) -> list[Article]:
    """The articles of a document as it is stored: the first and its copies, which share its
    texts.
    """
    first = decode_article(stored)
    return [first, *(_complete(first, each) for each in _listed(stored))]


def article_with_id(stored: bytes, article_id: str) -> Article:
    """The one of the articles of a document that has this id; it is there."""
    first = decode_article(stored)
    if first.id == article_id:
        return first
    return next(_complete(first, each) for each in _listed(stored) if each["id"] == article_id)


def copies_of(stored: bytes, article_id: str) -> tuple[Copy, ...]:
    """The other articles of a document than the one with this id: none, for nearly all."""
    copies = _listed(stored)
    if not copies:
        return ()
    return tuple(
        Copy(
            each["id"],
            each.get("url", ""),
            each.get("publisher", ""),
            datetime.fromisoformat(each["published"]) if "published" in each else None,
        )
        for each in (orjson.loads(stored), *copies)
        if each["id"] != article_id
    )


def _listed(stored: bytes) -> Sequence[Mapping[str, Any]]:
    listed: list[Mapping[str, Any]] = []
    # The last key of what is stored, and JSON has no such bytes within a string.
    place = stored.rfind(b',"copies":[')
    if place >= 0:
        listed = orjson.loads(stored[place + len(b',"copies":') : -1])
    return listed


def _complete(first: Article, own: Mapping[str, Any]) -> Article:
    """The copy of which an index keeps this, with the texts of the first."""
    copy = decode_article(orjson.dumps(own))
    values = {field: getattr(copy, field) for field in Article.__slots__}
    return Article._trusted({**values, **{f: getattr(first, f) for f in _SHARED}}.values())


def _day(key: int) -> int:
    """The day of a `published_key`, from 1 on; 0 for none."""
    # In UTC the first days of the calendar may be in the year before.
    return 0 if key == NO_TIME else (key - TIME_ZERO) // DAY + 2


def _is_short(record: Record) -> bool:
    size = len(record.body) + len(record.headline)
    return size < LEAST_BYTES and size + len("".join(record.captions).encode()) < LEAST_BYTES


def _seed(texts: Sequence[str], day: int) -> int:
    return xxh3_64_intdigest("\0".join(texts).encode(), day) if texts else day


# Articles in a row are mostly of one language and one day.
_seed_of = functools.lru_cache(maxsize=256)(_seed)
