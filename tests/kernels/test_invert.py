from __future__ import annotations

from array import array
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.fields import NO_NUMBERS, Field, numbered, read_field, written
from tests.kernels.twins import COMPILED, REFERENCE, on_both

MANY = 0x80000000

# The twin is slow.
fewer = settings(max_examples=40)

# A word: (positions that it takes, (term, offset) of each of its terms).
Word = tuple[int, list[tuple[int, int]]]
# A text: its document and its words.
Text = tuple[int, list[Word]]

PLAIN = st.integers(0, 20).map(lambda term: (1, [(term, 0)]))
# "F-35" is f, f35 and 35; a surface may also stand for nothing at all.
COMPOUND = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=4, unique=True).map(
    lambda parts: (max((offset for _, offset in parts), default=-1) + 1, sorted_by_offset(parts))
)
NOTHING = st.integers(0, 2).map(lambda width: (width, []))
WORDS = st.lists(st.one_of(PLAIN, PLAIN, PLAIN, COMPOUND, NOTHING), max_size=12)
TEXTS = st.lists(st.tuples(st.integers(0, 2), WORDS), max_size=12).map(
    lambda texts: placed_in_documents(texts)
)


def sorted_by_offset(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return sorted(parts, key=lambda part: part[1])


def placed_in_documents(texts: list[tuple[int, list[Word]]]) -> list[Text]:
    """Texts with ascending documents, given each one's distance from the one before."""
    document, placed = 0, []
    for step, words in texts:
        document += step
        placed.append((document, words))
    return placed


class Batch:
    """Texts as arrays: each different word is a surface, compounds go to `multiple`."""

    def __init__(self, texts: list[Text]) -> None:
        self.tokens, self.ends, self.documents = array("I"), array("I"), array("I")
        self.single, self.multiple = array("I"), array("I")
        surfaces: dict[str, int] = {}
        for document, words in texts:
            for width, parts in words:
                key = repr((width, parts))
                if key not in surfaces:
                    surfaces[key] = len(surfaces)
                    self._add_surface(width, parts)
                self.tokens.append(surfaces[key])
            self.ends.append(len(self.tokens))
            self.documents.append(document)

    def _add_surface(self, width: int, parts: list[tuple[int, int]]) -> None:
        if width == 1 and len(parts) == 1:
            self.single.append(parts[0][0])
            return
        self.single.append(MANY | len(self.multiple))
        self.multiple.extend((len(parts), width))
        for term, offset in parts:
            self.multiple.extend((term, offset, 0, 0))

    def invert(
        self,
        inverter: object,
        first: int,
        last: int,
        gap: int,
        positional: bool,
        lengths: array[int],
    ) -> tuple[object, array[int]]:
        return inverter.invert(
            *(self.tokens, self.ends, self.documents, self.single, self.multiple),
            *(first, last, TERM_COUNT, gap, positional, lengths),
        )


TERM_COUNT = 31
NAMES = [f"term{(7 * number) % TERM_COUNT}".encode() for number in range(TERM_COUNT)]


def expected(texts: list[Text], gap: int) -> tuple[Field, list[int], dict[int, int]]:
    """The field, where each text begins, and each document's length, step by step."""
    field: Field = {}
    starts = []
    lengths: dict[int, int] = {}
    free = 0  # the first position that the next text of this document may have, less the gap
    for number, (document, words) in enumerate(texts):
        position = 0
        if number and texts[number - 1][0] == document:
            position = free + gap
        starts.append(position)
        free = position
        for width, parts in words:
            for term, offset in parts:
                field.setdefault(NAMES[term], {}).setdefault(document, []).append(position + offset)
                lengths[document] = lengths.get(document, 0) + 1
            position += width
        if position > free:
            free = position - 1
    return field, starts, lengths


def without_positions(field: Field) -> Field:
    return {term: {document: [] for document in postings} for term, postings in field.items()}


@on_both
@fewer
@given(TEXTS, st.sampled_from((1, 5, 1000)), st.booleans())
def test_a_batch_becomes_the_postings_of_its_terms(
    kernels: SimpleNamespace, texts: list[Text], gap: int, positional: bool
) -> None:
    field, starts, lengths_of = expected(texts, gap)
    batch = Batch(texts)
    lengths = array("I", [0]) * 40
    run, found = batch.invert(kernels.Inverter(), 0, len(texts), gap, positional, lengths)
    assert list(found) == starts
    assert {document: length for document, length in enumerate(lengths) if length} == lengths_of
    merger = kernels.RunMerger([run], numbered(kernels, NAMES), lengths, positional)
    dictionary, extents = written(merger)
    wanted = field if positional else without_positions(field)
    assert read_field(kernels, dictionary, extents, positional) == wanted
    assert merger.terms == len(field)
    counted = [len(each) or 1 for postings in wanted.values() for each in postings.values()]
    assert merger.occurrences == sum(counted)


@fewer
@given(TEXTS, st.booleans())
def test_kernel_and_twin_lead_to_the_same_bytes(texts: list[Text], positional: bool) -> None:
    results = []
    for kernels in (COMPILED, REFERENCE):
        lengths = array("I", [0]) * 40
        run, starts = Batch(texts).invert(
            kernels.Inverter(), 0, len(texts), 10, positional, lengths
        )
        merger = kernels.RunMerger([run], numbered(kernels, NAMES), lengths, positional)
        results.append((*written(merger), starts, lengths))
    assert results[0] == results[1]


@on_both
@fewer
@given(TEXTS, st.integers(0, 12), st.integers(0, 12))
def test_an_inverter_takes_some_texts_and_remembers_nothing_of_those_before(
    kernels: SimpleNamespace, texts: list[Text], first: int, last: int
) -> None:
    first, last = min(first, len(texts)), min(last, len(texts))
    batch, inverter = Batch(texts), kernels.Inverter()
    batch.invert(inverter, 0, len(texts), 3, True, array("I", [0]) * 40)
    lengths = array("I", [0]) * 40
    run, starts = batch.invert(inverter, first, last, 3, True, lengths)
    field, expected_starts, _ = expected(texts[first:last], 3)
    assert list(starts) == expected_starts
    dictionary, extents = written(kernels.RunMerger([run], numbered(kernels, NAMES), lengths, True))
    assert read_field(kernels, dictionary, extents, True) == field


@on_both
def test_captions_are_a_gap_apart_even_if_some_are_empty(kernels: SimpleNamespace) -> None:
    word: Word = (1, [(4, 0)])
    texts = [(0, [word, word]), (0, []), (0, [word]), (1, [word]), (1, [word])]
    lengths = array("I", [0, 0])
    run, starts = Batch(texts).invert(kernels.Inverter(), 0, 5, 1000, True, lengths)
    assert list(starts) == [0, 1001, 2001, 0, 1000]
    assert list(lengths) == [3, 2]
    dictionary, extents = written(kernels.RunMerger([run], numbered(kernels, NAMES), lengths, True))
    assert read_field(kernels, dictionary, extents, True) == {
        NAMES[4]: {0: [0, 1, 2001], 1: [0, 1000]}
    }


@on_both
def test_without_surfaces_tokens_are_terms(kernels: SimpleNamespace) -> None:
    lengths = array("I", [0]) * 3
    run, _ = kernels.Inverter().invert(
        *(array("I", [2, 2, 0, 2]), array("I", [3, 3, 4]), array("I", [0, 1, 2])),
        *(NO_NUMBERS, NO_NUMBERS, 0, 3, 3, 0, False, lengths),
    )
    merger = kernels.RunMerger([run], numbered(kernels, [b"a", b"b", b"c"]), lengths, False)
    dictionary, extents = written(merger)
    assert read_field(kernels, dictionary, extents, False) == {b"a": {0: []}, b"c": {0: [], 2: []}}
    assert list(lengths) == [3, 0, 1]
    assert merger.occurrences == 3


@on_both
def test_a_surface_without_terms_leaves_its_positions_free(kernels: SimpleNamespace) -> None:
    texts: list[Text] = [
        (0, [(1, []), (1, [(3, 0)]), (0, [])]),
        (0, [(0, [])]),
        (0, [(1, [(3, 0)])]),
    ]
    lengths = array("I", [0])
    run, starts = Batch(texts).invert(kernels.Inverter(), 0, 3, 10, True, lengths)
    assert list(starts) == [0, 11, 21]
    dictionary, extents = written(kernels.RunMerger([run], numbered(kernels, NAMES), lengths, True))
    assert read_field(kernels, dictionary, extents, True) == {NAMES[3]: {0: [1, 21]}}


@on_both
@pytest.mark.parametrize("count", [127, 128, 129, 257])
def test_a_frequent_term_gets_blocks(kernels: SimpleNamespace, count: int) -> None:
    word: Word = (1, [(0, 0)])
    texts = [(3 * number, [word] * (1 + number % 3)) for number in range(count)]
    lengths = array("I", [0]) * (3 * count)
    run, _ = Batch(texts).invert(kernels.Inverter(), 0, count, 1, True, lengths)
    dictionary, extents = written(kernels.RunMerger([run], numbered(kernels, NAMES), lengths, True))
    assert read_field(kernels, dictionary, extents, True) == {
        NAMES[0]: {3 * number: list(range(1 + number % 3)) for number in range(count)}
    }


@on_both
def test_a_run_says_how_much_memory_it_holds(kernels: SimpleNamespace) -> None:
    texts = [(number, [(1, [(number % 5, 0)])]) for number in range(1000)]
    inverter = kernels.Inverter()
    run, _ = Batch(texts).invert(inverter, 0, 1000, 1, True, array("I", [0]) * 1000)
    assert len(run) == 5
    assert 1000 < run.nbytes < 6000
    assert inverter.nbytes < 1_000_000


@on_both
def test_lengths_are_counted_only_if_wanted(kernels: SimpleNamespace) -> None:
    batch = Batch([(0, [(1, [(3, 0)])])])
    run, _ = batch.invert(kernels.Inverter(), 0, 1, 0, False, NO_NUMBERS)
    dictionary, extents = written(
        kernels.RunMerger([run], numbered(kernels, NAMES), array("I", [0]), False)
    )
    assert read_field(kernels, dictionary, extents, False) == {NAMES[3]: {0: []}}
    assert len(NO_NUMBERS) == 0
