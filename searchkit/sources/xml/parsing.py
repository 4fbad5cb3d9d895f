"""Here is XML in pieces: which are the elements that hold its records?

Nothing outside of the file is ever looked at. A document type may be named, but is not read;
entities that a file declares itself are refused, and with them all that a few lines can be blown up
to. No more is held than the record that is being read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from html.entities import html5
from xml.parsers import expat

from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.encodings.recoding import Recoding
from searchkit.sources.fields.markup import plain_text_of
from searchkit.sources.files import OpenFile, Options

__all__ = ["XML_LANGUAGE", "Element", "XmlRecord", "root_name", "xml_records"]

# The name of the attribute xml:lang.
XML_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"

# News is nowhere near so deep.
_DEEPEST = 256
# Of a record, and of what is around all of them; a larger record is passed over.
_LARGEST_RECORD = 64 * 1024 * 1024
_LARGEST_AROUND = 1024 * 1024
# What an element weighs beside its text, and a text beside its characters, about.
_ELEMENT_BYTES = 300
_TEXT_BYTES = 60
# A tag, or a comment, has to end somewhere: older versions of expat look at all of it again with
# each piece.
_LONGEST_TOKEN = 8 * 1024 * 1024

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_REFUSED = "it declares entities of its own, which are not expanded; write their text out"


@dataclass(slots=True, eq=False)
class Element:
    """An element: its name, with a prefix from the reader's table, or with its namespace and a
    space in front where that has none there; its line.
    """

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list[Element | str] = field(default_factory=list)

    def each(self, *names: str) -> Iterator[Element]:
        """The elements in it that have one of the names, not those deeper within."""
        for child in self.children:
            if isinstance(child, Element) and child.name in names:
                yield child

    def first(self, *path: str) -> Element | None:
        """The element at the end of a path of names, the first of each name; None if there is
        none.
        """
        found: Element | None = self
        for name in path:
            found = next(found.each(name), None) if found else None
        return found

    def within(self, *names: str) -> Iterator[Element]:
        """The elements anywhere in it that have one of the names, in their order."""
        waiting: list[Element | str] = self.children[::-1]
        while waiting:
            child = waiting.pop()
            if isinstance(child, Element):
                if child.name in names:
                    yield child
                waiting += reversed(child.children)

    def attribute(self, name: str) -> str:
        """What stands there, without white space around it; empty if there is no such."""
        return self.attributes.get(name, "").strip()

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        waiting: list[Element | str] = self.children[::-1]
        pieces = []
        while waiting:
            child = waiting.pop()
            if isinstance(child, str):
                pieces.append(child)
            else:
                waiting += reversed(child.children)
        return " ".join("".join(pieces).split())

    def text_of(self, *path: str) -> str:
        """The text of the element at the end of a path, empty if there is none."""
        found = self.first(*path)
        return found.text if found else ""

    def paragraphs(self, left_out: Collection[str] = ()) -> str:
        """Its text as that of HTML whose elements have the same names, without the elements that
        are left out.
        """
        pieces = []
        waiting: list[tuple[Element | str, str]] = [(child, "") for child in self.children[::-1]]
        while waiting:
            child, ended = waiting.pop()
            if isinstance(child, str):
                pieces.append(ended or escape(child, quote=False))
            elif child.name not in left_out:
                name = _local(child.name)
                pieces.append(f"<{name}>")
                if name != "br":
                    waiting.append(("", f"</{name}>"))
                waiting += ((each, "") for each in reversed(child.children))
        return plain_text_of("".join(pieces))


# A record and the outermost element, with what it has held so far but for records.
XmlRecord = tuple[Element, Element]


def root_name(head: bytes, prefixes: Mapping[str, str]) -> str:
    """The name of the outermost element of XML that begins so; that of its document type where
    it declares entities; empty for anything else.
    """
    found = ""

    def begin(name: str, _: object) -> None:
        nonlocal found
        found = _prefixed(name, prefixes)
        raise _StopError

    def begin_type(name: str, *_: object) -> None:
        nonlocal found
        found = name

    parser = _parser("iso-8859-1")  # whose bytes are all characters: names are ASCII
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = begin_type
    try:
        parser.Parse(head.lstrip(), False)
    except (_StopError, SourceError):
        return found
    except expat.ExpatError:
        pass
    return ""


def xml_records(
    file: OpenFile, options: Options, names: Collection[str], prefixes: Mapping[str, str]
) -> Iterator[XmlRecord | Reject | Notice]:
    """The elements that have one of the names and are in no other such, each with what is around;
    a reject for one that is too large, and for what cannot be read, which nothing comes after.

    `prefixes` are those of namespaces in names; elements in a namespace whose prefix is empty,
    and in none, have names without.
    """
    declared = options.encoding or _declared_encoding(file.head())
    try:
        recoding = Recoding(file, replace(options, encoding=declared), all_declared=True)
        if recoding.notice is not None:
            yield recoding.notice
        yield from _Reader(file.place, names, prefixes).records(recoding.chunks())
    except SourceError as error:
        yield Reject(file.place, str(error))


def _declared_encoding(head: bytes) -> str | None:
    found = _DECLARED.match(head.lstrip())
    return found[1].decode("ascii", "replace") if found else None


class _StopError(Exception):
    """Enough has been seen."""


class _Reader:
    """Reads one file."""

    def __init__(self, place: str, names: Collection[str], prefixes: Mapping[str, str]) -> None:
        self._place = place
        self._names = names
        self._prefixes = prefixes
        self._open: list[Element] = []
        self._record = 0  # the depth of the record that is being read, 0 between records
        self._size = 0
        self._size_around = 0
        self._found: list[XmlRecord | Reject] = []
        self._lines_before = 0
        self._fed = 0  # bytes
        self._parser = parser = _parser("utf-8")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.SkippedEntityHandler = self._entity

    def records(self, chunks: Iterator[bytes]) -> Iterator[XmlRecord | Reject]:
        failure = ""
        try:
            for piece in self._pieces(chunks):
                self._parse(piece, last=False)
                yield from self._taken()
            self._parse(b"", last=True)
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, "not well-formed")
            failure = f"the XML is broken here ({what}); correct it"
        except SourceError as error:
            failure = str(error)
        yield from self._taken()
        if failure:
            yield Reject(self._place, self._explained(failure), self._line)

    def _explained(self, failure: str) -> str:
        where = f"column {self._parser.CurrentColumnNumber + 1}: {failure}"
        begun = self._open[self._record - 1] if self._record else None
        inside = f"{_local(begun.name)} that begins in line {begun.line}" if begun else "file"
        return f"{where}; the rest of the {inside} is not read"

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self._lines_before

    def _pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks from the first byte that is no white space on: before a declaration XML
        allows none, but files have it.
        """
        for chunk in chunks:
            piece = chunk.lstrip()
            self._lines_before += chunk.count(b"\n", 0, len(chunk) - len(piece))
            if piece:
                yield piece
                break
        yield from chunks

    def _parse(self, piece: bytes, *, last: bool) -> None:
        self._fed += len(piece)
        self._parser.Parse(piece, last)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise SourceError("a tag or a comment that begins here is too long; shorten it")

    def _taken(self) -> list[XmlRecord | Reject]:
        found, self._found = self._found, []
        return found

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) == _DEEPEST:
            raise SourceError(f"more than {_DEEPEST} elements within one another; flatten it")
        element = Element(_prefixed(name, self._prefixes), attributes, self._line)
        parent = self._open[-1] if self._open else None
        self._open.append(element)
        if not self._record and element.name in self._names:
            self._record, self._size = len(self._open), 0
        elif parent is not None and self._fits(sum(map(len, attributes.values())) + _ELEMENT_BYTES):
            parent.children.append(element)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        if len(self._open) + 1 != self._record:
            return
        self._record = 0
        if self._size > _LARGEST_RECORD:
            limit = f"larger than {_LARGEST_RECORD // 2**20} MiB, which no article is; shorten it"
            self._found.append(Reject(self._place, limit, element.line))
        else:
            self._found.append((element, self._open[0] if self._open else element))

    def _text(self, text: str) -> None:
        # Of what is around records the white space between them would be the most.
        is_kept = self._open and (self._record or not text.isspace())
        if is_kept and self._fits(len(text) + _TEXT_BYTES):
            self._open[-1].children.append(text)

    def _entity(self, name: str, is_parameter: bool) -> None:
        """Those of HTML are known without a document type."""
        if not is_parameter:
            self._text(html5.get(f"{name};", f"&{name};"))

    def _fits(self, size: int) -> bool:
        """Whether there is room for so much more; what there is none for is not kept."""
        if self._record:
            self._size += size
            return self._size <= _LARGEST_RECORD
        self._size_around += size
        return self._size_around <= _LARGEST_AROUND


def _parser(encoding: str) -> expat.XMLParserType:
    """One that reads nothing but what it is given, as if there were a document type that it cannot
    see: then an unknown entity is no error.
    """
    parser = expat.ParserCreate(encoding, " ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.UseForeignDTD(True)
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise SourceError(_REFUSED)


def _prefixed(name: str, prefixes: Mapping[str, str]) -> str:
    namespace, space, local = name.rpartition(" ")
    prefix = prefixes.get(namespace)
    if not space or prefix is None:
        return name
    return f"{prefix}:{local}" if prefix else local


def _local(name: str) -> str:
    return re.split("[ :]", name)[-1]
