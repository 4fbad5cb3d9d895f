"""Packed bytes become what they were, whatever packed them; damage is told, and bombs go off
in nobody's memory.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import itertools
import lzma
import os
import subprocess
import sys
import tracemalloc
import zlib
from collections import deque
from collections.abc import Callable, Iterator

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from searchkit.errors import SourceError
from searchkit.sources.containers import packed
from searchkit.sources.containers.packed import packing_of, unpacked
from tests.sources.conftest import LINE, ReadFile, headlines

Pack = Callable[[bytes], bytes]

# A checksum is no part of a Zstandard frame unless it is asked for; the program zstd does.
_ZSTANDARD = zstandard.ZstdCompressor(write_checksum=True)
PACKINGS: dict[str, Pack] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=1),
    "Zstandard": _ZSTANDARD.compress,
}
each_packing = pytest.mark.parametrize("pack", PACKINGS.values(), ids=PACKINGS)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def unpack(data: bytes, size: int = 512 * 1024) -> bytes:
    """All of it, from pieces of so many bytes."""
    packing = packing_of(data)
    assert packing is not None
    beginning = max(size, packed.LONGEST_MAGIC)
    return b"".join(unpacked(packing, data[:beginning], pieces(data[beginning:], size)))


@pytest.mark.parametrize("name", PACKINGS)
@given(contents=st.lists(st.binary(), min_size=1, max_size=3), size=st.integers(1, 40))
def test_members_in_any_pieces_give_what_was_packed(
    name: str, contents: list[bytes], size: int
) -> None:
    data = b"".join(map(PACKINGS[name], contents))
    assert packing_of(data) == name
    assert unpack(data, size) == b"".join(contents)


@each_packing
def test_the_content_is_what_tells_how_a_file_is_packed(read_file: ReadFile, pack: Pack) -> None:
    assert read_file("a.jsonl", pack(LINE.encode())).article.headline == "From a line"
    assert read_file("a.txt.gz", pack(b"Fog\n\nThick.")).article.headline == "Fog"


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst"])
def test_the_ending_of_packed_files_does_not_hide_the_one_before(
    read_file: ReadFile, ending: str
) -> None:
    result = read_file(f"a.txt.{ending}", b"Fog", found_in_folder=True)
    assert result.article.headline == "Fog"


@each_packing
def test_members_and_padding_may_follow(read_file: ReadFile, pack: Pack) -> None:
    line = pack(LINE.encode())
    result = read_file("a.jsonl", line + line + b"\0" * 700_000 + line + b"\0" * 512)
    assert len(result.articles) == 3
    assert result.rejects == []


@each_packing
def test_data_cut_anywhere_is_told(pack: Pack) -> None:
    data = pack(os.urandom(999))
    for end in range(packed.LONGEST_MAGIC, len(data)):
        with pytest.raises(SourceError, match=r"cut short|damaged"):
            unpack(data[:end])


@each_packing
def test_what_comes_before_the_cut_is_read(read_file: ReadFile, pack: Pack) -> None:
    lines = b"".join(
        b'{"headline": "%d", "body": "%s"}\n' % (number, os.urandom(99).hex().encode())
        for number in range(9_000)
    )
    data = pack(lines)
    result = read_file("a.jsonl", data[: len(data) // 2])
    assert headlines(result) == [f"{number}" for number in range(len(result.articles))]
    assert len(result.articles) > 900
    assert "cut short" in result.rejects[-1].reason


@each_packing
def test_a_flipped_bit_is_told(read_file: ReadFile, pack: Pack) -> None:
    data = bytearray(pack(os.urandom(9_999)))
    data[len(data) // 2] ^= 0x10
    assert "damaged" in read_file("a.jsonl", bytes(data)).rejects[-1].reason


@each_packing
def test_what_is_no_packed_data_and_follows_some_is_told(read_file: ReadFile, pack: Pack) -> None:
    for junk in (b"P", b"junk that follows", LINE.encode()):
        result = read_file("a.jsonl", pack(LINE.encode()) + junk)
        assert headlines(result) == ["From a line"]
        assert "other data follows" in result.rejects[0].reason


@pytest.fixture
def low_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(packed, "UNSUSPECTED_BYTES", 4 << 20)
    return 4 << 20


def zeros(compressor: object, megabytes: int) -> bytes:
    """So much of nothing, packed."""
    block = bytes(1 << 20)
    made = [compressor.compress(block) for _ in range(megabytes)]  # type: ignore[attr-defined]
    return b"".join([*made, compressor.flush()])  # type: ignore[attr-defined]


BOMBS = {
    "gzip": lambda: zeros(zlib.compressobj(9, wbits=31), 64),
    "bzip2": lambda: zeros(bz2.BZ2Compressor(), 64),
    "xz": lambda: zeros(lzma.LZMACompressor(), 64),
    "Zstandard": lambda: zeros(zstandard.ZstdCompressor(level=19).compressobj(), 64),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_given_up_in_little_memory(low_limit: int, name: str) -> None:
    data = BOMBS[name]()
    tracemalloc.start()
    sizes = map(len, unpacked(name, data[:10], iter([data[10:]])))
    with pytest.raises(SourceError, match="bomb"):
        deque(sizes, maxlen=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 << 20  # of 64


def test_a_bomb_in_many_members_is_one_as_well(low_limit: int) -> None:
    member = gzip.compress(bytes(1 << 20))
    with pytest.raises(SourceError, match="bomb"):
        deque(unpacked("gzip", member, itertools.repeat(member)), maxlen=0)


def test_text_that_packs_well_is_no_bomb(read_file: ReadFile, low_limit: int) -> None:
    lines = "".join(f'{{"headline": "Fog {number} and more of it"}}\n' for number in range(150_000))
    assert len(lines) > low_limit
    result = read_file("a.jsonl.gz", gzip.compress(lines.encode()))
    assert result.rejects == []
    assert len(result.articles) == 150_000


def test_a_frame_that_asks_for_a_window_of_gigabytes_is_refused(read_file: ReadFile) -> None:
    magic, no_checksum, two_gigabytes = b"\x28\xb5\x2f\xfd", b"\x00", bytes([21 << 3])
    frame = magic + no_checksum + two_gigabytes + b"\x01\x00\x00"
    assert "damaged" in read_file("a.jsonl", frame).reject.reason


@given(st.sampled_from(sorted(PACKINGS)), st.binary(max_size=200), st.data())
def test_any_damage_is_an_error_of_ours(name: str, content: bytes, data: st.DataObject) -> None:
    packed_content = bytearray(PACKINGS[name](content))
    at = data.draw(st.integers(packed.LONGEST_MAGIC, len(packed_content) - 1))
    packed_content[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SourceError):
        unpack(bytes(packed_content))


def test_what_unpacks_is_imported_with_the_first_that_is_packed_so() -> None:
    program = (
        "import sys, searchkit.sources.containers.packed; print({'bz2', 'lzma'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
