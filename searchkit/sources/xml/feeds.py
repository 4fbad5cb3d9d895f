"""Here is a feed, RSS or Atom: which articles are its items?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from searchkit.article import Article
from searchkit.sources.fields.markup import plain_text_of
from searchkit.sources.fields.shape_parts import captions_of, first_of, plain_text
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.xml.parsing import XML_LANGUAGE, Element, root_name
from searchkit.sources.xml.records import articles_of_xml, bylines

__all__ = ["looks_like_feed", "read_feed"]

_PREFIXES = {
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}
# The last as their document type names it.
_ROOTS = frozenset({"rss", "rdf:RDF", "atom:feed", "atom:entry", "rdf:rdf", "feed"})
_ITEMS = ("item", "atom:entry")
_AUTHORS = ("atom:author", "dc:creator", "author", "itunes:author")

# jane@example.org (Jane Doe)
_ADDRESS_AND_NAME = re.compile(r"\S+@\S+\s*\((.+)\)")
_ADDRESS_ALONE = re.compile(r"\S+@\S+")


def looks_like_feed(head: bytes) -> bool:
    """Whether content that begins so is a feed."""
    return root_name(head, _PREFIXES) in _ROOTS


def read_feed(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise."""
    for found in articles_of_xml(file, options, _ITEMS, _PREFIXES, _record):
        yield (NEVER_KNOWN, found) if isinstance(found, Article) else found


def _record(item: Element, around: Element) -> dict[str, Any]:
    channel = around.first("channel") or around
    url = _url(item)
    id_ = item.text_of("guid") or item.text_of("atom:id")
    return {
        # Where there is no address; and a number is one of many feeds.
        "id": id_ if not url and ":" in id_ else "",
        "headline": _line(item, "title", "atom:title", "dc:title", "media:title"),
        "body": _text(item, "content:encoded", "atom:content"),
        "summary": _text(item, "description", "atom:summary", "dc:description", "itunes:summary"),
        "captions": captions_of(_captions(item)),
        "published": first_of(
            item.text_of(name)
            for name in (
                *("pubDate", "atom:published", "dc:date", "dcterms:created", "dcterms:issued"),
                *("atom:issued", "atom:updated", "dcterms:modified", "atom:modified"),
            )
        ),
        "byline": bylines(_people(item)) or bylines(_people(channel, "atom:author")),
        "publisher": first_of(
            (
                *(item.text_of(*path) for path in (("source",), ("atom:source", "atom:title"))),
                *(part.text_of("dc:publisher") for part in (item, channel)),
                *(_line(channel, name) for name in ("title", "atom:title") if channel is not item),
            )
        ),
        "language": first_of(
            (
                item.text_of("dc:language"),
                item.attribute(XML_LANGUAGE),
                channel.text_of("language"),
                channel.text_of("dc:language"),
                channel.attribute(XML_LANGUAGE),
                around.attribute(XML_LANGUAGE),
            )
        ),
        "url": url,
        "keywords": [*_keywords(item)],
    }


def _url(item: Element) -> str:
    """The address of the item's page, empty if it names none."""
    if link := item.text_of("link"):
        return link
    for guid in item.each("guid"):
        is_page = guid.attribute("isPermaLink").casefold() != "false"
        if is_page and guid.text.startswith(("http://", "https://")):
            return guid.text
    pages = [link for link in item.each("atom:link") if link.attribute("rel") in ("", "alternate")]
    # A page may come in other formats, too.
    pages.sort(key=lambda link: "html" not in (link.attribute("type") or "html"))
    return pages[0].attribute("href") if pages else ""


def _line(element: Element, *names: str) -> str:
    return " ".join(_text(element, *names).split())


def _text(element: Element, *names: str) -> str:
    """The text of the first element with one of the names that has any, in the order of names."""
    return first_of(_text_in(each) for name in names for each in element.each(name)) or ""


def _text_in(element: Element) -> str:
    """What is in an element of text, of HTML as text, or of XHTML."""
    kind = element.attribute("type").casefold()
    if any(isinstance(child, Element) for child in element.children):
        return element.paragraphs()
    text = "".join(child for child in element.children if isinstance(child, str)).strip()
    if element.name == "content:encoded" or "html" in kind:
        return plain_text_of(text)
    is_plain = element.name.startswith("atom:") or kind in ("plain", "text/plain")
    found: str = text if is_plain else plain_text(text)
    return found


def _people(element: Element, *names: str) -> list[str]:
    """Who is named in the elements of these names, by default those of authors."""
    found = []
    for person in element.each(*(names or _AUTHORS)):
        name = person.text_of("atom:name") or person.text
        if match := _ADDRESS_AND_NAME.fullmatch(name):
            name = match[1]
        if name and not _ADDRESS_ALONE.fullmatch(name):
            found.append(name)
    return found


def _keywords(item: Element) -> Iterator[str]:
    for category in item.each("category", "dc:subject"):
        yield category.text
    for category in item.each("atom:category"):
        yield category.attribute("label") or category.attribute("term")
    for listed in item.each("media:keywords"):
        yield from listed.text.split(",")


def _captions(item: Element) -> Iterator[dict[str, str]]:
    """What is said of pictures; of the item, or a group, as such it is that of its one picture."""
    pictures = [each for each in item.within("media:content") if _is_picture(each)]
    groups = [*item.each("media:group"), item]
    credit = first_of(map(_credit, groups)) or ""
    for holder in (*pictures, *groups):
        text = _text(holder, "media:description", "media:text")
        title = _line(holder, "media:title") if holder in pictures else ""
        if text or title or (holder is item and not pictures):
            yield {"title": title, "text": text, "credit": _credit(holder) or credit}


def _is_picture(media: Element) -> bool:
    kind = media.attribute("medium") or media.attribute("type")
    return not kind or kind.startswith("image")


def _credit(holder: Element) -> str:
    credits_ = [each.text for each in holder.each("media:credit")]
    return ", ".join(filter(None, credits_)) or holder.text_of("media:copyright")
