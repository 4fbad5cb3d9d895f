"""Here is the beginning of a file, and its name: which format is it in?

The content decides where it can, then the name. Other packages add formats by an entry point.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from searchkit.errors import SourceError
from searchkit.sources.encodings.encoding import bom_encoding
from searchkit.sources.files import MAX_TEXT_BYTES, Document, Item, OpenFile, Options, Outcome

__all__ = ["ENTRY_POINTS", "Format", "detect", "format_named", "formats", "is_named_like_one"]

# The group of the entry points by which other packages add formats.
ENTRY_POINTS = "searchkit.formats"

ReadDocument = Callable[[Document, Options], Iterator[Outcome]]
ReadRecords = Callable[[OpenFile, Options], Iterator[Item]]
LooksLike = Callable[[bytes], bool]

# Endings that say how a file is packed, and nothing about what it is.
_PACKED = re.compile(r"\.(?:gz|bz2|xz|zst)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    `read_document` reads a file of at most `largest` bytes as a whole; of a format without it
    `read_records` reads the records of a stream, one after the other. `looks_like` tells by the
    first 64 KiB of the content, unpacked; it is only asked where the content begins, after white
    space, with one of the bytes in `begins` (empty: always). `endings` are those of names, in
    lower case. A function may be given by name, "package.module:function": it is imported
    when it is needed. All but `read_records` have to be at hand in other processes.
    """

    name: str
    endings: tuple[str, ...] = ()
    read_document: ReadDocument | str | None = None
    read_records: ReadRecords | str | None = None
    looks_like: LooksLike | str | None = None
    begins: bytes = b""
    largest: int = MAX_TEXT_BYTES

    def resembles(self, head: bytes, first: bytes) -> bool:
        """Whether content that begins so, its `first` byte being the first that is no white
        space, is of this format for sure.
        """
        if self.looks_like is None or (self.begins and first not in self.begins):
            return False
        return bool(_resolved(self.looks_like)(head))

    def documents(self, document: Document, options: Options) -> Iterator[Outcome]:
        """What is in a document of this format."""
        return _resolved(self.read_document)(document, options)  # type: ignore[no-any-return]

    def records(self, file: OpenFile, options: Options) -> Iterator[Item]:
        """What is in a stream of this format."""
        return _resolved(self.read_records)(file, options)  # type: ignore[no-any-return]


_HERE = "searchkit.sources"

# In the order in which content is held against them. To add a format, write its function and
# name it here.
_OWN = (
    Format(
        "jsonl",
        (".jsonl", ".ndjson"),
        read_records=f"{_HERE}.json.jsonl:read_jsonl",
        looks_like=f"{_HERE}.json.wrapping:looks_like_jsonl",
        begins=b"{",
    ),
    Format(
        "json",
        (".json",),
        read_records=f"{_HERE}.json.documents:read_json",
        looks_like=f"{_HERE}.json.wrapping:looks_like_json",
        begins=b"{[",
    ),
    Format(
        "parquet",
        (".parquet", ".pq"),
        read_records=f"{_HERE}.tables.parquet:read_parquet",
        looks_like=f"{_HERE}.tables.parquet:looks_like_parquet",
        begins=b"P",
    ),
    Format(
        "feed",
        (".rss", ".atom"),
        read_records=f"{_HERE}.xml.feeds:read_feed",
        looks_like=f"{_HERE}.xml.feeds:looks_like_feed",
        begins=b"<",
    ),
    Format(
        "nitf",
        (".nitf",),
        read_document=f"{_HERE}.xml.nitf:read_nitf",
        looks_like=f"{_HERE}.xml.nitf:looks_like_nitf",
        begins=b"<",
    ),
    Format(
        "newsml",
        (".newsml",),
        read_records=f"{_HERE}.xml.newsml:read_newsml",
        looks_like=f"{_HERE}.xml.newsml:looks_like_newsml",
        begins=b"<",
    ),
    Format(
        "reuters",
        (".sgm", ".sgml"),
        read_records=f"{_HERE}.xml.reuters_sgml:read_reuters_sgml",
        looks_like=f"{_HERE}.xml.reuters_sgml:looks_like_reuters_sgml",
        begins=b"<",
    ),
    Format(
        "mhtml",
        (".mhtml", ".mht"),
        read_document=f"{_HERE}.html.mhtml:read_mhtml",
        looks_like=f"{_HERE}.html.beginnings:looks_like_mhtml",
    ),
    Format(
        "html",
        (".html", ".htm", ".xhtml"),
        read_document=f"{_HERE}.html:read_html",
        looks_like=f"{_HERE}.html.beginnings:looks_like_html",
        begins=b"<",
    ),
    Format(
        "csv",
        (".csv", ".tsv", ".tab"),
        read_records=f"{_HERE}.tables.csv_tables:read_csv",
        looks_like=f"{_HERE}.tables.csv_tables:looks_like_csv",
    ),
    Format("plaintext", (".txt", ".text"), read_document=f"{_HERE}.text.plaintext:read_plaintext"),
)

_OWN_BY_NAME = {each.name: each for each in _OWN}


@functools.cache
def formats() -> Mapping[str, Format]:
    """All formats by their names, those of other packages last.

    Raises SourceError for an entry point that cannot be loaded.
    """
    return {**_OWN_BY_NAME, **_added()}


@functools.cache
def _added() -> dict[str, Format]:
    """The formats of other packages. To look for them takes 10 ms."""
    from importlib.metadata import entry_points

    found = {}
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            added = entry.load()
        except Exception as error:  # somebody else's code
            raise SourceError(
                f"the format {entry.name!r} ({entry.value}) cannot be loaded: {error}; "
                "update or remove the package that adds it"
            ) from error
        if not isinstance(added, Format):
            raise SourceError(
                f"the format {entry.name!r} ({entry.value}) is no searchkit.sources.Format; "
                "update or remove the package that adds it"
            )
        found[added.name] = added
    return found


def format_named(name: str) -> Format:
    """The format of that name. Raises SourceError when there is none."""
    found = _OWN_BY_NAME.get(name) or formats().get(name)
    if found is None:
        known = ", ".join(sorted(formats()))
        raise SourceError(f"file format {name!r} is not known; use one of {known}")
    return found


def is_named_like_one(name: str) -> bool:
    """Whether a file's name is that of a format."""
    return _by_name(name) is not None


def detect(head: bytes, name: str) -> Format | None:
    """The format of a file that begins so and has this name; None where neither says it."""
    marked = bom_encoding(head)
    if marked is not None:
        head = head.decode(marked, "replace").encode()
    first = head.lstrip()[:1]
    return (
        _resembling(_OWN, head, first)
        or _resembling(_added().values(), head, first)
        or _by_name(name)
    )


def _resembling(candidates: Iterable[Format], head: bytes, first: bytes) -> Format | None:
    return next((each for each in candidates if each.resembles(head, first)), None)


def _by_name(name: str) -> Format | None:
    plain = _PACKED.sub("", name).lower()
    return next((each for each in formats().values() if plain.endswith(each.endings)), None)


@functools.cache
def _resolved(function: Any) -> Any:
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)
