"""Here is a page: what do its blocks of linked data (JSON-LD, schema.org) say of the article?"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from searchkit.sources.html.page import Element

__all__ = ["LinkedData", "linked_data", "strings"]

_ARTICLE_TYPES = frozenset(
    """
    Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle
    BackgroundNewsArticle ReviewNewsArticle AskPublicNewsArticle BlogPosting LiveBlogPosting
    SocialMediaPosting TechArticle ScholarlyArticle Report SatiricalArticle AdvertiserContentArticle
    """.split()  # noqa: SIM905  # a table to be read
)
# A page with more, or larger ones, is none that anybody wrote.
_MOST_BLOCKS = 50
_MOST_OBJECTS = 2000
_LONGEST_BLOCK = 2 << 20

_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")
# A line within a string, which JSON has not, but pages have.
_BARE_CONTROLS = re.compile(r"[\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The object of the page's article, empty if there is none, and all pictures that are
    described.
    """

    article: dict[str, Any] = field(default_factory=dict)
    images: tuple[dict[str, Any], ...] = ()


def linked_data(root: Element) -> LinkedData:
    """What the page's blocks say; those that are no JSON are passed over."""
    objects = [each for block in _blocks(root) for each in _objects(block)][:_MOST_OBJECTS]
    by_id = {each["@id"]: each for each in objects if isinstance(each.get("@id"), str)}
    articles = [each for each in objects if not _ARTICLE_TYPES.isdisjoint(_types(each))]
    # A page lists other articles, too: its own says most.
    article = max(articles, key=lambda each: len(each), default={})
    resolved = {name: _resolved(value, by_id) for name, value in article.items()}
    images = [each for each in objects if "ImageObject" in _types(each)]
    return LinkedData(resolved, tuple(images))


def _blocks(root: Element) -> Iterator[Any]:
    found = root.iterfind(".//script[@type]")
    texts = (each.text for each in found if "ld+json" in each.get("type").lower())
    for _, text in zip(range(_MOST_BLOCKS), texts, strict=False):
        if not text or len(text) > _LONGEST_BLOCK:
            continue
        plain = _BARE_CONTROLS.sub(" ", _COMMENT.sub("", text)).strip().rstrip(";")
        try:
            yield json.loads(plain)
        except (ValueError, RecursionError):
            continue


def _objects(block: Any) -> Iterator[dict[str, Any]]:
    """All objects within a block, the outer before the inner."""
    waiting = [block]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(
                reversed([each for each in value.values() if isinstance(each, (dict, list))])
            )
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _types(value: dict[str, Any]) -> list[str]:
    given = value.get("@type", ())
    names = given if isinstance(given, list) else [given]
    return [name.rpartition("/")[2] for name in names if isinstance(name, str)]


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    """The value; where it only names an object of the page, that object."""
    if isinstance(value, list):
        return [_resolved(each, by_id) for each in value]
    if isinstance(value, dict) and value.keys() <= {"@id", "@type"}:
        return by_id.get(str(value.get("@id")), value)
    return value


def strings(value: Any, *keys: str) -> list[str]:
    """The texts in a value: itself, those of a list, those that objects have under the first of
    the keys that they have.
    """
    found: list[str] = []
    waiting = [value]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, str):
            text = " ".join(html.unescape(html.unescape(each)).split())
            found += [text] if text else []
        elif isinstance(each, list):
            waiting[:0] = each
        elif isinstance(each, dict):
            held = next((each[key] for key in keys if each.get(key)), None)
            waiting[:0] = [held] if isinstance(held, (str, list)) else []
    return found
