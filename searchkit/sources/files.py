"""Here is an open file: what are its bytes, compressed or not, and how far have we read?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xxhash import xxh3_128

from searchkit.article import Article
from searchkit.errors import Notice, Reject, SourceError
from searchkit.record import Record
from searchkit.sources.containers.packed import LONGEST_MAGIC, packing_of, unpacked

if TYPE_CHECKING:
    from searchkit.sources.fingerprints import Recognition

__all__ = [
    "MAX_TEXT_BYTES",
    "TOO_LARGE",
    "Document",
    "FileDone",
    "Found",
    "Item",
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


@dataclass(frozen=True, slots=True)
class FileDone:
    """What comes after the last record of a regular file: the file as it was read.

    `path` is absolute, without links; `size` in bytes, `modified` in nanoseconds since 1970,
    `digest` 16 bytes of its content; `reading` tells how it was read, as a text that is the same
    when it would be read in the same way. `remarks` are its rejects and notices. `articles` is
    None; for a file that was known and not read again, the number of its articles.
    """

    path: str
    size: int
    modified: int
    digest: bytes
    reading: str
    remarks: tuple[Reject | Notice, ...]
    articles: int | None = None


# A text file is one article and is read as a whole: no news article is nearly this long.
MAX_TEXT_BYTES = 64 * 1024 * 1024
TOO_LARGE = (
    f"larger than {MAX_TEXT_BYTES // 2**20} MiB, too large for the text of one article; "
    "split it, or convert it to JSON lines"
)

# Read at once.
_CHUNK_BYTES = 512 * 1024
_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller declared: the encoding of text, which JSON keys hold which fields, which
    records need not be read, and whether those are told their language that name none.
    """

    encoding: str | None = None
    fields: Mapping[str, str] | None = None
    recognition: Recognition | None = None
    detect_language: bool = False


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
    """The bytes of a file or stream, unpacked when they begin as gzip, bzip2, xz or Zstandard.

    `place` names it in messages. `read` takes a number of bytes and returns as many or
    fewer, b"" at the end. `bytes_read` counts the bytes as they are on disk, and `digest` is
    of all that were read (XXH3, 128 bits). `path` is that of a regular file, None of what is
    read from elsewhere, and `size` that on disk, where it is known.
    """

    def __init__(
        self,
        place: str,
        read: Callable[[int], bytes],
        path: str | None = None,
        size: int | None = None,
    ) -> None:
        self.place = place
        self.path = path
        self._size = size
        self._is_packed = False
        self.bytes_read = 0
        self._read = read
        self._hash = xxh3_128()
        self._head: list[bytes] = []
        self._failure: SourceError | None = None
        self._rest = self._unpacked()

    @property
    def digest(self) -> bytes:
        """16 bytes that tell what was read so far from anything else."""
        return self._hash.digest()

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
        """The unpacked bytes in pieces that are not empty, once; after `head`, all of it is in
        the first.

        Raises SourceError, after the last piece that is sound, when compressed data is
        damaged or cut short, and OSError as reading does.
        """
        if self._head:
            yield b"".join(self._head)
            self._head.clear()
        if self._failure is not None:
            raise self._failure
        yield from self._rest

    def whole(self, limit: int) -> bytes | None:
        """All of it; None when it is more than so many bytes. Raises as `chunks` does."""
        self.head()
        if self._size is not None and self._size > limit and not self._is_packed:
            return None
        data = bytearray()
        for chunk in self.chunks():
            data += chunk
            if len(data) > limit:
                return None
        return bytes(data)

    @contextmanager
    def on_disk(self) -> Iterator[str]:
        """The path of a file with the unpacked bytes, in place of `chunks`: its own, or that of a
        copy which is there until the end. Raises as `chunks` does.
        """
        self.head()
        if self.path is not None and not self._is_packed:
            yield self.path
            return
        import tempfile  # takes 5 ms, and is for this

        with tempfile.NamedTemporaryFile(prefix="searchkit-") as copy:
            for chunk in self.chunks():
                copy.write(chunk)
            copy.flush()
            yield copy.name

    def _stored(self) -> Iterator[bytes]:
        while chunk := self._read(_CHUNK_BYTES):
            self.bytes_read += len(chunk)
            self._hash.update(chunk)
            yield chunk

    def _unpacked(self) -> Iterator[bytes]:
        stored = self._stored()
        first = b""
        while len(first) < LONGEST_MAGIC and (chunk := next(stored, b"")):
            first += chunk
        packing = packing_of(first)
        if packing is not None:
            self._is_packed = True
            yield from unpacked(packing, first, stored)
        elif first:
            yield first
            yield from stored
