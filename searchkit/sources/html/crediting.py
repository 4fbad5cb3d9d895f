"""Here is what stands with a picture: which of it is the caption, and which the credit?"""

from __future__ import annotations

import re

from searchkit.sources.fields.bylines import is_agency
from searchkit.sources.fields.credits import split_credit

__all__ = ["line_of", "plain_credit", "without_credit"]

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
_BRACKETED_CREDIT = re.compile(
    rf"[(\[]\s*(?:©|{_CREDIT_WORDS}\b)[^()\[\]]*[)\]]\s*$", re.IGNORECASE
)
_AGENCY = re.compile(
    r"(?:getty|imago|picture alliance|istock|shutterstock|alamy|rex|unsplash|pixabay).{0,20}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.:!?]\s")
_ONLY_CREDIT = re.compile(
    rf"\(?(?:(?:\(c\)|©).*|{_CREDIT_WORDS}\s*[:©/].*"
    r"|[^.,:]{0,40}\b(?:getty images|shutterstock|picture[ -]alliance|imago(?: images)?|reuters|afp"
    r"|dpa|alamy|istock\w*)\W*)\)?$",
    re.IGNORECASE | re.DOTALL,
)


def without_credit(text: str) -> tuple[str, str]:
    """A caption and the credit at its end, "" if there is none."""
    if len(text) <= 120 and (_ONLY_CREDIT.match(text) or _names_an_agency(text)):
        return "", text
    parts = split_credit(text, follows_standfirst=False)
    if parts is not None:
        return parts
    match = _BRACKETED_CREDIT.search(text) or _TRAILING_CREDIT.search(text)
    if match is not None:
        return text[: match.start()].rstrip(" |/•·–—-"), plain_credit(match[0])
    return text, ""


def _names_an_agency(text: str) -> bool:
    """Whether this is names with slashes between them, one of which is an agency."""
    if _SENTENCE.search(text):
        return False
    parts = [part.strip() for part in text.split("/")]
    return len(parts) > 1 and any(is_agency(part) or _AGENCY.fullmatch(part) for part in parts)


def plain_credit(credit: str) -> str:
    """A credit without the brackets and signs around it."""
    return line_of(credit).strip("()[] |/•·–—-")


def line_of(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
