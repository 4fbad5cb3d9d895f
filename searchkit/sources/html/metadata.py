"""Here is a page: what do its head, its linked data and its markup say of the article?

For each field what the page tells machines comes first (JSON-LD, Open Graph and other meta
elements, microdata), then what it shows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from searchkit.sources.fields.bylines import Byline, is_agency, split_byline
from searchkit.sources.fields.dates import parse_date
from searchkit.sources.fields.shape_parts import Record
from searchkit.sources.html.linked_data import told
from searchkit.sources.html.page import Element, Page, key_of, text_of

__all__ = ["Metadata", "metadata_of"]

# The names of meta elements, the surest first.
_HEADLINE_METAS = """
    og:title twitter:title dc.title headline parsely-title sailthru.title
    """.split()  # noqa: SIM905  # a table to be read
_DATE_METAS = """
    article:published_time datepublished date dc.date dcterms.created dc.date.issued dcterms.issued
    dcterms.date pubdate publishdate publish-date publish_date parsely-pub-date sailthru.date
    article.published og:published_time og:article:published_time published_time article:published
    publication_date
    """.split()  # noqa: SIM905  # likewise
_CHANGED_METAS = ("last-modified", "article:modified_time")
_AUTHOR_METAS = """
    author article:author parsely-author sailthru.author dc.creator byl authors og:article:author
    article.author twitter:creator:name
    """.split()  # noqa: SIM905  # likewise
_SECTION_METAS = """
    article:section parsely-section section og:article:section dc.subject
    """.split()  # noqa: SIM905  # likewise
_PUBLISHER_METAS = ("og:site_name", "publisher", "dc.publisher", "application-name")
_KEYWORD_METAS = ("news_keywords", "keywords", "article:tag", "parsely-tags", "sailthru.tags")

# What stands between a headline and the name of the site.
_SITE_SEPARATOR = re.compile(r"\s+[|\-–—·:»«•]+\s+")
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|author|authors|autor|autoren|author-?name)(?=$|[\s_-])", re.I
)
# What some sites put behind a name: Jane Doe (jd).
_INITIALS = re.compile(r"\s*\([\w./-]{1,6}\)$")
_ADDRESS = re.compile(r"https?://|^www\.|@|/", re.IGNORECASE)
_LONGEST_NAME = 120
_MOST_KEYWORDS = 50
# Further ones are none that anybody wrote.
_MOST_SEPARATORS = 20
_MOST_HEADINGS = 20
_MOST_DATES = 100


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of an article but its texts, and what is to be told of them."""

    headline: str = ""
    published: datetime | None = None
    byline: Byline = field(default_factory=Byline)
    section: str = ""
    publisher: str = ""
    language: str = ""
    url: str = ""
    keywords: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def metadata_of(page: Page, article: Record, fetched_from: str) -> Metadata:
    """What the page says, and `article`, its linked data; `fetched_from` is its address, if that
    is known.
    """
    metas = _metas(page.root)
    publisher = _first(told(article, "publisher"), _all(metas, _PUBLISHER_METAS))
    published, remarks = _published(page, article, metas)
    return Metadata(
        headline=_headline(page, article, metas, publisher),
        published=published,
        byline=_byline(page, article, metas, publisher),
        section=_section(article, metas),
        publisher=publisher,
        language=_language(page, article, metas),
        url=_url(page, article, metas, fetched_from),
        keywords=_keywords(article, metas),
        remarks=remarks,
    )


