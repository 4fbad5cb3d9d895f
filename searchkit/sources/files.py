"""Here is an open file: what are its bytes, compressed or not, and how far have we read?"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from searchkit.article import Article
from searchkit.errors import Notice, Reject, SourceError
from searchkit.record import Record

if TYPE_CHECKING:
    from searchkit.sources.fingerprints import Recognition

__all__ = [
    "MAX_TEXT_BYTES",
    "TOO_LARGE",
    "Document",
    "Found",
    "Item",
    "LanguageOf",
    "OpenFile",
    "Options",
    "Outcome",
]

# A fingerprint, which is empty unless records are to be recognised, and the article, or its
# record, which only those may be given that recognise them; None when it was recognised.
Found = tuple[bytes, Article | Record | None]

# What the function of a format of many records yields: a record, one left out, or a remark.
Item = Found | Reject | Notice

# The same of a format of which a file, a `Document`, is read as a whole.
Outcome = Article | Reject | Notice

# The code of the language that a headline, a body (both UTF-8) and captions are in, or "".
LanguageOf = Callable[[bytes, bytes, tuple[str, ...]], str]

# A text file is one article and is read as a whole: no news article is nearly this long.
MAX_TEXT_BYTES = 64 * 1024 * 1024
TOO_LARGE = (
    f"larger than {MAX_TEXT_BYTES // 2**20} MiB, too large for the text of one article; "
    "split it, or convert it to JSON lines"
)

# Read at once; also the most that compressed data is unpacked to at once.
_CHUNK_BYTES = 512 * 1024
_HEAD_BYTES = 64 * 1024

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS  # gzip's header and checksum, not zlib's


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller declared: the encoding of text, which JSON keys hold which fields, which
    records need not be read, and what tells the language of those that name none.
    """

    encoding: str | None = None
    fields: Mapping[str, str] | None = None
    recognition: Recognition | None = None
    language: LanguageOf | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is read as a whole, or what stands for one within an archive.

    `place` names it in messages. `url` is where it was fetched from and `encoding` what its
    transport said of its text, as a crawl knows them; empty and None where nobody does.
    """

    place: str
    content: bytes
    url: str = ""
    encoding: str | None = None


class OpenFile:
    """The bytes of a file or stream, unpacked when it begins as gzip does.

    `place` names it in messages. `read` takes a number of bytes and returns as many or
    fewer, b"" at the end. `bytes_read` counts the bytes as they are on disk.
    """

    def __init__(self, place: str, read: Callable[[int], bytes]) -> None:
        self.place = place
        self.bytes_read = 0
        self._read = read
        self._head: list[bytes] = []
        self._failure: SourceError | None = None
        self._rest = self._unpacked()

    def head(self) -> bytes:
        """The first 64 KiB or, of a shorter file, all; they will be read again."""
        size = sum(map(len, self._head))
        try:
            while size < _HEAD_BYTES and self._failure is None:
                chunk = next(self._rest, b"")
                if not chunk:
                    break
                self._head.append(chunk)
                size += len(chunk)
        except SourceError as error:  # told when the reader comes to that place
            self._failure = error
        return b"".join(self._head)[:_HEAD_BYTES]

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes in pieces that are not empty, once.

        Raises SourceError, after the last piece that is sound, when compressed data is
        damaged or cut short, and OSError as reading does.
        """
        yield from self._head
        self._head.clear()
        if self._failure is not None:
            raise self._failure
        yield from self._rest

    def _stored(self) -> Iterator[bytes]:
        while chunk := self._read(_CHUNK_BYTES):
            self.bytes_read += len(chunk)
            yield chunk

    def _unpacked(self) -> Iterator[bytes]:
        stored = self._stored()
        first = b""
        while len(first) < len(_GZIP_MAGIC) and (chunk := next(stored, b"")):
            first += chunk
        if first.startswith(_GZIP_MAGIC):
            yield from _gunzipped(first, stored)
        elif first:
            yield first
            yield from stored


def _gunzipped(first: bytes, stored: Iterator[bytes]) -> Iterator[bytes]:
    """The content of gzip data, of one member or several. No piece is larger than a chunk,
    however well it was packed.
    """
    member = zlib.decompressobj(_GZIP_WINDOW)
    packed = first
    while packed or (packed := next(stored, b"")):
        try:
            chunk = member.decompress(packed, _CHUNK_BYTES)
        except zlib.error as error:
            raise SourceError(
                f"its compressed data is damaged from here on ({error}); copy the file again"
            ) from error
        packed = member.unconsumed_tail
        if chunk:
            yield chunk
        if member.eof:
            packed = member.unused_data.lstrip(b"\0") or next(stored, b"").lstrip(b"\0")
            if packed[:1] not in (b"", _GZIP_MAGIC[:1]):
                raise SourceError(
                    "other data follows its compressed data and was left out; "
                    "check how the file was made"
                )
            if packed:
                member = zlib.decompressobj(_GZIP_WINDOW)
            else:
                return
    raise SourceError("its compressed data is cut short; copy the file again")
