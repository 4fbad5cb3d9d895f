"""Here is a page that a browser has saved as one mail message (MHTML): which page is it?"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace

from searchkit.errors import Reject
from searchkit.sources.files import Document, Options, Outcome
from searchkit.sources.html.web_page import read_html

__all__ = ["read_mhtml"]


def read_mhtml(document: Document, options: Options) -> Iterator[Outcome]:
    """What `read_html` gives of the message's first page; what else is in it is passed over."""
    message = email.message_from_bytes(document.content, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            content = part.get_payload(decode=True)
            address = part.get("Content-Location") or message.get("Snapshot-Content-Location") or ""
            page = replace(
                document,
                content=content if isinstance(content, bytes) else b"",
                url=document.url or (address if address.startswith("http") else ""),
                encoding=document.encoding or part.get_content_charset(),
            )
            yield from read_html(page, options)
            return
    yield Reject(document.place, "there is no page in this message; save the page as HTML")
