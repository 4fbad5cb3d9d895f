"""Here is a news page that was saved as plain text: which part of it is what?

     date 2020-02-19  Headline | Section | Publisher | 20.02.2020

    Section

    Headline

    Standfirst.

    Caption of the lead picture (Agency/Photographer)

    Paragraphs of running text.

      • Description of a gallery's first picture

        Title of the gallery

        Headline of the slide

        Text of the slide.

      • Description of the next picture ...

        Author: Name

    ab/cd (Agency, Agency)

Every part but the first line may be missing. Where the layout leaves open what something
is, it stays in the body: nothing of the page is lost but what is said twice, and the
initials of the desk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from searchkit.article import Article
from searchkit.sources.fields.bylines import (
    Byline,
    is_agency,
    labelled_names,
    split_agencies,
    split_byline,
    unlabelled_names,
)
from searchkit.sources.text.blocks import Block, is_heading, split_blocks
from searchkit.sources.text.caption_lines import without_caption_lines
from searchkit.sources.text.page_heads import Head, other_head, saved_head
from searchkit.sources.text.pictures import body_and_captions, without_lead_pictures

__all__ = ["SavedPage", "parse_other_page", "parse_saved_page"]

_DESK = r"[^\W\d_]{1,5}(?:/[^\W\d_]{1,5})*"
_DESK_LINE = re.compile(rf"({_DESK})?\s?(?:\(([^()]+)\))?")

# A line in this place or before it can be the section, the headline again, a byline.
_HEAD_BLOCKS = 3
# Initials that stand alone, without agencies or a slash, are at most so many letters.
_LONGEST_INITIALS = 3
# From here on, a shortened headline ("Storm over the ...") still says which one it is.
_SHORTEST_BEGINNING = 15
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The article of a page, and remarks on what could not be read."""

    article: Article
    remarks: tuple[str, ...] = ()


def parse_saved_page(text: str) -> SavedPage | None:
    r"""The article in `text`, whose newlines are \n; None if it is not in this layout."""
    first_line, _, rest = text.lstrip().partition("\n")
    head = saved_head(first_line)
    if head is None:
        return None
    blocks = split_blocks(rest)
    repeated = _repeated_headline(head, blocks)
    if repeated is None and not head.separator:
        return None  # a text that happens to begin with a date
    return _page(head, blocks, repeated, most_lead_pictures=1)


def parse_other_page(text: str) -> SavedPage | None:
    r"""The same of a page whose first line is of another layout (see `page_heads`), as it names the
    headline that stands below.
    """
    first_line, _, rest = text.lstrip().partition("\n")
    head = other_head(first_line)
    if head is None:
        return None
    rest, captions = without_caption_lines(rest)
    blocks = split_blocks(rest)
    for each in (head, replace(head, parts=head.parts[::-1])):
        repeated = _repeated_headline(each, blocks)
        if repeated is not None:
            page = _page(each, blocks, repeated, most_lead_pictures=len(blocks))
            article = replace(page.article, id="", captions=page.article.captions + captions)
            return SavedPage(article)
    return None


def _page(
    head: Head,
    blocks: list[Block],
    repeated: tuple[int, int] | None,
    *,
    most_lead_pictures: int,
) -> SavedPage:
    headline, section, publisher, blocks = _titles(head, blocks, repeated)
    blocks, trailer = _without_trailer(blocks)
    blocks, bylines = _without_bylines(blocks)
    bylines += trailer
    lead, blocks = without_lead_pictures(blocks, most_lead_pictures)
    paragraphs, slides = body_and_captions(blocks)
    article = Article(
        headline=headline,
        body="\n\n".join(paragraphs),
        captions=(*lead, *slides),
        published=head.published,
        section=section,
        publisher=publisher,
        authors=_unique(name for byline in bylines for name in byline.authors),
        agencies=_unique(name for byline in bylines for name in byline.agencies),
    )
    return SavedPage(article, head.remarks)


# What repeats the first line


def _repeated_headline(head: Head, blocks: Sequence[Block]) -> tuple[int, int] | None:
    """How many parts of the first line make up the headline, and which block repeats it."""
    for count in range(len(head.parts), 0, -1):
        headline = head.separator.join(head.parts[:count])
        for index, block in enumerate(blocks[:_HEAD_BLOCKS]):
            if not block.bullet and _same(headline, block.line):
                return count, index
    return None


