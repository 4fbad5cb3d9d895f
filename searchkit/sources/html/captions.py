"""Here is a page: which pictures does its article show, and what stands with them?

A caption is what a figure has as its `figcaption`, what an element is named a caption by its class,
or what stands in `data-caption`. The credit is taken out of it: elements that are named credits,
and what follows a word such as Photo or © at the end. A figure without any of it gives its
picture's description (alt), marked as that.

What is hidden is no caption, except in galleries, which hide all slides but one.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from searchkit.article import Caption
from searchkit.sources.fields.bylines import looks_like_names
from searchkit.sources.fields.markup import plain_text_of
from searchkit.sources.html.blocks import is_hidden, shown_text
from searchkit.sources.html.crediting import line_of, plain_credit, without_credit
from searchkit.sources.html.figures import LEAST_TEXT, Picture, named_captions
from searchkit.sources.html.page import Element, text_of
from searchkit.sources.html.teasers import is_elsewhere, is_film

__all__ = ["captions_of"]

_CREDIT = re.compile(
    r"(?:^|[\s_-]|[a-z](?=[A-Z]))(?:credits?|copyrights?|copy|photographers?|photocredit|attribution|rights"
    r"|sources?|quelle|author|byline|agency|agentur|provider|owner|fotograf|autor)(?=$|[\s_-]|[A-Z])",
    re.IGNORECASE,
)

_LEAST_CHARACTERS = 3
_MOST_CAPTIONS = 1_000
# Which slide it is: 2 of 12 | ..., but not the beginning of a sentence: 2 of 12 sailors ...
_COUNTER = re.compile(
    r"^\d{1,3}\s*(?:of|von|de|sur|di|/)\s*\d{1,3}\s*(?:[|:·–-]\s*|(?=(?-i:[^\sa-z\d]))|$)",
    re.IGNORECASE,
)
# What stands beside the picture of a reporter, or at the head of an article.
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|published|updated|veröffentlicht|aktualisiert|stand|publié)\b.{0,120}$",
    re.IGNORECASE,
)


def captions_of(pictures: Sequence[Picture], region: Element | None, address: str) -> list[Caption]:
    """What is said of those of the pictures that belong to the article in this region; `address`
    is the page's, "" if it is not known.
    """
    scope = _scope_of(region) if region is not None else None
    # What holds the article belongs to it, whatever it is named.
    around = set() if region is None else {region, *region.iterancestors()}
    is_passed_over = functools.cache(
        lambda outer: is_elsewhere(outer, address) or _is_put_away(outer)
    )
    captions: list[Caption] = []
    for picture in pictures:
        if len(captions) >= _MOST_CAPTIONS:
            break
        outwards = (picture.element, *picture.element.iterancestors())
        if scope is not None and scope not in outwards:
            continue
        within = itertools.takewhile(lambda outer: outer not in around, outwards)
        if not (any(map(is_passed_over, within)) or is_film(picture.element)):
            captions.extend(_captions_of(picture))
    return _without_repetitions(captions)


def _scope_of(region: Element) -> Element:
    """What holds the whole of an article: its text, its headline and its lead picture."""
    scope = region
    for outer in (region, *region.iterancestors()):
        scope = outer
        if outer.tag in ("article", "main", "body") or outer.find(".//h1") is not None:
            break
    return scope


def _is_put_away(element: Element) -> bool:
    """Whether this is hidden and no slide of a gallery: nothing like it stands beside it."""
    if not is_hidden(element):
        return False
    names = set((element.get("class") or "").split())
    beside = (each for each in (element.getprevious(), element.getnext()) if each is not None)
    return not any(
        each.tag == element.tag
        and (
            names.intersection((each.get("class") or "").split()) or each.find(".//img") is not None
        )
        for each in beside
    )


def _captions_of(picture: Picture) -> Iterator[Caption]:
    element, kind = picture.element, picture.kind
    if kind == "attribute":
        text, credit = without_credit(line_of(plain_text_of(element.get("data-caption"))))
        if text or credit:
            yield Caption(text=text, credit=credit)
        return
    holders = [element]
    if kind == "figure":
        holders = element.findall(".//figcaption") or named_captions(element) or [element]
    named = _outermost(filter(_is_credit, element.iterdescendants()))
    credit = next(filter(None, map(text_of, named)), "")
    told = False
    for holder in holders:
        within = itertools.takewhile(lambda outer: outer is not element, holder.iterancestors())
        if holder is not element and any(map(_is_put_away, (holder, *within))):
            continue
        caption = _caption_of(holder, "" if holder is element else credit)
        if len(caption.text) >= _LEAST_CHARACTERS and not _BYLINE.match(caption.text):
            told = True
            yield caption
    if kind != "caption" and not told:
        images = [element, *element.iter("img")]
        alt = next((line_of(img.get("alt")) for img in images if img.get("alt")), "")
        if len(alt) >= _LEAST_CHARACTERS:
            yield Caption(alt=alt)


def _caption_of(holder: Element, credit_beside: str) -> Caption:
    """The caption in an element; `credit_beside` is what the figure that it is in has as one."""
    named = _outermost(
        each
        for each in holder.iterdescendants()
        if each.tag in ("cite", "small") or _is_credit(each)
    )
    credit = " ".join(filter(None, map(text_of, named)))
    text = _COUNTER.sub("", shown_text(holder, named))
    if not text and len(named) == 1 and named[0].tag != "cite":
        text, credit = credit, ""  # all of it is named so
    text, trailing = without_credit(text)
    if not (credit or trailing):
        text, credit = _with_last_line_as_credit(holder, text)
    return Caption(text=text, credit=plain_credit(credit or credit_beside or trailing))


def _outermost(elements: Iterable[Element]) -> list[Element]:
    kept: dict[Element, None] = {}
    for each in elements:  # in the order of the page: the outer before the inner
        if kept.keys().isdisjoint(each.iterancestors()):
            kept[each] = None
    return list(kept)


def _with_last_line_as_credit(holder: Element, text: str) -> tuple[str, str]:
    """Text and credit, where the last element of several that hold text is but a name."""
    lines = [
        each for each in holder.iter() if each is not holder and each.text and each.text.strip()
    ]
    last = text_of(lines[-1]) if len(lines) > 1 else ""
    if last and len(last) <= 60 and looks_like_names(last) and text.endswith(last):
        rest = text.removesuffix(last).rstrip()
        if len(rest) >= LEAST_TEXT:
            return rest, last
    return text, ""


def _is_credit(element: Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return len(names) > 1 and _CREDIT.search(names) is not None


def _without_repetitions(found: Sequence[Caption]) -> list[Caption]:
    """Each text once, with a credit if it has one anywhere."""
    kept: dict[str, Caption] = {}
    for each in found:
        key = (each.text or each.alt).casefold()
        known = kept.get(key)
        if key and (known is None or (each.credit and not known.credit)):
            kept[key] = each
    told = {each.text.casefold() for each in kept.values()}
    return [each for each in kept.values() if each.text or each.alt.casefold() not in told]
