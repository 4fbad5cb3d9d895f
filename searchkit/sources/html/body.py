"""Here are the blocks of a page: which of them are the paragraphs of its article?

The article is looked for where most of the running text stands: from the body downwards into
whatever holds most of it (as Readability does, with the length of paragraphs as their weight).
What is named as something else (related, newsletter, comments ...) does not count, unless most of
the text is in it, and neither does what is mostly links.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from searchkit.sources.html.blocks import HEADINGS, Block, blocks_of
from searchkit.sources.html.page import Element, text_of

__all__ = ["Region", "find_region"]

# A shorter block, or one that is links to this part, is no running text.
_LEAST_PARAGRAPH = 40
_MOST_LINKED = 0.4
_MOST_LINKED_BESIDE = 0.1
# Into an element that holds so much of the text of its parent it goes on downwards.
_MOST_OF_TEXT = 0.7
# What holds so much of the page's text is the article, whatever it is named.
_SURELY_ARTICLE = 0.35

_OTHER_NAMES = re.compile(
    r"(?:^|[\s_-])(?:related\w*|recommend\w*|recirc\w*|teasers?|promo\w*|shar(?:e|es|ing|ebar)"
    r"|social\w*|newsletter\w*|subscri\w*|signup|comments?|commentlist|disqus\w*|breadcrumbs?"
    r"|nav|navigation|navbar|menu|footer|sidebar\w*|ads?|advert\w*|sponsor\w*|outbrain|taboola"
    r"|cookie\w*|consent\w*|popup|modal|login|captions?|credits?|copyright|bylines?|authors?"
    r"|authorbio|tags?|taglist|keywords|toolbar|tools|print|pagination|pager|ratings?|widgets?"
    r"|readmore|popular|trending|latest|hidden|visuallyhidden|offscreen|skip|timestamp|dateline"
    r"|meta|metadata|gallery|slideshow|carousel|player|postnav|feedback|survey|poll|donat\w*"
    r"|banner|masthead|kicker|topics?|syndication|disclaimer|infobox|moreon|also-?read|see-also"
    r"|cta|upsell|aside|subnav|tooltip|legal|bio|profile|reflist|toc|yarpp|addtoany|sharedaddy"
    r"|liveblog|embed|consent)(?=$|[\s_-])",
    re.IGNORECASE,
)
# Elements side by side that may be cards, how many at least, and how much they say.
_CARD_TAGS = frozenset(("div", "li", "article", "section", "td"))
_LEAST_CARDS = 4
_LEAST_LINK = 15
_MOST_IN_CARD = 500
_MOSTLY = 0.8

# The name of a row tells what it lists (players, ratings), not what part of the page it is.
_OF_TABLES = frozenset(("tr", "tbody", "thead", "tfoot"))
_OTHER_TAGS = frozenset(("aside", "form", "footer", "header"))


@dataclass(frozen=True, slots=True)
class Region:
    """Where the article is: the element that holds it, its paragraphs in order, and how many
    characters these have.
    """

    element: Element
    paragraphs: tuple[Block, ...]
    size: int


def _named_otherwise(element: Element) -> bool:
    """Whether the names of an element say that it is no part of an article's text."""
    given, known = element.get("class"), element.get("id")
    return bool(given or known) and _are_other_names(f"{given or ''} {known or ''}")


@functools.lru_cache(maxsize=4096)
def _are_other_names(names: str) -> bool:
    return _OTHER_NAMES.search(names) is not None


