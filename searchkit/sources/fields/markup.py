"""Here is a fragment of HTML: which text is it?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from searchkit.sources.fields.bylines import word_set

__all__ = ["plain_text_of", "text_and_pictures"]

# What begins and ends a paragraph. All other elements stand within one.
_BLOCKS = word_set(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav
    ol p pre search section summary table tbody td tfoot th thead tr ul
    """
)
# Whose content is not text.
_LEFT_OUT = frozenset(("script", "style", "template", "noscript", "iframe", "object", "svg"))
_SPACES = re.compile(r"[ \t\r\n\f]+")


def plain_text_of(markup: str) -> str:
    """The text of an HTML fragment, its paragraphs separated by blank lines, its entities
    decoded. A line break stays one; other white space is one space. Empty when there is no text.
    Takes time in proportion to the length, however deep or broken the markup.
    """
    parser = _TextParser()
    parser.feed(markup)
    return parser.text()


def text_and_pictures(markup: str) -> tuple[str, list[dict[str, str]]]:
    """The same, without what is written below pictures; and for each figure with a picture this,
    as `text`, and the picture's alternative text, as `alt`, where there is any of them.
    """
    parser = _TextParser(figures=True)
    parser.feed(markup)
    return parser.text(), parser.pictures


@dataclass(slots=True)
class _Figure:
    """A figure that has begun: its caption, and what is known of its picture, if it has one."""

    caption: list[str] = field(default_factory=list)
    alt: str | None = None


class _TextParser(HTMLParser):
    """Gathers the paragraphs, and with `figures` the `pictures`."""

    def __init__(self, *, figures: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[dict[str, str]] = []
        self._takes_figures = figures
        self._figures: list[_Figure] = []
        self._caption_from: int | None = None  # the first paragraph of a caption that has begun
        self._paragraphs: list[str] = []
        self._pieces: list[str] = []
        self._left_out = ""  # the element that is being left out
        self._depth = 0  # of elements of that name within it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._left_out:
            self._depth += tag == self._left_out
        elif tag in _LEFT_OUT:
            self._left_out, self._depth = tag, 1
        elif tag == "br":
            self._pieces.append("\0")
        elif tag in _BLOCKS:
            self._end_paragraph()
            if tag == "figure" and self._takes_figures:
                self._figures.append(_Figure())
            elif tag == "figcaption" and self._figures:
                self._caption_from = len(self._paragraphs)
        elif tag == "img" and self._figures:
            self._figures[-1].alt = dict(attrs).get("alt") or self._figures[-1].alt or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _LEFT_OUT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._left_out:
            self._depth -= tag == self._left_out
            if not self._depth:
                self._left_out = ""
        elif tag in _BLOCKS:
            self._end_paragraph()
            if tag in ("figcaption", "figure"):
                self._end_caption()
            if tag == "figure":
                self._end_figure()

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self._pieces.append(data.replace("\0", "\ufffd"))

    def text(self) -> str:
        """What was gathered. What the parser still waits for the end of, such as a tag without
        one, is text: `close` would try each of its characters as a beginning again.
        """
        self.handle_data(unescape(self.rawdata))
        self._end_paragraph()
        self._end_caption()
        while self._figures:
            self._end_figure()
        return "\n\n".join(self._paragraphs)

    def _end_caption(self) -> None:
        if self._figures and self._caption_from is not None:
            self._figures[-1].caption += self._paragraphs[self._caption_from :]
            del self._paragraphs[self._caption_from :]
        self._caption_from = None

    def _end_figure(self) -> None:
        figure = self._figures.pop() if self._figures else _Figure()
        if figure.alt is None:  # a table, a quotation
            self._paragraphs += figure.caption
            return
        texts = {"text": "\n\n".join(figure.caption), "alt": " ".join(figure.alt.split())}
        if any(texts.values()):
            self.pictures.append({part: text for part, text in texts.items() if text})

    def _end_paragraph(self) -> None:
        text = _SPACES.sub(" ", "".join(self._pieces))
        self._pieces.clear()
        lines = [line.strip() for line in text.split("\0")]
        if any(lines):
            self._paragraphs.append("\n".join(lines).strip())
