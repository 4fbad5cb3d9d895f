"""Fields made and read: {term: {document: positions}}, what dictionaries and extents hold."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace

from searchkit.kernels import DICTIONARY_BLOCK
from tests.kernels.twins import fenced

Field = dict[bytes, dict[int, list[int]]]

SLACK = bytes(8)
NO_NUMBERS = array("I")


def gaps_of(positions: Iterable[Sequence[int]]) -> array[int]:
    """The position gaps of some documents, one document after the other."""
    gaps = array("I")
    for of_document in positions:
        before = -1
        for position in of_document:
            gaps.append(position - before - 1)
            before = position
    return gaps


def encode(
    kernels: SimpleNamespace,
    postings: Mapping[int, Sequence[int]],
    lengths: array[int] | memoryview,
    positional: bool = True,
) -> bytes:
    """The extent of one list; without positions every frequency is 1."""
    frequencies = [len(places) if positional else 1 for places in postings.values()]
    return kernels.Encoder().add(
        array("I", postings),
        array("I", frequencies),
        gaps_of(postings.values()) if positional else NO_NUMBERS,
        lengths,
        positional,
    )


def open_list(
    kernels: SimpleNamespace, extent: bytes, postings: Mapping[int, Sequence[int]], positional: bool
) -> object:
    """The list in a section that ends 8 bytes after it, and so does the memory."""
    occurrences = sum(map(len, postings.values())) if positional else len(postings)
    section = fenced(b"before" + extent + SLACK)
    return kernels.PostingList(section, 6, len(postings), occurrences, positional)


def read_list(postings: object, start: int = 0) -> dict[int, list[int]]:
    """All postings from a block on; without positions each document has none."""
    found = {}
    for block in range(start, postings.blocks):
        documents, frequencies = postings.block(block)
        assert documents.typecode == frequencies.typecode == "I"
        if not postings.positional:
            assert set(frequencies) == {1}
            found.update({document: [] for document in documents})
            continue
        places = iter(postings.positions(block, frequencies))
        for document, frequency in zip(documents, frequencies, strict=True):
            found[document] = [next(places) for _ in range(frequency)]
        assert next(places, None) is None
    return found


def read_field(
    kernels: SimpleNamespace, dictionary: bytes, extents: bytes, positional: bool
) -> Field:
    """The whole field; checks that terms are in order and extents follow each other."""
    section = fenced(extents + SLACK)
    here = kernels.Dictionary(fenced(dictionary), positional)
    field: Field = {}
    end = 0
    while here.valid:
        count, occurrences, offset, length = here.entry
        assert offset == end
        assert not field or here.term > max(field)
        postings = kernels.PostingList(section, offset, count, occurrences, positional)
        field[here.term] = found = read_list(postings)
        assert len(found) == count
        assert sum(map(len, found.values())) == (occurrences if positional else 0)
        end = offset + length
        here.next()
    assert len(here) == len(field)
    assert end == len(extents)
    assert len(dictionary) >= 8 + 4 * -(-len(field) // DICTIONARY_BLOCK)
    return field


def written(merger: object, limit: int = 1 << 20) -> tuple[bytes, bytes]:
    """The dictionary and the extents of a merger."""
    pieces = list(iter(lambda: merger.extents(limit), b""))
    return merger.dictionary(), b"".join(pieces)


def numbered(kernels: SimpleNamespace, names: Sequence[bytes]) -> object:
    """The terms of these names, each at its place."""
    terms = kernels.Terms()
    assert list(terms.numbers(list(names))) == list(range(len(names)))
    return terms
