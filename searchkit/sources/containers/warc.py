"""Here is a WARC file, what a crawler has saved: which pages are in it?

Responses of HTTP that are pages are given on as documents, with the address they were fetched
from and the encoding that the server named. All other records (requests, pictures, style
sheets, errors of the server) are passed over: they are no articles, and a crawl is mostly made
of them.

Records are told apart here, so that one that is damaged costs itself only: after it the next line
is looked for with which a record begins. warcio reads what is in each.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from searchkit.errors import Reject, SourceError
from searchkit.sources.files import MAX_TEXT_BYTES, TOO_LARGE, Document, OpenFile
from searchkit.sources.finding import place_of

__all__ = ["looks_like_warc", "pages"]

_MAGIC = b"WARC/"
_BEGINNING = re.compile(rb"WARC/[01]\.\d\d?\r?\n")
_LONGEST_BEGINNING = 11
# Headers go up to a blank line, or are none when another record begins before it.
_END_OF_HEADERS = re.compile(rb"\n\r?\n|\nWARC/[01]\.\d\d?\r?\n")
_LENGTH = re.compile(rb"\nContent-Length:[ \t]*(\d{1,15})[ \t]*\r?\n", re.IGNORECASE)
_MOST_HEADERS = 64 * 1024
# A longer record is looked at as far as its headers go.
_MOST_RECORD = MAX_TEXT_BYTES + _MOST_HEADERS

_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def looks_like_warc(head: bytes) -> bool:
    """Whether data that begins so is a WARC file, unpacked."""
    return head.startswith(_MAGIC)


def pages(file: OpenFile) -> Iterator[Document | Reject]:
    """The pages of a WARC file, in its order, and a reject for each that cannot be unpacked and
    for each stretch in which no record can be read.

    Raises SourceError where the file cannot be read any further, and when warcio is not installed.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise SourceError(
            "reading WARC files needs warcio; pip install 'searchkit[warc]'"
        ) from error
    for offset, written, is_whole in _records(_Pieces(file.chunks())):
        try:
            for record in ArchiveIterator(io.BytesIO(written)) if written else ():
                found = _page(file.place, record, is_whole=is_whole)
                if found is not None:
                    yield found
        except (ArchiveLoadFailed, AttributeError, ValueError, EOFError):
            # Of a record without sound headers it looks into those that it does not have.
            written = b""
        if not written:
            reason = f"damaged at byte {offset:,}, and left out from there to the next record"
            yield Reject(file.place, f"{reason}; fetch or copy the file again")


class _Pieces:
    """Bytes that come in pieces, as far as they are needed: `held` begins at `offset`."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.held = bytearray()
        self.offset = 0
        self._chunks = chunks
        self._failure: SourceError | None = None

    def has(self, size: int) -> bool:
        """Whether there are so many bytes; they are held then."""
        while len(self.held) < size:
            try:
                chunk = next(self._chunks, b"")
            except SourceError as error:  # told when all before it has been read
                self._failure = error
                self._chunks = iter(())
                chunk = b""
            if not chunk:
                return False
            self.held += chunk
        return True

    def drop(self, size: int) -> None:
        """Goes on after so many bytes, held or not."""
        while size > len(self.held):
            size -= len(self.held)
            self.offset += len(self.held)
            self.held.clear()
            if not self.has(1):
                return
        del self.held[:size]
        self.offset += size

    def end(self) -> None:
        """Raises SourceError when there was more that could not be read."""
        if self._failure is not None:
            raise self._failure


def _records(pieces: _Pieces) -> Iterator[tuple[int, bytes, bool]]:
    """Where each record begins, the record, and whether that is all of it; b"" in place of one for
    bytes that are none.
    """
    damaged = False
    while pieces.has(1):
        if pieces.held[0] in b"\r\n":
            pieces.drop(1)
            continue
        size = _size_of_record(pieces)
        if size:
            damaged = False
            yield pieces.offset, bytes(pieces.held[: min(size, _MOST_RECORD)]), size <= _MOST_RECORD
            pieces.drop(size)
            continue
        if not damaged:
            damaged = True
            yield pieces.offset, b"", False
        _go_on(pieces)
    pieces.end()


def _size_of_record(pieces: _Pieces) -> int:
    """The bytes of the record that begins here; 0 when there is none, or when it does not end as a
    record does. One that is too long to be held is trusted to.
    """
    pieces.has(_MOST_HEADERS)
    if not _BEGINNING.match(pieces.held):
        return 0
    end = _END_OF_HEADERS.search(pieces.held, 0, _MOST_HEADERS)
    length = end and _LENGTH.search(pieces.held, 0, end.end())
    if not end or not length or _MAGIC in end[0]:
        return 0
    size = end.end() + int(length[1])
    if size > _MOST_RECORD:
        pieces.has(_MOST_RECORD)
        return size
    if not (pieces.has(size + _LONGEST_BEGINNING) or pieces.has(size)):
        return 0
    after = bytes(pieces.held[size : size + _LONGEST_BEGINNING])
    is_sound = after.startswith(b"\r\n\r\n") or after.lstrip(b"\r\n")[:5] in (b"", _MAGIC)
    return size if is_sound else 0


def _go_on(pieces: _Pieces) -> None:
    """Drops what is before the next line with which a record may begin, and never nothing."""
    pieces.drop(1)
    while not (found := _BEGINNING.search(pieces.held)):
        pieces.drop(max(0, len(pieces.held) - _LONGEST_BEGINNING))
        if not pieces.has(len(pieces.held) + 1):
            pieces.drop(len(pieces.held))
            return
    pieces.drop(found.start())


def _page(place: str, record: Any, *, is_whole: bool) -> Document | Reject | None:
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
    if not is_whole:
        return Reject(place, TOO_LARGE)
    try:
        content = _whole(record.content_stream())
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
