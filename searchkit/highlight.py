"""Where in the text did it match?

Finds a query's matches in an article, cuts the best fragments out, and writes them with
marks for HTML or a terminal. Article text is never trusted: HTML is escaped, and what a
terminal would obey is replaced.
"""

from __future__ import annotations

import bisect
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from searchkit.analysis import Analyzer, Span, Targets, analyzer_for, language_of
from searchkit.article import Article

__all__ = ["Fragment", "harmless", "highlight_article"]

# A fragment of the body shows about this many characters: two lines of a terminal.
_FRAGMENT_CHARACTERS = 180
_MAX_FRAGMENTS = 3
# A cut looks this far for a space to fall on, before it falls inside a word.
_CUT_TOLERANCE = 40

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
        return self._marked(f"<{tag}>", f"</{tag}>", html.escape)

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


def highlight_article(
    article: Article, targets: Mapping[str, Targets], default_language: str
) -> dict[str, tuple[Fragment, ...]]:
    """The matches in each field, as far as there are any.

    The text is analysed in the article's own language, or else in the default, as for indexing.
    The headline and each matching caption are one fragment, whole; the body gives its best
    fragments in the order of the text.
    """
    analyzer = analyzer_for(language_of(article.language, default_language))
    found: dict[str, tuple[Fragment, ...]] = {"headline": (), "body": (), "captions": ()}
    if wanted := targets.get("headline"):
        found["headline"] = _whole(article.headline, wanted, analyzer)
    if wanted := targets.get("body"):
        spans = wanted.find(analyzer.tokens(article.body))
        found["body"] = _best_fragments(article.body, spans)
    if wanted := targets.get("captions"):
        found["captions"] = tuple(
            fragment
            for index, caption in enumerate(article.captions)
            for fragment in _whole(caption.searchable, wanted, analyzer, index)
        )
    return found


def _whole(
    text: str, targets: Targets, analyzer: Analyzer, caption: int | None = None
) -> tuple[Fragment, ...]:
    spans = targets.find(analyzer.tokens(text))
    if not spans:
        return ()
    return (Fragment(text, tuple((span.start, span.end) for span in spans), caption=caption),)


def _best_fragments(text: str, spans: list[Span]) -> tuple[Fragment, ...]:
    """Up to _MAX_FRAGMENTS stretches, each the one that adds most to those before it:
    terms that they do not show, then different terms, then matches.
    """
    windows = _windows(spans)
    shown: set[str] = set()
    chosen: list[range] = []
    while windows and len(chosen) < _MAX_FRAGMENTS:
        best = max(windows, key=lambda window: _worth(spans, window, shown))
        chosen.append(best)
        shown.update(spans[index].term for index in best)
        windows = [w for w in windows if w.stop <= best.start or best.stop <= w.start]
    chosen.sort(key=lambda window: window.start)

    fragments = []
    floor = 0
    for index, window in enumerate(chosen, 1):
        ceiling = spans[chosen[index].start].start if index < len(chosen) else len(text)
        start, end = _cut(text, spans[window.start].start, spans[window.stop - 1].end)
        start, end = max(start, floor), min(end, ceiling)
        marks = _marks(spans, start, end)
        fragments.append(Fragment(text[start:end], marks, start > 0, end < len(text)))
        floor = end
    return tuple(fragments)


def _marks(spans: list[Span], start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The parts of all matches that lie within text[start:end], counted from its start."""
    first = bisect.bisect_right(spans, start, key=lambda span: span.end)
    stop = bisect.bisect_left(spans, end, key=lambda span: span.start)
    return tuple(
        (max(span.start, start) - start, min(span.end, end) - start) for span in spans[first:stop]
    )


def _windows(spans: list[Span]) -> list[range]:
    """For each match the run of matches, as indices, that fits into a fragment from there on."""
    windows = []
    stop = 0
    for first, span in enumerate(spans):
        stop = max(stop, first + 1)
        while stop < len(spans) and spans[stop].end - span.start <= _FRAGMENT_CHARACTERS:
            stop += 1
        windows.append(range(first, stop))
    return windows


def _worth(spans: list[Span], window: range, shown: set[str]) -> tuple[int, int, int]:
    terms = {spans[index].term for index in window}
    return len(terms - shown), len(terms), len(window)


def _cut(text: str, first: int, last: int) -> tuple[int, int]:
    """The range of characters to show around the matches from `first` to `last`."""
    spare = max(0, _FRAGMENT_CHARACTERS - (last - first))
    start = max(0, first - spare // 2)
    end = min(len(text), last + spare - spare // 2)
    paragraph = text.rfind("\n", start, first) + 1
    if paragraph:
        start = paragraph
    elif start > 0:
        space = text.find(" ", start, min(start + _CUT_TOLERANCE, first))
        start = space if space >= 0 else start
    while text[start].isspace():
        start += 1
    paragraph = text.find("\n", last, end)
    if paragraph >= 0:
        end = paragraph
    elif end < len(text):
        space = text.rfind(" ", max(end - _CUT_TOLERANCE, last), end)
        end = space if space >= 0 else end
    return start, end
