"""One segment: an immutable file of articles and everything by which they are found.

`SegmentWriter` writes one through once, `Segment` reads it. Sections, by name:

    stored, stored:index     the articles (stored.py)
    terms:F, postings:F      dictionary and extents of field F (kernels)
    lengths:F                tokens of each document in text field F, u8, u16 or u32 each
    column:C                 per document (columns.py)
    fingerprints             slots by which records are recognised (kernels.lookup)
    texts                    slots by which texts are
    meta                     JSON: counts of all these
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from searchkit.codec.columns import FixedColumn, NumbersColumn, TextsColumn, WordsColumn
from searchkit.codec.format import SegmentFile, SegmentFileWriter
from searchkit.codec.manifest import MAX_DOCUMENTS
from searchkit.codec.storage import Storage
from searchkit.codec.stored import INDEX_SECTION, SECTION, StoredReader, StoredWriter
from searchkit.copies import TEXT_KEY_BYTES
from searchkit.errors import StorageError
from searchkit.kernels import FINGERPRINT, SIGNATURE
from searchkit.kernels.dictionary import Dictionary
from searchkit.kernels.lookup import find_slot, make_slots
from searchkit.kernels.merge import FieldMerger
from searchkit.kernels.postings import PostingList
from searchkit.schema import TEXT_FIELDS

__all__ = [
    "DIGEST_BYTES",
    "DIGEST_OF_SEVERAL",
    "PIECE_BYTES",
    "FieldInfo",
    "Segment",
    "SegmentWriter",
    "WrittenSegment",
    "documents_of",
    "file_name",
    "length_section",
    "within_limits",
]

# An article's digest is compared with that of the article of the same id only.
DIGEST_BYTES = 8
# In its place, where a document has several articles.
DIGEST_OF_SEVERAL = bytes(DIGEST_BYTES)

# Extents are written in pieces of about this size: each takes a twentieth of a second.
PIECE_BYTES = 1 << 20

# Between two checks a MiB is read of the sources, or less.
_CHECKS_TO_GIVE_BACK = 4

_TYPECODES: dict[int, Literal["B", "H", "I"]] = {1: "B", 2: "H", 4: "I"}


def file_name(name: str) -> str:
    """The file of the segment of that name."""
    return f"{name}.segment"


def length_section(lengths: array[int]) -> tuple[int, int, int, bytes]:
    """The section of a field's lengths after what FieldInfo says of them: width, shortest,
    longest.
    """
    longest = max(lengths, default=0)
    width = 1 if longest < 1 << 8 else 2 if longest < 1 << 16 else 4
    shortest = min(filter(None, lengths), default=0)
    return width, shortest, longest, array(_TYPECODES[width], lengths).tobytes()


def documents_of(postings: PostingList) -> Iterator[int]:
    """All documents of a list in order."""
    for block in range(postings.blocks):
        yield from postings.block(block)[0]


@contextlib.contextmanager
def within_limits() -> Iterator[None]:
    """Around what makes a segment, also as a decorator: an OverflowError, which is what a number
    beyond its place in the file raises, becomes a StorageError with the limits.
    """
    try:
        yield
    except OverflowError as error:
        raise StorageError(
            f"more than a segment can hold ({error}): that is {MAX_DOCUMENTS:,} documents, as many "
            "numbers or bytes of words in a column, and 4 GiB of the postings of one term, of the "
            "terms of a field, or of one article. The index is as of its last commit; add with "
            "less memory, do not compact, or divide the archive among several indexes"
        ) from error


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What is known of a field of a segment.

    `terms` counts its distinct terms, `occurrences` all tokens (of a field without positions:
    its postings), `shortest` and `longest` are lengths in tokens over all documents that have
    any (0 when none has), `width` the bytes of a length.
    """

    positional: bool
    terms: int
    occurrences: int
    shortest: int = 0
    longest: int = 0
    width: int = 1


@dataclass(frozen=True, slots=True)
class WrittenSegment:
    """A finished segment file, as the manifest names it."""

    name: str
    documents: int
    size: int
    checksum: str
    languages: tuple[str, ...]


