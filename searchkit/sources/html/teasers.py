"""Here is an element of a page: is it of the page's article, or does it announce something else?

What is within a link is a teaser of something else, unless the link leads to a picture or to the
page itself; so is what is named one, or stands in a part of the page that is, if it links on.
"""

from __future__ import annotations

import itertools
import re
from urllib.parse import urljoin

from searchkit.sources.html.blocks import MOST_PIECES, shown_text
from searchkit.sources.html.page import Element, text_of

__all__ = ["is_elsewhere", "is_film", "leads_elsewhere"]

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
    r"(?:^#|^javascript:|\.(?:jpe?g|png|gif|webp|avif|svg)(?:$|[?#]))", re.IGNORECASE
)
_MOST_LINKED_ELSEWHERE = 0.2
_FILM = re.compile(
    r"(?:^|[\s_-])(?:videos?|audio|player|podcasts?|videoplayer|jwplayer|brightcove)(?=$|[\s_-])",
    re.IGNORECASE,
)


def leads_elsewhere(link: Element, address: str) -> bool:
    """Whether a link leads to anything but a picture, or the page itself."""
    target: str = link.get("href") or "#"
    if _IMAGE_ADDRESS.search(target):
        return False
    here, there = address.partition("#")[0], target.partition("#")[0]
    if not here.endswith(there.rpartition("/")[2]):
        return True  # without taking addresses apart, which takes most of the time
    try:
        return urljoin(here, there) != here
    except ValueError:
        return True


def is_elsewhere(element: Element, address: str) -> bool:
    """Whether this is a list of other articles, or a link to one."""
    if element.tag == "a" and leads_elsewhere(element, address):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    named = len(names) > 1 and _ELSEWHERE.search(names) is not None
    return (named or element.tag in _ELSEWHERE_TAGS) and _links_on(element)


def _links_on(element: Element) -> bool:
    """Whether much of what an element says is links, as lists of other articles are."""
    links = itertools.islice(element.iter("a"), MOST_PIECES)
    linked = sum(len(text_of(each)) for each in links)
    return linked > _MOST_LINKED_ELSEWHERE * len(shown_text(element))


def is_film(element: Element) -> bool:
    """Whether this plays something: what stands with it announces that."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _FILM.search(names):
        return True
    return any(
        _FILM.search(each.get("class") or "") or each.tag in ("video", "audio")
        for each in element.iterdescendants()
    )
