from __future__ import annotations

import mmap
import random
from array import array
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchkit.kernels import BLOCK, BLOCK_ENTRY, LIST_HEADER
from tests.kernels.fields import encode, open_list, read_list
from tests.kernels.twins import COMPILED, REFERENCE, on_both

Postings = dict[int, list[int]]

EDGES = (0, 1, 2, 127, 128, 129, 255, 256, 257, 400)
LARGEST = 2**32 - 1


def ascending(
    chance: random.Random, count: int, width: int, outliers: float, ceiling: int
) -> list[int]:
    """Numbers with gaps of up to `width` bits, a few of them of up to 31; below `ceiling`."""
    numbers = []
    last = -1
    for _ in range(count):
        bits = chance.randrange(31) if chance.random() < outliers else width
        last += 1 + chance.getrandbits(bits) if bits else 1
        if last >= ceiling:
            break
        numbers.append(last)
    return numbers


@st.composite
def lists(draw: st.DrawFn) -> tuple[Postings, array[int], bool]:
    """Postings, the length of each document, and whether there are positions."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    count = draw(st.sampled_from(EDGES))
    outliers = draw(st.sampled_from((0.0, 0.02, 0.3)))
    # Lengths are an array of all documents: those numbered in the billions come further down.
    documents = ascending(chance, count, draw(st.integers(0, 6)), outliers / 10, 100_000)
    longest = draw(st.sampled_from((1, 2, 40)))
    width = draw(st.integers(0, 20))
    positions = [
        ascending(chance, chance.randint(1, longest), width, outliers, 2**32) or [0]
        for _ in documents
    ]
    lengths = array("I", [0]) * (documents[-1] + 1 if documents else 0)
    for document in documents:
        lengths[document] = chance.getrandbits(chance.choice((3, 10, 16, 17)))
    positional = draw(st.booleans())
    postings = dict(zip(documents, positions, strict=True))
    return postings if positional else {key: [] for key in documents}, lengths, positional


@on_both
@given(lists())
def test_a_list_comes_back_as_it_was(
    kernels: SimpleNamespace, made: tuple[Postings, array[int], bool]
) -> None:
    postings, lengths, positional = made
    found = open_list(kernels, encode(kernels, postings, lengths, positional), postings, positional)
    assert (found.count, found.positional) == (len(postings), positional)
    assert found.blocks == -(-len(postings) // BLOCK)
    assert found.full_blocks == len(postings) // BLOCK
    assert read_list(found) == postings
    # Any block is read without those before it.
    last = max(0, found.blocks - 1)
    assert read_list(found, last) == dict(list(postings.items())[last * BLOCK :])


@given(lists())
def test_kernel_and_twin_encode_the_same_bytes(made: tuple[Postings, array[int], bool]) -> None:
    assert encode(COMPILED, *made) == encode(REFERENCE, *made)


@on_both
@given(lists())
def test_header_and_bounds_say_what_the_documents_have(
    kernels: SimpleNamespace, made: tuple[Postings, array[int], bool]
) -> None:
    postings, lengths, positional = made
    found = open_list(kernels, encode(kernels, postings, lengths, positional), postings, positional)
    of_list = [lengths[document] for document in postings]
    frequencies = [len(positions) or 1 for positions in postings.values()]
    if len(postings) < BLOCK:
        assert found.header() is None
    else:
        assert found.header() == (max(frequencies), min(of_list), max(of_list))
    for block in range(found.full_blocks):
        chosen = slice(block * BLOCK, (block + 1) * BLOCK)
        shortest = min(min(of_list[chosen]), 0xFFFF)
        assert found.bounds(block) == (max(frequencies[chosen]), shortest)


@on_both
@given(lists(), st.integers(0, 110_000))
def test_find_gives_the_first_block_that_may_have_a_document(
    kernels: SimpleNamespace, made: tuple[Postings, array[int], bool], anywhere: int
) -> None:
    postings, lengths, positional = made
    found = open_list(kernels, encode(kernels, postings, lengths, positional), postings, positional)
    documents = list(postings)
    lasts = [documents[(block + 1) * BLOCK - 1] for block in range(found.full_blocks)]
    wanted = {anywhere, 0, -1, LARGEST, *(last + step for last in lasts for step in (-1, 0, 1))}
    for start in range(found.full_blocks + 1):
        for document in wanted:
            expected = start
            while expected < found.full_blocks and lasts[expected] < document:
                expected += 1
            assert found.find(start, document) == expected


@on_both
@pytest.mark.parametrize("positional", [True, False])
@pytest.mark.parametrize("count", EDGES)
def test_lists_at_the_edges_of_blocks_come_back(
    kernels: SimpleNamespace, count: int, positional: bool
) -> None:
    postings = {3 * document: [document % 5] if positional else [] for document in range(count)}
    extent = encode(kernels, postings, array("I", [9]) * (3 * count + 1), positional)
    assert read_list(open_list(kernels, extent, postings, positional)) == postings
    table = LIST_HEADER + count // BLOCK * BLOCK_ENTRY
    assert count < BLOCK or len(extent) > table


@on_both
@pytest.mark.parametrize("width", range(33))
def test_position_gaps_of_every_width_come_back(kernels: SimpleNamespace, width: int) -> None:
    # The first position of each of several documents, since a later one cannot be as far off.
    largest = (1 << width) - 1
    for count in (1, 127, 128, 129):
        postings = {document: [max(0, largest - document % 2)] for document in range(count)}
        extent = encode(kernels, postings, array("I", [1]) * count)
        assert extent == encode(COMPILED, postings, array("I", [1]) * count)
        assert read_list(open_list(kernels, extent, postings, True)) == postings


@on_both
@given(
    st.integers(0, 9),
    st.dictionaries(st.integers(0, 299), st.integers(0, LARGEST), max_size=40),
)
@example(3, {0: LARGEST, 127: LARGEST, 128: LARGEST, 255: LARGEST, 256: 1 << 20})
@example(0, dict.fromkeys(range(40), 1))
@example(9, dict.fromkeys(range(128), LARGEST))
def test_outliers_are_patched_in(
    kernels: SimpleNamespace, width: int, outliers: dict[int, int]
) -> None:
    positions = [[(index * 7) % (1 << width)] for index in range(300)]
    for index, position in outliers.items():
        positions[index] = [position]
    postings = dict(enumerate(positions))
    lengths = array("I", [1]) * 300
    extent = encode(kernels, postings, lengths)
    assert extent == encode(COMPILED, postings, lengths)
    assert read_list(open_list(kernels, extent, postings, True)) == postings


@on_both
@pytest.mark.parametrize("frequency", [1, 2, 127, 128, 129, 256, 257])
def test_frames_end_with_128_positions_and_with_the_documents_of_a_block(
    kernels: SimpleNamespace, frequency: int
) -> None:
    postings = {document: list(range(0, frequency * 2, 2)) for document in range(130)}
    postings[127] = [5]
    extent = encode(kernels, postings, array("I", [1000]) * 130)
    assert read_list(open_list(kernels, extent, postings, True)) == postings


@on_both
def test_frequencies_beyond_16_bits_are_bounded_by_that_of_the_list(
    kernels: SimpleNamespace,
) -> None:
    postings = {document: [0] for document in range(2 * BLOCK)}
    postings[5] = list(range(70_000))
    lengths = array("I", [100_000]) * (2 * BLOCK)
    found = open_list(kernels, encode(kernels, postings, lengths), postings, True)
    assert found.header() == (70_000, 100_000, 100_000)
    assert found.bounds(0) == (70_000, 0xFFFF)
    assert found.bounds(1) == (1, 0xFFFF)
    assert read_list(found) == postings


@pytest.fixture(scope="module")
def no_lengths(tmp_path_factory: pytest.TempPathFactory) -> memoryview:
    """Lengths of all documents there can be, in a file without content: they are 0."""
    path = tmp_path_factory.mktemp("lengths") / "lengths"
    with path.open("w+b") as file:
        file.truncate(4 * 2**32)
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("I")


@on_both
@pytest.mark.parametrize("count", [1, 127, 128, 129])
@pytest.mark.parametrize("positional", [True, False])
@pytest.mark.parametrize("last", [2**31 - 1, 2**31, 2**32 - 2])
def test_documents_are_numbered_up_to_2_to_the_32(
    kernels: SimpleNamespace, no_lengths: memoryview, last: int, count: int, positional: bool
) -> None:
    documents = [*range(count // 2), *range(last - count + count // 2 + 1, last + 1)]
    postings = {document: [0] if positional else [] for document in documents}
    extent = encode(kernels, postings, no_lengths, positional)
    assert extent == encode(COMPILED, postings, no_lengths, positional)
    found = open_list(kernels, extent, postings, positional)
    assert read_list(found) == postings
    assert found.find(0, last) == (0 if count <= BLOCK else 1)


def most_bytes(postings: Postings) -> int:
    """What the kernel makes room for before it encodes a list; the same sum stands there."""
    positions = sum(map(len, postings.values()))
    blocks = len(postings) // BLOCK
    return (
        LIST_HEADER
        + blocks * (BLOCK_ENTRY + 2)
        + len(postings) * 10
        + positions * 5
        + (positions // BLOCK + blocks + 2) * 2
        + 8
    )


@pytest.mark.parametrize("count", [0, 1, 2, 127, 128, 129, 256])
@pytest.mark.parametrize("frequency", [1, 2, 127, 128, 129])
def test_the_worst_list_fits_into_the_room_made_for_it(
    no_lengths: memoryview, count: int, frequency: int
) -> None:
    # 32 bits wherever they can be: documents at both ends, positions at the upper.
    documents = [*range(count - 1), 2**32 - 2] if count else []
    wide = list(range(2**32 - 1 - frequency, 2**32 - 1))
    postings = dict.fromkeys(documents, wide)
    assert len(encode(COMPILED, postings, no_lengths)) <= most_bytes(postings)


@on_both
def test_no_frequencies_have_no_positions(kernels: SimpleNamespace) -> None:
    postings = {0: [0], 1: [4]}
    found = open_list(kernels, encode(kernels, postings, array("I", [1, 1])), postings, True)
    assert found.positions(0, array("I")) == array("I")
