"""Whoosh reads our segments as it reads its own: terms, postings, lengths, columns, the rest."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.matching import Matcher, ReadTooFar
from whoosh.reading import IndexReader, TermNotFound
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from searchkit.codec.manifest import Manifest
from searchkit.codec.snapshot import Snapshot, open_snapshot, value_counts
from searchkit.codec.storage import Storage
from searchkit.codec.whoosh_codec import reader_of
from searchkit.codec.whoosh_matcher import PostingMatcher
from searchkit.codec.whoosh_schema import whoosh_schema
from searchkit.schema import TEXT_FIELDS
from tests.codec.twins import twin_readers

Readers = tuple[IndexReader, IndexReader]
FIELDS = whoosh_schema("en").names()


@pytest.fixture(scope="module", params=["segments", "merged"])
def twins(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("ours")
    with twin_readers(path, merged=request.param == "merged") as readers:
        yield readers


@pytest.fixture
def leaves(twins: Readers) -> list[Readers]:
    """Each segment of ours with Whoosh's."""
    ours, stock = ([leaf for leaf, _ in reader.leaf_readers()] for reader in twins)
    return list(zip(ours, stock, strict=True))


def postings(matcher: Matcher) -> Iterator[tuple[Any, ...]]:
    while matcher.is_active():
        positions = matcher.value_as("positions") if matcher.supports("positions") else None
        # Whoosh has None for a value of no bytes, and takes either.
        yield matcher.id(), matcher.weight(), positions, matcher.value() or b""
        matcher.next()


def statistics(reader: IndexReader, field: str, term: bytes) -> tuple[Any, ...]:
    info = reader.term_info(field, term)
    return (
        info.weight(),
        info.doc_frequency(),
        info.min_length(),
        info.max_length(),
        info.max_weight(),
        info.min_id(),
        info.max_id(),
        reader.frequency(field, term),
        reader.doc_frequency(field, term),
    )


def first_id(reader: IndexReader, field: str, term: bytes) -> int | None:
    try:
        return int(reader.first_id(field, term))
    except TermNotFound:  # all documents that have it are deleted
        return None


def undeleted(leaf: IndexReader, field: str, term: str | bytes) -> PostingMatcher:
    """Our matcher itself, where Whoosh puts one before it that leaves out deleted documents."""
    matcher = leaf.postings(field, term)
    matcher = getattr(matcher, "child", matcher)
    assert isinstance(matcher, PostingMatcher)
    return matcher


# -- terms


def test_the_terms_are_those_of_whoosh(twins: Readers) -> None:
    ours, stock = twins
    assert list(ours.all_terms()) == list(stock.all_terms())
    assert sorted(ours.indexed_field_names()) == sorted(stock.indexed_field_names())
    for field in FIELDS:
        if ours.schema[field].indexed:
            assert list(ours.lexicon(field)) == list(stock.lexicon(field))
            assert list(ours.field_terms(field)) == list(stock.field_terms(field))


def test_statistics_of_each_term_are_those_of_whoosh(twins: Readers) -> None:
    ours, stock = twins
    for field, term in stock.all_terms():
        assert statistics(ours, field, term) == statistics(stock, field, term)
        assert first_id(ours, field, term) == first_id(stock, field, term)


def test_terms_are_walked_from_any_place_on(leaves: list[Readers]) -> None:
    for ours, stock in leaves:
        for field, start in (("body", "fl"), ("headline", ""), ("section", "zz"), ("body", "é")):
            mine, theirs = ours.iter_from(field, start), stock.iter_from(field, start)
            for (term, info), (expected, expected_info) in zip(mine, theirs, strict=True):
                assert term == expected
                assert info.weight() == expected_info.weight()
        for prefix in ("", "s", "storm", "東", "none at all"):
            found = [list(each.expand_prefix("body", prefix)) for each in (ours, stock)]
            assert found[0] == found[1]


def test_words_within_an_edit_distance_are_those_of_whoosh(leaves: list[Readers]) -> None:
    for ours, stock in leaves:
        for word, distance in (("strom", 2), ("ferri", 1), ("harbur", 2), ("東", 1)):
            found = [sorted(each.terms_within("body", word, distance)) for each in (ours, stock)]
            assert found[0] == found[1]
    assert leaves[0][0].corrector("body").suggest("strom") == ["storm"]


def test_the_most_telling_terms_are_those_of_whoosh(twins: Readers) -> None:
    ours, stock = twins
    assert ours.most_frequent_terms("body", 20) == stock.most_frequent_terms("body", 20)
    distinctive = [each.most_distinctive_terms("body", 20, "s") for each in twins]
    assert distinctive[0] == distinctive[1]


