"""Here is a WARC file, what a crawler has saved: which pages are in it?

Responses of HTTP that are pages are given on as documents, with the address they were fetched
from and the encoding that the server named. All other records (requests, pictures, style
sheets, errors of the server) are passed over: they are no articles, and a crawl is mostly made
of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from searchkit.errors import Reject, SourceError
from searchkit.sources.containers.archives import Stream
from searchkit.sources.files import MAX_TEXT_BYTES, TOO_LARGE, Document, OpenFile
from searchkit.sources.finding import place_of

__all__ = ["looks_like_warc", "pages"]

_MAGIC = b"WARC/"
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def looks_like_warc(head: bytes) -> bool:
    """Whether data that begins so is a WARC file, unpacked."""
    return head.startswith(_MAGIC)


def pages(file: OpenFile) -> Iterator[Document | Reject]:
    """The pages of a WARC file, in its order, and a reject for each that cannot be unpacked.

    Raises SourceError where the file is damaged, and when warcio is not installed.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise SourceError(
            "reading WARC files needs warcio; pip install 'searchkit[warc]'"
        ) from error
    try:
        for record in ArchiveIterator(Stream(file)):
            found = _page(file.place, record)
            if found is not None:
                yield found
    except (SourceError, OSError):
        raise
    except (ArchiveLoadFailed, AttributeError, ValueError, EOFError) as error:
        # Of a record without sound headers it looks into those that it does not have.
        raise SourceError(
            f"the WARC file is damaged from here on ({error}); fetch or copy it again"
        ) from error


def _page(place: str, record: Any) -> Document | Reject | None:
    kind, http = record.rec_type, record.http_headers
    if kind == "response" and http is not None and http.get_statuscode() == "200":
        content_type = http.get_header("Content-Type") or ""
    elif kind == "resource":
        content_type = record.rec_headers.get_header("Content-Type") or ""
    else:
        return None
    if content_type.partition(";")[0].strip().casefold() not in _PAGE_TYPES:
        return None
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    place = f"{place}/{place_of(url)}"
    try:
        content = _whole(record.content_stream())
    except (SourceError, OSError):
        raise
    except Exception as error:  # what the modules for unpacking raise is their own
        return Reject(place, f"its content cannot be unpacked ({error}); fetch the page again")
    if content is None:
        return Reject(place, TOO_LARGE)
    declared = _CHARSET.search(content_type)
    return Document(place, content, url, declared[1] if declared else None)


def _whole(stream: Any) -> bytes | None:
    content = bytearray()
    while piece := stream.read(1 << 16):
        content += piece
        if len(content) > MAX_TEXT_BYTES:
            return None
    return bytes(content)
