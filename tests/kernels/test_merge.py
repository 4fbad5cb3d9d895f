from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.fields import NO_NUMBERS, SLACK, Field, encode, numbered, read_field, written
from tests.kernels.twins import COMPILED, REFERENCE, fenced, on_both

DELETED = 0xFFFFFFFF

# The twin is slow.
fewer = settings(max_examples=40)

# What one segment has: its field, its number of documents, and the deleted ones.
Made = tuple[Field, int, frozenset[int]]

# A batch: the term numbers of each of its documents.
BATCHES = st.lists(
    st.lists(st.lists(st.integers(0, 40), max_size=8), max_size=6), min_size=1, max_size=5
)
NAMES = [f"{number * 17 % 41:02}ß".encode() for number in range(41)]


@st.composite
def segments(draw: st.DrawFn) -> Made:
    """Fields with rare and frequent terms; nothing, something or everything deleted."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    documents = draw(st.sampled_from((1, 2, 30, 129, 200)))
    terms = draw(st.sampled_from((0, 1, 3, 33, 40)))
    field: Field = {}
    for number in sorted(chance.sample(range(45), terms)):
        count = chance.choice((1, 2, documents // 2 + 1, documents))
        chosen = sorted(chance.sample(range(documents), min(count, documents)))
        field[f"w{number:02}".encode()] = {
            document: sorted(chance.sample(range(500), chance.choice((1, 1, 2, 9))))
            for document in chosen
        }
    share = draw(st.sampled_from((0.0, 0.1, 0.9, 1.0)))
    deleted = frozenset(number for number in range(documents) if chance.random() < share)
    return field, documents, deleted


def encoded(kernels: SimpleNamespace, field: Field, documents: int, positional: bool) -> tuple:
    """The dictionary and the extents of a field; each length is the number of the document."""
    lengths = array("I", range(documents))
    builder = kernels.DictionaryBuilder(positional)
    extents = b""
    for term, postings in field.items():
        extent = encode(kernels, postings, lengths, positional)
        builder.add(term, len(postings), sum(map(len, postings.values())), len(extent))
        extents += extent
    return builder.finish(), extents


def renumbered(made: Sequence[Made]) -> tuple[list[array[int]], array[int], Field]:
    """The new numbers of each segment's documents, all lengths, and the field they make."""
    numbers, lengths, merged = [], array("I"), {}
    for field, documents, deleted in made:
        of_segment = array("I")
        for document in range(documents):
            of_segment.append(DELETED if document in deleted else len(lengths))
            if document not in deleted:
                lengths.append(document)
        numbers.append(of_segment)
        for term, postings in field.items():
            for document, positions in postings.items():
                if document not in deleted:
                    merged.setdefault(term, {})[of_segment[document]] = positions
    return numbers, lengths, merged


def merge_of(
    kernels: SimpleNamespace, made: Sequence[Made], positional: bool
) -> tuple[object, Field]:
    """A merger of these segments, and the field it should make."""
    numbers, lengths, merged = renumbered(made)
    sources = []
    for (field, documents, _), of_segment in zip(made, numbers, strict=True):
        dictionary, extents = encoded(kernels, field, documents, positional)
        sources.append((fenced(dictionary), fenced(extents + SLACK), of_segment))
    if not positional:
        merged = {term: dict.fromkeys(postings, ()) for term, postings in merged.items()}
        merged = {term: {key: [] for key in postings} for term, postings in merged.items()}
    return kernels.SegmentMerger(sources, lengths, positional), merged


# -- runs


def runs_of(
    kernels: SimpleNamespace, batches: list[list[list[int]]], lengths: array[int], positional: bool
) -> tuple[list[object], Field]:
    """The runs of some batches, and the field they make."""
    inverter, runs, first = kernels.Inverter(), [], 0
    field: Field = {}
    for batch in batches:
        tokens, ends = array("I"), array("I")
        documents = array("I", range(first, first + len(batch)))
        for document, terms in zip(documents, batch, strict=True):
            tokens.extend(terms)
            ends.append(len(tokens))
            for position, term in enumerate(terms):
                places = field.setdefault(NAMES[term], {}).setdefault(document, [])
                places += [position] if positional else []
        run, _ = inverter.invert(
            *(tokens, ends, documents, NO_NUMBERS, NO_NUMBERS),
            *(0, len(batch), len(NAMES), 0, positional, lengths),
        )
        runs.append(run)
        first += len(batch)
    return runs, field


