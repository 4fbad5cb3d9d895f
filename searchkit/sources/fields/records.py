"""Here is a JSON object: which article is it?

For each field the first key of the table that has a value wins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import Any

from searchkit.article import Article
from searchkit.errors import ArticleError, SourceError
from searchkit.sources.fields.keys import KeyTable, folded
from searchkit.sources.fields.paths import at_end, path_of
from searchkit.sources.fields.shapes import shape_of
from searchkit.sources.fields.values import (
    CONVERSIONS,
    UnreadableError,
    UnusableError,
    conversion_of_text,
    shown,
    unique,
)

__all__ = ["RecordReader", "field_of", "first_value", "require_fields", "with_standfirst"]

# Written without separators and in lower case.
_ALIASES: dict[str, tuple[str, ...]] = {
    "headline": ("headline", "title", "hed", "head", "heading", "headlinemain", "maintitle"),
    "body": (
        *("body", "text", "content", "article", "articlebody", "fulltext", "maintext"),
        *("bodytext", "articletext", "contenttext", "contents", "story", "paragraphs"),
    ),
    "captions": (
        *("captions", "caption", "images", "image", "pictures", "picture", "photos", "photo"),
        *("figures", "gallery", "slides"),
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
    "published": (
        *("published", "date", "pubdate", "publishedat", "datepublished", "datepublish"),
        *("publicationdate", "publisheddate", "publishdate", "datetime", "timestamp"),
        *("createdat", "created", "issued"),
    ),
    "id": ("id", "guid", "uuid", "articleid"),
}
_FIELDS = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
_ARTICLE_FIELDS = tuple(field.name for field in fields(Article))
_OWN_KEYS = frozenset(_ARTICLE_FIELDS)

# What is found for the fields is kept in this order: an article's own first.
_PLACES = {field: place for place, field in enumerate((*_ARTICLE_FIELDS, "standfirst", "summary"))}
_NONE_FOUND: tuple[Any, ...] = (*(field.default for field in fields(Article)), "", "")
_HEADLINE, _BODY, _CAPTIONS = _PLACES["headline"], _PLACES["body"], _PLACES["captions"]
_AUTHORS, _AGENCIES, _STANDFIRST = _PLACES["authors"], _PLACES["agencies"], _PLACES["standfirst"]

# Where what is found belongs, the key it is under, its conversion of text; the field, its keys.
_Step = tuple[int, str, Callable[[str], Any], str, tuple[str, ...]]


def field_of(key: str) -> str | None:
    """The field that a key is for by its name; beside those of an article, standfirst and summary,
    which become part of the body.
    """
    return _FIELDS.get(folded(key))


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

    `mapping`, from article field to key, or to a path such as `images[].caption`, takes the
    place of the table for the fields it names.
    """

    def __init__(self, mapping: Mapping[str, str] | None = None) -> None:
        self._mapping = dict(mapping or {})
        self._steps = KeyTable(_ALIASES, _step, self._mapping)
        self._missing = set(self._mapping.values())
        paths = {text: path_of(text) for text in self._missing}
        self._paths = {text: path for text, path in paths.items() if path is not None}

    @property
    def missing(self) -> list[tuple[str, str]]:
        """(field, key) of the mapping for the keys that no record has had so far."""
        return [(field, key) for field, key in self._mapping.items() if key in self._missing]

    def fields(self, keys: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], bool]:
        """The fields of an object with these keys, each with those that it may be under, in
        order of preference; and whether the object may be an article's own form, `to_dict`.
        """
        self._missing.difference_update(keys)
        return {field: held for _, _, _, field, held in self._steps[keys]}, self._is_own(keys)

    def is_flat(self, keys: Collection[str]) -> bool:
        """Whether the fields of an object with these keys are under the keys themselves."""
        return shape_of(keys) is None and all(text in keys for text in self._paths)

    def _flat(self, record: dict[str, Any]) -> dict[str, Any]:
        """What the record is under keys that are known, and under those of the mapping."""
        shape = shape_of(record)
        flat = shape(record) if shape is not None else dict(record)
        for text in self._mapping.values():
            path = self._paths.get(text)
            if text in record:
                flat[text] = record[text]
            elif path is not None and (found := at_end(path, record)) is not None:
                flat[text] = found
        return flat

    def _is_own(self, keys: Collection[str]) -> bool:
        return not self._mapping and len(keys) == len(_OWN_KEYS) and _OWN_KEYS.issuperset(keys)

    def read(
        self, record: dict[str, Any], remarks: list[tuple[str, str]], *, is_sound: bool = False
    ) -> Article:
        """The article in `record`; what could not be read of it, each time (field, what is to
        be told of it), is added to `remarks`. Raises ArticleError when there is no article.

        `is_sound` says that no string of the record holds half a surrogate pair, so that
        they need not be searched for one.
        """
        if not self.is_flat(record):
            record = self._flat(record)
        self._missing.difference_update(record)
        if self._is_own(record):
            own = _own_article(record)
            if own is not None:
                return own
        found = [*_NONE_FOUND]
        for place, key, convert, field, keys in self._steps[tuple(record)]:
            value = record[key]
            try:
                # Nearly always a string or nothing at all; anything else is looked at closely.
                if type(value) is str and value:
                    converted = convert(value) or first_value(record, field, keys, remarks)
                elif value or len(keys) > 1 or value == 0:
                    converted = first_value(record, field, keys, remarks)
                else:
                    continue
                if converted:
                    found[place] = converted
            except UnusableError as error:
                remarks.append((field, f"{field}: {error}"))
        _put_together(found)
        if is_sound:
            return Article._trusted(found)
        return Article(**dict(zip(_ARTICLE_FIELDS, found, strict=True)))


