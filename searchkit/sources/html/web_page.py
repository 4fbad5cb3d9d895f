"""Here is a saved web page: which article is on it?"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from searchkit.article import Article, Caption
from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.fields.shape_parts import Record, list_of
from searchkit.sources.files import Document, Options, Outcome
from searchkit.sources.html.body import Region, find_region
from searchkit.sources.html.captions import captions_of
from searchkit.sources.html.figures import Picture, find_pictures
from searchkit.sources.html.linked_data import linked_article
from searchkit.sources.html.metadata import Metadata, metadata_of
from searchkit.sources.html.page import Element, key_of, parse_page, text_of

__all__ = ["read_html"]

# A body of less running text, in characters, is none, unless the page says that it is an article.
_LEAST_BODY = 140
# So many pictures with captions are a gallery, which needs no text.
_LEAST_CAPTIONS = 2
# What is told as the article's text takes the place of what is shown when it is so many times as
# long: then the page shows a beginning only.
_MUCH_LONGER = 1.5


def read_html(document: Document, options: Options) -> Iterator[Outcome]:
    """One article, or a reject; notices come before it."""
    try:
        page = parse_page(document, options)
    except SourceError as error:
        yield Reject(document.place, str(error))
        return
    linked = linked_article(page.root)
    metadata = metadata_of(page, linked, document.url)
    region, pictures = _region_and_pictures(page.body, metadata.url)
    captions = captions_of(pictures, region.element if region else None, metadata.url)
    paragraphs = _paragraphs(region, metadata, captions, linked)
    remarks = (page.remark, *(metadata.remarks if metadata.published is None else ()))
    size = sum(map(len, paragraphs))
    told = linked or sum(bool(each.text) for each in captions) >= _LEAST_CAPTIONS
    if size < _LEAST_BODY and not (told and metadata.headline):
        yield Reject(
            document.place,
            "no article text was found in this page; if there is one, save it as plain text",
        )
        return
    yield from (Notice(document.place, remark) for remark in remarks if remark)
    yield Article(
        headline=metadata.headline,
        body="\n\n".join(paragraphs),
        captions=tuple(captions),
        published=metadata.published,
        section=metadata.section,
        publisher=metadata.publisher,
        authors=metadata.byline.authors,
        agencies=metadata.byline.agencies,
        language=metadata.language,
        url=metadata.url,
        keywords=metadata.keywords,
    )


def _region_and_pictures(body: Element, address: str) -> tuple[Region | None, list[Picture]]:
    """Where the article is, and the pictures of the page. What looks like a picture with a few
    words may be the whole of a short article.
    """
    pictures = find_pictures(body, address)
    region = find_region(body, {each.element for each in pictures})
    longest = max(
        (len(text_of(each.element)) for each in pictures if each.kind == "box"), default=0
    )
    if longest and (region is None or region.size < longest):
        pictures = [each for each in pictures if each.kind != "box"]
        region = find_region(body, {each.element for each in pictures})
    return region, pictures


def _paragraphs(
    region: Region | None, metadata: Metadata, captions: Sequence[Caption], linked: Record
) -> list[str]:
    """The texts of the body: without what repeats the headline, and without captions."""
    shown = [block.text for block in region.paragraphs] if region else []
    left_out = {key_of(metadata.headline)} | {key_of(each.text) for each in captions}
    kept = [text for text in shown if key_of(text) not in left_out]
    told = _told_paragraphs(linked)
    return told if sum(map(len, told)) > _MUCH_LONGER * sum(map(len, kept)) else kept


def _told_paragraphs(linked: Record) -> list[str]:
    parts = [each for each in list_of(linked.get("body")) if isinstance(each, str)]
    lines = (" ".join(line.split()) for part in parts for line in html.unescape(part).split("\n"))
    return [line for line in lines if line]
