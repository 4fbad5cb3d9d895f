"""An article as it is stored: JSON without what is empty."""

from __future__ import annotations

from typing import Any

import orjson
import xxhash

from searchkit.article import Article, Caption

__all__ = ["decode_article", "digest_of", "encode_article", "stored_fields"]


def encode_article(article: Article) -> bytes:
    """The article as JSON in UTF-8: its fields in their order, empty ones left out."""
    record: dict[str, Any] = {"id": article.id}
    if article.headline:
        record["headline"] = article.headline
    if article.body:
        record["body"] = article.body
    if article.captions:
        record["captions"] = [
            {name: value for name, value in caption.to_dict().items() if value}
            for caption in article.captions
        ]
    if article.published is not None:
        record["published"] = article.published.isoformat()
    if article.section:
        record["section"] = article.section
    if article.publisher:
        record["publisher"] = article.publisher
    if article.authors:
        record["authors"] = article.authors
    if article.agencies:
        record["agencies"] = article.agencies
    if article.language:
        record["language"] = article.language
    if article.url:
        record["url"] = article.url
    if article.keywords:
        record["keywords"] = article.keywords
    return orjson.dumps(record)


def decode_article(stored: bytes) -> Article:
    """The inverse of `encode_article`."""
    return Article.from_dict(orjson.loads(stored))


def stored_fields(stored: bytes) -> dict[str, Any]:
    """What Whoosh calls the stored fields of a document: those that are not empty, by name."""
    fields: dict[str, Any] = orjson.loads(stored)
    if "captions" in fields:
        fields["captions"] = [Caption.from_dict(each).to_dict() for each in fields["captions"]]
    return fields


def digest_of(stored: bytes) -> bytes:
    """8 bytes that tell two versions of one article apart."""
    return xxhash.xxh3_64_digest(stored)