def find_region(body: Element, left_out: Collection[Element]) -> Region | None:
    """The article of a page, without the elements that are left out; None when there is no
    running text.
    """
    # The paths hold what lxml would otherwise make anew each time, as another object.
    paths = [(block, _path(block.element)) for block in blocks_of(body, left_out)]
    weights = _weights(paths)
    total = weights.get(body, 0)
    others: dict[Element, bool] = dict.fromkeys(_cards(body), True)

    def is_other(element: Element) -> bool:
        known = others.get(element)
        if known is None:
            named = element.tag in _OTHER_TAGS or (
                element.tag not in _OF_TABLES and _named_otherwise(element)
            )
            small = weights.get(element, 0) < _SURELY_ARTICLE * total
            known = others[element] = named and small and element is not body
        return known

    own = [(block, path) for block, path in paths if not any(map(is_other, path))]
    weights = _weights(own)
    if not weights.get(body):
        return None
    element = _narrowed(body, weights)
    # What an element named an article has beside the greater part of its text: a standfirst, and
    # what comes behind an advertisement or a picture.
    whole = next(element.iterancestors("article"), element)
    kept = [
        block
        for block, path in own
        if (not _is_linked(block) if element in path else whole in path and _is_plain(block))
    ]
    paragraphs = tuple(_without_idle_headings(kept))
    return Region(element, paragraphs, sum(len(block.text) for block in paragraphs))


def _narrowed(body: Element, weights: Mapping[Element, int]) -> Element:
    """The innermost element that holds most of the text of whatever it is in."""
    element = body
    while True:
        inner = max(element, key=lambda each: weights.get(each, 0), default=None)
        if inner is None or weights.get(inner, 0) < _MOST_OF_TEXT * weights[element]:
            break
        element = inner
    holds_one = element is not body and element.tag in ("p", "li", "span", "blockquote")
    return element.getparent() if holds_one else element


def _cards(body: Element) -> list[Element]:
    """What announces other articles: elements of one kind side by side, several of them, each a
    link with a little text.
    """
    found: list[Element] = []
    for outer in body.iter("div", "ul", "ol", "section", "aside", "main", "article", "tr"):
        kinds: dict[tuple[str, str], list[Element]] = {}
        for each in outer:
            if each.tag in _CARD_TAGS:
                name = (each.get("class") or "").partition(" ")[0]
                kinds.setdefault((each.tag, name), []).append(each)
        for alike in kinds.values():
            if len(alike) >= _LEAST_CARDS and sum(map(_has_link, alike)) >= _MOSTLY * len(alike):
                size = sum(len(text_of(each)) for each in alike) / len(alike)
                found += alike if size <= _MOST_IN_CARD else []
    return found


def _has_link(element: Element) -> bool:
    return any(len(text_of(each)) >= _LEAST_LINK for each in element.iter("a"))


def _path(element: Element) -> list[Element]:
    return [element, *element.iterancestors()]


def _weights(paths: Sequence[tuple[Block, list[Element]]]) -> dict[Element, int]:
    """How many characters of running text there are in each element."""
    weights: dict[Element, int] = {}
    for block, path in paths:
        size = len(block.text)
        if (
            size >= _LEAST_PARAGRAPH
            and block.linked < _MOST_LINKED * size
            and block.element.tag not in HEADINGS
        ):
            for element in path:
                weights[element] = weights.get(element, 0) + size - block.linked
    return weights


def _is_linked(block: Block) -> bool:
    """Whether a block is a link to something else rather than text with links in it."""
    size = len(block.text)
    return block.linked > 0.8 * size or (block.linked > 0.5 * size and size < 200)


def _is_plain(block: Block) -> bool:
    """Whether a block is running text that hardly links to anything."""
    size = len(block.text)
    return (
        block.element.tag == "p"
        and size >= _LEAST_PARAGRAPH
        and block.linked <= _MOST_LINKED_BESIDE * size
    )


def _without_idle_headings(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without headings that nothing follows, and without the page's headline."""
    kept: list[Block] = []
    for block in reversed(blocks):
        tag = block.element.tag
        if tag == "h1":
            continue
        if tag in HEADINGS:
            following = kept[-1].element.tag if kept else "h1"
            if following in HEADINGS and following <= tag:
                continue
        kept.append(block)
    kept.reverse()
    return kept
