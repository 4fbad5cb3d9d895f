"""Here is the text of a page: which are its paragraphs, how far indented, with which bullets?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from searchkit.sources.fields.bylines import labelled_names

__all__ = ["Block", "is_heading", "split_blocks"]

# A sign before a line that is indented and holds a word.
_BULLET = re.compile(r"[•‣▪◦●·*–-]\s+(?=.*\w)")
_SPACES = re.compile("[ \t\f\v]+")

# Anything longer is no headline and no title.
_LONGEST_HEADING = 160
_SENTENCE_END = re.compile(r"[.:;,…]['\"’”»)\]]*$")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines without an empty one between them, stripped.

    `indent` is the width of the white space before the first line, `spaced` says whether an
    empty line stood before it, `bullet` is the sign that it began with, or empty.
    """

    lines: list[str]
    indent: int
    spaced: bool
    bullet: str = ""

    @property
    def indented(self) -> bool:
        """Further in than by a stray space."""
        return self.indent > 1

    @property
    def line(self) -> str:
        """All on one line, with single spaces; no-break spaces are kept."""
        return _SPACES.sub(" ", " ".join(self.lines))

    @property
    def paragraph(self) -> str:
        """The lines as they stand."""
        return "\n".join(self.lines)


def split_blocks(text: str) -> list[Block]:
    r"""The paragraphs of `text`, whose newlines are \n; bullets and author lines begin new ones."""
    blocks: list[Block] = []
    spaced = True
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped:
            spaced = True
            continue
        indent = _indent(line)
        bullet = _BULLET.match(stripped) if indent else None
        if bullet:
            blocks.append(Block([stripped[bullet.end() :]], indent, spaced, stripped[0]))
        elif spaced or not blocks or labelled_names(stripped) is not None:
            blocks.append(Block([stripped], indent, spaced))
        else:
            blocks[-1].lines.append(stripped)
        spaced = False
    return blocks


def _indent(line: str) -> int:
    """The width of the white space, of whichever kind, that `line` begins with."""
    return len((line[: len(line) - len(line.lstrip())]).expandtabs(4))


def is_heading(line: str) -> bool:
    """Whether this reads like a headline or a title rather than like a sentence."""
    return len(line) <= _LONGEST_HEADING and not _SENTENCE_END.search(line)
