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
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.saved_page import parse_saved_page

__all__ = ["read_plaintext"]


def read_plaintext(file: OpenFile, options: Options) -> Iterator[Item]:
    """One record, or a reject; notices come before it."""
    data = bytearray()
    try:
        for chunk in file.chunks():
            data += chunk
            if len(data) > MAX_TEXT_BYTES:
                yield Reject(file.place, TOO_LARGE)
                return
        content = bytes(data)
        fingerprint = NEVER_KNOWN
        if options.recognition is not None:
            fingerprint = options.recognition.fingerprints("plaintext", options.encoding)(content)
            if options.recognition.known(fingerprint):
                yield fingerprint, None
                return
        decoded = decode(content, options.encoding)
    except SourceError as error:
        yield Reject(file.place, str(error))
        return
    text = with_plain_newlines(decoded.text)
    page = parse_saved_page(text)
    remarks = (decoded.remark, *(page.remarks if page else ()))
    for remark in filter(None, remarks):
        fingerprint = NEVER_KNOWN
        yield Notice(file.place, remark)
    if text.isspace() or not text:
        yield Reject(file.place, "empty: there is no text in it")
    else:
        yield fingerprint, page.article if page else _ordinary(text)


def _ordinary(text: str) -> Article:
    headline, _, body = text.lstrip().partition("\n")
    return Article(headline=headline.strip(), body=body.strip("\n").rstrip())