def _step(field: str, keys: tuple[str, ...]) -> _Step:
    return _PLACES[field], keys[0], conversion_of_text(field, keys[0]), field, keys


def _own_article(record: dict[str, Any]) -> Article | None:
    """The article whose `to_dict` this is; None if it is not quite that."""
    try:
        article = Article.from_dict(record)
    except ValueError:
        return None
    searchable = article.headline or article.body or any(c.searchable for c in article.captions)
    return article if searchable else None


def first_value(
    record: dict[str, Any], field: str, keys: tuple[str, ...], remarks: list[tuple[str, str]]
) -> Any:
    """What the first of the keys holds that holds anything for the field; None if none does.

    Raises ArticleError when the headline or the body is there, but is no text, and
    UnusableError as the conversions do.
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
    remarks.append((field, f"{field}: {_described(odd)} is not what belongs there; left out"))
    return None


def _put_together(found: list[Any]) -> None:
    """Makes the fields of an article of what was found for each, in place.

    Raises ArticleError when there is nothing to index.
    """
    standfirst, summary = found[_STANDFIRST:]
    del found[_STANDFIRST:]
    if standfirst or (summary and not found[_BODY]):
        found[_BODY] = with_standfirst(standfirst, found[_BODY] or summary)
    if not (found[_BODY] or found[_HEADLINE] or found[_CAPTIONS]):
        raise ArticleError(
            "no headline, body or captions in it; if they are under other names, "
            "pass fields={'headline': ...} / --map headline=..."
        )
    byline = found[_AUTHORS]
    if byline:
        found[_AUTHORS] = byline.authors
        if byline.agencies:
            found[_AGENCIES] = unique((*found[_AGENCIES], *byline.agencies))


def with_standfirst(standfirst: str, body: str) -> str:
    """The body with the standfirst as its beginning, unless it begins so."""
    if not standfirst:
        return body
    beginning = body[: 2 * len(standfirst) + 100]  # its white space may differ
    if " ".join(beginning.split()).startswith(" ".join(standfirst.split())):
        return body
    return f"{standfirst}\n\n{body}" if body else standfirst


def _described(value: object) -> str:
    names = {bool: "true or false", dict: "an object", list: "a list", str: "a text"}
    return f"{names.get(type(value), 'a number')} ({shown(value)})"
