"""The record: one news article and its captions.

Both classes are plain frozen dataclasses; `Article.to_dict` and `Article.from_dict` (and
their JSON twins) convert without loss.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, make_dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from searchkit.errors import ArticleError

__all__ = ["DIGEST_BYTES", "MAX_ID_BYTES", "Article", "Caption", "id_of_page", "searchable_text"]

# An id is a term of the index; the limit keeps it printable in one line and far below
# any limit of the term dictionary.
MAX_ID_BYTES = 512

# 128 bits: two versions of an article never share a digest by chance.
DIGEST_BYTES = 16

# 80 bits: among 10 million articles the chance of any two sharing a derived id is 4e-11.
_DERIVED_ID_HEX_DIGITS = 20


def searchable_text(
    title: str = "", text: str = "", alt: str = "", credit: str = "", gallery: str = ""
) -> str:
    """What is indexed of a caption with these parts: those that are not empty, one a line."""
    return "\n".join([part for part in (gallery, title, text, alt, credit) if part])


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What stands with one picture.

    `text` is the caption proper, `title` its own headline (as slides of a gallery have),
    `credit` the photographer or agency, `alt` the description for those who do not see
    the picture, `gallery` the title of the gallery that begins with this picture (kept on
    the first slide only, so that it is searchable once).
    """

    text: str = ""
    title: str = ""
    credit: str = ""
    alt: str = ""
    gallery: str = ""

    def __post_init__(self) -> None:
        if not _are_ascii((self.text, self.title, self.credit, self.alt, self.gallery)):
            for field in _CAPTION_FIELDS:
                _require_text(f"captions.{field}", getattr(self, field))

    @property
    def searchable(self) -> str:
        """The text that is indexed and highlighted: the non-empty parts, one a line."""
        return searchable_text(self.title, self.text, self.alt, self.credit, self.gallery)

    def to_dict(self) -> dict[str, str]:
        """All fields by name."""
        return {field: getattr(self, field) for field in _CAPTION_FIELDS}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Caption:
        """The inverse of `to_dict`; missing fields are empty.

        Raises ArticleError for an unknown field or a value that is not a string.
        """
        _require_known("captions", record, _CAPTION_FIELDS)
        return cls(**record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One news article.

    `published` is a time with a zone, or None. Lists are tuples. Without an `id` one is
    derived: from the `url` where it names a page, otherwise from publisher, publication
    time, headline, body and captions. The same article thus gets the same id wherever it
    is read, and a corrected page replaces its earlier version.

    Raises ArticleError when a field has the wrong type or cannot be written as UTF-8.
    """

    id: str = ""
    headline: str = ""
    body: str = ""
    captions: tuple[Caption, ...] = ()
    published: datetime | None = None
    section: str = ""
    publisher: str = ""
    authors: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    language: str = ""
    url: str = ""
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in _TEXT_FIELDS:
            value = getattr(self, field)
            if type(value) is not str or not value.isascii():
                _require_text(field, value)
        for field in _LIST_FIELDS:
            values = getattr(self, field)
            if not isinstance(values, tuple):
                raise ArticleError(f"{field} is {_type_name(values)}, expected a tuple of strings")
            for value in values:
                _require_text(field, value)
        captions = self.captions
        if not isinstance(captions, tuple) or (
            captions and not all(isinstance(caption, Caption) for caption in captions)
        ):
            raise ArticleError("captions must be a tuple of Caption objects")
        if self.published is not None:
            _require_zoned(self.published)
        if self.id:
            _require_usable_id(self.id)
        else:
            object.__setattr__(self, "id", _derived_id(self))

    @classmethod
    def _trusted(cls, values: Iterable[Any]) -> Article:
        """The article with these fields, all of them and in their order, and nothing looked at
        again: for `searchkit.sources` and what an index stores. The values have the right types,
        hold no half surrogate pairs, and have an id that can be used or none.
        """
        article = _Draft(*values)
        article.__class__ = cls
        if not article.id:
            object.__setattr__(article, "id", _derived_id(article))
        return article  # type: ignore[no-any-return]  # an Article now

    @property
    def digest(self) -> bytes:
        """DIGEST_BYTES bytes that differ whenever any field differs (BLAKE2b)."""
        from hashlib import blake2b  # takes 3 ms, and is for writing

        return blake2b(self.to_json().encode(), digest_size=DIGEST_BYTES).digest()

    def to_dict(self) -> dict[str, Any]:
        """All fields by name, of JSON's types only: lists, strings, None."""
        record: dict[str, Any] = {field: getattr(self, field) for field in _TEXT_FIELDS}
        record.update({field: list(getattr(self, field)) for field in _LIST_FIELDS})
        record["captions"] = [caption.to_dict() for caption in self.captions]
        record["published"] = self.published.isoformat() if self.published else None
        return {field: record[field] for field in _ARTICLE_FIELDS}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Article:
        """The inverse of `to_dict`; missing fields take their defaults.

        `published` may be an ISO 8601 string or a datetime; a time without a zone is
        taken as UTC. A caption may be a plain string. Raises ArticleError, naming the
        field, for an unknown field or a value of the wrong type.
        """
        _require_known("article", record, _ARTICLE_FIELDS)
        values: dict[str, Any] = dict(record)
        for field in _LIST_FIELDS:
            values[field] = tuple(_listed(field, values.get(field, ())))
        captions = _listed("captions", values.get("captions", ()))
        values["captions"] = tuple(_caption(value) for value in captions)
        values["published"] = _time(values.get("published"))
        return cls(**values)

    def to_json(self) -> str:
        """`to_dict` as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Article:
        """The inverse of `to_json`. Raises ArticleError for anything else."""
        try:
            record = json.loads(text)
        except ValueError as error:
            raise ArticleError(f"not JSON: {error}") from error
        if not isinstance(record, dict):
            raise ArticleError(f"JSON {_type_name(record)}, expected an object")
        return cls.from_dict(record)


_CAPTION_FIELDS = tuple(field.name for field in fields(Caption))
_ARTICLE_FIELDS = tuple(field.name for field in fields(Article))
_LIST_FIELDS = ("authors", "agencies", "keywords")
_TEXT_FIELDS = ("id", "headline", "body", "section", "publisher", "language", "url")

# An article that is not frozen yet: to fill this and change its class takes 0.7 microseconds,
# to set the fields of a frozen one past its own refusal 1.6.
_Draft: Any = make_dataclass(
    "_Draft",
    [field.name for field in fields(Article)],
    slots=True,
)


def _type_name(value: object) -> str:
    return f"of type {type(value).__name__}"


def _are_ascii(values: Iterable[object]) -> bool:
    """Whether these are strings in which there is nothing to look for."""
    for value in values:  # noqa: SIM110  # all() takes twice the time
        if type(value) is not str or not value.isascii():
            return False
    return True


def _require_text(field: str, value: object) -> None:
    if not isinstance(value, str):
        raise ArticleError(f"{field} is {_type_name(value)}, expected a string")
    if not value.isascii():
        try:
            value.encode("utf-16")  # looks for them in half the time that UTF-8 takes
        except UnicodeEncodeError as error:
            raise ArticleError(
                f"{field} holds half a surrogate pair at character {error.start}; "
                "replace it, for example with U+FFFD"
            ) from error


def _require_zoned(value: object) -> None:
    if not isinstance(value, datetime):
        raise ArticleError(f"published is {_type_name(value)}, expected a datetime or None")
    if value.utcoffset() is None:
        raise ArticleError(f"published {value.isoformat()} has no zone; add tzinfo=timezone.utc")


def _require_usable_id(value: str) -> None:
    if len(value.encode()) > MAX_ID_BYTES:
        raise ArticleError(f"id is longer than {MAX_ID_BYTES} bytes: {value[:40]}…")
    if not value.isprintable() or value != value.strip():
        raise ArticleError(
            f"id {value!r} holds control characters or begins or ends with a space; "
            "use printable characters"
        )


def _require_known(where: str, record: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in record:
        if key not in known:
            raise ArticleError(f"{where} has an unknown field {key!r}; known: {', '.join(known)}")


def _listed(field: str, value: object) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ArticleError(f"{field} is {_type_name(value)}, expected a list")
    return list(value)


def _caption(value: object) -> Caption:
    if isinstance(value, Caption):
        return value
    if isinstance(value, str):
        return Caption(text=value)
    if isinstance(value, Mapping):
        return Caption.from_dict(value)
    raise ArticleError(f"captions holds a value {_type_name(value)}, expected objects or strings")


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            # fromisoformat reads a final Z only from Python 3.11 on.
            value = datetime.fromisoformat(value[:-1] + "+00:00" if value[-1:] == "Z" else value)
        except ValueError as error:
            raise ArticleError(
                f"published {value!r} is not an ISO 8601 time such as 2020-02-20T10:30:00+00:00"
            ) from error
    if isinstance(value, datetime) and value.utcoffset() is None:
        return value.replace(tzinfo=timezone.utc)
    return value  # type: ignore[return-value]  # checked by the constructor, with the field's name


def _names_a_page(url: str) -> bool:
    """Whether the address is that of a page rather than of a whole site, or no address."""
    try:
        split = urlsplit(url)
    except ValueError:
        return False
    return bool(split.netloc and (split.path.strip("/") or split.query))


def id_of_page(url: str) -> str | None:
    """The id of an article that has none but this address; None when it does not name a page."""
    return _hashed(["url", url.split("#")[0]]) if _names_a_page(url) else None


def _derived_id(article: Article) -> str:
    return id_of_page(article.url) or _hashed(
        [
            "text",
            article.publisher,
            article.published.isoformat() if article.published else "",
            article.headline,
            article.body,
            *(caption.searchable for caption in article.captions),
        ]
    )


def _hashed(parts: list[str]) -> str:
    content = "\0".join(parts).encode()
    from hashlib import blake2b

    return blake2b(content, digest_size=_DERIVED_ID_HEX_DIGITS // 2).hexdigest()
