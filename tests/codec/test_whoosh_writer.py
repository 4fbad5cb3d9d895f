"""A Whoosh writer with our codec: any schema, written and read back as with Whoosh's own."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import whoosh.index
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.analysis import KeywordAnalyzer, StemmingAnalyzer
from whoosh.codec.base import Codec
from whoosh.codec.whoosh3 import W3Codec
from whoosh.columns import BitColumn
from whoosh.fields import (
    BOOLEAN,
    COLUMN,
    DATETIME,
    ID,
    KEYWORD,
    NGRAM,
    NUMERIC,
    STORED,
    TEXT,
    Schema,
)
from whoosh.filedb.filestore import RamStorage
from whoosh.formats import Characters
from whoosh.index import FileIndex
from whoosh.query import And, Every, NumericRange, Phrase, Term
from whoosh.writing import SegmentWriter

from searchkit import IndexDamagedError, StorageError
from searchkit.codec.whoosh_codec import SearchkitCodec
from searchkit.codec.whoosh_values import decode_fields, encode_fields

WORDS = ["storm", "coast", "ferry", "harbour", "mayor", "flood", "bridge", "the", "of"]


def schema() -> Schema:
    return Schema(
        path=ID(unique=True, stored=True),
        title=TEXT(stored=True, sortable=True),
        text=TEXT(analyzer=StemmingAnalyzer()),
        loose=TEXT(phrase=False),
        tags=KEYWORD(stored=True, commas=True, scorable=True, lowercase=True),
        grams=NGRAM(minsize=3, maxsize=3),
        rank=NUMERIC(sortable=True, stored=True),
        price=NUMERIC(float, sortable=True),
        day=DATETIME(stored=True, sortable=True),
        good=BOOLEAN(stored=True),
        bit=COLUMN(BitColumn()),
        extra=STORED,
    )


def document(rng: random.Random, number: int) -> dict[str, Any]:
    fields = {
        "path": f"/{number}",
        "title": " ".join(rng.choices(WORDS, k=rng.randrange(1, 7))),
        "text": " ".join(rng.choices(WORDS, k=rng.randrange(1, 60))),
        "loose": " ".join(rng.choices(WORDS, k=rng.randrange(1, 60))),
        "tags": ",".join(rng.choices(["News", "Sea", "Weather"], k=rng.randrange(1, 4))),
        "grams": rng.choice(["harbour", "ferries"]),
        "rank": rng.randrange(-1000, 1000),
        "price": rng.random(),
        "day": datetime(2020, 1, 1 + number % 28),
        "good": rng.random() < 0.5,
        "bit": rng.random() < 0.5,
        "extra": {"number": number, "times": [datetime(2021, 2, 3)], "raw": b"\0\xff"},
    }
    return {
        name: value
        for name, value in fields.items()
        if rng.random() < 0.9 or name in ("path", "day")
    }


def filled(directory: Path, codec: Codec) -> FileIndex:
    """Several commits, in which Whoosh merges segments; updates and deletions among them."""
    rng = random.Random(7)
    directory.mkdir()
    index = whoosh.index.create_in(str(directory), schema())
    for first, last in ((0, 60), (60, 150), (140, 155)):
        writer = index.writer(codec=codec)
        for number in range(first, last):
            writer.update_document(**document(rng, number))
        writer.commit()
    writer = index.writer(codec=codec)
    for number in range(3, 155, 11):
        writer.delete_by_term("path", f"/{number}")
    writer.commit(merge=False)
    return index


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[FileIndex, FileIndex]:
    path = tmp_path_factory.mktemp("written")
    return filled(path / "ours", SearchkitCodec()), filled(path / "stock", W3Codec())


def contents(index: FileIndex) -> list[Any]:
    with index.reader() as reader:
        found: list[Any] = [list(reader.all_terms()), list(reader.iter_docs())]
        for field, term in reader.all_terms():
            matcher = reader.postings(field, term)
            found += [field, term, reader.frequency(field, term), reader.doc_frequency(field, term)]
            while matcher.is_active():
                found.append((matcher.id(), matcher.weight(), matcher.value() or b""))
                matcher.next()
        for field in reader.schema.names():
            found += [field, reader.field_length(field)]
            if reader.has_column(field):
                columns = (leaf.column_reader(field) for leaf, _ in reader.leaf_readers())
                found += [repr(list(column)) for column in columns]
        return found


def test_what_is_written_is_read_as_with_whooshs_own_codec(
    twins: tuple[FileIndex, FileIndex],
) -> None:
    ours, stock = twins
    assert contents(ours) == contents(stock)
    files = [file.name for file in Path(ours.storage.folder).iterdir()]
    assert sum(name.endswith(".segment") for name in files) == len(ours.reader().leaf_readers())
    assert not any(name.endswith(".seg") for name in files)


@pytest.mark.parametrize(
    "query",
    [
        Term("tags", "sea"),
        Phrase("title", ["ferry", "harbour"]),
        And([Term("text", "coast"), Term("loose", "ferry"), Term("good", True)]),
        NumericRange("rank", -200, 300),
        Term("grams", "rri"),
        Every(),
    ],
    ids=str,
)
def test_searches_find_the_same(twins: tuple[FileIndex, FileIndex], query: Any) -> None:
    results = []
    for index in twins:
        with index.searcher() as searcher:
            hits = searcher.search(query, limit=None, sortedby="rank", groupedby="day")
            results.append(([hit["path"] for hit in hits], hits.groups("day")))
    assert results[0] == results[1]
    assert results[0][0]


def test_optimizing_leaves_one_segment_and_no_other_files(tmp_path: Path) -> None:
    index = filled(tmp_path / "ours", SearchkitCodec())
    before = sorted(fields["path"] for fields in index.reader().all_stored_fields())
    index.optimize(codec=SearchkitCodec())
    assert sorted(fields["path"] for fields in index.reader().all_stored_fields()) == before
    assert not index.reader().has_deletions()
    endings = sorted(file.suffix for file in (tmp_path / "ours").iterdir())
    assert endings == ["", ".segment", ".toc"]


def test_a_cancelled_writer_changes_nothing(tmp_path: Path) -> None:
    index = whoosh.index.create_in(str(tmp_path), schema())
    for documents in (0, 2):
        writer = index.writer(codec=SearchkitCodec())
        for number in range(documents):
            writer.add_document(path=str(number), text="A storm")
        writer.cancel()
        assert index.doc_count() == 0
    index.writer(codec=SearchkitCodec()).commit()
    assert not list(tmp_path.glob("*.segment"))


def test_a_document_that_whoosh_refuses_leaves_no_trace(tmp_path: Path) -> None:
    index = whoosh.index.create_in(str(tmp_path), schema())
    writer = index.writer(codec=SearchkitCodec())
    with pytest.raises(ValueError, match="out of range"):
        writer.add_document(loose="one two three", rank=10**20)
    writer.add_document(path="a", title="storm")
    writer.commit()
    assert list(index.reader().all_stored_fields()) == [{"path": "a", "title": "storm"}]
    assert index.reader().doc_field_length(0, "loose") == 0


REFUSED: dict[str, Callable[[SegmentWriter], Any]] = {
    "Characters": lambda writer: writer.add_document(exact="storm"),
    "boosts": lambda writer: writer.add_document(text="storm", _text_boost=2.0),
    "vectors": lambda writer: writer.add_document(vector="storm"),
    "cannot be stored": lambda writer: writer.add_document(kept=object()),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_place_in_our_segments_is_refused(tmp_path: Path, reason: str) -> None:
    fields = Schema(
        exact=TEXT(chars=True), text=TEXT, vector=TEXT(vector=True), kept=STORED,
    )  # fmt: skip
    assert type(fields["exact"].format) is Characters
    index = whoosh.index.create_in(str(tmp_path), fields)
    writer = index.writer(codec=SearchkitCodec())

    def write() -> None:
        REFUSED[reason](writer)
        writer.commit()

    with pytest.raises(StorageError, match=f"{reason}.*;"):
        write()
    assert index.doc_count() == 0


def test_a_storage_without_a_directory_is_refused() -> None:
    index = RamStorage().create_index(schema())
    with pytest.raises(StorageError, match="create_in"):
        index.writer(codec=SearchkitCodec())


def test_damage_is_told(tmp_path: Path) -> None:
    index = filled(tmp_path / "ours", SearchkitCodec())
    for file in (tmp_path / "ours").glob("*.segment"):
        file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(IndexDamagedError):
        index.reader()


def test_words_at_one_place_and_at_places_out_of_order_are_kept(tmp_path: Path) -> None:
    """As some analyzers give them."""
    index = whoosh.index.create_in(str(tmp_path), Schema(text=TEXT(analyzer=KeywordAnalyzer())))
    field = index.schema["text"]
    with index.writer(codec=SearchkitCodec()) as writer:
        writer.add_document(text="a")
        writer.pool.add(("text", b"b", 0, 4.0, field.format.encode([7, 3, 3, 0])))
    assert index.reader().postings("text", b"b").value_as("positions") == [0, 3, 3, 7]


def test_several_numbers_of_a_document_are_one_posting_of_what_they_share(tmp_path: Path) -> None:
    index = whoosh.index.create_in(str(tmp_path), Schema(rank=NUMERIC))
    with index.writer(codec=SearchkitCodec()) as writer:
        writer.add_document(rank=[3, 4, 5])
        writer.add_document(rank=[4])
    reader = index.reader()
    for term in reader.lexicon("rank"):
        documents = list(reader.postings("rank", term).all_ids())
        assert documents == sorted(set(documents)) != []
        assert reader.doc_frequency("rank", term) == len(documents)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.datetimes(timezones=st.none() | st.just(timezone.utc)) | st.dates()
    | st.decimals(allow_nan=False),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=40)
@given(fields=st.dictionaries(st.text(), VALUES))
def test_stored_values_come_back_as_they_were(fields: dict[str, Any]) -> None:
    assert decode_fields(encode_fields(fields)) == fields


def test_keys_that_look_like_types_stay_keys() -> None:
    fields = {"a": {"$bytes": "x"}, "b": {"$$date": ()}, "c": Decimal("1.50")}
    assert decode_fields(encode_fields(fields)) == {**fields, "b": {"$$date": []}}
