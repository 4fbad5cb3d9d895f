"""Here is a text: which of its lines are captions of pictures, as a label before them says?

Caption: Tugs beside the ferry
Photo: Jane Doe/Reuters
"""

from __future__ import annotations

import re
from dataclasses import replace

from searchkit.article import Caption
from searchkit.sources.fields.bylines import is_agency, looks_like_names
from searchkit.sources.fields.credits import split_credit

__all__ = ["caption_in", "with_caption", "without_caption_lines"]

# In capitals alone it may be who asks in an interview: BILD.
_CAPTION = re.compile(
    r"(?:(?:[Pp]hoto |[Pp]icture |[Ii]mage )?[Cc]aption|[Pp]hoto|[Pp]icture|[Ii]mage|[Bb]ild"
    r"|[Ff]oto|[Bb]ildunterschrift|[Ll]égende|[Ii]magen|[Ii]mmagine)(?: [0-9]{1,3})?:\s+(\S.*)"
)
_CREDIT = re.compile(
    r"(?:(?:(?:photo|image|picture) )?credits?|photo by|photograph|photographer|bildnachweis"
    r"|bildquelle|fotograf|fotografin|photographe):\s+(\S.*)",
    re.IGNORECASE,
)
# Anything longer is a paragraph that happens to begin so.
_LONGEST = 1000
_LONGEST_CREDIT = 100


def caption_in(line: str) -> Caption | None:
    """The caption in a line, or only its credit; None in a line without such a label."""
    line = line.strip()
    if len(line) > _LONGEST or line.endswith("?"):
        return None
    if match := _CREDIT.fullmatch(line):
        return Caption(credit=match[1]) if len(match[1]) <= _LONGEST_CREDIT else None
    match = _CAPTION.fullmatch(line)
    if match is None:
        return None
    says = match[1]
    if not line[: match.start(1)].rstrip(": ").casefold().endswith("caption") and _is_credit(says):
        return Caption(credit=says)
    parts = split_credit(says, follows_standfirst=True)
    return Caption(text=parts[0], credit=parts[1]) if parts else Caption(text=says)


def _is_credit(text: str) -> bool:
    if len(text) > _LONGEST_CREDIT or "(" in text:
        return False
    parts = [part.strip() for part in re.split("[/,]", text)]
    return any(map(is_agency, parts)) or ("©" in text) or all(map(_is_name, parts))


def _is_name(text: str) -> bool:
    return len(text.split()) <= 4 and looks_like_names(text) and not re.search("[0-9]", text)


def with_caption(captions: list[Caption], found: Caption) -> None:
    """Adds a caption; a credit alone is that of the one before, if that has none."""
    if captions and not found.text and not captions[-1].credit:
        captions[-1] = replace(captions[-1], credit=found.credit)
    else:
        captions.append(found)


def without_caption_lines(text: str) -> tuple[str, tuple[Caption, ...]]:
    r"""The text without the paragraphs that are such lines and nothing else, and their captions;
    newlines are \n.
    """
    captions: list[Caption] = []
    kept: list[str] = []
    for paragraph in re.split(r"(\n[ \t]*\n(?:[ \t]*\n)*)", text):
        lines = paragraph.strip("\n").split("\n")
        found = [caption_in(line) for line in lines]
        if all(found):
            for each in filter(None, found):
                with_caption(captions, each)
            if kept:
                kept.pop()  # the empty lines before it
        else:
            kept.append(paragraph)
    return "".join(kept), tuple(captions)
