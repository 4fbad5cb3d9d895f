"""Here is a paragraph: is it a picture's caption, with a credit in parentheses at its end?"""

from __future__ import annotations

import re

from searchkit.sources.fields.bylines import (
    is_agency,
    is_capitalised,
    looks_like_names,
    name_key,
    split_agencies,
    word_set,
)

__all__ = ["split_credit"]

# Agencies that only deal in pictures, without case, dots and spaces.
_PICTURE_AGENCIES = word_set(
    """
    akgimages alamy apimages apphoto bildagentur corbis depositphotos dreamstime epa
    europeanpressphotoagency flickr getty gettyimages imago imagoimages istock istockphoto
    keystone magnum magnumphotos nurphoto picturealliance pictureallianceap pixabay polaris
    pressphoto rex scanpix shutterstock sipa sipausa unsplash wikimedia wikimediacommons
    wikipedia zuma zumapress zumawire
    """
)

# Words that a credit has and a sentence in parentheses seldom.
_CREDIT_WORDS = word_set(
    """
    photo photos photograph photographer photography foto fotos fotograf fotografin fotografía
    picture pictures pic image images bild bilder imagen imágenes immagine archive archives archiv
    archivo archivio stadtarchiv handout courtesy illustration grafik graphic montage credit
    copyright screenshot
    """
)
# How remarks begin that are no credits: (see picture above), (pictured), (left).
_REMARKS = re.compile(
    r"(?:see|pictured|left|right|above|below|top|bottom|from|siehe|links|rechts|oben|unten"
    r"|voir|à|ci-contre|ci-dessus|véase|ver|vgl\.|cf\.|v\.l\.|i\.e\.|e\.g\.)(?=[\s,;]|$)"
)

# Anything longer is a remark, not a credit.
_LONGEST_CREDIT = 160
# Text before a credit that only looks like one is a caption up to this length.
_LONGEST_DOUBTFUL_CAPTION = 400
_SENTENCE_END = tuple('.!?…"”»')


def split_credit(paragraph: str, *, follows_standfirst: bool) -> tuple[str, str] | None:
    """A picture's caption and its credit, where `paragraph` is `caption (credit)`.

    None when what stands in the parentheses at its end does not look like a credit: a word
    for a picture, ©, an agency, names with a slash between them; or, in the place after a
    standfirst where the layout has its picture, a name alone.
    """
    opening = _last_parenthesis(paragraph)
    if opening is None:
        return None
    caption, credit = paragraph[:opening].rstrip(), paragraph[opening + 1 : -1].strip()
    if not caption or not 2 <= len(credit) <= _LONGEST_CREDIT or _REMARKS.match(credit):
        return None
    is_prose = caption.endswith(_SENTENCE_END)
    if _surely_credit(credit):
        # "... he said. (dpa/AFP)" names the sources of a report, not of a picture.
        only_sources = all(is_agency(part) for part in split_agencies(credit))
        return None if is_prose and only_sources else (caption, credit)
    doubtful = is_prose or len(caption) > _LONGEST_DOUBTFUL_CAPTION
    if doubtful or not _perhaps_credit(credit, names_count=follows_standfirst):
        return None
    return caption, credit


def _surely_credit(credit: str) -> bool:
    if "©" in credit or "(c)" in credit.lower():
        return True
    parts = re.findall(r"[^\W\d_]+", credit)
    if any(word.casefold() in _CREDIT_WORDS for word in parts):
        return any(word[0].isupper() for word in parts)
    parts = re.split(r"[/,|:]|\bvia\b", credit)
    if any(name_key(part) in _PICTURE_AGENCIES for part in parts):
        return True
    return len(parts) > 1 and any(is_agency(part) for part in parts)


def _perhaps_credit(credit: str, *, names_count: bool) -> bool:
    if is_agency(credit):
        return True
    if "/" in credit:
        parts = [part.strip() for part in credit.split("/")]
        return all(part and is_capitalised(part) for part in parts) and not credit[0].isdigit()
    return names_count and looks_like_names(credit) and not re.search("[0-9]", credit)


def _last_parenthesis(text: str) -> int | None:
    """Where the parenthesis opens that closes at the very end of `text`."""
    if not text.endswith(")"):
        return None
    depth = 0
    for index in range(len(text) - 1, max(len(text) - 2 * _LONGEST_CREDIT, 0) - 1, -1):
        depth += (text[index] == ")") - (text[index] == "(")
        if depth == 0:
            return index
    return None
