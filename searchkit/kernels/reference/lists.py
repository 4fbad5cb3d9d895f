"""One segment as searches see it: which lists do these terms have in its fields?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from searchkit.kernels import CHUNK
from searchkit.kernels.reference.dictionary import Dictionary
from searchkit.kernels.reference.postings import PostingList

__all__ = ["Lists", "SegmentView"]


@dataclass(frozen=True)
class _Field:
    """What a view has of a field; `width` is that of each of the `lengths`, in bytes."""

    dictionary: Dictionary
    postings: bytes | memoryview
    checked: bytes | bytearray
    check: Callable[[int, int], object]
    positional: bool
    lengths: bytes | memoryview
    width: int


@dataclass(frozen=True)
class _List:
    """A term's list in a field."""

    field: int
    postings: PostingList

    @cached_property
    def frequencies(self) -> dict[int, int]:
        """How often each document has the term."""
        return {document: len(places) for document, places in self._read(False)}

    @cached_property
    def positions(self) -> dict[int, list[int]]:
        """Where each document has it."""
        return dict(self._read(True))

    def _read(self, positions: bool) -> Iterator[tuple[int, list[int]]]:
        for block in range(self.postings.blocks):
            documents, frequencies = self.postings.block(block)
            places = (
                self.postings.positions(block, frequencies)
                if positions
                else range(sum(frequencies))
            )
            rest = iter(places)
            for document, frequency in zip(documents, frequencies, strict=True):
                yield document, [next(rest) for _ in range(frequency)]


class SegmentView:
    """The fields of a segment of `documents` documents, and which of these are there.

    `live` has a bit for each document, the lowest of the first byte for document 0, and 8 bytes
    for each 64 documents begun, as every set of documents has.
    """

    def __init__(self, documents: int, live: bytes | memoryview) -> None:
        self.documents = documents
        self.field_count = 0
        self._live = live
        self._fields: list[_Field] = []

    def add_field(
        self,
        dictionary: bytes | memoryview,
        postings: bytes | memoryview,
        checked: bytes | bytearray,
        check: Callable[[int, int], object],
        positional: bool,
        lengths: bytes | memoryview,
        width: int,
    ) -> int:
        """The next field; returns its number. Of `postings`, with 8 bytes more, only chunks of
        CHUNK bytes with a byte in `checked` are looked at: check(start, end) is called for others,
        and sets it or raises. `lengths`, of `width` bytes each, are empty where there are none.
        """
        terms = Dictionary(dictionary, positional)
        self._fields.append(_Field(terms, postings, checked, check, positional, lengths, width))
        self.field_count += 1
        return self.field_count - 1

    def find(self, terms: Sequence[bytes], fields: Iterable[int]) -> Lists:
        """The lists of any of these terms, as bytes, in any of these fields, by number."""
        found = Lists(self)
        for field in fields:
            for term in terms:
                if self._fields[field].dictionary.seek(term):
                    self._put_here(found, field)
        return found

    def _put_here(self, found: Lists, number: int) -> None:
        """Puts the list of the term at which the field's dictionary is."""
        field = self._fields[number]
        count, occurrences, start, length = field.dictionary.entry
        end = start + length
        if 0 in field.checked[start // CHUNK : -(-end // CHUNK)]:
            field.check(start, end)
        postings = PostingList(field.postings, start, count, occurrences, field.positional)
        found._lists.append(_List(number, postings))

    def _length(self, field: int, document: int) -> int:
        """The tokens of a document in a text field."""
        width = self._fields[field].width
        place = document * width
        return int.from_bytes(self._fields[field].lengths[place : place + width], "little")


class Lists:
    """Lists of one segment, those of one field after those of the one before."""

    def __init__(self, view: SegmentView) -> None:
        self._view = view
        self._lists: list[_List] = []

    def __len__(self) -> int:
        return len(self._lists)

    @property
    def postings(self) -> int:
        """The postings of all lists together."""
        return sum(each.postings.count for each in self._lists)

    @property
    def documents(self) -> int:
        """How many different documents there are in them."""
        return len(set[int]().union(*(each.frequencies for each in self._lists)))
