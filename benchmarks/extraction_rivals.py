"""Here is a web page: what does each extractor take out of it?"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["EXTRACTORS", "MODULES", "Extracted"]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was taken out of a page; None for what an extractor does not look for."""

    body: str
    headline: str | None = None
    captions: tuple[str, ...] | None = None
    date: str | None = None
    authors: tuple[str, ...] | None = None


def _searchkit(content: bytes) -> Extracted:
    from searchkit import Article
    from searchkit.sources.files import Document, Options
    from searchkit.sources.html import read_html

    for each in read_html(Document("page", content), Options()):
        if isinstance(each, Article):
            return Extracted(
                each.body,
                each.headline,
                tuple(caption.text for caption in each.captions if caption.text),
                each.published.isoformat() if each.published else "",
                (*each.authors, *each.agencies),
            )
    return Extracted("", "", (), "", ())


def _trafilatura(content: bytes, **settings: Any) -> Extracted:
    import trafilatura

    _be_quiet()
    found: Any = trafilatura.bare_extraction(
        content, include_comments=False, with_metadata=True, **settings
    )
    if found is None:
        return Extracted("", "", None, "", ())
    authors = tuple(filter(None, (name.strip() for name in (found.author or "").split(";"))))
    return Extracted(found.text or "", found.title or "", None, found.date or "", authors)


def _trafilatura_precise(content: bytes) -> Extracted:
    return _trafilatura(content, favor_precision=True)


def _newspaper(content: bytes) -> Extracted:
    import newspaper

    _be_quiet()
    settings = newspaper.Config()
    settings.fetch_images = False
    article = newspaper.Article("https://page.example/", config=settings)
    article.download(input_html=content.decode("utf-8", "replace"))
    try:
        article.parse()
    except ImportError:  # of the words of some languages
        return Extracted("", "", None, "", ())
    date = article.publish_date.isoformat() if article.publish_date else ""
    return Extracted(article.text, article.title or "", None, date, tuple(article.authors))


def _readability(content: bytes) -> Extracted:
    import readability
    from lxml import html

    _be_quiet()
    document = readability.Document(content.decode("utf-8", "replace"))
    paragraphs = html.fromstring(document.summary()).itertext()
    return Extracted("\n".join(map(str, paragraphs)), document.short_title())


def _be_quiet() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


EXTRACTORS: dict[str, Callable[[bytes], Extracted]] = {
    "searchkit": _searchkit,
    "trafilatura": _trafilatura,
    "trafilatura, precise": _trafilatura_precise,
    "newspaper4k": _newspaper,
    "readability-lxml": _readability,
}
MODULES = {
    "searchkit": "searchkit",
    "trafilatura": "trafilatura",
    "trafilatura, precise": "trafilatura",
    "newspaper4k": "newspaper",
    "readability-lxml": "readability",
}
