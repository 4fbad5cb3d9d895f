"""Here is a page: what do its blocks of linked data (JSON-LD) say of the article?"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from searchkit.sources.fields.schema_org import schema_article, single_articles
from searchkit.sources.fields.shape_parts import Record, list_of
from searchkit.sources.html.page import Element

__all__ = ["linked_article", "told"]

# A page with more, or larger ones, is none that anybody wrote.
_MOST_BLOCKS = 50
_MOST_OBJECTS = 2000
_LONGEST_BLOCK = 2 << 20

_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")
# A line within a string, which JSON has not, but pages have.
_BARE_CONTROLS = re.compile(r"[\x00-\x1f]+")


def linked_article(root: Element) -> Record:
    """The page's article under an article's keys, as `schema_article` has it; empty if there is
    none. Blocks that are no JSON are passed over.
    """
    objects = [each for block in _blocks(root) for each in _objects(block)][:_MOST_OBJECTS]
    # A page lists other articles, too: its own says most.
    graphs = single_articles({"@graph": objects})
    return schema_article(max(graphs, key=lambda graph: len(next(iter(graph["@graph"]), ()))))


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


def _objects(block: Any) -> Iterator[Record]:
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


def told(article: Record, key: str) -> list[str]:
    """The texts that are under a key, each on one line; of markup's entities, which pages put
    into linked data, too, what they stand for.
    """
    texts = [each for each in list_of(article.get(key)) if isinstance(each, str)]
    lines = (" ".join(html.unescape(html.unescape(text)).split()) for text in texts)
    return [line for line in lines if line]
