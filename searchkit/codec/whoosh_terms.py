"""A segment's terms and their postings in the terms of Whoosh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.codec import base
from whoosh.fields import FieldType
from whoosh.formats import Format
from whoosh.reading import TermInfo, TermNotFound
from whoosh.scoring import BaseScorer

from searchkit.codec.segment import Segment
from searchkit.codec.whoosh_matcher import PostingMatcher
from searchkit.kernels.dictionary import Dictionary

__all__ = ["TermsReader"]

# What a dictionary says of a term: documents, occurrences, offset and length of its extent.
_Entry = tuple[int, int, int, int]


class TermsReader(base.TermsReader):  # type: ignore[misc]  # whoosh is untyped
    """The terms of a segment: field by field in the order of names, by their bytes.

    Statistics count deleted documents too, as Whoosh's own do.
    """

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._entry(*term) is not None

    def indexed_field_names(self) -> list[str]:
        """Fields that have terms, in order."""
        return sorted(name for name, field in self._segment.fields.items() if field.terms)

    def cursor(self, fieldname: str, fieldobj: FieldType) -> base.FieldCursor:
        """A place among the terms of a field, at the first."""
        if fieldname not in self._segment.fields:
            return base.EmptyCursor()
        return _Cursor(self._segment, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """All (field, term)."""
        return self.terms_from("", b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """All (field, term) from this one on, those of later fields too."""
        return ((name, place.term) for name, place in self._walk(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """All ((field, term), statistics)."""
        return self.items_from("", b"")

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """As `terms_from`, with statistics."""
        for name, place in self._walk(fieldname, prefix):
            yield (name, place.term), _term_info(self._segment, name, place.entry)

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """The statistics of a term. Raises TermNotFound."""
        return _term_info(self._segment, fieldname, self._found(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> int:
        """How often the documents have a term, all together."""
        entry = self._entry(fieldname, text)
        return entry[1] if entry else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """How many documents have a term."""
        entry = self._entry(fieldname, text)
        return entry[0] if entry else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: BaseScorer | None = None
    ) -> PostingMatcher:
        """The postings of a term. Raises TermNotFound."""
        postings = self._segment.postings(fieldname, self._found(fieldname, text))
        lengths = self._segment.lengths_of(fieldname)
        return PostingMatcher(postings, lengths, (fieldname, text), format_, scorer)

    def _entry(self, fieldname: str, text: bytes) -> _Entry | None:
        if fieldname not in self._segment.fields:
            return None
        dictionary = self._segment.dictionary(fieldname)
        return dictionary.entry if dictionary.seek(text) else None

    def _found(self, fieldname: str, text: bytes) -> _Entry:
        entry = self._entry(fieldname, text)
        if entry is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return entry

    def _walk(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, Dictionary]]:
        for name in self.indexed_field_names():
            if name < fieldname:
                continue
            place = self._segment.dictionary(name)
            if name == fieldname:
                place.seek(prefix)
            while place.valid:
                yield name, place
                place.next()


class _Cursor(base.FieldCursor):  # type: ignore[misc]  # whoosh is untyped
    """A place among the terms of a field; terms are given as the field decodes them."""

    def __init__(self, segment: Segment, fieldname: str, fieldobj: FieldType) -> None:
        self._segment = segment
        self._fieldname = fieldname
        self._fieldobj = fieldobj
        self._place = segment.dictionary(fieldname)

    def first(self) -> Any:
        """Goes to the first term and returns it."""
        self._place.first()
        return self.text()

    def find(self, term: Any) -> Any:
        """Goes to the first term that is not less and returns it, or None at the end."""
        self._place.seek(self._fieldobj.to_bytes(term))
        return self.text()

    def next(self) -> Any:
        """Goes to the next term and returns it, or None at the end."""
        self._place.next()
        return self.text()

    def text(self) -> Any:
        """The term here, or None at the end."""
        return self._fieldobj.from_bytes(self._place.term) if self.is_valid() else None

    term = text

    def term_info(self) -> TermInfo | None:
        """The statistics of the term here, or None at the end."""
        if not self.is_valid():
            return None
        return _term_info(self._segment, self._fieldname, self._place.entry)

    def is_valid(self) -> bool:
        """Whether there is a term here."""
        return self._place.valid


def _term_info(segment: Segment, fieldname: str, entry: _Entry) -> TermInfo:
    count, occurrences, _, _ = entry
    postings = segment.postings(fieldname, entry)
    first, frequencies = postings.block(0)
    last = first if postings.blocks == 1 else postings.block(postings.blocks - 1)[0]
    header = postings.header()
    if header is None:
        lengths = segment.lengths_of(fieldname)
        of_documents = [lengths[document] for document in first] if lengths else [0]
        header = max(frequencies), min(of_documents), max(of_documents)
    most, shortest, longest = header
    return TermInfo(float(occurrences), count, shortest, longest, float(most), first[0], last[-1])
