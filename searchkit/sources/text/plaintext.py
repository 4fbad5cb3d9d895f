"""Here is a text file: which article is it?

A news page that was saved as text (see `saved_page`) is taken apart; of any other text the
first line is the headline and the rest the body, but for what its first lines say of it (see
`text_heads`).
"""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.encodings.encoding import decode, with_plain_newlines
from searchkit.sources.files import Document, Options, Outcome
from searchkit.sources.text.saved_page import parse_other_page, parse_saved_page
from searchkit.sources.text.text_heads import parse_text

__all__ = ["read_plaintext"]


def read_plaintext(document: Document, options: Options) -> Iterator[Outcome]:
    """One article, or a reject; notices come before it."""
    try:
        decoded = decode(document.content, options.encoding)
    except SourceError as error:
        yield Reject(document.place, str(error))
        return
    text = with_plain_newlines(decoded.text)
    if text.isspace() or not text:
        yield Reject(document.place, "empty: there is no text in it")
        return
    page = parse_saved_page(text) or parse_other_page(text) or parse_text(text)
    for remark in filter(None, (decoded.remark, *page.remarks)):
        yield Notice(document.place, remark)
    yield page.article