def _titles(
    head: Head, blocks: list[Block], repeated: tuple[int, int] | None
) -> tuple[str, str, str, list[Block]]:
    """Headline, section and publisher, and the blocks without those that repeat them."""
    parts = head.parts
    if repeated is not None:
        count, index = repeated
        headline = blocks[index].line
        before, after = blocks[:index], blocks[index + 1 :]
    else:
        count = max(len(parts) - 2, 1)
        headline = " | ".join(parts[:count])
        before, after = blocks[:1], blocks[1:]
    section, publisher = _section_and_publisher(parts[count:], before)
    if repeated is not None and not section and len(before) == 1 and is_heading(before[0].line):
        section = before[0].line
    kept = [block for block in before if not (section and _same(section, block.line))]
    return headline, section, publisher, kept + after


def _section_and_publisher(parts: Sequence[str], before: Sequence[Block]) -> tuple[str, str]:
    if len(parts) == 1 and not any(_same(parts[0], block.line) for block in before):
        return "", parts[0]
    if len(parts) == 1:
        return parts[0], ""
    return " | ".join(parts[:-1]), parts[-1] if parts else ""


def _same(one: str, other: str) -> bool:
    """Whether two lines say the same, letter case, quotes and a cut-off end aside."""
    first, second = _compared(one), _compared(other)
    for ending in ("…", "..."):
        beginning = first.removesuffix(ending).rstrip()
        if beginning != first and len(beginning) >= _SHORTEST_BEGINNING:
            return second.startswith(beginning)
    return first == second


def _compared(line: str) -> str:
    return " ".join(line.translate(_TYPOGRAPHY).casefold().split())


# Who wrote it


def _without_trailer(blocks: list[Block]) -> tuple[list[Block], list[Byline]]:
    """The blocks without the author lines and the desk line at their end; who is in those."""
    blocks = _with_desk_line_apart(blocks)
    bylines: list[Byline] = []
    desk: Byline | None = None
    while blocks and not blocks[-1].bullet:
        line = blocks[-1].line
        names = _byline(line)
        agencies = None if desk else _desk_agencies(line)
        if names is not None:
            bylines.append(split_byline(names))
        elif agencies is not None:
            desk = Byline(agencies=agencies)
        else:
            break
        blocks.pop()
    return blocks, [*reversed(bylines), *([desk] if desk else [])]


def _with_desk_line_apart(blocks: list[Block]) -> list[Block]:
    """A copy in which a desk line right below other lines is a block of its own."""
    if not blocks or len(blocks[-1].lines) < 2:
        return blocks[:]
    last = blocks[-1]
    desk = last.lines[-1]
    if _desk_agencies(desk) is None or not ("/" in desk or "(" in desk):
        return blocks[:]
    rest = Block(last.lines[:-1], last.indent, last.spaced, last.bullet)
    return [*blocks[:-1], rest, Block([desk], 0, spaced=False)]


def _without_bylines(blocks: Iterable[Block]) -> tuple[list[Block], list[Byline]]:
    """The blocks without bylines below the headline or after a slide; who is in those."""
    kept: list[Block] = []
    bylines: list[Byline] = []
    in_gallery = False
    for index, block in enumerate(blocks):
        in_gallery = bool(block.bullet) or (in_gallery and block.indented)
        possible = not block.bullet and (index < _HEAD_BLOCKS or in_gallery)
        names = _byline(block.line) if possible else None
        if names is None:
            kept.append(block)
        else:
            bylines.append(split_byline(names))
    return kept, bylines


def _byline(line: str) -> str | None:
    names = labelled_names(line)
    return unlabelled_names(line) if names is None else names


def _desk_agencies(line: str) -> tuple[str, ...] | None:
    """The agencies in `ab/cd (AP, Reuters)`, `ab` or `(Reuters)`; None for any other line."""
    match = _DESK_LINE.fullmatch(line)
    if match is None or not line:
        return None
    initials, listed = match.groups()
    agencies = split_agencies(listed) if listed else ()
    if not initials:
        return agencies if any(is_agency(name) for name in agencies) else None
    if (
        not listed
        and "/" not in initials
        and not (initials.islower() and len(initials) <= _LONGEST_INITIALS)
    ):
        return None
    return agencies if all(_could_be_agency(name) for name in agencies) else None


def _could_be_agency(name: str) -> bool:
    return is_agency(name) or (
        len(name.split()) <= 4 and (any(map(str.isupper, name)) or len(name) <= 4)
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
