"""Here is a corpus: what has each kernel to do with it, as in indexing and searching?

One text an article, of headline, body and captions; several batches, as the writer makes them.
"""

from __future__ import annotations

import json
import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import zstandard
from xxhash import xxh3_64_intdigest

from benchmarks.search_kernel_work import search_works
from benchmarks.work import Work
from searchkit.analysis import Finder, Vocabulary
from searchkit.kernels import BLOCK
from searchkit.kernels.dictionary import Dictionary
from searchkit.kernels.invert import Inverter, Run
from searchkit.kernels.merge import FieldMerger, RunMerger, SegmentMerger
from searchkit.kernels.postings import Encoder, PostingList
from searchkit.kernels.text import Surfaces
from searchkit.sources.fields.records import RecordReader
from searchkit.sources.json.plain_lines import PlainLines

__all__ = ["works"]

# As many batches at least, so that there is something to merge.
_BATCHES = 4
_BATCH_CHARACTERS = 4 << 20

# A query of two words, neither of them rare.
_WANTED = ("presid", "fire")

# As `searchkit.sources` reads a file.
_CHUNK_BYTES = 512 << 10

# As in `searchkit.codec`.
_BLOCK_BYTES = 64 << 10
_ZSTD_LEVEL = 1

_SLACK = bytes(8)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Tokenised texts, whose documents are numbered from `first` on."""

    texts: list[str]
    tokens: array[int]
    ends: array[int]
    first: int

    def invert(self, inverter: Inverter, vocabulary: Vocabulary, first: int) -> Run:
        """The run of all texts, with their documents numbered from `first` on."""
        count = len(self.texts)
        run, _ = inverter.invert(
            self.tokens,
            self.ends,
            array("I", range(first, first + count)),
            vocabulary.single,
            vocabulary.multiple,
            0,
            count,
            len(vocabulary.terms),
            0,
            True,
            array("I", bytes(4 * (first + count))),
        )
        return run


def works(corpus: Path) -> list[Work]:
    """The work of each kernel on the articles of a prepared corpus."""
    vocabulary = Vocabulary(["en"])
    batches = list(_batches(_texts(corpus), vocabulary))
    terms = vocabulary.terms
    lengths = array("I", (end - start for batch in batches for start, end in _bounds(batch.ends)))
    text = "".join(each for batch in batches for each in batch.texts).encode()
    tokens = sum(len(batch.tokens) for batch in batches)

    inverter = Inverter()
    runs = [batch.invert(inverter, vocabulary, batch.first) for batch in batches]
    merger = RunMerger(runs, terms, lengths, True)
    extents, dictionary = _written(merger)
    postings = _Postings(dictionary, extents, lengths)
    sources = []
    for batch in batches:
        run = batch.invert(inverter, vocabulary, 0)
        own_lengths = lengths[batch.first : batch.first + len(batch.texts)]
        of_segment, own_dictionary = _written(RunMerger([run], terms, own_lengths, True))
        numbers = array("I", range(batch.first, batch.first + len(batch.texts)))
        sources.append((memoryview(own_dictionary), memoryview(of_segment + _SLACK), numbers))

    def tokenise() -> None:
        surfaces = Surfaces()
        for batch in batches:
            surfaces.tokenize(batch.texts, bytes(len(batch.texts)))

    finder = Finder(_WANTED)

    def find_terms() -> None:
        for batch in batches:
            finder.find(batch.texts, "en")

    def invert() -> None:
        for batch in batches:
            batch.invert(inverter, vocabulary, batch.first)

    return [
        _reading_lines(corpus.read_bytes()),
        Work("tokenise", "token", tokens, len(text), "text", tokenise),
        Work("find terms", "token", tokens, len(text), "text", find_terms),
        Work("invert", "token", tokens, 4 * tokens, "tokens", invert),
        Work(
            "merge runs",
            "posting",
            postings.total,
            len(extents),
            "extents",
            lambda: _written(RunMerger(runs, terms, lengths, True)),
        ),
        Work(
            "merge segments",
            "posting",
            postings.total,
            len(extents),
            "extents",
            lambda: _written(SegmentMerger(sources, lengths, True)),
        ),
        *postings.works(),
        *search_works(dictionary, extents + _SLACK, lengths),
        *_byte_works(text),
    ]


def _reading_lines(content: bytes) -> Work:
    """The lines of a file become records, which are dropped."""
    lines = content.splitlines()
    each = max(1, len(lines) * _CHUNK_BYTES // len(content))
    chunks = [lines[begin : begin + each] for begin in range(0, len(lines), each)]

    def read_lines() -> None:
        plain = PlainLines(RecordReader())
        for chunk in chunks:
            plain.read(chunk)

    return Work("read lines", "line", len(lines), len(content), "JSON", read_lines)


class _Postings:
    """The lists of a field of at least a block each, and its dictionary."""

    def __init__(self, dictionary: bytes, extents: bytes, lengths: array[int]) -> None:
        self._dictionary = Dictionary(dictionary, True)
        self._size = len(dictionary)
        self._lengths = lengths
        self._terms: list[bytes] = []
        self._lists: list[PostingList] = []
        self._extent_bytes = 0
        self.total = 0
        section = extents + _SLACK
        here = self._dictionary
        while here.valid:
            count, occurrences, offset, length = here.entry
            self._terms.append(here.term)
            self.total += count
            if count >= BLOCK:
                self._lists.append(PostingList(section, offset, count, occurrences, True))
                self._extent_bytes += length
            here.next()
        random.Random(1).shuffle(self._terms)

    def works(self) -> Iterator[Work]:
        """Looking terms up, and lists decoded and encoded; no lists, if all are short."""
        yield Work("look up", "term", len(self._terms), self._size, "dictionary", self._look_up)
        if not self._lists:
            return
        count = sum(each.count for each in self._lists)
        positions = sum(each.occurrences for each in self._lists)
        blocks = [(each, block) for each in self._lists for block in range(each.blocks)]
        frequencies = [each.block(block)[1] for each, block in blocks]
        decoded = [_decoded(each) for each in self._lists]

        def decode_documents() -> None:
            for postings, block in blocks:
                postings.block(block)

        def decode_positions() -> None:
            for (postings, block), of_block in zip(blocks, frequencies, strict=True):
                postings.positions(block, of_block)

        def encode() -> None:
            encoder = Encoder()
            for documents, of_list, gaps in decoded:
                encoder.add(documents, of_list, gaps, self._lengths, True)

        yield Work("decode documents", "posting", count, 8 * count, "numbers", decode_documents)
        yield Work(
            "decode positions", "position", positions, 4 * positions, "numbers", decode_positions
        )
        yield Work("encode", "posting", count, 8 * count + 4 * positions, "numbers", encode)

    def _look_up(self) -> None:
        seek = self._dictionary.seek
        for term in self._terms:
            seek(term)


def _byte_works(text: bytes) -> list[Work]:
    pieces = [text[begin : begin + _BLOCK_BYTES] for begin in range(0, len(text), _BLOCK_BYTES)]
    compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL)
    decompressor = zstandard.ZstdDecompressor()
    frames = [compressor.compress(piece) for piece in pieces]

    def byte_work(name: str, function: Callable[[bytes], object], of: list[bytes]) -> Work:
        return Work(
            name, "KiB", -(-len(text) // 1024), len(text), "text", lambda: _each(function, of)
        )

    return [
        byte_work("checksum", xxh3_64_intdigest, pieces),
        byte_work("compress", compressor.compress, pieces),
        byte_work("decompress", decompressor.decompress, frames),
    ]


def _each(function: Callable[[bytes], object], pieces: list[bytes]) -> None:
    for piece in pieces:
        function(piece)


def _texts(corpus: Path) -> list[str]:
    with corpus.open(encoding="utf-8") as lines:
        articles = map(json.loads, lines)
        return [
            "\n".join((article["headline"], article["body"], *article["captions"]))
            for article in articles
        ]


def _batches(texts: list[str], vocabulary: Vocabulary) -> Iterator[_Batch]:
    characters = sum(map(len, texts))
    number = max(_BATCHES, -(-characters // _BATCH_CHARACTERS))
    size = -(-len(texts) // number)
    waiting = iter(texts)
    first = 0
    while batch := list(islice(waiting, size)):
        tokens, ends = vocabulary.tokenize(batch, bytes(len(batch)))
        yield _Batch(batch, tokens, ends, first)
        first += len(batch)


def _bounds(ends: array[int]) -> Iterator[tuple[int, int]]:
    return pairwise([0, *ends])


def _written(merger: FieldMerger) -> tuple[bytes, bytes]:
    """The extents and the dictionary of a merger."""
    extents = b"".join(iter(lambda: merger.extents(4 << 20), b""))
    return extents, merger.dictionary()


def _decoded(postings: PostingList) -> tuple[array[int], array[int], array[int]]:
    """Documents, frequencies and position gaps of a list."""
    documents, frequencies, gaps = array("I"), array("I"), array("I")
    for block in range(postings.blocks):
        of_block, counts = postings.block(block)
        documents += of_block
        frequencies += counts
        positions = iter(postings.positions(block, counts))
        for count in counts:
            before = -1
            for position in islice(positions, count):
                gaps.append(position - before - 1)
                before = position
    return documents, frequencies, gaps
