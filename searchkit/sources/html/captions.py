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
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from searchkit.article import Caption
from searchkit.sources.bylines import looks_like_names
from searchkit.sources.html.blocks import INLINE, is_hidden
from searchkit.sources.html.crediting import line_of, plain_credit, without_credit
from searchkit.sources.html.page import Element, text_of
from searchkit.sources.markup import plain_text_of

__all__ = ["Picture", "captions_of", "find_pictures"]

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
    r"|bylines?|profile|cards?)(?=$|[\s_-])",
    re.IGNORECASE,
)
_ELSEWHERE_TAGS = frozenset(("nav", "footer", "aside", "form"))
_IMAGE_ADDRESS = re.compile(
    r"(?:^#|^javascript:|\.(?:jpe?g|png|gif|webp|avif|svg)(?:$|\?))", re.IGNORECASE
)

_LEAST_CHARACTERS = 3
_MOST_CHARACTERS = 2_000
_MOST_CAPTIONS = 1_000
# Pages with more pictures, or pictures in more elements, are not looked through to their end.
_MOST_PICTURES = 5_000
_MOST_IMAGES = 2_000
_MOST_PIECES = 5_000
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
_LEAST_BOX = 20
_MOST_IN_BOX = 700
_UNSHOWN = frozenset(("script", "style", "noscript", "button", "svg", "template", "source"))
_OF_CARDS = ("h1", "h2", "h3", "h4", "form", "input", "time", "ul", "table")
_MOST_LINKED = 0.4
_MOST_LINKED_ELSEWHERE = 0.2
# Smaller pictures, in pixels, are signs.
_LEAST_WIDTH = 120
_SIGN = re.compile(
    r"icon|logo|avatar|sprite|emoji|badge|portrait|author|spinner|\.svg", re.IGNORECASE
)
_FILM = re.compile(
    r"(?:^|[\s_-])(?:videos?|audio|player|podcasts?|videoplayer|jwplayer|brightcove)(?=$|[\s_-])",
    re.IGNORECASE,
)
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


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An element that shows a picture, or stands for one, with what is said of it.

    `kind` is "figure", "caption" for what is named a caption, "attribute" for what has it in
    `data-caption`, "box" for anything that holds nothing but a picture and a short text.
    """

    element: Element
    kind: str


def find_pictures(body: Element) -> list[Picture]:
    """The pictures of a page in order, those of other articles too."""
    found: list[Picture] = []
    taken: set[Element] = set()
    images = 0
    within: Element | None = None  # what is being passed through
    for element in body.iter():
        if within is not None and _is_within(element, within):
            continue
        within = None
        if element.tag == "figure" and element.find("blockquote") is not None:
            within = element  # a quotation, for which HTML has figures, too: part of the text
            continue
        kind = _kind_of(element)
        if kind in ("figure", "caption"):
            found.append(Picture(element, kind))
            within = element
        elif kind == "attribute":
            found.append(Picture(element, kind))
        elif element.tag in _IMAGES and images < _MOST_IMAGES:
            images += 1
            box = _box_of(element)
            if box is not None and box not in taken:
                taken.add(box)
                found.append(Picture(box, "box"))
        if len(found) >= _MOST_PICTURES:
            break
    outer = {each for picture in found for each in picture.element.iterancestors()}
    return [each for each in found if each.kind != "box" or each.element not in outer]


def captions_of(pictures: Sequence[Picture], region: Element | None) -> list[Caption]:
    """What is said of those of the pictures that belong to the article in this region."""
    scope = _scope_of(region) if region is not None else None
    # What holds the article belongs to it, whatever it is named.
    around = set() if region is None else {region, *region.iterancestors()}
    is_passed_over = functools.cache(lambda outer: _is_elsewhere(outer) or _is_put_away(outer))
    captions: list[Caption] = []
    for picture in pictures:
        if len(captions) >= _MOST_CAPTIONS:
            break
        if scope is not None and not _is_within(picture.element, scope):
            continue
        outwards = (picture.element, *picture.element.iterancestors())
        within = itertools.takewhile(lambda outer: outer not in around, outwards)
        if not (any(map(is_passed_over, within)) or _is_film(picture.element)):
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


def _box_of(image: Element) -> Element | None:
    """The innermost element that holds the picture and any text, if that may be its caption."""
    if _is_sign(image):
        return None
    box = image.getparent()
    for _ in range(_OUTWARDS):
        if box is None or box.tag in _NO_BOXES or _is_large(box):
            return None
        text = _shown_text(box)
        if text:
            fits = _LEAST_BOX <= len(text) <= _MOST_IN_BOX
            return box if fits and not _is_card(box, text) else None
        box = box.getparent()
    return None


def _is_sign(image: Element) -> bool:
    width = (image.get("width") or "").removesuffix("px")
    if width.isdigit() and int(width) < _LEAST_WIDTH:
        return True
    return _SIGN.search(f"{image.get('class') or ''} {image.get('src') or ''}") is not None


def _shown_text(element: Element, left_out: Collection[Element] = ()) -> str:
    """The text of an element, but what is hidden, in buttons, scripts and the like, or left out;
    of a large one the beginning.
    """
    return line_of("".join(itertools.islice(_shown_pieces(element, left_out), _MOST_PIECES)))


def _shown_pieces(element: Element, left_out: Collection[Element]) -> Iterator[str]:
    yield element.text or "" if element.tag in INLINE else f" {element.text or ''}"
    for each in element:
        if not (each.tag in _UNSHOWN or each in left_out or is_hidden(each)):
            yield from _shown_pieces(each, left_out)
        yield each.tail or "" if each.tag in INLINE else f" {each.tail or ''}"


def _is_card(box: Element, text: str) -> bool:
    """Whether this announces something else: it has a headline, a form, or is mostly a link."""
    if any(box.find(f".//{tag}") is not None for tag in _OF_CARDS):
        return True
    paragraphs = [
        each for each in box.iter("p", "br") if each.tag == "br" or len(text_of(each)) > 40
    ]
    if len(paragraphs) > 2:
        return True
    linked = sum(len(text_of(each)) for each in box.iter("a"))
    return box.tag == "a" or linked > _MOST_LINKED * len(text)


def _is_within(element: Element, outer: Element) -> bool:
    parent = element
    while parent is not None:
        if parent is outer:
            return True
        parent = parent.getparent()
    return False


def _is_elsewhere(element: Element) -> bool:
    """Whether this is a list of other articles, or a link to one."""
    if element.tag == "a" and not _IMAGE_ADDRESS.search(element.get("href") or "#"):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    named = len(names) > 1 and _ELSEWHERE.search(names) is not None
    return (named or element.tag in _ELSEWHERE_TAGS) and _links_on(element)


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


def _is_film(element: Element) -> bool:
    """Whether this plays something: what stands with it announces that."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _FILM.search(names):
        return True
    return any(
        _FILM.search(each.get("class") or "") or each.tag in ("video", "audio")
        for each in element.iterdescendants()
    )


