"""Here is a page: which of its elements show a picture together with what is said of it?"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass

from searchkit.sources.html.blocks import shown_text
from searchkit.sources.html.page import Element, text_of
from searchkit.sources.html.teasers import leads_elsewhere

__all__ = ["LEAST_TEXT", "Picture", "find_pictures", "named_captions"]

_CAPTION = re.compile(
    r"(?:^|[\s_-]|[a-z](?=[A-Z]))(?:captions?|captiontext|cutline|bildunterschrift|bildtext|bildbeschreibung"
    r"|legend|legende|leyenda|pie-?(?:de-)?foto|didascalia|wp-caption-text|imagedescription"
    r"|photodescription|mediadescription)(?=$|[\s_-]|[A-Z])",
    re.IGNORECASE,
)
_MOST_CHARACTERS = 2_000
# Pages with more pictures, or pictures in more elements, are not looked through to their end.
_MOST_PICTURES = 5_000
_MOST_IMAGES = 2_000
_PICTURES = ("img", "picture", "amp-img", "video", "noscript", "canvas")
_IMAGES = frozenset(("img", "amp-img"))
# What may be a caption by its class.
_CAPTION_TAGS = frozenset(
    ("div", "span", "p", "em", "i", "small", "dd", "dt", "li", "td", "section", "cite", "label")
)
# A picture, and so many elements outwards, are looked into for a caption beside it.
_BESIDE = 3
_OUTWARDS = 7
_NO_BOXES = frozenset(("body", "article", "main", "section", "table"))
_MOST_IN_ONE = 300
LEAST_TEXT = 20
_MOST_IN_BOX = 700
_OF_CARDS = ("h1", "h2", "h3", "h4", "form", "input", "time", "ul", "table")
_MOST_LINKED = 0.4
# Smaller pictures, in pixels, are signs.
_LEAST_WIDTH = 120
_SIGN = re.compile(
    r"icon|logo|avatar|sprite|emoji|badge|portrait|author|spinner|\.svg", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An element that shows a picture, or stands for one, with what is said of it.

    `kind` is "figure", "caption" for what is named a caption, "attribute" for what has it in
    `data-caption`, "box" for anything that holds nothing but a picture and a short text.
    """

    element: Element
    kind: str


def find_pictures(body: Element, address: str) -> list[Picture]:
    """The pictures of a page in order, those of other articles too; `address` is the page's, ""
    if it is not known.
    """
    from lxml import etree

    found: list[Picture] = []
    taken: set[Element] = set()
    images = 0
    walk = etree.iterwalk(body, events=("start",))
    for _, element in walk:
        if element.tag == "figure" and element.find("blockquote") is not None:
            walk.skip_subtree()  # a quotation, for which HTML has figures, too: part of the text
            continue
        kind = _kind_of(element)
        if kind:
            found.append(Picture(element, kind))
            if kind != "attribute":
                walk.skip_subtree()
        elif element.tag in _IMAGES and images < _MOST_IMAGES:
            images += 1
            box = _box_of(element, address)
            if box is not None and box not in taken:
                taken.add(box)
                found.append(Picture(box, "box"))
        if len(found) >= _MOST_PICTURES:
            break
    outer = {each for picture in found for each in picture.element.iterancestors()}
    return [each for each in found if each.kind != "box" or each.element not in outer]


def _kind_of(element: Element) -> str:
    tag = element.tag
    if tag == "figure":
        return "figure" if _shows_a_picture(element) else ""
    if tag == "figcaption":
        return "caption"
    if element.get("data-caption"):
        return "attribute"
    names = element.get("class")
    if names and tag in _CAPTION_TAGS and _is_caption_name(names):
        return "caption" if _is_short(element) and _is_beside_a_picture(element) else ""
    return ""


@functools.lru_cache(maxsize=4096)
def _is_caption_name(names: str) -> bool:
    return _CAPTION.search(names) is not None


def named_captions(figure: Element) -> list[Element]:
    """The innermost elements that are named captions."""
    named = [each for each in figure.iter() if _is_caption_name(each.get("class") or "")]
    outer = {outer for each in named for outer in each.iterancestors()}
    return [each for each in named if each not in outer]


def _shows_a_picture(figure: Element) -> bool:
    if any(figure.find(f".//{tag}") is not None for tag in ("figcaption", *_PICTURES)):
        return True
    return _is_short(figure) and figure.find(".//p") is None


def _is_short(element: Element) -> bool:
    return len(text_of(element)) <= _MOST_CHARACTERS


def _is_beside_a_picture(element: Element) -> bool:
    """Whether an element that holds this one, and little more text, shows a picture."""
    for outer in itertools.islice(element.iterancestors(), _BESIDE):
        if outer.tag in ("body", "article", "main") or _is_large(outer):
            return False
        if any(outer.find(f".//{tag}") is not None for tag in _PICTURES):
            return _is_short(outer)
    return False


def _is_large(element: Element) -> bool:
    """Whether there is more in an element than in anything that shows but a picture or two."""
    return next(itertools.islice(element.iter(), _MOST_IN_ONE, None), None) is not None


def _box_of(image: Element, address: str) -> Element | None:
    """The innermost element that holds the picture and any text, if that may be its caption."""
    if _is_sign(image):
        return None
    for box in itertools.islice(image.iterancestors(), _OUTWARDS):
        if box.tag in _NO_BOXES or _is_large(box):
            return None
        text = shown_text(box)
        if text:
            fits = LEAST_TEXT <= len(text) <= _MOST_IN_BOX
            return box if fits and not _is_card(box, text, address) else None
    return None


def _is_sign(image: Element) -> bool:
    width = (image.get("width") or "").removesuffix("px")
    if width.isdigit() and int(width) < _LEAST_WIDTH:
        return True
    return _SIGN.search(f"{image.get('class') or ''} {image.get('src') or ''}") is not None


def _is_card(box: Element, text: str, address: str) -> bool:
    """Whether this announces something else: it has a headline, a form, or is mostly a link."""
    if any(box.find(f".//{tag}") is not None for tag in _OF_CARDS):
        return True
    paragraphs = [
        each for each in box.iter("p", "br") if each.tag == "br" or len(text_of(each)) > 40
    ]
    if len(paragraphs) > 2:
        return True
    links = [each for each in box.iter("a") if leads_elsewhere(each, address)]
    return box in links or sum(len(text_of(each)) for each in links) > _MOST_LINKED * len(text)
