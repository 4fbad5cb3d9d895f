"""Here is the tree of a page, or an element of it: which text does it show?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from searchkit.sources.html.page import Element

__all__ = ["HEADINGS", "MOST_PIECES", "Block", "blocks_of", "is_hidden", "shown_text"]

# What holds no text that people read as the page's, or text of another kind.
_NO_TEXT = frozenset(
    """
    script style noscript template svg math canvas iframe object embed applet audio video button
    input select textarea option datalist nav footer menu dialog map area link meta head title
    picture img source track progress meter frame frameset noframes
    """.split()  # noqa: SIM905  # a table to be read
)
# What does not begin a new line.
_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small
    span strike strong sub sup time tt u var wbr nobr
    """.split()  # noqa: SIM905  # likewise
)
# A time that stands elsewhere is the article's own.
_PARAGRAPHS = frozenset(("p", "li", "td", "th", "blockquote", "span", "em", "strong", "b", "a"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Of an element with more pieces of text the beginning is enough.
MOST_PIECES = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A piece of text between two line breaks of the layout, on one line: the element that it
    stands in, and how many of its characters are links.
    """

    text: str
    linked: int
    element: Element


def is_hidden(element: Element) -> bool:
    """Whether a browser would not show it."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style))


def blocks_of(root: Element, left_out: Collection[Element]) -> list[Block]:
    """The blocks below an element in order, without the elements that are left out."""
    from lxml import etree

    blocks: list[Block] = []
    pieces: list[str] = []
    linked = links = 0
    containers = [root]

    def end_block(element: Element) -> None:
        nonlocal linked
        if not pieces:
            return
        text = " ".join("".join(pieces).split())
        if text:
            blocks.append(Block(text, min(linked, len(text)), element))
        pieces.clear()
        linked = 0

    walk = etree.iterwalk(root, events=("start", "end"))
    passed_over = None
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if element is not root and (
                tag in _NO_TEXT
                or element in left_out
                or is_hidden(element)
                or (tag == "time" and element.getparent().tag not in _PARAGRAPHS)
            ):
                walk.skip_subtree()
                passed_over = element
                continue
            if tag == "br":
                pieces.append("\n")
            elif tag not in _INLINE:
                end_block(containers[-1])
                containers.append(element)
            links += tag == "a"
            if element.text:
                pieces.append(element.text)
                linked += len(element.text.strip()) if links else 0
            continue
        if element is passed_over:
            passed_over = None
            if tag not in _INLINE:
                pieces.append(" ")
        else:
            links -= tag == "a"
            if tag not in _INLINE and tag != "br":
                end_block(element)
                containers.pop()
        if element.tail and element is not root:
            pieces.append(element.tail)
            linked += len(element.tail.strip()) if links else 0
    end_block(root)
    return blocks


def shown_text(element: Element, left_out: Collection[Element] = ()) -> str:
    """The text of an element on one line, without the elements that are left out; of a large one
    the beginning.
    """
    pieces = itertools.islice(_shown_pieces(element, left_out), MOST_PIECES)
    return " ".join("".join(pieces).split())


def _shown_pieces(element: Element, left_out: Collection[Element]) -> Iterator[str]:
    """What is shown of an element, in pieces; lines have spaces between them."""
    yield element.text or ""
    for each in element:
        space = "" if each.tag in _INLINE else " "
        yield space
        if not (each.tag in _NO_TEXT or each in left_out or is_hidden(each)):
            yield from _shown_pieces(each, left_out)
        yield space
        yield each.tail or ""
