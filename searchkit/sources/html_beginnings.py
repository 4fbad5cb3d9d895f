"""Here is the beginning of a file: is it a web page?"""

from __future__ import annotations

import re

__all__ = ["looks_like_html", "looks_like_mhtml"]

# Behind comments, processing instructions and white space, what pages begin with.
_BEFORE = rb"(?:\s+|<!--.*?-->|<\?.*?>)*"
_HTML = re.compile(
    _BEFORE
    + rb"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|div|article|h1|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHTML = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:", re.IGNORECASE)


def looks_like_html(head: bytes) -> bool:
    """Whether content that begins so is a web page or a piece of one."""
    return _HTML.match(head) is not None


def looks_like_mhtml(head: bytes) -> bool:
    """Whether content that begins so is a page that a browser has saved as one mail message."""
    beginning = head[:4096]
    return b"multipart/related" in beginning and _MHTML.match(beginning) is not None