class SegmentWriter:
    """Writes a segment: first articles as they come, then `fields`, `columns`, then `finish`.

    The file is there from the start; it belongs to the index once a manifest names it. `stopped`
    is asked now and then; once it is true, whatever is called raises CancelledError. `sources`
    are files that are read through meanwhile: they take little memory.
    """

    def __init__(
        self,
        storage: Storage,
        name: str,
        stopped: Callable[[], bool] = lambda: False,
        sources: Sequence[SegmentFile] = (),
    ) -> None:
        self.name = name
        self._stopped = stopped
        self._sources = sources
        self._checks = 0
        self._file = SegmentFileWriter(storage.create(file_name(name)))
        self._sections = contextlib.ExitStack()
        self.stored = StoredWriter(self._sections.enter_context(self._file.section(SECTION)))
        self._fields: dict[str, FieldInfo] = {}

    def end_stored(self) -> None:
        """Articles are complete: what follows is what they are found by."""
        index = self.stored.index()
        self._sections.close()
        self._file.add(INDEX_SECTION, index)

    def add_field(self, field: str, merger: FieldMerger, lengths: array[int]) -> None:
        """Writes a field's postings and terms, and for a text field its lengths.

        Raises OverflowError, as the merger does.
        """
        with self._file.section(f"postings:{field}") as section:
            while piece := merger.extents(PIECE_BYTES):
                section.write(piece)
                self.check()
        self._file.add(f"terms:{field}", merger.dictionary())
        if field not in TEXT_FIELDS:
            self._fields[field] = FieldInfo(False, merger.terms, merger.occurrences)
            return
        width, shortest, longest, data = length_section(lengths)
        self._file.add(f"lengths:{field}", data)
        self._fields[field] = FieldInfo(
            True, merger.terms, merger.occurrences, shortest, longest, width
        )

    def add_column(self, name: str, data: bytes) -> None:
        """Writes a column as its writer encoded it."""
        self.check()
        self._file.add(f"column:{name}", data)

    def finish(
        self, documents: int, fingerprints: bytes, text_keys: bytes, languages: Sequence[str]
    ) -> WrittenSegment:
        """Writes the rest, and returns when the file is safely on the disk.

        Raises OverflowError for more than MAX_DOCUMENTS.
        """
        if documents > MAX_DOCUMENTS:
            raise OverflowError(f"{documents:,} documents")
        self.add_column("fingerprint", fingerprints)
        self._file.add("fingerprints", make_slots(fingerprints).tobytes())
        self.add_column("text", text_keys)
        self._file.add("texts", make_slots(text_keys).tobytes())
        meta = {
            "documents": documents,
            "languages": sorted(languages),
            "fields": self._fields,
        }
        self._file.add("meta", orjson.dumps(meta, option=orjson.OPT_SORT_KEYS))
        checksum = self._file.finish()
        return WrittenSegment(
            self.name, documents, self._file.size, checksum, tuple(sorted(languages))
        )

    def check(self) -> None:
        """Raises CancelledError when it is to stop."""
        if self._stopped():
            # Takes 5 ms, which a search is not to wait for.
            from concurrent.futures import CancelledError

            raise CancelledError
        self._checks += 1
        if self._checks % _CHECKS_TO_GIVE_BACK == 0:
            for source in self._sources:
                source.give_back()

    def abandon(self) -> None:
        """Leaves the file as it is; the next writer removes it."""
        self._file.abandon()