def test_terms_that_are_not_there_are_not_found(twins: Readers) -> None:
    ours, _ = twins
    assert ("body", b"storm") in ours
    assert ("body", b"stor") not in ours
    assert ("nowhere", b"storm") not in ours
    assert ours.doc_frequency("body", "stor") == 0
    assert ours.frequency("body", "stor") == 0
    for method in (ours.term_info, ours.postings):
        with pytest.raises(TermNotFound):
            method("body", "stor")


@given(seed=st.integers())
def test_cursors_move_as_those_of_whoosh(twins: Readers, seed: int) -> None:
    rng = random.Random(seed)
    leaf, stock_leaf = (reader.leaf_readers()[0][0] for reader in twins)
    field = rng.choice(["body", "captions", "section", "authors"])
    terms = [term.decode() for term in stock_leaf.lexicon(field)]
    ours, stock = leaf.cursor(field), stock_leaf.cursor(field)
    ours.first()
    stock.first()
    for _ in range(20):
        move = rng.choice(["next", "next", "next", "find", "first"])
        argument = [rng.choice(terms)[: rng.randrange(1, 9)]] if move == "find" else []
        if move == "next" and not stock.is_valid():
            continue
        assert getattr(ours, move)(*argument) == getattr(stock, move)(*argument)
        assert ours.text() == stock.text()
        assert ours.is_valid() == stock.is_valid()
        if ours.is_valid():
            assert ours.term_info().weight() == stock.term_info().weight()
        else:
            assert ours.term_info() is stock.term_info() is None


# -- postings


def test_postings_and_positions_of_each_term_are_those_of_whoosh(twins: Readers) -> None:
    ours, stock = twins
    for field, term in stock.all_terms():
        expected = list(postings(stock.postings(field, term)))
        assert list(postings(ours.postings(field, term))) == expected
        assert list(ours.postings(field, term).all_ids()) == [each[0] for each in expected]


def test_postings_decode_as_whoosh_decodes_them(leaves: list[Readers]) -> None:
    for name in ("weight", "frequency", "positions", "position_boosts"):
        ours, stock = (leaf.postings("body", "harbour") for leaf in leaves[0])
        assert ours.supports(name)
        assert list(ours.items_as(name)) == list(stock.items_as(name))
    assert not leaves[0][0].postings("body", "harbour").supports("characters")
    assert not leaves[0][0].postings("section", "world").supports("positions")


@given(seed=st.integers())
def test_matchers_skip_as_those_of_whoosh_and_as_plain_walking(twins: Readers, seed: int) -> None:
    """Lists of two blocks and more, of one, and of less, with jumps within and between them."""
    rng = random.Random(seed)
    leaf, stock_leaf = (reader.leaf_readers()[0][0] for reader in twins)
    field, term = rng.choice([("body", "the"), ("body", "ferri"), ("headline", "pari")])
    ours, stock = leaf.postings(field, term), stock_leaf.postings(field, term)
    last = stock_leaf.doc_count_all()
    while stock.is_active():
        assert ours.is_active()
        assert (ours.id(), ours.weight(), ours.spans()) == (
            stock.id(), stock.weight(), stock.spans(),
        )  # fmt: skip
        if rng.random() < 0.5:
            ours.next()
            stock.next()
        else:
            target = rng.randrange(stock.id(), last + 2)
            ours.skip_to(target)
            stock.skip_to(target)
    assert not ours.is_active()


def test_a_copied_matcher_goes_its_own_way(leaves: list[Readers]) -> None:
    matcher = leaves[-1][0].postings("publisher", "the courier")
    matcher.next()
    place, rest = matcher.id(), list(matcher.all_ids())
    assert [posting[0] for posting in postings(matcher.copy())] == rest
    assert matcher.id() == place
    matcher.reset()
    assert matcher.id() < place


def test_reading_on_after_the_end_is_told(leaves: list[Readers]) -> None:
    leaf, _ = leaves[-1]
    matcher = undeleted(leaf, "id", next(iter(leaf.lexicon("id"))))
    assert matcher.next()
    assert not matcher.is_active()
    for move in (matcher.next, lambda: matcher.skip_to(5)):
        with pytest.raises(ReadTooFar):
            move()


@pytest.mark.parametrize("term", ["the", "ferri", "zurich"])
def test_the_bounds_of_a_block_hold_for_its_postings(leaves: list[Readers], term: str) -> None:
    for leaf, _ in leaves:
        matcher = undeleted(leaf, "body", term)
        while matcher.is_active():
            assert matcher.block_max_weight() >= matcher.weight()
            length = leaf.doc_field_length(matcher.id(), "body")
            assert matcher.block_min_length() <= length <= matcher.block_max_length()
            assert matcher.block_min_id() <= matcher.id() <= matcher.block_max_id()
            matcher.next()


