"""Whatever befalls a file: an error that says so, or the same answers as before."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from tests.codec.recording import Disk
from tests.crashes.archive import EXHAUSTIVE, read_disk
from tests.crashes.damaged_archive import Archive, mistakes
from tests.crashes.damages import (
    cuts,
    duplicates,
    exchanges,
    flips,
    frame,
    sectors,
    strangers,
    wholes,
)

# Where a damage is as good as the next, one in so many is tried.
_STEP = 1 if EXHAUSTIVE else 61


def places(archive: Archive, name: str) -> list[int]:
    """Every byte of what says what the index is; of articles, postings, and of files that
    the readers of the last commit do not need, every `_STEP`th.
    """
    content = archive.files[name]
    if name in (archive.manifest, *archive.deletions):
        return list(range(len(content)))
    return sorted({*range(0, len(content), _STEP), len(content) - 1}) if content else []


def test_any_byte_may_be_another(archive: Archive) -> None:
    for name, content in archive.files.items():
        around = frame(content) if name.endswith(".segment") else []
        changed = sorted({*places(archive, name), *around})
        assert mistakes(archive, flips(archive.files, name, changed)) == []


def test_any_file_may_end_anywhere(archive: Archive) -> None:
    for name in archive.files:
        damages = cuts(archive.files, name, places(archive, name))
        assert mistakes(archive, damages) == []


def test_a_file_may_be_missing_empty_longer_or_lose_a_sector(archive: Archive) -> None:
    for name in archive.files:
        assert mistakes(archive, wholes(archive.files, name)) == []
        assert mistakes(archive, sectors(archive.files, name)) == []


def test_a_file_may_be_another_one(archive: Archive) -> None:
    assert mistakes(archive, exchanges(archive.files)) == []


def segments(files: Disk) -> list[str]:
    """The smaller first."""
    names = [name for name in files if name.endswith(".segment")]
    return sorted(names, key=lambda name: len(files[name]))


def test_a_file_may_be_of_another_index(archive: Archive, twins: Path) -> None:
    others = read_disk(twins / "other")
    assert mistakes(archive, strangers(archive.files, others)) == []
    others = read_disk(twins / "stranger")
    renamed = zip(segments(archive.files), segments(others), strict=True)
    same_names = {ours: others[theirs] for ours, theirs in renamed}
    assert mistakes(archive, strangers(archive.files, same_names)) == []


def test_a_file_may_be_there_twice(archive: Archive) -> None:
    names = ["manifest-5.json", "_MAIN_5.toc", f"{'0' * 16}.segment", f"{'0' * 16}-5.deletions"]
    damages = chain(*(duplicates(archive.files, name, names) for name in archive.files))
    assert mistakes(archive, damages) == []