class Segment:
    """Reads a segment. Safe to share between threads.

    Raises IndexDamagedError for a file that is not as it was written, where that is first
    looked at, and FileNotFoundError when it is not there.
    """

    def __init__(self, storage: Storage, name: str) -> None:
        self.name = name
        self.file = SegmentFile(storage, file_name(name))
        meta = self._read_meta()
        self.documents: int = meta["documents"]
        self.languages: tuple[str, ...] = tuple(meta["languages"])
        self.fields: Mapping[str, FieldInfo] = {
            field: FieldInfo(**info) for field, info in meta["fields"].items()
        }
        self._kept: dict[str, Any] = {}

    def _read_meta(self) -> dict[str, Any]:
        meta: dict[str, Any] = orjson.loads(self.file.whole("meta"))
        return meta

    # -- terms and postings

    def dictionary(self, field: str) -> Dictionary:
        """The terms of a field, at the first. Raises KeyError for no such field."""
        positional = self.fields[field].positional
        return Dictionary(self.file.whole(f"terms:{field}"), positional)

    def postings(self, field: str, entry: tuple[int, int, int, int]) -> PostingList:
        """The list that an entry of the field's dictionary stands for."""
        count, occurrences, offset, length = entry
        section = self.file.part(f"postings:{field}", offset, offset + length)
        return PostingList(section, offset, count, occurrences, self.fields[field].positional)

    def all_postings(self, field: str) -> memoryview:
        """The extents of a field, all checked, with 8 bytes more."""
        name = f"postings:{field}"
        return self.file.part(name, 0, self.file.length(name))

    def find(self, field: str, term: bytes) -> PostingList | None:
        """The postings of a term, or None."""
        dictionary = self.dictionary(field)
        return self.postings(field, dictionary.entry) if dictionary.seek(term) else None

    def lengths(self, field: str) -> Sequence[int]:
        """The tokens of each document in a text field."""
        kept: Sequence[int] | None = self._kept.get(f"lengths:{field}")
        if kept is None:
            section = self.file.whole(f"lengths:{field}")
            kept = section.cast(_TYPECODES[self.fields[field].width])
            self._kept[f"lengths:{field}"] = kept
        return kept

    def length_bytes(self, field: str) -> tuple[memoryview, int]:
        """The section of `lengths`, and the bytes of each."""
        return self.file.whole(f"lengths:{field}"), self.fields[field].width

    def lengths_of(self, field: str) -> Sequence[int] | None:
        """`lengths`, or None for a field that has none, or that there is not."""
        return self.lengths(field) if f"lengths:{field}" in self.file else None

    def documents_with_id(self, article_id: str) -> Sequence[int]:
        """The documents, deleted or not, of an article."""
        postings = self.find("id", article_id.encode())
        if postings is None:
            return ()
        return list(documents_of(postings))

    def document_with_fingerprint(self, fingerprint: bytes) -> int:
        """The document, deleted or not, of the record with this fingerprint, or -1."""
        return find_slot(*self._slots("fingerprint"), fingerprint)

    def document_with_text(self, key: bytes) -> int:
        """The last document, deleted or not, with this key of its texts, or -1."""
        return find_slot(*self._slots("text"), key)

    def _slots(self, column: str) -> tuple[memoryview, memoryview]:
        """The hash table of a column, and the column."""
        kept: tuple[memoryview, memoryview] | None = self._kept.get(column)
        if kept is None:
            kept = self.file.whole(f"{column}s"), self.file.whole(f"column:{column}")
            self._kept[column] = kept
        return kept

    # -- what is kept of each document

    @property
    def stored(self) -> StoredReader:
        """The articles."""
        reader: StoredReader | None = self._kept.get("stored")
        if reader is None:
            reader = self._kept["stored"] = StoredReader(self.file)
        return reader

    @property
    def ids(self) -> TextsColumn:
        """The id of each document's article."""
        column: TextsColumn | None = self._kept.get("ids")
        if column is None:
            column = TextsColumn(self.file.whole("column:id"), self.documents)
            self._kept["ids"] = column
        return column

    @property
    def published(self) -> Sequence[int]:
        """Each document's time as a sort key, or NO_TIME."""
        column: Sequence[int] | None = self._kept.get("published")
        if column is None:
            column = self._kept["published"] = self.file.whole("column:published").cast("Q")
        return column

    @property
    def published_bytes(self) -> memoryview:
        """The section of `published`, u64 each."""
        return self.file.whole("column:published")

    @property
    def digests(self) -> FixedColumn:
        """DIGEST_BYTES of each document that tell whether an article has changed, or
        DIGEST_OF_SEVERAL.
        """
        return FixedColumn(self.file.whole("column:digest"), DIGEST_BYTES)

    @property
    def fingerprints(self) -> FixedColumn:
        """FINGERPRINT bytes of each document: those of its record, or zeros."""
        return FixedColumn(self.file.whole("column:fingerprint"), FINGERPRINT)

    @property
    def text_keys(self) -> FixedColumn:
        """TEXT_KEY_BYTES of each document by which copies of its texts are known."""
        return FixedColumn(self.file.whole("column:text"), TEXT_KEY_BYTES)

    @property
    def signatures(self) -> FixedColumn:
        """SIGNATURE bytes of each document by which near copies are known; zeros for none."""
        return FixedColumn(self.file.whole("column:signature"), SIGNATURE)

    @property
    def signature_bytes(self) -> memoryview:
        """The section of `signatures`."""
        return self.file.whole("column:signature")

    @property
    def caption_starts(self) -> NumbersColumn:
        """The position at which each caption of a document begins."""
        return NumbersColumn(self.file.whole("column:caption_starts"), self.documents)

    def words(self, name: str) -> WordsColumn:
        """The values of a filter field (LIST_COLUMNS), as they were written."""
        column: WordsColumn | None = self._kept.get(name)
        if column is None:
            column = WordsColumn(self.file.whole(f"column:{name}"), self.documents)
            self._kept[name] = column
        return column

    # -- life

    def close(self) -> None:
        """Lets go of the file."""
        self._kept.clear()
        self.file.close()
