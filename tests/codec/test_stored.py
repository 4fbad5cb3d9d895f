from __future__ import annotations

import itertools
import random
import threading
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from searchkit.codec import stored as module
from searchkit.codec.format import SegmentFile, SegmentFileWriter
from searchkit.codec.manifest import new_segment_name
from searchkit.codec.storage import Storage
from searchkit.codec.stored import INDEX_SECTION, SECTION, StoredReader, StoredWriter
from searchkit.errors import IndexDamagedError

NAME = "made.segment"

# Small ones, and some of many KiB.
DOCUMENTS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=20),
        st.integers(1, 40).map(lambda number: bytes([number]) * (number * 5_000)),
    ),
    max_size=30,
)


def write(path: Path, *calls: list[bytes] | tuple[StoredReader, range]) -> StoredReader:
    """A segment file of documents, and of those taken over from another; opened."""
    name = f"{new_segment_name()}.segment"
    file = SegmentFileWriter(Storage(path).create(name))
    with file.section(SECTION) as section:
        stored = StoredWriter(section)
        for call in calls:
            if isinstance(call, list):
                stored.extend(call)
            else:
                stored.take_over(*call)
        index = stored.index()
    file.add(INDEX_SECTION, index)
    file.finish()
    return StoredReader(SegmentFile(Storage(path), name))


def frames_of(stored: StoredReader) -> list[bytes]:
    return [bytes(stored.frames(range(each, each + 1))[0]) for each in range(len(stored))]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stored")


@given(documents=DOCUMENTS)
def test_documents_come_back_by_number_and_in_order(place: Path, documents: list[bytes]) -> None:
    stored = write(place, documents[:7], documents[7:])
    assert len(stored) == len(documents)
    for number in random.sample(range(len(documents)), len(documents)):
        assert stored[number] == documents[number]
    assert list(stored) == documents


@given(documents=DOCUMENTS)
def test_each_document_is_a_frame_of_zstd_that_says_its_size(
    place: Path, documents: list[bytes]
) -> None:
    frames = frames_of(write(place, documents))
    assert [zstandard.decompress(frame) for frame in frames] == documents
    assert [zstandard.get_frame_parameters(frame).content_size for frame in frames] == [
        len(document) for document in documents
    ]


@given(documents=DOCUMENTS, ends=st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_frames_of_neighbours_are_one_after_the_other(
    place: Path, documents: list[bytes], ends: tuple[int, int]
) -> None:
    stored = write(place, documents)
    neighbours = range(*sorted(min(end, len(documents)) for end in ends))
    if not neighbours:
        return
    together, lengths = stored.frames(neighbours)
    each = frames_of(stored)[neighbours.start : neighbours.stop]
    assert bytes(together) == b"".join(each)
    assert lengths == list(map(len, each))


@given(
    documents=DOCUMENTS,
    more=DOCUMENTS,
    chosen=st.sets(st.integers(0, 29)).map(sorted),
    piece=st.sampled_from([1, 7, 1 << 20]),
)
def test_documents_of_another_segment_are_taken_over_as_they_are(
    place: Path, documents: list[bytes], more: list[bytes], chosen: list[int], piece: int
) -> None:
    other = write(place, documents)
    stretches = [
        range(start, min(stop, len(documents)))
        for start, stop in itertools.pairwise(chosen)
        if start < len(documents)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_PIECE_BYTES", piece)
        stored = write(place, more, *((other, each) for each in stretches[::2]), more)
    taken = [number for stretch in stretches[::2] for number in stretch]
    assert list(stored) == more + [documents[number] for number in taken] + more
    frames = frames_of(other)
    assert frames_of(stored)[len(more) :][: len(taken)] == [frames[number] for number in taken]


def test_no_documents_take_no_bytes(place: Path) -> None:
    stored = write(place, [])
    assert (len(stored), list(stored)) == (0, [])
    with pytest.raises(IndexError):
        stored[0]


@pytest.mark.parametrize("number", [2, 1 << 40, -1])
def test_a_document_that_there_is_not_is_an_error(place: Path, number: int) -> None:
    stored = write(place, [b"first", b"last"])
    with pytest.raises(IndexError):
        stored[number]


@pytest.mark.parametrize("frame", [b"\0" * 20, zstandard.compress(b"Fog " * 9)[:-1], b""])
def test_what_is_no_frame_of_zstd_is_damage(place: Path, frame: bytes) -> None:
    file = SegmentFileWriter(Storage(place).create(NAME))
    file.add(SECTION, frame)
    file.add(INDEX_SECTION, len(frame).to_bytes(8, "little"))
    file.finish()
    stored = StoredReader(SegmentFile(Storage(place), NAME))
    with pytest.raises(IndexDamagedError, match=r"made\.segment is damaged: stored article 0: "):
        stored[0]
    (place / NAME).unlink()


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
