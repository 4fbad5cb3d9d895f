"""Segments to search, made from what their fields hold; in memory that ends where they do."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from types import SimpleNamespace

from searchkit.kernels import CHUNK
from tests.kernels.fields import SLACK, Field, encode
from tests.kernels.twins import COMPILED, fenced

__all__ = ["add_field", "bits_of", "numbers_of", "view_of"]

_TYPES = {1: "B", 2: "H", 4: "I"}


def bits_of(numbers: Iterable[int], documents: int) -> bytes:
    """A set of documents, with 8 bytes for each 64 documents begun."""
    bits = bytearray((documents + 63) // 64 * 8)
    for number in numbers:
        bits[number // 8] |= 1 << number % 8
    return bytes(bits)


def numbers_of(bits: bytes | bytearray | memoryview) -> set[int]:
    """The inverse of `bits_of`."""
    number = int.from_bytes(bits, "little")
    return {place for place in range(number.bit_length()) if number >> place & 1}


def view_of(kernels: SimpleNamespace, documents: int, deleted: Collection[int] = ()) -> object:
    """A segment without fields."""
    return kernels.SegmentView(
        documents, fenced(bits_of(set(range(documents)) - set(deleted), documents))
    )


def add_field(
    kernels: SimpleNamespace,
    view: object,
    field: Field,
    lengths: Sequence[int] = (),
    positional: bool = True,
    width: int = 4,
) -> int:
    """The next field of a view, with everything checked; without positions `field` has them all
    the same, and they count for nothing.
    """
    # The twin writes the same bytes, more slowly.
    builder = COMPILED.DictionaryBuilder(positional)
    extents = b""
    of_documents = array("I", lengths or [0] * view.documents)
    for term, postings in sorted(field.items()):
        extent = encode(COMPILED, postings, of_documents, positional)
        occurrences = sum(map(len, postings.values())) if positional else len(postings)
        builder.add(term, len(postings), occurrences, len(extent))
        extents += extent
    return view.add_field(
        fenced(builder.finish()),
        fenced(extents + SLACK),
        b"\1" * -(-len(extents) // CHUNK),
        None,
        positional,
        fenced(array(_TYPES[width], lengths).tobytes()) if positional else b"",
        width,
    )
