"""A stretch of text with its matches, written with marks for HTML or a terminal.

Article text is never trusted: HTML is escaped, and what a terminal would obey is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Fragment", "harmless"]

# C0 and C1 controls (escape sequences, backspace ...), line and paragraph separators, and
# the marks that reorder (UAX #9) or hide text. A line break or tab becomes a space.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_BLANKS = re.compile(r"[\t\n\r]")
_REPLACEMENT = "\ufffd"


def harmless(text: str) -> str:
    """`text` as one line that a terminal shows and does not obey; the length stays the same.

    Control characters and direction overrides become U+FFFD, line breaks and tabs spaces.
    """
    return _HARMFUL.sub(_REPLACEMENT, _BLANKS.sub(" ", text))


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a field with its matches.

    `spans` are half-open character ranges of `text`, in order and without overlap. `before`
    and `after` tell whether the field goes on there. `caption` is the index of the caption
    that `text` is the whole of (None outside captions).
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    before: bool = False
    after: bool = False
    caption: int | None = None

    def html(self, tag: str = "mark") -> str:
        """The text escaped for HTML, each match within ``<mark>`` and ``</mark>``."""
        from html import escape  # takes 1.5 ms, for all the entities that there are

        return self._marked(f"<{tag}>", f"</{tag}>", escape)

    def ansi(self) -> str:
        """The text made harmless for a terminal, each match in bold."""
        return self._marked("\x1b[1m", "\x1b[0m", harmless)

    def plain(self, start: str = "", end: str = "") -> str:
        """The text as it is, each match between `start` and `end`."""
        return self._marked(start, end, str)

    def __str__(self) -> str:
        return self.html()

    def _marked(self, start: str, end: str, encode: Callable[[str], str]) -> str:
        pieces = ["… " if self.before else ""]
        position = 0
        for begin, stop in self.spans:
            pieces += (encode(self.text[position:begin]), start)
            pieces += (encode(self.text[begin:stop]), end)
            position = stop
        pieces += (encode(self.text[position:]), " …" if self.after else "")
        return "".join(pieces)
