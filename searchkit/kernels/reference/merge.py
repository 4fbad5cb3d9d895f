"""Postings of several sources to one field's dictionary and extents.

`RunMerger` takes the runs of a memory full of batches, `SegmentMerger` fields of segments
that are on disk, with deletions dropped, and no text is looked at again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import pairwise

from searchkit.kernels.reference.dictionary import Dictionary, DictionaryBuilder
from searchkit.kernels.reference.invert import Run
from searchkit.kernels.reference.postings import Encoder, PostingList
from searchkit.kernels.reference.terms import Terms

__all__ = ["FieldMerger", "RunMerger", "SegmentMerger"]

_DELETED = 0xFFFFFFFF
_LARGEST_EXTENT = 0xFFFFFFFF

# (document, positions in it); of a field without positions only how many these are counts.
_Posting = tuple[int, list[int]]


class FieldMerger:
    """What both mergers share: one field's dictionary and extents as they grow.

    `lengths` has the field's length for each new document, `positional` tells whether
    positions are kept.
    """

    def __init__(self, lengths: array[int], positional: bool) -> None:
        self._lengths = lengths
        self._positional = positional
        self._builder = DictionaryBuilder(positional)
        self._lists = self._merged()
        self.terms = 0
        self.occurrences = 0

    @property
    def nbytes(self) -> int:
        """Bytes of memory held; not counted here."""
        return 0

    def extents(self, limit: int) -> bytes:
        """The next extents, `limit` bytes and one extent at most; b"" after the last.

        Raises OverflowError when a term's extent exceeds 4 GiB.
        """
        piece = bytearray()
        while len(piece) < limit:
            term, postings = next(self._lists, (b"", []))
            if not postings:
                break
            piece += self._encoded(term, postings)
        return bytes(piece)

    def dictionary(self) -> bytes:
        """The bytes of the dictionary, once all extents are written."""
        return self._builder.finish()

    def _merged(self) -> Iterator[tuple[bytes, list[_Posting]]]:
        """Each term, in the order of bytes, and its postings, of which there are some."""
        return iter(())

    def _encoded(self, term: bytes, postings: list[_Posting]) -> bytes:
        documents = array("I", [document for document, _ in postings])
        frequencies = array("I", [1] * len(postings))
        gaps = array("I")
        occurrences = len(postings)
        if self._positional:
            frequencies = array("I", [len(positions) for _, positions in postings])
            for _, positions in postings:
                gaps.extend(after - before - 1 for before, after in pairwise([-1, *positions]))
            occurrences = len(gaps)
        extent = Encoder().add(documents, frequencies, gaps, self._lengths, self._positional)
        if len(extent) > _LARGEST_EXTENT:
            raise OverflowError("more than 4 GiB of postings of one term")
        self._builder.add(term, len(documents), occurrences, len(extent))
        self.terms += 1
        self.occurrences += occurrences
        return extent


class RunMerger(FieldMerger):
    """Merges the runs of one field, given in the order of their documents.

    `terms` has all that the runs count. Neither may change while there is the merger.
    """

    def __init__(
        self, runs: list[Run], terms: Terms, lengths: array[int], positional: bool
    ) -> None:
        super().__init__(lengths, positional)
        self._runs = runs
        self._terms = terms

    def _merged(self) -> Iterator[tuple[bytes, list[_Posting]]]:
        occurring = {number for run in self._runs for number in run.postings}
        for number in sorted(occurring, key=self._terms.__getitem__):
            postings = [
                posting for run in self._runs for posting in run.postings.get(number, {}).items()
            ]
            yield self._terms[number], postings


class SegmentMerger(FieldMerger):
    """Merges one field of several segments.

    `sources` are (dictionary, extents, new document numbers) each: buffers of bytes, the
    extents with 8 bytes to spare, and of uint32, ascending, 0xFFFFFFFF for deleted ones.
    The new numbers of a source are larger than those of the one before.
    """

    def __init__(
        self,
        sources: list[tuple[memoryview, memoryview, array[int]]],
        lengths: array[int],
        positional: bool,
    ) -> None:
        super().__init__(lengths, positional)
        self._sources = [
            (Dictionary(dictionary, positional), extents, numbers)
            for dictionary, extents, numbers in sources
        ]

    def _merged(self) -> Iterator[tuple[bytes, list[_Posting]]]:
        while terms := [source.term for source, _, _ in self._sources if source.valid]:
            term = min(terms)
            postings: list[_Posting] = []
            for dictionary, extents, numbers in self._sources:
                if dictionary.valid and dictionary.term == term:
                    postings += self._kept(dictionary, extents, numbers)
                    dictionary.next()
            if postings:
                yield term, postings

    def _kept(
        self, dictionary: Dictionary, extents: bytes | memoryview, numbers: array[int]
    ) -> Iterator[_Posting]:
        """The postings of the dictionary's term, renumbered and without what is deleted."""
        count, occurrences, offset, _ = dictionary.entry
        postings = PostingList(extents, offset, count, occurrences, self._positional)
        for block in range(postings.blocks):
            documents, frequencies = postings.block(block)
            positions = postings.positions(block, frequencies) if self._positional else array("I")
            end = 0
            for document, frequency in zip(documents, frequencies, strict=True):
                begin, end = end, end + frequency
                if numbers[document] != _DELETED:
                    yield numbers[document], list(positions[begin:end])
