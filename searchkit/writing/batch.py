"""Here is a batch of articles: make postings of it, in memory, until there is a segment."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from searchkit.analysis import Vocabulary, language_of
from searchkit.article import Article
from searchkit.codec.columns import FixedColumnWriter, NumbersColumnWriter, WordsColumnWriter
from searchkit.codec.segment import (
    DIGEST_BYTES,
    SegmentWriter,
    WrittenSegment,
    within_limits,
)
from searchkit.codec.storage import Storage
from searchkit.codec.values import filter_term, published_key
from searchkit.kernels import FINGERPRINT, NO_TIME
from searchkit.kernels.invert import Inverter, Run
from searchkit.kernels.merge import RunMerger
from searchkit.kernels.values import Values
from searchkit.schema import CAPTION_GAP, LIST_COLUMNS, TEXT_FIELDS, VALUE_FIELDS

__all__ = ["BuiltSegment", "Record", "SegmentBuilder"]

_NO_NUMBERS = array("I")
_NO_FINGERPRINT = bytes(FINGERPRINT)

# The vocabulary outlives its segment until it takes so many bytes; then the next one begins
# a new one, as a stream of ever new words would otherwise fill the memory.
_MAX_VOCABULARY_BYTES = 48 << 20


class Record(NamedTuple):
    """An article about to be indexed: itself, its stored form, and by what both are recognised."""

    article: Article
    stored: bytes
    digest: bytes
    fingerprint: bytes


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
    about half as large as the text, until `finish`. Raises CancelledError soon after `stopped`
    has become true.
    """

    def __init__(
        self,
        storage: Storage,
        default_language: str,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._storage = storage
        self._default_language = default_language
        self._stopped = stopped
        self._inverter = Inverter()
        self._vocabulary = Vocabulary([default_language])
        self._language_numbers: dict[str, tuple[int, str]] = {}
        self._writer: SegmentWriter | None = None
        self._begin()

    def _begin(self) -> None:
        if self._vocabulary.nbytes > _MAX_VOCABULARY_BYTES:
            self._vocabulary = Vocabulary([self._default_language])
            self._language_numbers.clear()
        self._writer = None
        self._documents = 0
        self._batches: list[tuple[int, int, int]] = []
        self._languages: set[str] = set()
        self._runs: dict[str, list[Run]] = {name: [] for name in (*TEXT_FIELDS, *VALUE_FIELDS)}
        self._run_bytes = 0
        self._lengths = {name: array("I") for name in TEXT_FIELDS}
        self._values = Values()
        self._filters = _Filters(self._values)
        self._published = array("Q")
        self._digests = FixedColumnWriter(DIGEST_BYTES)
        self._fingerprints = FixedColumnWriter(FINGERPRINT)
        self._caption_starts = NumbersColumnWriter()
        self._columns = {name: WordsColumnWriter() for name in LIST_COLUMNS}

    @property
    def documents(self) -> int:
        """Documents in the segment that is being built."""
        return self._documents

    @property
    def nbytes(self) -> int:
        """Bytes of memory held, about."""
        # Columns and lengths take about 150 bytes a document.
        return (
            self._run_bytes + self._documents * 150 + self._values.nbytes + self._vocabulary.nbytes
        )

    @within_limits()
    def add(self, ordinal: int, records: Sequence[Record], name: str) -> None:
        """Adds a batch; `ordinal` is that of its first article in the writer's stream.

        `name` is for the segment, if this begins one. Raises StorageError.
        """
        if self._writer is None:
            self._writer = SegmentWriter(self._storage, name, self._stopped)
        self._batches.append((ordinal, len(records), self._documents))
        self._writer.stored.extend([record.stored for record in records])
        articles = [record.article for record in records]
        self._add_texts(articles)
        self._add_values(articles)
        self._digests.append_all([record.digest for record in records])
        self._fingerprints.append_all([record.fingerprint or _NO_FINGERPRINT for record in records])
        self._documents += len(records)

    def _add_texts(self, articles: Sequence[Article]) -> None:
        first = self._documents
        count = len(articles)
        numbers = array("I", range(first, first + count))
        captions = [
            (number, caption.searchable)
            for number, article in enumerate(articles)
            for caption in article.captions
        ]
        texts = [article.headline for article in articles]
        texts += [article.body for article in articles]
        texts += [text for _, text in captions]
        languages = bytearray(self._language(article.language) for article in articles)
        caption_languages = bytes(languages[number] for number, _ in captions)
        tokens, ends = self._vocabulary.tokenize(texts, bytes(languages * 2 + caption_languages))
        documents = numbers + numbers + array("I", (first + number for number, _ in captions))
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
                self._vocabulary.term_count,
                CAPTION_GAP,
                True,
                self._lengths[field],
            )
            self._keep(field, run)
            begin += texts_of_field
        self._add_caption_starts(articles, starts)

    def _add_caption_starts(self, articles: Sequence[Article], starts: array[int]) -> None:
        ends = itertools.accumulate(len(article.captions) for article in articles)
        self._caption_starts.extend_lists(
            starts[end - len(article.captions) : end]
            for end, article in zip(ends, articles, strict=True)
        )

    def _language(self, language: str) -> int:
        known = self._language_numbers.get(language)
        if known is None:
            code = language_of(language, self._default_language)
            known = self._vocabulary.number(code), code
            self._language_numbers[language] = known
        self._languages.add(known[1])
        return known[0]

    def _add_values(self, articles: Sequence[Article]) -> None:
        ids = [self._values.number(article.id.encode()) for article in articles]
        self._invert("id", array("I", ids), array("I", range(1, len(articles) + 1)))
        for name, column in self._columns.items():
            given = list(map(attrgetter(name), articles))
            if not any(given):
                column.extend_empty(len(articles))
                continue
            # A section is one word, authors are several; either may be empty.
            listed = [(word,) if type(word) is str and word else word for word in given]
            self._invert(name, *self._filters.numbers(listed))
            column.extend_lists(listed)
        keys = array(
            "Q",
            [
                NO_TIME if article.published is None else published_key(article.published)
                for article in articles
            ],
        )
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
        text_terms = self._vocabulary.terms()
        value_terms = self._values.terms()
        for field, runs in self._runs.items():
            text = field in TEXT_FIELDS
            lengths = self._lengths[field] if text else no_lengths
            terms = text_terms if text else value_terms
            writer.add_field(field, RunMerger(runs, terms, lengths, text), lengths)
            runs.clear()
        writer.add_column("published", self._published.tobytes())
        writer.add_column("digest", self._digests.encode())
        writer.add_column("caption_starts", self._caption_starts.encode())
        for name, column in self._columns.items():
            writer.add_column(name, column.encode())
        written = writer.finish(
            self._documents, self._fingerprints.encode(), sorted(self._languages)
        )
        built = BuiltSegment(written, self._batches)
        self._begin()
        return built

    def abandon(self) -> None:
        """Drops the segment that is being built."""
        if self._writer is not None:
            self._writer.abandon()
        self._begin()


class _Filters:
    """The terms of filter values, of which there are few different ones."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._known: dict[str, int | None] = {}

    def numbers(self, listed: Iterable[Iterable[str]]) -> tuple[array[int], array[int]]:
        """The numbers of the terms of each document's values, one after the other, and where
        each document's end; values of white space have none.
        """
        known = self._known
        tokens: list[int] = []
        ends = []
        for words in listed:
            for word in words:
                if word not in known:
                    term = filter_term(word)
                    known[word] = self._values.number(term.encode()) if term else None
                number = known[word]
                if number is not None:
                    tokens.append(number)
            ends.append(len(tokens))
        return array("I", tokens), array("I", ends)