@given(share=st.floats(0, 1.1), start=st.integers(0, 300))
def test_blocks_that_are_left_out_have_nothing_better(
    twins: Readers, share: float, start: int
) -> None:
    searcher = Searcher(twins[0], weighting=BM25F())
    for leaf, _ in searcher.leaf_searchers():
        matcher = leaf.postings("body", "the")
        quality = matcher.max_quality() * share
        matcher.skip_to(start)
        if not matcher.is_active():
            continue
        walker = matcher.copy()
        matcher.skip_to_quality(quality)
        while walker.is_active() and not (matcher.is_active() and walker.id() >= matcher.id()):
            assert walker.score() <= quality
            walker.next()
        assert not matcher.is_active() or matcher.block_quality() > quality


# -- documents


def test_deletions_are_those_of_whoosh(leaves: list[Readers]) -> None:
    for ours, stock in leaves:
        assert (ours.doc_count(), ours.doc_count_all()) == (
            stock.doc_count(), stock.doc_count_all(),
        )  # fmt: skip
        assert ours.has_deletions() == stock.has_deletions()
        assert list(ours.all_doc_ids()) == list(stock.all_doc_ids())
        assert ours.deleted_docs_set == stock.deleted_docs_set
        for document in range(stock.doc_count_all() + 9):
            assert ours.is_deleted(document) == stock.is_deleted(document)


def test_stored_fields_are_those_of_whoosh(twins: Readers) -> None:
    ours, stock = twins
    assert list(ours.iter_docs()) == list(stock.iter_docs())
    assert any("captions" in fields for fields in ours.all_stored_fields())


def test_lengths_are_exact(twins: Readers) -> None:
    ours, stock = twins
    for field in TEXT_FIELDS:
        assert ours.field_length(field) == stock.field_length(field)
        assert ours.max_field_length(field) == stock.max_field_length(field)
        for document in ours.all_doc_ids():
            length = ours.doc_field_length(document, field, 7)
            assert length == (stock.doc_field_length(document, field) or 7)
    assert ours.field_length("section") == ours.max_field_length("section") == 0


def test_columns_are_those_of_whoosh(leaves: list[Readers]) -> None:
    for ours, stock in leaves:
        for field in FIELDS:
            assert ours.has_column(field) == stock.has_column(field)
            if not ours.has_column(field):
                continue
            for translate in (False, True):
                mine, theirs = (
                    leaf.column_reader(field, translate=translate) for leaf in (ours, stock)
                )
                assert list(mine) == [mine[place] for place in range(len(mine))] == list(theirs)
                assert mine.sort_key(3) == theirs.sort_key(3)
        keys = [leaf.column_reader("published", reverse=True).sort_key(3) for leaf in (ours, stock)]
        assert keys[0] == keys[1] < 0


def test_values_are_counted_in_live_documents(tmp_path: Path) -> None:
    with twin_readers(tmp_path, merged=False) as (_, stock):
        snapshot = open_snapshot(Storage(tmp_path))
        for field in ("section", "authors", "keywords"):
            expected = {
                term.decode(): len(list(stock.postings(field, term).all_ids()))
                for term in stock.lexicon(field)
            }
            counts = value_counts(snapshot, field)
            assert counts == expected
            assert list(counts.values()) == sorted(counts.values(), reverse=True)


# -- readers


def test_a_commit_without_articles_has_a_reader_too() -> None:
    reader = reader_of(Snapshot(Manifest(7, "en", 1), ()), whoosh_schema("en"))
    assert reader.generation() == 7
    assert reader.doc_count() == 0
    assert not reader.has_deletions()


def test_readers_know_their_commit_and_outlive_its_files(tmp_path: Path) -> None:
    with twin_readers(tmp_path, merged=False) as (ours, stock):
        assert ours.generation() == 4
        for file in tmp_path.iterdir():
            file.unlink()
        assert list(ours.all_stored_fields()) == list(stock.all_stored_fields())


def test_several_threads_read_at_once(twins: Readers) -> None:
    ours, stock = twins
    terms = [term for field, term in stock.all_terms() if field == "body"]
    expected = {term: list(postings(stock.postings("body", term))) for term in terms}
    wrong: list[bytes] = []

    def read(seed: int) -> None:
        shuffled = random.Random(seed).sample(terms, len(terms))
        found = {term: list(postings(ours.postings("body", term))) for term in shuffled}
        wrong.extend(term for term in terms if found[term] != expected[term])

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
