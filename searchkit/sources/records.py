"""Here is a JSON object: which article is it?

For each field the first key of the table that has a value wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from searchkit.article import MAX_ID_BYTES, Article
from searchkit.errors import ArticleError, SourceError
from searchkit.sources.dates import parse_date
from searchkit.sources.keys import KeyTable
from searchkit.sources.values import CONVERSIONS, UnreadableError, unique

__all__ = ["RecordReader", "require_fields"]

# Written without separators and in lower case.
_ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "guid", "uuid", "articleid"),
    "headline": ("headline", "title", "hed", "head", "heading", "headlinemain", "maintitle"),
    "body": (
        *("body", "text", "content", "article", "articlebody", "fulltext", "maintext"),
        *("bodytext", "articletext", "contents", "story", "paragraphs"),
    ),
    "captions": (
        *("captions", "caption", "images", "image", "pictures", "picture", "photos", "photo"),
        *("figures", "gallery", "slides"),
    ),
    "published": (
        *("published", "date", "pubdate", "publishedat", "datepublished", "datepublish"),
        *("publicationdate", "publisheddate", "publishdate", "datetime", "timestamp"),
        *("createdat", "created", "issued"),
    ),
    "authors": ("authors", "author", "byline", "bylines", "creator", "writer"),
    "section": ("section", "sectionname", "category", "desk", "rubric", "ressort"),
    "publisher": (
        *("publisher", "source", "site", "outlet", "sourcename", "sitename", "newspaper"),
        *("publication", "sourcedomain"),
    ),
    "agencies": ("agencies", "agency", "newsagency", "wire"),
    "language": ("language", "lang", "inlanguage"),
    "url": ("url", "link", "canonicalurl", "weburl", "permalink"),
    "keywords": ("keywords", "keyword", "tags", "topics"),
    # No fields of their own: they go into the body.
    "standfirst": ("standfirst", "subtitle", "dek", "deck", "lead", "subheadline", "subhead"),
    "summary": ("summary", "description", "abstract", "excerpt", "leadparagraph", "snippet"),
}
_ARTICLE_FIELDS = tuple(field.name for field in fields(Article))
_OWN_KEYS = frozenset(_ARTICLE_FIELDS)
_NOTHING: tuple[object, ...] = ("", None, [])

# What was found for the fields is kept in this order: an article's own first.
_PLACES = {field: place for place, field in enumerate((*_ARTICLE_FIELDS, "standfirst", "summary"))}
_NONE_FOUND: tuple[Any, ...] = (*(field.default for field in fields(Article)), "", "")


def require_fields(mapping: Mapping[str, str]) -> None:
    """Raises SourceError unless `mapping` is from names of article fields to keys."""
    for field, key in mapping.items():
        if field not in _OWN_KEYS:
            raise SourceError(
                f"an article has no field {field!r}; map one of {', '.join(_ARTICLE_FIELDS)}"
            )
        if not isinstance(key, str):
            raise SourceError(f"the key for {field} is {key!r}; give the name of a JSON key")


class RecordReader:
    """Turns the objects of one file into articles.

    `mapping`, from article field to key, takes the place of the table for the fields it
    names.
    """

    def __init__(self, mapping: Mapping[str, str] | None = None) -> None:
        self._mapping = dict(mapping or {})
        self._keys = KeyTable(_ALIASES, self._mapping)
        self._missing = set(self._mapping.values())

    @property
    def missing(self) -> list[tuple[str, str]]:
        """(field, key) of the mapping for the keys that no record has had so far."""
        return [(field, key) for field, key in self._mapping.items() if key in self._missing]

    def read(
        self, record: dict[str, Any], remarks: list[tuple[str, str]], *, is_sound: bool = False
    ) -> Article:
        """The article in `record`; what could not be read of it, (field, reason) each, is
        added to `remarks`. Raises ArticleError when there is no article.

        `is_sound` says that no string of the record holds half a surrogate pair, so that
        they need not be searched for one.
        """
        if self._mapping:
            self._missing.difference_update(record)
        elif len(record) == len(_OWN_KEYS) and record.keys() == _OWN_KEYS:
            own = _own_article(record)
            if own is not None:
                return own
        found = [*_NONE_FOUND]
        for field, keys in self._keys(tuple(record)):
            key = keys[0]
            value = record[key]
            # Nearly always a string or nothing at all; anything else is looked at closely.
            if type(value) is str and value:
                converted = CONVERSIONS[field](value, key)
            elif value in _NOTHING and len(keys) == 1:
                continue
            else:
                converted = None
            converted = converted or _first_value(record, field, keys, remarks)
            if converted:
                found[_PLACES[field]] = converted
        values = _put_together(found, remarks)
        if is_sound:
            return Article._trusted(*values)
        return Article(**dict(zip(_ARTICLE_FIELDS, values, strict=True)))


def _own_article(record: dict[str, Any]) -> Article | None:
    """The article whose `to_dict` this is; None if it is not quite that."""
    try:
        article = Article.from_dict(record)
    except ValueError:
        return None
    searchable = article.headline or article.body or any(c.searchable for c in article.captions)
    return article if searchable else None


def _first_value(
    record: dict[str, Any], field: str, keys: tuple[str, ...], remarks: list[tuple[str, str]]
) -> Any:
    """What the first of the keys holds that holds anything for the field; None if none does.

    Raises ArticleError when the headline or the body is there, but is no text.
    """
    odd: Any = None
    for key in keys:
        value = record[key]
        if not value and (value is False or value != 0):
            continue
        try:
            found = CONVERSIONS[field](value, key)
        except UnreadableError:
            odd = value if odd is None else odd
            continue
        if found:
            return found
    if odd is None:
        return None
    if field in ("headline", "body"):
        raise ArticleError(f"{field} is {_described(odd)}, not text; correct the record")
    remarks.append((field, f"{_described(odd)} is not what belongs there; left out"))
    return None


def _put_together(found: list[Any], remarks: list[tuple[str, str]]) -> tuple[Any, ...]:
    """The fields of an article, in their order, made of what was found for each.

    Raises ArticleError when there is nothing to index.
    """
    identifier, headline, body, captions, published, section, publisher = found[:7]
    byline, agencies, language, url, keywords, standfirst, summary = found[7:]
    if standfirst or (summary and not body):
        body = _with_standfirst(standfirst, body or summary)
    if not (body or headline or captions):
        raise ArticleError(
            "no headline, body or captions in it; if they are under other names, "
            "pass fields={'headline': ...} / --map headline=..."
        )
    if byline and byline.agencies:
        agencies = unique((*agencies, *byline.agencies))
    if published:
        try:
            published = parse_date(published[0])
        except ValueError as error:
            remarks.append(("published", str(error)))
            published = None
    if identifier and not _is_usable_id(identifier):
        reason = f"longer than {MAX_ID_BYTES} bytes or not printable; another one was derived"
        remarks.append(("id", f"{_shown(identifier)} is {reason}"))
        identifier = ""
    return (
        *(identifier, headline, body, captions, published, section, publisher),
        *(byline and byline.authors, agencies, language, url, keywords),
    )


def _with_standfirst(standfirst: str, body: str) -> str:
    if not standfirst:
        return body
    beginning = body[: 2 * len(standfirst) + 100]  # its white space may differ
    if " ".join(beginning.split()).startswith(" ".join(standfirst.split())):
        return body
    return f"{standfirst}\n\n{body}" if body else standfirst


def _is_usable_id(value: str) -> bool:
    short = len(value) <= MAX_ID_BYTES // 4  # no character takes more bytes
    return value.isprintable() and (short or len(value.encode()) <= MAX_ID_BYTES)


def _described(value: object) -> str:
    names = {bool: "true or false", dict: "an object", list: "a list", str: "a text"}
    return f"{names.get(type(value), 'a number')} ({_shown(value)})"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
