"""Here is a text file: which article is it?

A news page that was saved as text (see `saved_page`) is taken apart; of any other text the
first line is the headline and the rest the body.
"""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.article import Article
from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.encoding import decode, with_plain_newlines
from searchkit.sources.files import MAX_TEXT_BYTES, TOO_LARGE, Item, OpenFile, Options
from searchkit.sources.saved_page import parse_saved_page

__all__ = ["read_plaintext"]


def read_plaintext(file: OpenFile, options: Options) -> Iterator[Item]:
    """One article, or a reject; notices come before it."""
    data = bytearray()
    try:
        for chunk in file.chunks():
            data += chunk
            if len(data) > MAX_TEXT_BYTES:
                yield Reject(file.place, TOO_LARGE)
                return
        decoded = decode(bytes(data), options.encoding)
    except SourceError as error:
        yield Reject(file.place, str(error))
        return
    if decoded.remark:
        yield Notice(file.place, decoded.remark)
    text = with_plain_newlines(decoded.text)
    if not text.strip():
        yield Reject(file.place, "empty: there is no text in it")
        return
    page = parse_saved_page(text)
    if page is None:
        yield _ordinary(text)
        return
    for remark in page.remarks:
        yield Notice(file.place, remark)
    yield page.article


def _ordinary(text: str) -> Article:
    headline, _, body = text.lstrip().partition("\n")
    return Article(headline=headline.strip(), body=body.strip("\n").rstrip())
