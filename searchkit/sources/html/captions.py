"""Here is a page: which pictures does its article show, and what stands with them?

A caption is what a figure has as its `figcaption`, what an element is named a caption by its class,
or what stands in `data-caption`. The credit is taken out of it: elements that are named credits,
and what follows a word such as Photo or © at the end. A figure without any of it gives its
picture's description (alt), marked as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from searchkit.article import Caption
from searchkit.sources.credits import split_credit
from searchkit.sources.html.page import Element, text_of
from searchkit.sources.markup import plain_text_of

__all__ = ["FoundCaption", "find_captions"]

_CAPTION = re.compile(
    r"(?:^|[\s_-]|[a-z](?=[A-Z]))(?:captions?|captiontext|cutline|bildunterschrift|bildtext|bildbeschreibung"
    r"|legend|legende|leyenda|pie-?(?:de-)?foto|didascalia|wp-caption-text|imagedescription"
    r"|photodescription|mediadescription)(?=$|[\s_-]|[A-Z])",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:^|[\s_-]|[a-z](?=[A-Z]))(?:credits?|copyrights?|copy|photographers?|photocredit|attribution|rights"
    r"|sources?|quelle|author|byline|agency|agentur|provider|owner|fotograf|autor)(?=$|[\s_-]|[A-Z])",
    re.IGNORECASE,
)
_CREDIT_ROLES = re.compile("copyright|credit|author|creator|source", re.IGNORECASE)
# What shows the pictures of other articles.
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:related\w*|recommend\w*|recirc\w*|teasers?|promo\w*|newsletter\w*|comments?"
    r"|sidebar\w*|footer|nav|navbar|navigation|menu|popular|trending|latest|most-?read|most-?viewed"
    r"|outbrain|taboola|advert\w*|ads?|sponsor\w*|read-?more|more-?(?:stories|news|on|from|articles)"
    r"|also-?read|see-also|up-?next|subscri\w*|cookie\w*|consent\w*|modal|share|social|authors?|bio"
    r"|profile|widget|cards?)(?=$|[\s_-])",
    re.IGNORECASE,
)
_ELSEWHERE_TAGS = frozenset(("nav", "footer", "aside", "form"))
_IMAGE_ADDRESS = re.compile(r"(?:^#|^javascript:|\.(?:jpe?g|png|gif|webp|avif|svg)(?:$|\?))", re.IGNORECASE)

# At the end of a caption, what names its picture's maker.
_CREDIT_WORDS = (
    r"(?:photo(?:s|graph|graphs|graphy|grapher)?|fotos?|fotograf(?:in|ie|ía)?|pictures?|pics?|images?"
    r"|bild(?:er|rechte|quelle)?|credits?|copyright|source|quelle|archiv|illustration|grafik|graphic"
    r"|video|imagen|immagine|crédit(?:s)?|crédito|screenshot)"
)
_TRAILING_CREDIT = re.compile(
    rf"(?:(?<=[\s.!?)\"”»'])|^)(?:[|/•·–—-]\s*)?(?:(?:\(c\)|©)\s*\S.{{0,150}}"
    rf"|{_CREDIT_WORDS}(?:\s+(?:credits?|by|von|par|courtesy(?: of)?|via))?\s*[:©]\s*\S.{{0,150}}"
    rf"|(?:photo(?:graph)?s?|pictures?|images?|fotos?)\s+(?:by|von|par|courtesy)\s+\S.{{0,100}})$",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_CREDIT = re.compile(
    rf"\(?(?:(?:\(c\)|©).*|{_CREDIT_WORDS}\s*[:©/].*|.*\b(?:getty images|shutterstock|picture[ -]alliance|imago(?: images)?|reuters|afp|dpa|alamy|istock\w*)\W*)\)?$",
    re.IGNORECASE | re.DOTALL,
)

_LEAST_CHARACTERS = 3
_MOST_CHARACTERS = 2_000
_MOST_CAPTIONS = 1_000
_PICTURES = ("img", "picture", "amp-img", "video", "svg", "iframe", "noscript", "canvas")


@dataclass(frozen=True, slots=True, eq=False)
class FoundCaption:
    """A caption, and the element that it stands in."""

    caption: Caption
    element: Element


def find_captions(body: Element) -> tuple[list[FoundCaption], set[Element]]:
    """The captions of a page in order, those of other articles' pictures left out; and the
    elements that hold pictures and captions, which are no text of the article.
    """
    found: list[FoundCaption] = []
    elements: set[Element] = set()
    within: Element | None = None  # the figure or caption that is being passed through
    for element in body.iter():
        if within is not None and _is_within(element, within):
            continue
        within = None
        kind = _kind_of(element)
        if not kind:
            continue
        if kind != "attribute":
            elements.add(element)
            within = element
        if len(found) < _MOST_CAPTIONS and not _is_elsewhere(element):
            found.extend(FoundCaption(caption, element) for caption in _captions_of(element, kind))
    return _without_repetitions(found), elements


def _kind_of(element: Element) -> str:
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if tag == "figure":
        return "figure" if _shows_a_picture(element) else ""
    if tag == "figcaption":
        return "caption"
    if element.get("data-caption"):
        return "attribute"
    names = element.get("class")
    if names and tag not in ("body", "html", "article", "main", "table", "video", "button", "track"):
        if _CAPTION.search(names) and not element.find(".//figure") is not None:
            return "caption" if _is_short(element) else ""
    return ""


def _shows_a_picture(figure: Element) -> bool:
    if figure.find(".//figcaption") is not None or any(
        figure.find(f".//{tag}") is not None for tag in _PICTURES
    ):
        return True
    return len(text_of(figure)) <= _MOST_CHARACTERS and figure.find(".//p") is None


def _is_short(element: Element) -> bool:
    return len(text_of(element)) <= _MOST_CHARACTERS


def _is_within(element: Element, outer: Element) -> bool:
    parent = element
    while parent is not None:
        if parent is outer:
            return True
        parent = parent.getparent()
    return False


def _is_elsewhere(element: Element) -> bool:
    """Whether this is in a list of other articles, or a link to one."""
    for outer in (element, *element.iterancestors()):
        if outer.tag in _ELSEWHERE_TAGS:
            return True
        if outer.tag == "a" and not _IMAGE_ADDRESS.search(outer.get("href") or "#"):
            return True
        if outer.tag in ("body", "main", "article"):
            continue
        names = f"{outer.get('class') or ''} {outer.get('id') or ''}"
        if len(names) > 1 and _ELSEWHERE.search(names):
            return True
    return False


def _captions_of(element: Element, kind: str) -> Iterator[Caption]:
    if kind == "attribute":
        text, credit = _without_trailing_credit(_line(plain_text_of(element.get("data-caption"))))
        if text or credit:
            yield Caption(text=text, credit=credit)
        return
    holders = [element]
    if kind == "figure":
        holders = element.findall(".//figcaption") or _named_captions(element)
    told = False
    for holder in holders:
        caption = _caption_of(holder, element)
        if caption.text:
            told = True
            yield caption
    if kind == "figure" and not told:
        alt = next((_line(img.get("alt")) for img in element.iter("img") if img.get("alt")), "")
        if len(alt) >= _LEAST_CHARACTERS:
            yield Caption(alt=alt)


def _named_captions(figure: Element) -> list[Element]:
    named = [each for each in figure.iter() if _CAPTION.search(each.get("class") or "")]
    return [each for each in named if not any(_is_within(other, each) for other in named if other is not each)]


def _caption_of(holder: Element, figure: Element) -> Caption:
    credits = [
        each
        for each in holder.iterdescendants()
        if isinstance(each.tag, str) and (each.tag in ("cite", "small") or _is_credit(each))
    ]
    credits = [
        each for each in credits if not any(other is not each and _is_within(each, other) for other in credits)
    ]
    credit = " ".join(filter(None, map(text_of, credits)))
    text = _text_without(holder, credits)
    if not text and credit and not credits[0].tag == "cite" and len(credits) == 1:
        text, credit = credit, ""
    text, trailing = _without_trailing_credit(text)
    if not credit and holder is not figure:
        beside = [each for each in figure.iterdescendants() if isinstance(each.tag, str) and _is_credit(each)]
        credit = next((text_of(each) for each in beside if text_of(each)), "")
    credit = credit or trailing
    if not text:
        return Caption(credit=credit)
    return Caption(text=text, credit=_plain_credit(credit))


def _is_credit(element: Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return len(names) > 1 and _CREDIT.search(names) is not None


def _text_without(holder: Element, left_out: Sequence[Element]) -> str:
    if not left_out:
        return text_of(holder)
    pieces = []
    skipped = {each for outer in left_out for each in outer.iter()}
    for each in holder.iter():
        if each not in skipped and isinstance(each.tag, str) and each.tag not in ("script", "style"):
            pieces.append(each.text or "")
        if each is not holder and (each not in skipped or each in left_out):
            pieces.append(each.tail or "")
    return _line(" ".join(pieces))


def _without_trailing_credit(text: str) -> tuple[str, str]:
    """A caption and the credit at its end, "" if there is none."""
    if _ONLY_CREDIT.match(text) and len(text) <= 120:
        return "", text
    parts = split_credit(text, follows_standfirst=False)
    if parts is not None:
        return parts
    match = _TRAILING_CREDIT.search(text)
    if match is not None:
        return text[: match.start()].rstrip(" |/•·–—-"), match[0].lstrip(" |/•·–—-")
    return text, ""


def _plain_credit(credit: str) -> str:
    return _line(credit).strip("()[] |")


def _line(text: str) -> str:
    return " ".join(text.split())


def _without_repetitions(found: Sequence[FoundCaption]) -> list[FoundCaption]:
    """Each text once, with a credit if it has one anywhere."""
    kept: dict[str, FoundCaption] = {}
    for each in found:
        key = (each.caption.text or each.caption.alt).casefold()
        if not key:
            continue
        known = kept.get(key)
        if known is None or (each.caption.credit and not known.caption.credit):
            kept[key] = each if known is None else FoundCaption(each.caption, known.element)
    return list(kept.values())
