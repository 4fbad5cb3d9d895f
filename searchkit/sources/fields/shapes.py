"""Here is an object of a vocabulary or an interface that many use: what is it under usual keys?

Known by its keys are articles of schema.org (JSON-LD), ninjs, NewsAPI, the Guardian's Open
Platform, the New York Times' interfaces, WordPress, JSON Feed, and the hits of Elasticsearch.
Each function makes a record of such an object with the keys of an article, and of those only
what there is; whatever is not as it should be is handed on or left out, and the conversions of
values see to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from searchkit.sources.fields.schema_org import schema_article
from searchkit.sources.fields.shape_parts import (
    Record,
    body_and_pictures,
    captions_of,
    first_of,
    list_of,
    names_of,
    object_of,
    plain_text,
    text_of_markup,
)

__all__ = ["shape_of"]

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


# -- ninjs


def _ninjs(record: Record) -> Record:
    # From version 2 on, what was an object of named ones is a list of objects with names.
    associated = record.get("associations")
    items = associated.values() if isinstance(associated, dict) else list_of(associated)
    captions = captions_of(
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
    body, pictures = body_and_pictures(
        record.get("body_xhtml") or record.get("body_html") or _of_role(record.get("bodies"))
    )
    return {
        "id": record.get("guid") or record.get("uri"),
        "headline": plain_text(record.get("headline") or _of_role(record.get("headlines"))),
        "body": record.get("body_text") or body,
        "summary": plain_text(
            record.get("description_text")
            or record.get("description_html")
            or _of_role(record.get("descriptions"))
        ),
        "captions": captions or captions_of(pictures),
        "published": record.get("firstpublished")
        or record.get("versioncreated")
        or record.get("versionCreated")
        or record.get("firstcreated")
        or record.get("firstCreated"),
        "section": first_of(names_of(record.get("service") or record.get("section"))),
        "publisher": record.get("publisher")
        or record.get("source")
        or record.get("copyrightholder")
        or record.get("copyrightHolder"),
        "authors": names_of(record.get("authors")) or record.get("byline") or record.get("by"),
        "language": record.get("language"),
        "url": record.get("canonicalurl") or record.get("url"),
        "keywords": [
            *names_of(record.get("keywords")),
            *names_of(record.get("subject") or record.get("subjects")),
        ],
    }


def _of_role(values: Any) -> Any:
    """The text of the first of several of different roles, as version 2 has them."""
    return first_of(
        value.get("value") or value.get("text")
        for value in list_of(values)
        if isinstance(value, dict)
    )


# -- NewsAPI


def _news_api(record: Record) -> Record:
    content = plain_text(record.get("content"))
    source = record.get("source")
    return {
        "headline": record.get("title"),
        "body": _LEFT_OUT.sub("", content.rstrip()) if isinstance(content, str) else content,
        "standfirst": plain_text(record.get("description")),
        "published": record.get("publishedAt"),
        "publisher": source.get("name") or source.get("id") if isinstance(source, dict) else source,
        "authors": record.get("author"),
        "language": record.get("language"),
        "url": record.get("url"),
    }


# -- the Guardian's Open Platform


def _guardian(record: Record) -> Record:
    fields = object_of(record.get("fields"))
    tags = [tag for tag in list_of(record.get("tags")) if isinstance(tag, dict)]

    def tagged(kind: str) -> list[Any]:
        return [tag.get("webTitle") for tag in tags if tag.get("type") == kind]

    # Of the same body, bodyText has no paragraphs.
    body, pictures = body_and_pictures(fields.get("body"))
    return {
        "id": record.get("id"),
        "headline": plain_text(fields.get("headline")) or record.get("webTitle"),
        "body": body or fields.get("bodyText"),
        "standfirst": text_of_markup(fields.get("standfirst") or fields.get("trailText")),
        "captions": captions_of(_guardian_captions(record)) or captions_of(pictures),
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
    elements = [*list_of(record.get("elements"))]
    blocks = object_of(record.get("blocks"))
    for block in (*list_of(blocks.get("main")), *list_of(blocks.get("body"))):
        elements += list_of(object_of(block).get("elements"))
    for element in elements:
        element = object_of(element)
        if element.get("type") == "image":
            # The assets are one picture in several sizes.
            asset = object_of(first_of(list_of(element.get("assets"))))
            data = object_of(element.get("imageTypeData") or asset.get("typeData"))
            yield {
                "text": text_of_markup(data.get("caption")),
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
        for person in map(object_of, list_of(object_of(byline).get("person")))
    ]
    keywords = list_of(record.get("keywords"))
    pictures = record.get("multimedia")
    return {
        "id": record.get("_id") or record.get("uri"),
        "headline": headline.get("main") or headline.get("print_headline")
        if isinstance(headline, dict)
        else headline,
        "body": record.get("lead_paragraph") or record.get("snippet"),
        "standfirst": record.get("abstract"),
        "captions": captions_of(
            {
                "text": picture.get("caption"),
                "credit": picture.get("credit") or picture.get("copyright"),
            }
            for picture in map(object_of, list_of(pictures))
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


# -- sites of their own


def _wordpress(record: Record) -> Record:
    embedded = object_of(record.get("_embedded"))
    terms = [
        object_of(term) for terms in list_of(embedded.get("wp:term")) for term in list_of(terms)
    ]

    def rendered(holder: Record, key: str) -> Any:
        value = holder.get(key)
        return text_of_markup(value.get("rendered") if isinstance(value, dict) else value)

    def named(taxonomy: str) -> list[Any]:
        return [text_of_markup(t.get("name")) for t in terms if t.get("taxonomy") == taxonomy]

    body, pictures = body_and_pictures(object_of(record.get("content")).get("rendered"))
    return {
        # Its number is one of many sites.
        "id": None if record.get("link") else record.get("id"),
        "headline": rendered(record, "title"),
        "body": body,
        "summary": rendered(record, "excerpt"),
        "captions": captions_of(
            [
                *(
                    {"text": rendered(picture, "caption"), "alt": picture.get("alt_text")}
                    for picture in map(object_of, list_of(embedded.get("wp:featuredmedia")))
                ),
                *pictures,
            ]
        ),
        "published": record.get("date_gmt") or record.get("date"),
        "section": first_of(named("category")),
        "authors": names_of(embedded.get("author")),
        "language": record.get("lang"),
        "url": record.get("link"),
        "keywords": named("post_tag"),
    }


def _json_feed(record: Record) -> Record:
    body, pictures = body_and_pictures(record.get("content_html"))
    text = record.get("content_text")
    return {**record, "body": body or text, "captions": captions_of(pictures)}


# -- Elasticsearch


def _hit(record: Record) -> Record:
    source = object_of(record["_source"])
    inner = shape_of(source)
    if inner is not None and inner is not _hit:
        source = {key: value for key, value in inner(source).items() if value}
    return {"id": record.get("_id"), **source}


# A shape is known by the first of the keys, with one of the others.
_BY_KEYS: tuple[tuple[Callable[[Record], Record], str, tuple[str, ...]], ...] = (
    (schema_article, "@type", ("headline", "articleBody", "name", "@context", "datePublished")),
    (schema_article, "@graph", ("@graph",)),
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
    (_wordpress, "date_gmt", ("content", "excerpt", "guid")),
    (_json_feed, "content_html", ("content_html",)),
    (_hit, "_source", ("_id", "_index")),
)
_TELLING = frozenset(telling for _, telling, _ in _BY_KEYS)
