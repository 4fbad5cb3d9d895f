"""Here is a file of NITF, the News Industry Text Format of the IPTC: which article is it?"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest
from typing import Any

from searchkit.sources.fields.bylines import is_agency
from searchkit.sources.fields.records import with_standfirst
from searchkit.sources.fields.shape_parts import captions_of, first_of
from searchkit.sources.files import Document, OpenFile, Options, Outcome
from searchkit.sources.xml.parsing import XML_LANGUAGE, Element, root_name
from searchkit.sources.xml.records import articles_of_xml, bylines

__all__ = ["NITF_NAMESPACES", "looks_like_nitf", "nitf_record", "read_nitf"]

NITF_NAMESPACES = (
    "http://iptc.org/std/NITF/2006-10-18/",
    "http://www.iptc.org/std/NITF/2006-10-18/",
    "http://nitf.org/NITF/2006-10-18/",
    "http://www.nitf.org",
)
_PREFIXES = dict.fromkeys(NITF_NAMESPACES, "")

# In the content, but no part of the running text.
_LEFT_OUT = frozenset({"media", "media-reference", "media-caption", "media-producer"})

# Names under which archives put the section among their own metadata.
_SECTIONS = ("section", "desk", "dsk", "category", "online_sections", "print_section_name")


def looks_like_nitf(head: bytes) -> bool:
    """Whether content that begins so is NITF."""
    return root_name(head, _PREFIXES) == "nitf"


def read_nitf(document: Document, options: Options) -> Iterator[Outcome]:
    """One article, or a reject; notices come before it."""
    file = OpenFile(document.place, BytesIO(document.content).read)
    return articles_of_xml(file, options, ("nitf",), _PREFIXES, lambda nitf, _: nitf_record(nitf))


def nitf_record(nitf: Element) -> dict[str, Any]:
    """What a `nitf` says, under an article's keys."""
    head = nitf.first("head") or _NOTHING
    data = head.first("docdata") or _NOTHING
    printed = head.first("pubdata") or _NOTHING
    body = nitf.first("body") or _NOTHING
    top = body.first("body.head") or _NOTHING
    headline = top.text_of("hedline", "hl1") or top.text_of("headline") or head.text_of("title")
    hedlines = top.first("hedline") or _NOTHING
    distributor = top.text_of("distributor")
    publisher = first_of(
        (
            printed.attribute("name"),
            "" if is_agency(distributor) else distributor,
            *(each.attribute("holder") for each in data.each("doc.copyright")),
        )
    )
    url = printed.attribute("ex-ref")
    return {
        "id": "" if url else _id(data, publisher),
        "headline": headline,
        "body": _body(top, body),
        # Archives have more than one form of a headline.
        "standfirst": "\n\n".join(
            dict.fromkeys(
                each.text
                for each in hedlines.each("hl2")
                if each.text and each.text.casefold() != headline.casefold()
            )
        ),
        "captions": captions_of(map(_caption, body.within("media"))),
        "published": first_of(
            (
                *(each.attribute("norm") for each in data.each("date.issue")),
                *(each.attribute("norm") for each in data.each("date.release")),
                printed.attribute("date.publication"),
                *(each.attribute("norm") for each in top.within("story.date")),
            )
        ),
        "byline": bylines(
            _name(each)
            for each in top.each("byline")
            if not each.attribute("class").startswith("normalized")
        ),
        "section": printed.attribute("position.section") or _section(head),
        "publisher": publisher,
        "agency": distributor if is_agency(distributor) else "",
        "language": first_of(each.attribute(XML_LANGUAGE) for each in (body, nitf, head)),
        "url": url,
        "keywords": list(dict.fromkeys(_keywords(head, data))),
    }


_NOTHING = Element("", {}, 0)


def _id(data: Element, publisher: str | None) -> str:
    """The document's own, with the registry that it is from: it may be but a number."""
    doc_id = data.first("doc-id") or _NOTHING
    name, registry = doc_id.attribute("id-string"), doc_id.attribute("regsrc") or publisher
    return f"{registry}:{name}" if name and registry else name


def _name(byline: Element) -> str:
    """Of a byline with a person's title, the people alone; otherwise all of it."""
    if byline.first("byttl"):
        left = [each for each in byline.children if not isinstance(each, Element)]
        people = [each.text for each in byline.each("person")]
        return ", ".join(people) or " ".join("".join(map(str, left)).split())
    return byline.text


def _body(top: Element, body: Element) -> str:
    content = body.first("body.content") or _NOTHING
    blocks = [
        Element("", {}, 0, [child]).paragraphs(_LEFT_OUT)
        for child in content.children
        if isinstance(child, Element)
    ]
    loose = any(isinstance(child, str) and not child.isspace() for child in content.children)
    if loose:
        blocks = [content.paragraphs(_LEFT_OUT)]
    # Archives have the beginning as a block of its own before the whole.
    following = zip_longest(blocks, blocks[1:], fillvalue="")
    kept = [one for one, other in following if not other.startswith(one)]
    abstract = top.first("abstract")
    text = "\n\n".join(filter(None, kept))
    if abstract is not None:
        text = with_standfirst(abstract.paragraphs(), text)
    parts = (top.text_of("dateline"), text, body.text_of("body.end", "tagline"))
    return "\n\n".join(filter(None, parts))


def _caption(media: Element) -> dict[str, str]:
    if media.attribute("media-type") not in ("", "image", "photo", "graphic"):
        return {}
    captions = [each.paragraphs() for each in media.each("media-caption")]
    reference = media.first("media-reference") or _NOTHING
    producers = [each.text for each in media.each("media-producer")]
    return {
        "text": "\n\n".join(filter(None, captions)),
        "credit": ", ".join(filter(None, producers)) or reference.attribute("source-credit"),
        "alt": reference.attribute("alternate-text"),
    }


def _section(head: Element) -> str:
    held = {
        each.attribute("name").casefold(): each.attribute("content") for each in head.each("meta")
    }
    return first_of(held.get(name) for name in _SECTIONS) or ""


def _keywords(head: Element, data: Element) -> Iterator[str]:
    for listed in data.each("key-list"):
        for keyword in listed.each("keyword"):
            yield keyword.attribute("key")
    for identified in data.each("identified-content"):
        for term in identified.each(
            "classifier", "org", "person", "location", "event", "object.title"
        ):
            yield term.text or term.attribute("value")
    for subject in head.within("tobject.subject"):
        parts = ("type", "matter", "detail")
        names = [subject.attribute(f"tobject.subject.{part}") for part in parts]
        yield from filter(None, names)
    for meta in head.each("meta"):
        if meta.attribute("name").casefold() in ("keywords", "news_keywords"):
            yield from meta.attribute("content").split(",")
