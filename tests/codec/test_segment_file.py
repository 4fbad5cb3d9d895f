from __future__ import annotations

import struct
from pathlib import Path

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from searchkit.codec.format import CHUNK, SegmentFile, SegmentFileWriter
from searchkit.codec.storage import Storage
from searchkit.errors import IndexDamagedError, IndexVersionError, SearchKitError

NAME = "made.segment"
SMALL = {"first": b"one", "empty": b"", "größe:F": bytes(range(40)), "last": b"x" * 8}
LARGE = {"small": b"abc", "large": bytes(range(251)) * 800, "after": b"d"}


def write(path: Path, sections: dict[str, bytes]) -> str:
    """Writes a segment file and returns its checksum."""
    file = SegmentFileWriter(Storage(path).create(NAME))
    for name, data in sections.items():
        file.add(name, data)
    checksum = file.finish()
    assert file.size == (path / NAME).stat().st_size
    return checksum


def change(path: Path, offset: int, byte: int | None = None) -> None:
    """Flips a bit of the file, or puts a byte there."""
    data = bytearray((path / NAME).read_bytes())
    data[offset] = data[offset] ^ 0x10 if byte is None else byte
    (path / NAME).write_bytes(data)


def offset_of(path: Path, data: bytes) -> int:
    return (path / NAME).read_bytes().index(data)


@given(
    sections=st.dictionaries(st.text("aé:", min_size=1, max_size=5), st.binary(max_size=50)),
)
def test_sections_come_back_as_they_were_written(
    sections: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("segment")
    checksum = write(path, sections)
    file = SegmentFile(Storage(path), NAME)
    assert file.checksum == checksum
    assert file.names() == list(sections)
    for name, data in sections.items():
        assert name in file
        assert file.length(name) == len(data)
        assert (path / NAME).read_bytes()[file.offset(name) :].startswith(data)
        assert file.whole(name) == data
        part = file.part(name, 0, len(data))
        assert part[: len(data)] == data
        assert len(part) == len(data) + 8


def test_pieces_of_any_size_make_one_section(tmp_path: Path) -> None:
    data = LARGE["large"]
    file = SegmentFileWriter(Storage(tmp_path).create(NAME))
    with file.section("large") as section:
        for begin, end in ((0, 0), (0, 1), (1, CHUNK), (CHUNK, CHUNK), (CHUNK, len(data))):
            section.write(data[begin:end])
            section.write(memoryview(b""))
    in_pieces = file.finish()
    (tmp_path / NAME).unlink()
    assert write(tmp_path, {"large": data}) == in_pieces


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_each_chunk_has_a_checksum_of_its_own(tmp_path: Path, size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    write(tmp_path, {"data": data})
    content = (tmp_path / NAME).read_bytes()
    offset, length = struct.unpack_from("<QQ", content, len(content) - 32)
    table = content[offset : offset + length]
    sums = [xxhash.xxh3_64_intdigest(data[i : i + CHUNK]) for i in range(0, size, CHUNK)]
    assert table == struct.pack(f"<H4sQQ{len(sums)}Q", 4, b"data", 16, size, *sums)


def test_sections_begin_at_multiples_of_8(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    assert {offset_of(tmp_path, data) % 8 for data in SMALL.values() if data} == {0}


def test_a_section_that_is_not_there_is_damage(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    file = SegmentFile(Storage(tmp_path), NAME)
    assert "absent" not in file
    with pytest.raises(IndexDamagedError, match=r"made\.segment is damaged: .*no section absent"):
        file.whole("absent")


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4), (4, 5)])
def test_a_part_beyond_the_section_is_damage(tmp_path: Path, start: int, end: int) -> None:
    write(tmp_path, SMALL)
    with pytest.raises(IndexDamagedError, match=f"section first has no bytes {start} to {end}"):
        SegmentFile(Storage(tmp_path), NAME).part("first", start, end)


def test_a_missing_file_is_the_callers_to_judge(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SegmentFile(Storage(tmp_path), NAME)


def test_only_what_is_looked_at_is_checked(tmp_path: Path) -> None:
    write(tmp_path, LARGE)
    begin = offset_of(tmp_path, LARGE["large"])
    change(tmp_path, begin + CHUNK + 5)
    file = SegmentFile(Storage(tmp_path), NAME)
    assert file.whole("small") == LARGE["small"]
    assert file.part("large", 0, CHUNK)[:CHUNK] == LARGE["large"][:CHUNK]
    assert file.part("large", 2 * CHUNK, 2 * CHUNK + 1)
    for start, end in ((CHUNK, CHUNK + 1), (CHUNK - 1, CHUNK + 1), (0, len(LARGE["large"]))):
        with pytest.raises(IndexDamagedError, match=f"large .* from byte {begin + CHUNK} of the"):
            file.part("large", start, end)
    with pytest.raises(IndexDamagedError):
        file.whole("large")


def test_every_flipped_byte_is_found_or_belongs_to_nothing(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    sound = (tmp_path / NAME).read_bytes()
    unnoticed = []
    for offset in range(len(sound)):
        for byte in (sound[offset] ^ 1, 0xFF - sound[offset]):
            change(tmp_path, offset, byte)
            try:
                file = SegmentFile(Storage(tmp_path), NAME)
                contents = {name: bytes(file.whole(name)) for name in file.names()}
            except (IndexDamagedError, IndexVersionError):
                continue
            assert contents == SMALL
            unnoticed.append(offset)
        change(tmp_path, offset, sound[offset])
    # The zeros of the header, and those that align sections.
    assert all(sound[offset] == 0 for offset in unnoticed)
    assert set(range(12, 16)) <= set(unnoticed)


def test_a_file_cut_off_anywhere_is_damage(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    sound = (tmp_path / NAME).read_bytes()
    for size in range(len(sound)):
        (tmp_path / NAME).write_bytes(sound[:size])
        with pytest.raises(IndexDamagedError, match="searchkit verify"):
            SegmentFile(Storage(tmp_path), NAME)


@pytest.mark.parametrize("version", [3, 5])
def test_another_version_is_told_from_damage(tmp_path: Path, version: int) -> None:
    write(tmp_path, SMALL)
    change(tmp_path, 8, version)
    with pytest.raises(
        IndexVersionError, match=f"format {version}, this searchkit reads format 4; install"
    ):
        SegmentFile(Storage(tmp_path), NAME)


def test_what_was_read_stays_when_the_file_is_closed(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    file = SegmentFile(Storage(tmp_path), NAME)
    whole = file.whole("last")
    file.close()
    assert whole == SMALL["last"]
    # An empty view would send kernels beyond its end.
    with pytest.raises(SearchKitError):
        file.part("last", 0, 8)
