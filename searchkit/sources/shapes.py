"""Here is an object of a vocabulary or an interface that many use: what is it under usual keys?

Known by its keys are articles of schema.org (JSON-LD), ninjs, NewsAPI, the Guardian's Open
Platform, the New York Times' interfaces, and the hits of Elasticsearch. Each function makes a
record of such an object with the keys of an article, and of those only what there is; whatever
is not as it should be is handed on or left out, and the conversions of values see to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from searchkit.sources.bylines import is_agency
from searchkit.sources.markup import plain_text_of

__all__ = ["Record", "shape_of"]

Record = dict[str, Any]

# Articles and their like, of which schema.org has many kinds: NewsArticle, BlogPosting, Report.
_KINDS_OF_ARTICLES = re.compile(r"(?:.*[:/#])?(?:\w*Article|\w*Posting|Report|Review)")
_LOOKS_LIKE_MARKUP = re.compile(r"<(?:/?[a-z][a-z0-9]*|br ?/)(?:\s[^<>]{0,400})?>", re.IGNORECASE)
# NewsAPI cuts its content, and says how much is left out.
_LEFT_OUT = re.compile(r"(?:…|\.\.\.)? ?\[\+\d{1,9} chars\]$")


def shape_of(keys: Collection[str]) -> Callable[[Record], Record] | None:
    """The function for objects that have these keys, None for all others."""
    if _TELLING.isdisjoint(keys):
        return None
    for read, telling, others in _BY_KEYS:
        if telling in keys and any(key in keys for key in others):
            return read
    return None


# -- schema.org


def _schema_article(record: Record) -> Record:
    nodes = [node for node in _list(record.get("@graph")) if isinstance(node, dict)]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    of_articles = (node for node in nodes if _is_article(node))
    node = record if not nodes or _is_article(record) else next(of_articles, record)

    if not (_is_article(node) or node.get("headline") or node.get("articleBody")):
        return {}  # a site, a person: nodes of their own, which lists hold too

    def resolved(key: str) -> list[Any]:
        """What is under a key; of what is named there by its id, the node with it."""
        held = _list(node.get(key))
        ids = [value.get("@id") if isinstance(value, dict) else None for value in held]
        return [
            by_id.get(name, value) if isinstance(name, str) else value
            for name, value in zip(ids, held, strict=True)
        ]

    page = _first(resolved("mainEntityOfPage"))
    language = _first(resolved("inLanguage"))
    pictures = (*resolved("image"), *resolved("associatedMedia"))
    author = node.get("author") or node.get("creator")
    authors = _names(resolved("author") or resolved("creator"))
    return {
        "id": node.get("identifier") if isinstance(node.get("identifier"), str) else None,
        "headline": node.get("headline") or node.get("name"),
        "body": _plain(node.get("articleBody") or node.get("text")),
        "summary": _plain(node.get("description") or node.get("abstract")),
        "captions": _captions(
            {
                "title": picture.get("headline"),
                "text": picture.get("caption") or picture.get("description"),
                "credit": picture.get("creditText") or _names(picture.get("creator")),
                "alt": picture.get("name") or picture.get("alternateName"),
            }
            for picture in pictures
            if isinstance(picture, dict)
        ),
        "published": node.get("datePublished") or node.get("dateCreated"),
        "section": _first(_list(node.get("articleSection"))),
        "publisher": _first(_names(resolved("publisher") or resolved("sourceOrganization"))),
        "authors": author
        if isinstance(author, str)
        else [name for name in authors if not is_agency(name)],
        "agencies": [name for name in authors if is_agency(name)],
        "language": _first(_names([language])),
        "url": node.get("url") or (page.get("@id") if isinstance(page, dict) else page),
        "keywords": _as_text_or_names(node.get("keywords")),
    }


def _is_article(node: Record) -> bool:
    kinds = _list(node.get("@type"))
    return any(isinstance(kind, str) and _KINDS_OF_ARTICLES.fullmatch(kind) for kind in kinds)


# -- ninjs


def _ninjs(record: Record) -> Record:
    # From version 2 on, what was an object of named ones is a list of objects with names.
    associated = record.get("associations")
    items = associated.values() if isinstance(associated, dict) else _list(associated)
    captions = _captions(
        {
            "title": item.get("headline") or _of_role(item.get("headlines")),
            "text": item.get("description_text")
            or item.get("description")
            or item.get("body_text")
            or _of_role(item.get("descriptions"))
            or item.get("caption"),
            "credit": item.get("creditline") or item.get("byline") or item.get("by"),
            "alt": item.get("altText") or item.get("alttext") or item.get("alt_text"),
        }
        for item in items
        if isinstance(item, dict) and item.get("type") not in ("text", "composite")
    )
    markup = record.get("body_xhtml") or record.get("body_html") or _of_role(record.get("bodies"))
    return {
        "id": record.get("guid") or record.get("uri"),
        "headline": _plain(record.get("headline") or _of_role(record.get("headlines"))),
        "body": record.get("body_text") or _marked_up(markup),
        "summary": _plain(
            record.get("description_text")
            or record.get("description_html")
            or _of_role(record.get("descriptions"))
        ),
        "captions": captions,
        "published": record.get("firstpublished")
        or record.get("versioncreated")
        or record.get("versionCreated")
        or record.get("firstcreated")
        or record.get("firstCreated"),
        "section": _first(_names(record.get("service") or record.get("section"))),
        "publisher": record.get("publisher")
        or record.get("source")
        or record.get("copyrightholder")
        or record.get("copyrightHolder"),
        "authors": _names(record.get("authors")) or record.get("byline") or record.get("by"),
        "language": record.get("language"),
        "url": record.get("canonicalurl") or record.get("url"),
        "keywords": [
            *_names(record.get("keywords")),
            *_names(record.get("subject") or record.get("subjects")),
        ],
    }


def _of_role(values: Any) -> Any:
    """The text of the first of several of different roles, as version 2 has them."""
    return _first(
        value.get("value") or value.get("text")
        for value in _list(values)
        if isinstance(value, dict)
    )


# -- NewsAPI


def _news_api(record: Record) -> Record:
    content = _plain(record.get("content"))
    source = record.get("source")
    return {
        "headline": record.get("title"),
        "body": _LEFT_OUT.sub("", content.rstrip()) if isinstance(content, str) else content,
        "standfirst": _plain(record.get("description")),
        "published": record.get("publishedAt"),
        "publisher": source.get("name") or source.get("id") if isinstance(source, dict) else source,
        "authors": record.get("author"),
        "language": record.get("language"),
        "url": record.get("url"),
    }


# -- the Guardian's Open Platform


def _guardian(record: Record) -> Record:
    fields = _object(record.get("fields"))
    tags = [tag for tag in _list(record.get("tags")) if isinstance(tag, dict)]

    def tagged(kind: str) -> list[Any]:
        return [tag.get("webTitle") for tag in tags if tag.get("type") == kind]

    return {
        "id": record.get("id"),
        "headline": _plain(fields.get("headline")) or record.get("webTitle"),
        "body": fields.get("bodyText") or _marked_up(fields.get("body")),
        "standfirst": _marked_up(fields.get("standfirst") or fields.get("trailText")),
        "captions": _captions(_guardian_captions(record)),
        "published": record.get("webPublicationDate") or fields.get("firstPublicationDate"),
        "section": record.get("sectionName") or record.get("sectionId"),
        "publisher": fields.get("publication"),
        "authors": fields.get("byline") or tagged("contributor"),
        "language": fields.get("lang"),
        "url": record.get("webUrl") or fields.get("shortUrl"),
        "keywords": tagged("keyword"),
    }


def _guardian_captions(record: Record) -> Iterator[Record]:
    """Of the elements that `show-elements` gives, and of those in blocks."""
    elements = [*_list(record.get("elements"))]
    blocks = _object(record.get("blocks"))
    for block in (*_list(blocks.get("main")), *_list(blocks.get("body"))):
        elements += _list(_object(block).get("elements"))
    for element in elements:
        element = _object(element)
        if element.get("type") == "image":
            # The assets are one picture in several sizes.
            asset = _object(_first(_list(element.get("assets"))))
            data = _object(element.get("imageTypeData") or asset.get("typeData"))
            yield {
                "text": _marked_up(data.get("caption")),
                "credit": data.get("credit"),
                "alt": data.get("alt") or data.get("altText"),
            }


# -- the New York Times


def _times(record: Record) -> Record:
    headline = record.get("headline")
    byline = record.get("byline")
    people = [
        " ".join(
            part
            for key in ("firstname", "middlename", "lastname")
            if isinstance(part := person.get(key), str) and part
        )
        for person in map(_object, _list(_object(byline).get("person")))
    ]
    keywords = _list(record.get("keywords"))
    pictures = record.get("multimedia")
    return {
        "id": record.get("_id") or record.get("uri"),
        "headline": headline.get("main") or headline.get("print_headline")
        if isinstance(headline, dict)
        else headline,
        "body": record.get("lead_paragraph") or record.get("snippet"),
        "standfirst": record.get("abstract"),
        "captions": _captions(
            {
                "text": picture.get("caption"),
                "credit": picture.get("credit") or picture.get("copyright"),
            }
            for picture in map(_object, _list(pictures))
        ),
        "published": record.get("pub_date"),
        "section": record.get("section_name") or record.get("news_desk"),
        "publisher": record.get("source"),
        "authors": [person for person in people if person]
        or (byline.get("original") or byline.get("organization"))
        if isinstance(byline, dict)
        else byline,
        "language": record.get("language"),
        "url": record.get("web_url"),
        "keywords": [
            keyword.get("value") if isinstance(keyword, dict) else keyword for keyword in keywords
        ],
    }


# -- Elasticsearch


def _hit(record: Record) -> Record:
    source = _object(record["_source"])
    inner = shape_of(source)
    if inner is not None and inner is not _hit:
        source = {key: value for key, value in inner(source).items() if value}
    return {"id": record.get("_id"), **source}


# -- what they share


def _object(value: Any) -> Record:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(values: Iterable[Any]) -> Any:
    """The first that is anything; None when none is."""
    return next((value for value in values if value), None)


def _names(values: Any) -> list[Any]:
    """The names of people, organisations or terms, which are given by them or as objects."""
    found = []
    for value in _list(values):
        name = value
        if isinstance(value, dict):
            name = value.get("name") or value.get("@value") or value.get("alternateName")
        found += [each for each in _list(name) if isinstance(each, str) and each.strip()]
    return found


def _as_text_or_names(value: Any) -> Any:
    return value if isinstance(value, str) else _names(value)


def _captions(pictures: Iterable[Record]) -> list[Record]:
    """Those that say anything, each once: an interface gives one picture in several sizes."""
    found: dict[tuple[str, ...], Record] = {}
    for picture in pictures:
        texts = {
            part: text for part, value in picture.items() if (text := ", ".join(_names(value)))
        }
        if texts:
            found.setdefault(tuple(texts.values()), texts)
    return list(found.values())


def _marked_up(value: Any) -> Any:
    return plain_text_of(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """The same of a text that may be markup and mostly is not."""
    if isinstance(value, str) and _LOOKS_LIKE_MARKUP.search(value):
        return plain_text_of(value)
    return value


# A shape is known by the first of the keys, with one of the others.
_BY_KEYS: tuple[tuple[Callable[[Record], Record], str, tuple[str, ...]], ...] = (
    (_schema_article, "@type", ("headline", "articleBody", "name", "@context", "datePublished")),
    (_schema_article, "@graph", ("@graph",)),
    (_guardian, "webTitle", ("webUrl", "fields", "webPublicationDate", "apiUrl")),
    (_times, "web_url", ("lead_paragraph", "pub_date", "multimedia", "abstract", "snippet")),
    (
        _ninjs,
        "uri",
        (
            *("body_text", "body_xhtml", "body_html", "bodies", "versioncreated", "firstcreated"),
            *("versionCreated", "firstCreated", "pubstatus", "pubStatus", "description_text"),
        ),
    ),
    (_news_api, "publishedAt", ("urlToImage",)),
    (_hit, "_source", ("_id", "_index")),
)
_TELLING = frozenset(telling for _, telling, _ in _BY_KEYS)
