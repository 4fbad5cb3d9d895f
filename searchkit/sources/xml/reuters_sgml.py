"""Here is a file of the Reuters-21578 collection: which articles are its documents?

Its SGML is taken apart as it is written there, which no parser of XML would read. The format:
D. D. Lewis, Reuters-21578 text categorization test collection, Distribution 1.0, README (1997).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from searchkit.errors import ArticleError, Reject, SourceError
from searchkit.sources.encodings.encoding import require_encoding, with_plain_newlines
from searchkit.sources.fields.records import RecordReader
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.telling import Telling, unless_hopeless

__all__ = ["looks_like_reuters_sgml", "read_reuters_sgml"]

_BEGINS = re.compile(rb"\s*(?:<!DOCTYPE\s+lewis\b|<REUTERS\s)", re.IGNORECASE)
_START, _END = b"<REUTERS", b"</REUTERS>"
# No document has nearly so much; without an end the rest of the file would be one.
_LARGEST = 4 * 1024 * 1024

_ATTRIBUTE = re.compile(r'\b([A-Z]+)="([^"<>]*)"')
_LISTED = re.compile("<D>([^<]*)</D>")
_TAG = re.compile(r"</?[A-Z][A-Z0-9]*\b[^<>]{0,200}>")
# Below the text stands who has sent it.
_SIGNATURE = re.compile(r"\n[ \t]*reuters?\Z", re.IGNORECASE)
# What files have in place of the characters that text cannot hold.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_PARAGRAPH = re.compile(r"\n[ \t]+(?=\S)|\n\s*\n\s*")


def looks_like_reuters_sgml(head: bytes) -> bool:
    """Whether content that begins so is a file of that collection."""
    return _BEGINS.match(head) is not None and _START in head


def read_reuters_sgml(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise."""
    return unless_hopeless(_items(file, options), file.place, "Reuters-21578", "document")


def _items(file: OpenFile, options: Options) -> Iterator[Item]:
    encoding = require_encoding(options.encoding or "latin-1")
    reader, telling = RecordReader(), Telling(file.place, "document")
    is_empty = True
    for line, written in _documents(file.chunks()):
        is_empty = False
        remarks: list[tuple[str, str]] = []
        try:
            if written is None:
                raise SourceError("has no end where one can be; close it with </REUTERS>")
            text = with_plain_newlines(written.decode(encoding))
            article = reader.read(_record(text), remarks)
        except UnicodeDecodeError as error:
            reason = f"does not fit {encoding} ({error.reason}); declare the right encoding"
            yield Reject(file.place, reason, line)
        except ArticleError:
            reason = "the document has no title and no text; add one of them"
            yield Reject(file.place, reason, line)
        except SourceError as error:
            yield Reject(file.place, str(error), line)
        else:
            yield from telling.notices(remarks, line)
            yield NEVER_KNOWN, article
    if is_empty:
        yield Reject(file.place, "empty: there is no document in it")
    yield from telling.end(())


def _documents(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The documents, each with the line in which it begins; None in the place of one without an
    end.
    """
    data, line, looked_at = b"", 1, 0
    is_open = False
    for chunk in chunks:
        data += chunk
        while True:
            mark = _END if is_open else _START
            place = data.find(mark, looked_at)
            if place < 0:
                break
            if is_open:
                place += len(mark)
                last = data.rfind(_START, 0, place)
                if last:  # one without an end comes before
                    yield line, None
                    line += data.count(b"\n", 0, last)
                yield line, data[last:place]
                data, place = data[last:], place - last
            line += data.count(b"\n", 0, place)
            data, looked_at, is_open = data[place:], 0, not is_open
        looked_at = max(len(data) - len(mark) + 1, 0)
        if is_open and len(data) > _LARGEST:
            yield line, None
            is_open = False
        if not is_open:
            line += data.count(b"\n", 0, looked_at)
            data, looked_at = data[looked_at:], 0
    if is_open:
        yield line, None


def _record(document: str) -> dict[str, Any]:
    """What a document says, under an article's keys."""
    beginning = document[: document.find(">") + 1]
    attributes = dict(_ATTRIBUTE.findall(beginning))
    number = attributes.get("NEWID", "").strip()
    text = _inside(document, "TEXT")
    body = _inside(text, "BODY")
    title = _line(_inside(text, "TITLE"))
    if not title and not body:  # "UNPROC": text as it came
        body = _TAG.sub("\n", text)
    dateline = _line(_inside(text, "DATELINE"))
    return {
        "id": f"reuters21578-{number}" if number else "",
        "headline": title,
        "body": " ".join(filter(None, (dateline, _paragraphs(body)))),
        "published": _line(_inside(document, "DATE")),
        "byline": _line(_inside(text, "AUTHOR")),
        "agency": "Reuters",
        "keywords": [
            _line(keyword)
            for name in ("TOPICS", "PLACES", "PEOPLE", "ORGS", "COMPANIES")
            for keyword in _LISTED.findall(_inside(document, name))
        ],
    }


def _inside(text: str, name: str) -> str:
    """What is in the first element of that name, empty if there is none."""
    start = text.find(f"<{name}")
    end = text.find(f"</{name}>", start)
    return text[text.find(">", start) + 1 : end] if 0 <= start < end else ""


def _plain(markup: str) -> str:
    return _CONTROLS.sub("", unescape(markup))


def _line(markup: str) -> str:
    return " ".join(_plain(markup).split())


def _paragraphs(markup: str) -> str:
    """The text with each paragraph on one line: an indented line begins one."""
    text = _SIGNATURE.sub("", _plain(markup).rstrip())
    paragraphs = (" ".join(part.split()) for part in _PARAGRAPH.split(text))
    return "\n\n".join(filter(None, paragraphs))
