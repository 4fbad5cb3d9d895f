"""Here is a text file: which article is it?

A news page that was saved as text (see `saved_page`) is taken apart; of any other text the
first line is the headline and the rest the body.
"""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.article import Article
from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.encoding import decode, with_plain_newlines
from searchkit.sources.files import Document, Options, Outcome
from searchkit.sources.saved_page import parse_saved_page

__all__ = ["read_plaintext"]


def read_plaintext(document: Document, options: Options) -> Iterator[Outcome]:
    """One article, or a reject; notices come before it."""
    try:
        decoded = decode(document.content, options.encoding)
    except SourceError as error:
        yield Reject(document.place, str(error))
        return
    text = with_plain_newlines(decoded.text)
    page = parse_saved_page(text)
    remarks = (decoded.remark, *(page.remarks if page else ()))
    yield from (Notice(document.place, remark) for remark in filter(None, remarks))
    if text.isspace() or not text:
        yield Reject(document.place, "empty: there is no text in it")
    else:
        yield page.article if page else _ordinary(text)


def _ordinary(text: str) -> Article:
    headline, _, body = text.lstrip().partition("\n")
    return Article(headline=headline.strip(), body=body.strip("\n").rstrip())