@on_both
@given(BATCHES, st.booleans())
def test_runs_of_several_batches_become_one_field(
    kernels: SimpleNamespace, batches: list[list[list[int]]], positional: bool
) -> None:
    lengths = array("I", [0]) * 40
    runs, field = runs_of(kernels, batches, lengths, positional)
    merger = kernels.RunMerger(runs, numbered(kernels, NAMES), lengths, positional)
    dictionary, extents = written(merger)
    assert read_field(kernels, dictionary, extents, positional) == field
    assert merger.terms == len(field)


@given(BATCHES, st.booleans())
def test_kernel_and_twin_merge_runs_to_the_same_bytes(
    batches: list[list[list[int]]], positional: bool
) -> None:
    results = []
    for kernels in (COMPILED, REFERENCE):
        lengths = array("I", [0]) * 40
        runs, _ = runs_of(kernels, batches, lengths, positional)
        results.append(
            written(kernels.RunMerger(runs, numbered(kernels, NAMES), lengths, positional))
        )
    assert results[0] == results[1]


@on_both
def test_terms_are_in_the_order_of_their_bytes(kernels: SimpleNamespace) -> None:
    # The first eight bytes alike, one the beginning of another, zeros, bytes above 127.
    names = ["straße", "strasse", "a", "a\0", "a\0\0", "\U0010ffff", "\ufffd", "é", "z"]
    names += ["international", "internationally", "internat", "interna", "internationalé", "\0"]
    terms = [name.encode() for name in names]
    lengths = array("I", [len(terms)])
    run, _ = kernels.Inverter().invert(
        *(array("I", range(len(terms))), array("I", [len(terms)]), array("I", [0])),
        *(NO_NUMBERS, NO_NUMBERS, 0, 1, len(terms), 0, True, lengths),
    )
    dictionary, extents = written(kernels.RunMerger([run], numbered(kernels, terms), lengths, True))
    assert list(read_field(kernels, dictionary, extents, True)) == sorted(terms)


@on_both
def test_runs_without_a_term_make_an_empty_field(kernels: SimpleNamespace) -> None:
    lengths = array("I", [0])
    empty, starts = kernels.Inverter().invert(
        *(NO_NUMBERS, NO_NUMBERS, NO_NUMBERS, NO_NUMBERS, NO_NUMBERS),
        *(0, 0, 0, 0, True, lengths),
    )
    assert len(starts) == 0
    for runs in ([], [empty], [empty, empty]):
        merger = kernels.RunMerger(runs, kernels.Terms(), lengths, True)
        assert written(merger) == (bytes(8), b"")
        assert (merger.terms, merger.occurrences) == (0, 0)


@on_both
@pytest.mark.parametrize("limit", [1, 10, 1000])
def test_pieces_hold_no_more_than_the_limit_and_one_extent(
    kernels: SimpleNamespace, limit: int
) -> None:
    batches = [[[term, term, 0] for term in range(40)]]
    lengths = array("I", [0]) * 40
    runs, _ = runs_of(kernels, batches, lengths, True)
    whole = written(kernels.RunMerger(runs, numbered(kernels, NAMES), lengths, True))
    merger = kernels.RunMerger(runs, numbered(kernels, NAMES), lengths, True)
    pieces = list(iter(lambda: merger.extents(limit), b""))
    assert merger.extents(limit) == b""
    assert (merger.dictionary(), b"".join(pieces)) == whole
    longest = 200
    assert all(limit <= len(piece) < limit + longest for piece in pieces[:-1])


# -- segments


@on_both
@fewer
@given(st.lists(segments(), max_size=5), st.booleans())
def test_segments_become_one_field_without_what_is_deleted(
    kernels: SimpleNamespace, made: list[Made], positional: bool
) -> None:
    merger, field = merge_of(kernels, made, positional)
    dictionary, extents = written(merger)
    assert read_field(kernels, dictionary, extents, positional) == dict(sorted(field.items()))
    assert merger.terms == len(field)
    counts = [len(places) or 1 for postings in field.values() for places in postings.values()]
    assert merger.occurrences == sum(counts)


