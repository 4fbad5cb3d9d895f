from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from searchkit.codec.format import CHUNK, SegmentFile, SegmentFileWriter
from searchkit.codec.storage import Storage
from searchkit.writing.memory import give_back_memory

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
MIB = 1 << 20


def resident(kind: str) -> int:
    """The bytes of this process that are in memory: RssAnon is its own, RssFile of mapped files."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    sizes = dict(line.split(":", 1) for line in lines)
    return int(sizes[kind].split()[0]) << 10


@on_linux
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc")
def test_memory_that_is_free_goes_back_to_the_system() -> None:
    pieces = [bytes([1]) * 100_000 for _ in range(600)]
    del pieces[::2]
    before = resident("RssAnon")
    give_back_memory()
    assert resident("RssAnon") < before - 20 * MIB
    assert all(piece == bytes([1]) * 100_000 for piece in pieces)


@on_linux
def test_a_long_section_is_checked_without_being_held(tmp_path: Path) -> None:
    writer = SegmentFileWriter(Storage(tmp_path).create("x"))
    with writer.section("long") as section:
        for number in range(40 * MIB // CHUNK):
            section.write(number.to_bytes(4, "little") * (CHUNK // 4))
    writer.finish()
    file = SegmentFile(Storage(tmp_path), "x")
    before = resident("RssFile")
    section = file.whole("long")
    assert resident("RssFile") < before + 10 * MIB
    assert section[-4:] == (40 * MIB // CHUNK - 1).to_bytes(4, "little")
