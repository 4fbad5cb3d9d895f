from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from searchkit.codec.format import SegmentFile, SegmentFileWriter
from searchkit.codec.manifest import new_segment_name
from searchkit.codec.storage import Storage
from searchkit.codec.stored import INDEX_SECTION, SECTION, StoredReader, StoredWriter
from searchkit.errors import IndexDamagedError

NAME = "made.segment"
BLOCK_BYTES = 16 * 1024

# Small ones, and some of which a few fill a block, or one does by far.
DOCUMENTS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=20),
        st.integers(1, 40).map(lambda number: bytes([number]) * (number * 5_000)),
    ),
    max_size=30,
)


def write(path: Path, *calls: list[bytes] | tuple[StoredReader, int, int]) -> StoredReader:
    """A segment file of documents, and of blocks taken over from another; opened."""
    name = f"{new_segment_name()}.segment"
    file = SegmentFileWriter(Storage(path).create(name))
    with file.section(SECTION) as section:
        stored = StoredWriter(section)
        for call in calls:
            if isinstance(call, list):
                stored.extend(call)
            else:
                stored.append_blocks(*call)
        index = stored.index()
    file.add(INDEX_SECTION, index)
    file.finish()
    return StoredReader(SegmentFile(Storage(path), name))


def all_documents(stored: StoredReader) -> list[bytes]:
    return [document for block in range(stored.blocks) for document in stored.read_block(block)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stored")


@given(documents=DOCUMENTS)
def test_documents_come_back_by_number(place: Path, documents: list[bytes]) -> None:
    stored = write(place, documents[:7], documents[7:])
    for number in random.sample(range(len(documents)), len(documents)):
        assert stored[number] == documents[number]
    assert all_documents(stored) == documents


@given(documents=DOCUMENTS)
def test_blocks_follow_each_other_and_are_full_when_they_end(
    place: Path, documents: list[bytes]
) -> None:
    stored = write(place, documents)
    first = 0
    for block in range(stored.blocks):
        assert stored.first_document(block) == first
        content = list(stored.read_block(block))
        assert len(content) == stored.block_documents(block) > 0
        # A block ends with the document that fills it.
        assert sum(map(len, content[:-1])) < BLOCK_BYTES
        if block < stored.blocks - 1:
            assert sum(map(len, content)) >= BLOCK_BYTES
        first += len(content)
    assert stored.first_document(stored.blocks) == first == len(documents)


@given(documents=DOCUMENTS, more=DOCUMENTS)
def test_blocks_of_another_segment_are_taken_over_as_they_are(
    place: Path, documents: list[bytes], more: list[bytes]
) -> None:
    other = write(place, documents)
    last = other.blocks
    first = min(1, last)
    stored = write(place, more, (other, first, last), more)
    taken = documents[other.first_document(first) :]
    assert all_documents(stored) == more + taken + more
    compressed = {bytes(stored.compressed(block)) for block in range(stored.blocks)}
    assert {bytes(other.compressed(block)) for block in range(first, last)} <= compressed


def test_no_documents_make_no_blocks(place: Path) -> None:
    stored = write(place)
    assert stored.blocks == 0
    with pytest.raises(IndexError):
        stored[0]


def test_a_document_beyond_the_last_is_an_error(place: Path) -> None:
    stored = write(place, [b"only"])
    with pytest.raises(IndexError):
        stored[1]


def test_a_block_is_one_frame_of_zstd_that_says_its_size(place: Path) -> None:
    documents = [b"first " * 50, b"second", b"third " * 9]
    stored = write(place, documents)
    block = bytes(stored.compressed(0))
    content = zstandard.decompress(block)
    lengths = b"".join(len(document).to_bytes(4, "little") for document in documents)
    assert content == lengths + b"".join(documents)
    assert zstandard.get_frame_parameters(block).content_size == len(content)


def test_what_is_no_zstd_is_damage(place: Path) -> None:
    file = SegmentFileWriter(Storage(place).create(NAME))
    file.add(SECTION, b"\0" * 20)
    file.add(INDEX_SECTION, b"\x14" + bytes(11) + b"\1\0\0\0")
    file.finish()
    stored = StoredReader(SegmentFile(Storage(place), NAME))
    with pytest.raises(IndexDamagedError, match=r"made\.segment is damaged: stored block 0: "):
        stored[0]


def test_threads_read_at_the_same_time(place: Path) -> None:
    documents = [str(number).encode() * 3_000 for number in range(120)]
    stored = write(place, documents)
    wrong: list[int] = []

    def read(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(200):
            number = chance.randrange(len(documents))
            if stored[number] != documents[number]:
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
