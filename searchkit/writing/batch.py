"""Here is a batch of articles: make postings of it, in memory, until there is a segment."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from searchkit.analysis import Vocabulary, language_of
from searchkit.codec.columns import (
    FixedColumnWriter,
    NumbersColumnWriter,
    TextsColumnWriter,
    WordsColumnWriter,
)
from searchkit.codec.segment import (
    DIGEST_BYTES,
    SegmentWriter,
    WrittenSegment,
    within_limits,
)
from searchkit.codec.storage import Storage
from searchkit.codec.values import filter_term
from searchkit.copies import TEXT_KEY_BYTES
from searchkit.kernels import FINGERPRINT, NO_TERM, SIGNATURE
from searchkit.kernels.invert import Inverter, Run
from searchkit.kernels.merge import RunMerger
from searchkit.kernels.terms import Terms
from searchkit.record import Record
from searchkit.schema import CAPTION_GAP, LIST_COLUMNS, TEXT_FIELDS, VALUE_FIELDS

__all__ = ["BuiltSegment", "Entry", "SegmentBuilder"]

_NO_NUMBERS = array("I")
_NO_FINGERPRINT = bytes(FINGERPRINT)

# The vocabulary outlives its segment until it takes this part of the memory; then the next one
# begins a new one, as a stream of ever new words would otherwise leave none for postings.
_VOCABULARY_SHARE = 3

# What a document takes in lengths and columns, and a filter value that is new in two tables.
_DOCUMENT_BYTES = 220
_FILTER_BYTES = 250

# What merging the runs of a field takes for each entry of them, and for each term: its place in
# the order, twice while it is sorted, and in the dictionary, twice when it is complete.
_MERGED_ENTRY_BYTES = 8
_MERGED_TERM_BYTES = 70


# By the fields of a Record, the values of a batch of them.
_Values = Mapping[str, Sequence[Any]]


class Entry(NamedTuple):
    """A document about to be indexed, by what its stored form, its source and its texts are
    recognised, and the ids of its article's copies.
    """

    record: Record
    digest: bytes
    fingerprint: bytes
    text: bytes
    copies: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltSegment:
    """A segment and where its documents came from: for each batch (ordinal of its first
    article in the writer's stream, how many, number of the first document).
    """

    written: WrittenSegment
    batches: Sequence[tuple[int, int, int]]


class SegmentBuilder:
    """Builds one segment after the other; used by one thread at a time.

    Articles are written to the segment's file as they come; postings are kept in memory,
    about half as large as the text, until `finish`, which is due before `nbytes` exceeds
    `memory`. Raises CancelledError soon after `stopped` has become true.
    """

    def __init__(
        self,
        storage: Storage,
        default_language: str,
        memory: int,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._storage = storage
        self._default_language = default_language
        self._most_vocabulary = memory // _VOCABULARY_SHARE
        self._stopped = stopped
        self._inverter = Inverter()
        self._vocabulary = Vocabulary([default_language])
        self._language_numbers: dict[tuple[str, ...], tuple[int, str]] = {}
        self._writer: SegmentWriter | None = None
        self._begin()

    def _begin(self) -> None:
        if self._vocabulary.nbytes > self._most_vocabulary:
            self._vocabulary = Vocabulary([self._default_language])
            self._language_numbers.clear()
        self._writer = None
        self._documents = 0
        self._batches: list[tuple[int, int, int]] = []
        self._languages: set[str] = set()
        self._runs: dict[str, list[Run]] = {name: [] for name in (*TEXT_FIELDS, *VALUE_FIELDS)}
        self._run_bytes = 0
        self._entries = dict.fromkeys(self._runs, 0)
        self._lengths = {name: array("I") for name in TEXT_FIELDS}
        self._values = Terms()
        self._filters = _Filters(self._values)
        self._ids = TextsColumnWriter()
        self._published = array("Q")
        self._digests = FixedColumnWriter(DIGEST_BYTES)
        self._fingerprints = FixedColumnWriter(FINGERPRINT)
        self._text_keys = FixedColumnWriter(TEXT_KEY_BYTES)
        self._signatures = FixedColumnWriter(SIGNATURE)
        self._caption_starts = NumbersColumnWriter()
        self._columns = {name: WordsColumnWriter() for name in LIST_COLUMNS}

    @property
    def documents(self) -> int:
        """Documents in the segment that is being built."""
        return self._documents

    @property
    def nbytes(self) -> int:
        """About how many bytes of memory it holds, and `finish` takes beside."""
        held = (
            self._run_bytes
            + self._inverter.nbytes
            + self._vocabulary.nbytes
            + self._values.nbytes
            + self._documents * _DOCUMENT_BYTES
            + self._ids.nbytes
            + len(self._filters) * _FILTER_BYTES
        )
        # One field after the other is merged.
        return held + max(
            self._merging(TEXT_FIELDS, self._vocabulary.terms),
            self._merging(VALUE_FIELDS, self._values),
        )

    def _merging(self, fields: Iterable[str], terms: Terms) -> int:
        """About how many bytes merging the largest of these fields takes."""
        entries = max(self._entries[field] for field in fields)
        return entries * _MERGED_ENTRY_BYTES + len(terms) * _MERGED_TERM_BYTES

    @within_limits()
    def add(self, ordinal: int, entries: Sequence[Entry], name: str) -> None:
        """Adds a batch; `ordinal` is that of its first article in the writer's stream.

        `name` is for the segment, if this begins one. Raises StorageError.
        """
        if self._writer is None:
            self._writer = SegmentWriter(self._storage, name, self._stopped)
        self._batches.append((ordinal, len(entries), self._documents))
        records, digests, fingerprints, text_keys, copies = zip(*entries, strict=True)
        values = dict(zip(Record._fields, zip(*records, strict=True), strict=True))
        self._writer.stored.extend(values["stored"])
        self._add_texts(values)
        self._add_ids(values["id"], copies)
        self._add_values(values)
        self._digests.append_all(digests)
        self._fingerprints.append_all([each or _NO_FINGERPRINT for each in fingerprints])
        self._text_keys.append_all(text_keys)
        self._documents += len(entries)

    def _add_texts(self, values: _Values) -> None:
        first = self._documents
        count = len(values["id"])
        numbers = array("I", range(first, first + count))
        captions = list(itertools.chain.from_iterable(values["captions"]))
        counts = list(map(len, values["captions"])) if captions else []
        captioned = array("I", (n for n, own in enumerate(counts) for _ in range(own)))
        languages = bytes(map(self._language, values["language"]))
        caption_languages = bytes(map(languages.__getitem__, captioned))
        tokens, ends = self._vocabulary.tokenize(
            (*values["headline"], *values["body"], *captions), languages * 2 + caption_languages
        )
        documents = numbers + numbers + array("I", (first + number for number in captioned))
        begin = 0
        for field, texts_of_field in (
            ("headline", count),
            ("body", count),
            ("captions", len(captions)),
        ):
            self._lengths[field].frombytes(bytes(4 * count))
            run, starts = self._inverter.invert(
                tokens,
                ends,
                documents,
                self._vocabulary.single,
                self._vocabulary.multiple,
                begin,
                begin + texts_of_field,
                len(self._vocabulary.terms),
                CAPTION_GAP,
                True,
                self._lengths[field],
            )
            self._keep(field, run)
            begin += texts_of_field
        self._signatures.append_all([self._vocabulary.sign(tokens, ends, count, captioned)])
        if captions:
            self._caption_starts.extend_flat(starts, itertools.accumulate(counts))
        else:
            self._caption_starts.extend_empty(count)

    def _language(self, given: tuple[str, ...]) -> int:
        known = self._language_numbers.get(given)
        if known is None:
            code = language_of(given[0] if given else "", self._default_language)
            known = self._vocabulary.number(code), code
            self._language_numbers[given] = known
        self._languages.add(known[1])
        return known[0]

    def _add_ids(self, ids: Sequence[bytes], copies: Sequence[tuple[bytes, ...]]) -> None:
        self._ids.append_all(ids)
        ends = array("I", range(1, len(ids) + 1))
        if any(copies):
            listed = [(own, *others) for own, others in zip(ids, copies, strict=True)]
            ends = array("I", itertools.accumulate(map(len, listed)))
            ids = list(itertools.chain.from_iterable(listed))
        self._invert("id", self._values.numbers(list(ids)), ends)

    def _add_values(self, values: _Values) -> None:
        for name, column in self._columns.items():
            listed: Sequence[tuple[str, ...]] = values[name]
            if not any(listed):
                column.extend_empty(len(listed))
                continue
            words = list(itertools.chain.from_iterable(listed))
            ends = array("I", itertools.accumulate(map(len, listed)))
            column.extend_flat(words, ends)
            numbers = array("I", map(self._filters.__getitem__, words))
            if NO_TERM in numbers:
                numbers, ends = _without_blanks(numbers, ends)
            self._invert(name, numbers, ends)
        keys = array("Q", values["published"])
        self._published += keys
        self._invert("published", *self._values.times(keys))

    def _invert(self, field: str, tokens: array[int], ends: array[int]) -> None:
        """Keeps the postings of a batch's values; `ends` is where each document's end."""
        if not tokens:
            return
        documents = array("I", range(self._documents, self._documents + len(ends)))
        run, _ = self._inverter.invert(
            tokens,
            ends,
            documents,
            _NO_NUMBERS,
            _NO_NUMBERS,
            0,
            len(ends),
            len(self._values),
            0,
            False,
            _NO_NUMBERS,
        )
        self._keep(field, run)

    def _keep(self, field: str, run: Run) -> None:
        self._runs[field].append(run)
        self._run_bytes += run.nbytes
        self._entries[field] += len(run)

    @within_limits()
    def finish(self) -> BuiltSegment | None:
        """Writes what is missing, and begins anew; None when there is no document.

        Raises StorageError.
        """
        writer = self._writer
        if writer is None:
            return None
        writer.end_stored()
        no_lengths = array("I", bytes(4 * self._documents))
        for field, runs in self._runs.items():
            text = field in TEXT_FIELDS
            lengths = self._lengths[field] if text else no_lengths
            terms = self._vocabulary.terms if text else self._values
            writer.add_field(field, RunMerger(runs, terms, lengths, text), lengths)
            runs.clear()
        writer.add_column("id", self._ids.encode())
        writer.add_column("published", self._published.tobytes())
        writer.add_column("digest", self._digests.encode())
        writer.add_column("signature", self._signatures.encode())
        writer.add_column("caption_starts", self._caption_starts.encode())
        for name, column in self._columns.items():
            writer.add_column(name, column.encode())
        written = writer.finish(
            self._documents,
            self._fingerprints.encode(),
            self._text_keys.encode(),
            sorted(self._languages),
        )
        built = BuiltSegment(written, self._batches)
        self._begin()
        return built

    def abandon(self) -> None:
        """Drops the segment that is being built."""
        if self._writer is not None:
            self._writer.abandon()
        self._begin()


class _Filters(dict[str, int]):
    """Filter value → the number of its term, or NO_TERM for white space."""

    def __init__(self, values: Terms) -> None:
        super().__init__()
        self._values = values

    def __missing__(self, value: str) -> int:
        term = filter_term(value)
        number = self[value] = self._values.number(term.encode()) if term else NO_TERM
        return number


def _without_blanks(numbers: array[int], ends: array[int]) -> tuple[array[int], array[int]]:
    """The same without NO_TERM."""
    kept = [number != NO_TERM for number in numbers]
    before = [0, *itertools.accumulate(kept)]
    return (
        array("I", itertools.compress(numbers, kept)),
        array("I", [before[end] for end in ends]),
    )
