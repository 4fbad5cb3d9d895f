"""Which files are the index, as of one commit? The manifest, from record to bytes and back."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from xxhash import xxh3_64_hexdigest

from searchkit.codec.format import damaged
from searchkit.errors import IndexVersionError

__all__ = [
    "FORMAT_VERSION",
    "LEDGER_FILES",
    "MAX_DOCUMENTS",
    "Manifest",
    "SegmentEntry",
    "decode_manifest",
    "deletions_name",
    "manifest_name",
    "new_segment_name",
    "toc_name",
]

FORMAT_VERSION = 4
# Before it there were no manifests.
_FIRST_VERSION = 2

# What `searchkit.writing.ledger` keeps beside the index, of no commit.
LEDGER_FILES = ("files.sqlite", "files.sqlite-journal")

# Of a segment: its documents are numbered in 32 bits.
MAX_DOCUMENTS = 2**32 - 1

_HEX = re.compile(r"[0-9a-f]{16}")
_LANGUAGE = re.compile(r"[a-z]{2,8}")
_FRAME = re.compile(rb'\{"checksum":"([0-9a-f]{16})",(.+\})\n', re.DOTALL)


def manifest_name(generation: int) -> str:
    """The file of the manifest of a commit."""
    return f"manifest-{generation}.json"


def toc_name(generation: int) -> str:
    """The file of Whoosh's table of contents of a commit."""
    return f"_MAIN_{generation}.toc"


def deletions_name(segment: str, generation: int) -> str:
    """The file that says which documents of a segment are deleted, new in this generation."""
    return f"{segment}-{generation}.deletions"


def new_segment_name() -> str:
    """A name that no segment has had: 64 bits of the system's randomness, in hexadecimal."""
    from secrets import token_hex  # takes 6 ms, and is for writing

    return token_hex(8)


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """What a manifest says of a segment.

    `size` (bytes) and `checksum` (of the footer, 16 hexadecimal digits) are those of its file,
    `documents` counts the deleted ones too, `languages` are the codes of its articles'
    languages in order. `deletions` is a file of `deletions_name` and `deletions_checksum` that of
    its content (16 hexadecimal digits); both are None if nothing is deleted. Raises ValueError
    or TypeError for what no segment has.
    """

    name: str
    documents: int
    size: int
    checksum: str
    languages: tuple[str, ...]
    deleted: int = 0
    deletions: str | None = None
    deletions_checksum: str | None = None

    def __post_init__(self) -> None:
        for text in (self.name, self.checksum):
            _check(_HEX.fullmatch(text), f"{text!r} is not 16 hexadecimal digits")
        _check_range("documents", self.documents, 1, MAX_DOCUMENTS)
        _check_range("size", self.size, 1, 2**63 - 1)
        _check_range("deleted", self.deleted, 0, self.documents)
        for code in self.languages:
            _check(_LANGUAGE.fullmatch(code), f"{code!r} is no language code")
        ordered = self.languages == tuple(sorted(set(self.languages)))
        _check(ordered, "languages are not in order")
        for told in (self.deletions, self.deletions_checksum):
            _check((told is None) == (self.deleted == 0), "deletions contradict deleted")
        if self.deletions is not None:
            of_file = self.deletions_checksum or ""
            _check(_HEX.fullmatch(of_file), f"{of_file!r} is not 16 hexadecimal digits")
            generation = self.deletions_generation
            _check(self.deletions == deletions_name(self.name, generation), "odd deletions")

    @property
    def file(self) -> str:
        """The segment's file."""
        return f"{self.name}.segment"

    @property
    def deletions_generation(self) -> int:
        """The generation in which the deletions file was new; 0 without one."""
        found = re.fullmatch(r".{16}-([0-9]{1,18})\.deletions", self.deletions or "")
        return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One commit: its number, and the segments that are the index as of then.

    `language` is that of the index, `seed` (64 bits) that of the fingerprints of its articles.
    Generation 0 is the index without articles that creating it makes. Raises ValueError or
    TypeError for what no index has.
    """

    generation: int
    language: str
    seed: int
    segments: tuple[SegmentEntry, ...] = ()

    def __post_init__(self) -> None:
        _check_range("generation", self.generation, 0, 10**18 - 1)
        _check(_LANGUAGE.fullmatch(self.language), f"{self.language!r} is no language code")
        _check_range("seed", self.seed, 0, 2**64 - 1)
        names = {segment.name for segment in self.segments}
        _check(len(names) == len(self.segments), "two segments have one name")
        for segment in self.segments:
            _check(segment.deletions_generation <= self.generation, "deletions of a later commit")

    def files(self) -> frozenset[str]:
        """The names of all files of this commit: its own two, and those of its segments."""
        own = {manifest_name(self.generation), toc_name(self.generation)}
        deletions = {segment.deletions for segment in self.segments if segment.deletions}
        return frozenset(own | {segment.file for segment in self.segments} | deletions)

    def encode(self) -> bytes:
        """The file: one JSON object with sorted keys and no spaces, and a line feed.

        Its first key is ``checksum``, the XXH3 (64 bits, hexadecimal) of the same object
        without that key.
        """
        record = {"format": FORMAT_VERSION, **asdict(self)}
        content = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
        return b'{"checksum":"%b",%b\n' % (xxh3_64_hexdigest(content).encode(), content[1:])


def decode_manifest(content: bytes, path: Path) -> Manifest:
    """The manifest in the content of a file; `path` is named in errors.

    Raises IndexVersionError for another format and IndexDamagedError for anything but what
    `Manifest.encode` makes for a file of this name. Formats to come keep the checksum as it
    is, so that they are told from damage.
    """
    try:
        frame = _FRAME.fullmatch(content)
        if not frame:
            raise ValueError("it is not one line of JSON with a checksum")
        _check(xxh3_64_hexdigest(b"{" + frame[2]) == frame[1].decode(), "its checksum is wrong")
        record = json.loads(content)
        version = record.pop("format")
        _check_range("format", version, _FIRST_VERSION, 10**9)
        if version != FORMAT_VERSION:
            raise IndexVersionError(
                f"{path} is of index format {version}, this searchkit reads format "
                f"{FORMAT_VERSION}; install the searchkit that wrote it, "
                "or index the articles again"
            )
        del record["checksum"]
        for segment in record["segments"]:
            segment["languages"] = tuple(segment["languages"])
        record["segments"] = tuple(SegmentEntry(**segment) for segment in record["segments"])
        manifest = Manifest(**record)
        _check(manifest.encode() == content, "it is written in another way than ours")
        named = manifest_name(manifest.generation)
        _check(path.name == named, f"it is {named}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged(path, str(error)) from error
    return manifest


def _check(truth: object, reason: str) -> None:
    if not truth:
        raise ValueError(reason)


def _check_range(name: str, value: int, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} is {value!r:.50}, not a number of {least} to {most}")
