"""Here is the beginning of a file: is it a web page?"""

from __future__ import annotations

import re

__all__ = ["looks_like_html", "looks_like_mhtml"]

_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|div|article|h1|p)\b",
    re.IGNORECASE,
)
# What may stand before the first tag, and how it ends.
_PASSED_OVER = {b"<!--": b"-->", b"<?": b">"}

_MIME_VERSION = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(rb"[A-Za-z][\w-]*:")


def looks_like_html(head: bytes) -> bool:
    """Whether content that begins so is a web page or a piece of one."""
    rest = head.lstrip()
    while opening := next((each for each in _PASSED_OVER if rest.startswith(each)), None):
        _, end, rest = rest.partition(_PASSED_OVER[opening])
        if not end:
            return False
        rest = rest.lstrip()
    return _TAG.match(rest) is not None


def looks_like_mhtml(head: bytes) -> bool:
    """Whether content that begins so is a page that a browser has saved as one mail message."""
    beginning = head[:4096]
    return (
        b"multipart/related" in beginning
        and _HEADER.match(beginning) is not None
        and _MIME_VERSION.search(beginning) is not None
    )