@fewer
@given(st.lists(segments(), max_size=4), st.booleans())
def test_kernel_and_twin_merge_segments_to_the_same_bytes(
    made: list[Made], positional: bool
) -> None:
    results = [written(merge_of(kernels, made, positional)[0]) for kernels in (COMPILED, REFERENCE)]
    assert results[0] == results[1]


@fewer
@given(st.lists(segments(), min_size=1, max_size=4))
def test_a_merge_writes_what_would_have_been_written_at_once(made: list[Made]) -> None:
    merger, field = merge_of(COMPILED, made, True)
    _, lengths, _ = renumbered(made)
    extents = [encode(COMPILED, postings, lengths) for _, postings in sorted(field.items())]
    assert written(merger)[1] == b"".join(extents)


@on_both
def test_a_term_whose_documents_are_all_deleted_vanishes(kernels: SimpleNamespace) -> None:
    first: Made = ({b"gone": {0: [1]}, b"kept": {0: [0], 1: [0]}}, 2, frozenset({0}))
    second: Made = ({b"gone": {1: [7]}, b"more": {2: [3]}}, 3, frozenset({1}))
    merger, _ = merge_of(kernels, [first, second], True)
    assert read_field(kernels, *written(merger, 1), True) == {b"kept": {0: [0]}, b"more": {2: [3]}}


@on_both
def test_without_live_documents_nothing_is_left(kernels: SimpleNamespace) -> None:
    made: Made = ({b"a": {0: [1]}, b"b": {0: [0], 1: [0]}}, 2, frozenset({0, 1}))
    merger, _ = merge_of(kernels, [made, made], True)
    assert written(merger) == (bytes(8), b"")


@on_both
def test_many_segments_become_one(kernels: SimpleNamespace) -> None:
    made: list[Made] = [
        ({b"every": {0: [2, 5]}, f"only{number:02}".encode(): {0: [0]}}, 1, frozenset())
        for number in range(70)
    ]
    merger, field = merge_of(kernels, made, True)
    found = read_field(kernels, *written(merger), True)
    assert found == field
    assert found[b"every"] == {number: [2, 5] for number in range(70)}


@on_both
def test_a_source_without_documents_adds_nothing(kernels: SimpleNamespace) -> None:
    dictionary, extents = encoded(kernels, {b"a": {0: [1]}}, 1, True)
    sources = [
        (fenced(bytes(8)), fenced(SLACK), array("I")),
        (fenced(dictionary), fenced(extents + SLACK), array("I", [0])),
    ]
    merger = kernels.SegmentMerger(sources, array("I", [2]), True)
    assert read_field(kernels, *written(merger), True) == {b"a": {0: [1]}}


@pytest.mark.parametrize("positional", [True, False])
def test_merging_runs_or_segments_gives_the_same(positional: bool) -> None:
    names = numbered(COMPILED, NAMES)
    batches = [[[3, 1, 3], [], [3]], [[1, 5]], [[3, 3, 3]] * 130]
    lengths = array("I", [0]) * 140
    runs, _ = runs_of(COMPILED, batches, lengths, positional)
    at_once = written(COMPILED.RunMerger(runs, names, lengths, positional))
    sources, first = [], 0
    for batch in batches:
        of_batch = array("I", [0]) * len(batch)
        (run,), _ = runs_of(COMPILED, [batch], of_batch, positional)
        dictionary, extents = written(COMPILED.RunMerger([run], names, of_batch, positional))
        numbers = array("I", range(first, first + len(batch)))
        sources.append((dictionary, extents + SLACK, numbers))
        first += len(batch)
    assert written(COMPILED.SegmentMerger(sources, lengths, positional)) == at_once


def test_terms_that_are_being_merged_take_no_others_until_the_merger_is_gone() -> None:
    lengths, names = array("I", [0]), numbered(COMPILED, NAMES)
    (run,), _ = runs_of(COMPILED, [[[0]]], lengths, True)
    mergers = [COMPILED.RunMerger([run], names, lengths, True) for _ in range(2)]
    while mergers:
        with pytest.raises(RuntimeError, match="being merged"):
            names.number(b"new")
        mergers.pop()
    assert names.number(b"new") == len(NAMES)


def test_terms_that_are_no_table_are_refused() -> None:
    lengths = array("I", [0])
    (run,), _ = runs_of(COMPILED, [[[0]]], lengths, True)
    with pytest.raises(TypeError):
        COMPILED.RunMerger([run], [b"0"], lengths, True)
