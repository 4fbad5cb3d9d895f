"""Here is an open file: what is in it to be read?

Archives are gone through, and archives within them, one level deep. What is found is either a
document, which anybody may parse, or a stream of records, which has to be read where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.containers.archives import archive_of, members
from searchkit.sources.containers.warc import looks_like_warc, pages
from searchkit.sources.encodings.encoding import binary_kind
from searchkit.sources.files import (
    MAX_TEXT_BYTES,
    TOO_LARGE,
    Document,
    Found,
    Item,
    OpenFile,
    Options,
)
from searchkit.sources.finding import explained
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.formats import Format, detect, format_named

__all__ = ["LEFT_OUT", "Part", "Records", "Whole", "contents"]

LEFT_OUT = (
    "left out: neither its content nor its ending is of a format that searchkit reads "
    "(name the file itself to read it as text)"
)

# An archive within an archive is read, one within that is not.
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Whole:
    """A document to be parsed, and the fingerprint of its bytes."""

    document: Document
    format: Format
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Records:
    """A stream of records at a place; the next part comes when they have been read."""

    place: str
    format: Format
    items: Iterator[Item]


Part = Whole | Records | Found | Reject | Notice


def contents(
    file: OpenFile, name: str, options: Options, chosen: Format | None, *, named: bool
) -> Iterator[Part]:
    """The parts of a file that has this name, in order; what the index has already is a `Found`
    without article.

    `chosen` is the format that the caller has declared, if any. `named` says that the file was
    named itself: then it is read as text when nothing tells what it is.
    """
    return _Contents(options, chosen).of(file, name, named=named, depth=0)


class _Contents:
    def __init__(self, options: Options, chosen: Format | None) -> None:
        self._options = options
        self._chosen = chosen

    def of(self, file: OpenFile, name: str, *, named: bool, depth: int) -> Iterator[Part]:
        """The parts of one file, in an archive or not."""
        try:
            yield from self._of(file, name, named=named, depth=depth)
        except OSError as error:
            yield Reject(file.place, explained(error))
        except SourceError as error:
            yield Reject(file.place, str(error))

    def _of(self, file: OpenFile, name: str, *, named: bool, depth: int) -> Iterator[Part]:
        head = file.head()
        archive = archive_of(head)
        if archive is not None or looks_like_warc(head):
            if depth == _DEEPEST:
                raise SourceError("an archive in an archive in an archive; unpack it first")
            yield from self._inside(archive, file, depth + 1)
            return
        chosen = self._chosen or detect(head, name)
        if chosen is None and not named:
            yield Notice(file.place, _why_left_out(head))
            return
        chosen = chosen or format_named("plaintext")
        if chosen.read_document is None:
            yield Records(file.place, chosen, self._records(file, chosen))
            return
        content = file.whole(min(chosen.largest, MAX_TEXT_BYTES))
        if content is None:
            raise SourceError(TOO_LARGE)
        yield self._whole(Document(file.place, content), chosen)

    def _records(self, file: OpenFile, chosen: Format) -> Iterator[Item]:
        try:
            yield from chosen.records(file, self._options)
        except OSError as error:
            yield Reject(file.place, explained(error))
        except SourceError as error:
            yield Reject(file.place, str(error))

    def _inside(self, archive: str | None, file: OpenFile, depth: int) -> Iterator[Part]:
        if archive is None:
            html = self._chosen or format_named("html")
            for page in pages(file):
                yield self._whole(page, html) if isinstance(page, Document) else page
            return
        for member in members(archive, file):
            if isinstance(member, Reject):
                yield member
            else:
                yield from self.of(member.file, member.name, named=False, depth=depth)

    def _whole(self, document: Document, chosen: Format) -> Whole | Found:
        recognition = self._options.recognition
        if recognition is None:
            return Whole(document, chosen, NEVER_KNOWN)
        declared = self._options.encoding, document.encoding, document.url
        fields = sorted((self._options.fields or {}).items())
        fingerprint = recognition.fingerprints(chosen.name, fields, *declared)(document.content)
        if recognition.known(fingerprint):
            return fingerprint, None
        return Whole(document, chosen, fingerprint)


def _why_left_out(head: bytes) -> str:
    what = binary_kind(head)
    return f"left out: it is {what}" if what is not None else LEFT_OUT
