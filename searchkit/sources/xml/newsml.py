"""Here is NewsML-G2, in which agencies send their news: which articles are its items?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from searchkit.article import Article
from searchkit.sources.fields.bylines import is_agency
from searchkit.sources.fields.markup import plain_text_of
from searchkit.sources.fields.records import with_standfirst
from searchkit.sources.fields.shape_parts import captions_of, first_of
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.xml.nitf import NITF_NAMESPACES, nitf_record
from searchkit.sources.xml.parsing import XML_LANGUAGE, Element, root_name
from searchkit.sources.xml.records import articles_of_xml, bylines

__all__ = ["looks_like_newsml", "read_newsml"]

_NAMESPACES = ("http://iptc.org/std/nar/2006-10-01/", "http://www.iptc.org/std/nar/2006-10-01/")
_PREFIXES = {
    **dict.fromkeys((*_NAMESPACES, *NITF_NAMESPACES), ""),
    "http://www.w3.org/1999/xhtml": "html",
}
_ROOTS = frozenset({"newsMessage", "newsItem"})

_FIGURES = ("html:figure", "html:picture", "html:figcaption")
_PICTURE = re.compile(r"(?:.*:)?(?:picture|graphic|video|audio|photo|animation)", re.IGNORECASE)


def looks_like_newsml(head: bytes) -> bool:
    """Whether content that begins so is NewsML-G2."""
    return root_name(head, _PREFIXES) in _ROOTS


def read_newsml(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise."""
    for found in articles_of_xml(file, options, ("newsItem",), _PREFIXES, _record):
        yield (NEVER_KNOWN, found) if isinstance(found, Article) else found


def _record(item: Element, _: Element) -> dict[str, Any]:
    of_item = item.first("itemMeta") or _NOTHING
    meta = item.first("contentMeta") or _NOTHING
    content = item.first("contentSet") or _NOTHING
    inner = _inner(content)
    provider = first_of(map(_named, of_item.each("provider"))) or ""
    sources = [*map(_named, meta.each("infoSource")), meta.text_of("creditline"), provider]
    described = [(each.attribute("role"), each.paragraphs()) for each in meta.each("description")]
    summary = "\n\n".join(text for role, text in described if _is_summary(role, of_item))
    text = inner.get("body") or summary
    captions = [
        {"text": caption, "credit": _credit(meta)}
        for role, caption in described
        if caption and not _is_summary(role, of_item)
    ]
    standfirst = [each.text for each in meta.each("headline") if each.text][1:]
    return {
        "id": item.attribute("guid"),
        "headline": first_of(
            (
                meta.text_of("headline"),
                inner.get("headline"),
                of_item.text_of("title"),
                meta.text_of("slugline"),
            )
        ),
        "body": with_standfirst(meta.text_of("dateline"), text) if text else "",
        "standfirst": "\n\n".join(standfirst) or inner.get("standfirst"),
        "captions": captions_of((*captions, *inner.get("captions", ()))),
        "published": first_of(
            (
                of_item.text_of("versionCreated"),
                meta.text_of("contentCreated"),
                of_item.text_of("firstCreated"),
                meta.text_of("contentModified"),
            )
        ),
        "byline": _authors(meta) or inner.get("byline"),
        "section": first_of(map(_named, of_item.each("service"))),
        "publisher": "" if is_agency(provider) else provider,
        "agencies": list(dict.fromkeys(filter(is_agency, sources))),
        "language": first_of(
            (
                *(each.attribute("tag") for each in meta.each("language")),
                item.attribute(XML_LANGUAGE),
                inner.get("language"),
            )
        ),
        "url": first_of(each.attribute("href") for each in of_item.each("link") if _is_page(each)),
        "keywords": list(
            dict.fromkeys(
                (
                    *filter(None, map(_named, meta.each("subject"))),
                    *filter(None, (each.text for each in meta.each("keyword"))),
                )
            )
        ),
    }


_NOTHING = Element("", {}, 0)


def _inner(content: Element) -> dict[str, Any]:
    """What the content says by itself, under an article's keys."""
    for inline in content.each("inlineXML"):
        for nitf in inline.each("nitf"):
            return nitf_record(nitf)
        pictures = [*inline.within("html:figure")]
        return {
            "headline": first_of(each.text for each in inline.within("html:title")),
            "body": inline.paragraphs({*_FIGURES, "html:head"}),
            "captions": [_figure(each) for each in pictures],
        }
    texts = [_inline(each) for each in content.each("inlineData")]
    return {"body": "\n\n".join(filter(None, texts))}


def _inline(data: Element) -> str:
    if data.attribute("encoding"):  # base64: something else than text
        return ""
    text = "".join(child for child in data.children if isinstance(child, str)).strip("\n")
    return plain_text_of(text) if "html" in data.attribute("contenttype") else text


def _figure(figure: Element) -> dict[str, str]:
    caption = "\n\n".join(each.paragraphs() for each in figure.within("html:figcaption"))
    alt = first_of(each.attribute("alt") for each in figure.within("html:img"))
    return {"text": caption, "alt": alt or ""}


def _named(concept: Element) -> str:
    """The name of a concept; its code where that is all there is and a word."""
    literal = concept.attribute("literal")
    code = concept.attribute("qcode").rpartition(":")[2]
    name = concept.text_of("name") or literal
    return name or ("" if any(map(str.isdigit, code)) else code)


def _is_summary(role: str, of_item: Element) -> bool:
    """Whether a description is of the text; of a picture all are captions."""
    if "caption" in role.casefold():
        return False
    kinds = [each.attribute("qcode") for each in of_item.each("itemClass")]
    return not any(map(_PICTURE.fullmatch, kinds))


def _credit(meta: Element) -> str:
    makers = [_named(each) for each in meta.each("creator")]
    parts = dict.fromkeys((meta.text_of("by"), *makers, meta.text_of("creditline")))
    return "/".join(filter(None, parts))


def _authors(meta: Element) -> list[str]:
    """Who is in its bylines; otherwise who has made it."""
    lines = [each.text for each in meta.each("by") if each.text]
    return bylines(lines or map(_named, meta.each("creator", "contributor")))


def _is_page(link: Element) -> bool:
    kind = link.attribute("contenttype") or "text/html"
    return (
        bool(link.attribute("href"))
        and kind == "text/html"
        and "canonical" in (link.attribute("rel"))
    )
