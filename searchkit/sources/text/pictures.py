"""Here are the paragraphs of a saved page: which of them belong to pictures?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from searchkit.article import Caption
from searchkit.sources.fields.credits import split_credit
from searchkit.sources.text.blocks import Block, is_heading

__all__ = ["body_and_captions", "without_lead_pictures"]

# Signs that lists begin with at least as often as galleries.
_LIST_BULLETS = frozenset("*–-")


@dataclass(slots=True)
class _Slide:
    """A bullet and the indented blocks below it."""

    picture: Block
    parts: list[Block] = field(default_factory=list)


def without_lead_pictures(
    blocks: list[Block], most: int
) -> tuple[tuple[Caption, ...], list[Block]]:
    """The caption of the lead picture, one of the first two paragraphs, those of the pictures
    right after it, `most` of them in all, and the other blocks.
    """
    captions: list[Caption] = []
    start = 0
    for index, block in enumerate(blocks):
        if block.bullet or block.indented or (index == 2 and not captions):
            break
        parts = split_credit(block.line, follows_standfirst=index == 1 and not captions)
        if parts is not None:
            start = start if captions else index
            captions.append(Caption(text=parts[0], credit=parts[1]))
        if captions and (parts is None or len(captions) == most):
            break
    return tuple(captions), blocks[:start] + blocks[start + len(captions) :]


def body_and_captions(blocks: Iterable[Block]) -> tuple[list[str], list[Caption]]:
    """The paragraphs of running text, and a caption for each slide of the galleries.

    A slide is a bullet and the indented blocks below it; everything else is running text.
    """
    paragraphs: list[str] = []
    captions: list[Caption] = []
    run: list[_Slide] = []

    def close_run() -> None:
        if _is_list(run):
            paragraphs.append("\n".join(f"{s.picture.bullet} {s.picture.line}" for s in run))
        else:
            captions.extend(_captions(run))
        run.clear()

    for block in blocks:
        if block.bullet:
            run.append(_Slide(block))
        elif run and block.indented:
            run[-1].parts.append(block)
        else:
            close_run()
            paragraphs.append(block.paragraph)
    close_run()
    return paragraphs, captions


def _is_list(run: Sequence[_Slide]) -> bool:
    """Whether these are the points of a list rather than the slides of a gallery: nothing
    stands below them, and they follow one another without empty lines or begin with dashes.
    """
    if not run or any(slide.parts for slide in run):
        return False
    tight = len(run) > 1 and not any(slide.picture.spaced for slide in run[1:])
    return tight or all(slide.picture.bullet in _LIST_BULLETS for slide in run)


def _captions(run: Sequence[_Slide]) -> list[Caption]:
    """One caption for each slide; a gallery's title on its first slide only."""
    captions: list[Caption] = []
    previous = ""
    for index, slide in enumerate(run):
        parts = list(slide.parts)
        shared = _shared_title(run, index)
        if shared is None:
            # Position decides: title of the gallery, headline of the slide, text. A single
            # heading is the title only where nothing else could repeat it.
            headings = _leading_headings(parts)
            gallery = parts.pop(0).line if headings > min(len(run) - 1, 1) else ""
        else:
            gallery = shared
            parts.remove(next(part for part in parts if part.line == shared))
        title = parts.pop(0).line if _leading_headings(parts) else ""
        captions.append(
            Caption(
                alt=slide.picture.line,
                title=title,
                text="\n\n".join(part.paragraph for part in parts),
                gallery=gallery if gallery != previous else "",
            )
        )
        previous = gallery or previous
    return captions


def _shared_title(run: Sequence[_Slide], index: int) -> str | None:
    """The first part of a slide that a neighbouring slide has, too."""
    neighbours = (*run[max(index - 1, 0) : index], *run[index + 1 : index + 2])
    theirs = {part.line for slide in neighbours for part in slide.parts}
    lines = (part.line for part in run[index].parts)
    return next((line for line in lines if line in theirs and is_heading(line)), None)


def _leading_headings(parts: Sequence[Block]) -> int:
    """How many of the first two parts are headings rather than sentences."""
    count = 0
    while count < min(len(parts), 2) and is_heading(parts[count].line):
        count += 1
    return count