def _links_on(element: Element) -> bool:
    """Whether much of what an element says is links, as lists of other articles are."""
    links = itertools.islice(element.iter("a"), _MOST_PIECES)
    linked = sum(len(text_of(each)) for each in links)
    return linked > _MOST_LINKED_ELSEWHERE * len(_shown_text(element))


def _captions_of(picture: Picture) -> Iterator[Caption]:
    element, kind = picture.element, picture.kind
    if kind == "attribute":
        text, credit = without_credit(line_of(plain_text_of(element.get("data-caption"))))
        if text or credit:
            yield Caption(text=text, credit=credit)
        return
    holders = [element]
    if kind == "figure":
        holders = element.findall(".//figcaption") or _named_captions(element) or [element]
    named = _outermost(filter(_is_credit, element.iterdescendants()))
    credit = next(filter(None, map(text_of, named)), "")
    told = False
    for holder in itertools.filterfalse(_is_put_away, holders):
        caption = _caption_of(holder, "" if holder is element else credit)
        if len(caption.text) >= _LEAST_CHARACTERS and not _BYLINE.match(caption.text):
            told = True
            yield caption
    if kind != "caption" and not told:
        images = [element, *element.iter("img")]
        alt = next((line_of(img.get("alt")) for img in images if img.get("alt")), "")
        if len(alt) >= _LEAST_CHARACTERS:
            yield Caption(alt=alt)


def _named_captions(figure: Element) -> list[Element]:
    """The innermost elements that are named captions."""
    named = [each for each in figure.iter() if _is_caption_name(each.get("class") or "")]
    outer = {outer for each in named for outer in each.iterancestors()}
    return [each for each in named if each not in outer]


def _caption_of(holder: Element, credit_beside: str) -> Caption:
    """The caption in an element; `credit_beside` is what the figure that it is in has as one."""
    named = _outermost(
        each
        for each in holder.iterdescendants()
        if each.tag in ("cite", "small") or _is_credit(each)
    )
    credit = " ".join(filter(None, map(text_of, named)))
    text = _COUNTER.sub("", _shown_text(holder, named))
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
        if len(rest) >= _LEAST_BOX:
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