def _metas(root: Element) -> dict[str, list[str]]:
    """What the meta elements say, by their names in lower case."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _all(metas: dict[str, list[str]], names: Iterable[str]) -> list[str]:
    return [value for name in names for value in metas.get(name, ())]


def _first(*candidates: Iterable[str]) -> str:
    return next((each for values in candidates for each in values if each), "")


def _headline(page: Page, article: Record, metas: dict[str, list[str]], publisher: str) -> str:
    """What linked data say, or else the other metadata, or what is shown."""
    headings = map(text_of, itertools.islice(page.body.iter("h1"), _MOST_HEADINGS))
    shown = [each for each in headings if each and key_of(each) != key_of(publisher)]
    linked = _without_site(_first(told(article, "headline")), publisher, shown)
    named = _without_site(_first(_all(metas, _HEADLINE_METAS)), publisher, shown)
    title = _without_site(text_of(page.root.find(".//title")), publisher, shown)
    for candidate in (linked, named):
        if candidate and not _is_shortened(candidate):
            return next((each for each in shown if key_of(each) == key_of(candidate)), candidate)
    return next(iter(shown), "") or linked or named or title


def _is_shortened(text: str) -> bool:
    return text.endswith(("…", "..."))


def _without_site(title: str, publisher: str, shown: Iterable[str]) -> str:
    """A title without the name of the site at its end."""
    headings = set(map(key_of, shown))
    site = key_of(publisher)
    for match in itertools.islice(_SITE_SEPARATOR.finditer(title), _MOST_SEPARATORS):
        before, after = title[: match.start()], title[match.end() :]
        if key_of(before) in headings or (site and key_of(after) in (site, f"{site}com")):
            return before
    return title


def _published(
    page: Page, article: Record, metas: dict[str, list[str]]
) -> tuple[datetime | None, tuple[str, ...]]:
    remarks: list[str] = []
    for candidate in itertools.islice(_dates(page, article, metas), _MOST_DATES):
        try:
            return parse_date(candidate), ()
        except ValueError as error:  # noqa: PERF203  # a few at most
            if not remarks:
                remarks.append(f"published: {error}")
    return None, tuple(remarks)


def _dates(page: Page, article: Record, metas: dict[str, list[str]]) -> Iterator[str]:
    yield from told(article, "published")
    yield from _all(metas, _DATE_METAS)
    for element in page.root.iter("time", "span", "div", "p", "abbr"):
        if "datePublished" in (element.get("itemprop") or ""):
            yield element.get("datetime") or element.get("content") or text_of(element)
    times = [each.get("datetime") for each in page.body.iter("time") if each.get("datetime")]
    yield from times[:1]
    yield from _all(metas, _CHANGED_METAS)


def _byline(page: Page, article: Record, metas: dict[str, list[str]], publisher: str) -> Byline:
    publisher_only = Byline()
    for names in _named(page, article, metas):
        authors: list[str] = []
        agencies: list[str] = []
        for name in names:
            split = split_byline(name)
            authors += split.authors
            agencies += split.agencies
        authors = [_INITIALS.sub("", each) for each in authors]
        authors = [each for each in dict.fromkeys(authors) if _is_name(each)]
        byline = Byline(tuple(authors), tuple(dict.fromkeys(agencies)))
        if any(key_of(each) != key_of(publisher) for each in (*authors, *agencies)):
            return byline
        publisher_only = publisher_only if publisher_only.authors else byline
    return publisher_only


def _named(page: Page, article: Record, metas: dict[str, list[str]]) -> Iterator[list[str]]:
    """What names authors, the surest first."""
    yield [*told(article, "authors"), *told(article, "agencies")]
    for name in _AUTHOR_METAS:
        yield [each for each in metas.get(name, ()) if not _ADDRESS.search(each)]
    marked = [
        each
        for each in page.body.iter()
        if "author" in (each.get("itemprop") or "") or each.get("rel") == "author"
    ]
    yield _outer_texts(marked)
    named = [
        each
        for each in page.body.iter("div", "span", "p", "a", "address", "li")
        if _BYLINE_CLASS.search(each.get("class") or "")
    ]
    yield _outer_texts(named[:3])


def _outer_texts(elements: Iterable[Element]) -> list[str]:
    return list(dict.fromkeys(filter(None, (text_of(each) for each in elements))))[:5]


def _is_name(text: str) -> bool:
    return (
        len(text) <= _LONGEST_NAME
        and not _ADDRESS.search(text)
        and any(map(str.isalpha, text))
        and not text.startswith("(")
        and not is_agency(text)
    )


def _section(article: Record, metas: dict[str, list[str]]) -> str:
    return _first(told(article, "section"), _all(metas, _SECTION_METAS))


def _language(page: Page, article: Record, metas: dict[str, list[str]]) -> str:
    html = page.root if page.root.tag == "html" else None
    named = [html.get("lang") or html.get("xml:lang") or ""] if html is not None else []
    locale = [
        each.replace("_", "-") for each in _all(metas, ("og:locale", "language", "dc.language"))
    ]
    return _first(named, told(article, "language"), locale).strip().replace("_", "-")


def _url(page: Page, article: Record, metas: dict[str, list[str]], fetched_from: str) -> str:
    canonical = [
        each.get("href") or ""
        for each in page.root.iter("link")
        if "canonical" in (each.get("rel") or "").lower().split()
    ]
    base = next((each.get("href") for each in page.root.iter("base") if each.get("href")), "")
    candidates = [
        *canonical,
        *metas.get("og:url", ()),
        *told(article, "url"),
        fetched_from,
    ]
    for candidate in candidates:
        try:
            address: str = urljoin(fetched_from or base, candidate.strip())
            split = urlsplit(address)
        except ValueError:
            continue
        if split.scheme in ("http", "https") and split.netloc:
            return address
    return ""


def _keywords(article: Record, metas: dict[str, list[str]]) -> tuple[str, ...]:
    given = told(article, "keywords")
    if len(given) == 1:
        given = given[0].split(",")
    for name in _KEYWORD_METAS:
        if given:
            break
        values = metas.get(name, [])
        given = values if len(values) > 1 else [part for each in values for part in each.split(",")]
    words = (" ".join(each.split()) for each in given)
    return tuple(dict.fromkeys(filter(None, words)))[:_MOST_KEYWORDS]
