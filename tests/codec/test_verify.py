from __future__ import annotations

import contextlib
import errno
import io
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import searchkit
from searchkit import IndexNotFoundError, IndexVersionError
from searchkit.codec.commit import commit
from searchkit.codec.format import SegmentFile, SegmentFileWriter
from searchkit.codec.manifest import (
    Manifest,
    SegmentEntry,
    manifest_name,
    new_segment_name,
    toc_name,
)
from searchkit.codec.storage import Storage
from searchkit.codec.toc import write_toc
from tests.codec.damaging import flip, flip_section, manifest_of

WORDS = ["harbour", "ferry", "fog", "lifeboat", "storm", "pier", "tide", "gull", "rope", "anchor"]


def articles(first: int, count: int) -> list[dict[str, object]]:
    chance = random.Random(first)
    return [
        {
            "id": f"a{number:03}",
            "headline": " ".join(chance.choices(WORDS, k=4)),
            "body": " ".join(chance.choices(WORDS, k=60)),
            "captions": [" ".join(chance.choices(WORDS, k=5))],
            "section": chance.choice(["News", "Sport"]),
            "published": "2020-02-20",
        }
        for number in range(first, first + count)
    ]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three segments, the first with deletions, and nothing wrong with it."""
    path = tmp_path_factory.mktemp("sound") / "news.idx"
    with searchkit.create(path) as index:
        for first in (0, 40, 80):
            index.add(articles(first, 40))
        index.delete("a003", "a007")
    return path


def test_a_sound_index_is_whole(sound: Path) -> None:
    found = searchkit.verify(sound, deep=True)
    assert found.whole
    assert (found.damages, found.remarks) == ((), ())
    manifest = manifest_of(sound)
    assert (found.generation, found.segments, found.articles) == (manifest.generation, 3, 118)
    assert found.affected == 0
    # All there is, but for Whoosh's two tables of contents and the lock.
    assert found.files == len(list(sound.iterdir())) - 3
    assert found.seconds > 0


def test_an_index_without_articles_is_whole(tmp_path: Path) -> None:
    searchkit.create(tmp_path / "empty.idx")
    found = searchkit.verify(tmp_path / "empty.idx", deep=True)
    assert found.whole
    assert (found.generation, found.segments, found.articles) == (0, 0, 0)


def test_nothing_is_changed(copy: Path) -> None:
    before = {file.name: file.read_bytes() for file in copy.iterdir()}
    searchkit.verify(copy, deep=True)
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == before


def test_progress_runs_from_nothing_to_all_that_there_is_to_read(sound: Path) -> None:
    told: list[tuple[int, int]] = []
    found = searchkit.verify(sound, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {total for _, total in told} == {found.size}
    assert found.size * 0.8 < told[-1][0] <= found.size


@pytest.mark.parametrize(
    "section", ["stored", "terms:body", "postings:id", "lengths:headline", "column:published"]
)
def test_a_damaged_section_is_named_and_the_others_are_still_checked(
    copy: Path, section: str
) -> None:
    file = flip_section(copy, 1, section).file
    found = searchkit.verify(copy)
    (damage,) = found.damages
    assert (damage.file, damage.section) == (file, section)
    assert "is not as it was written, from byte" in damage.what
    assert str(damage).startswith(f"{file}: section {section} is not")
    assert not found.whole
    assert found.affected == 40
    flip_section(copy, 1, "column:section")
    assert len(searchkit.verify(copy).damages) == 2


DAMAGES: dict[str, tuple[Callable[[Path, Manifest], str], str]] = {}


def damage(what: str) -> Callable[[Callable[[Path, Manifest], str]], None]:
    """Registers a way to damage an index, which returns the file; `what` is said of it."""

    def register(function: Callable[[Path, Manifest], str]) -> None:
        DAMAGES[function.__name__.replace("_", " ")] = function, what

    return register


@damage("it is missing")
def a_segment_is_gone(path: Path, manifest: Manifest) -> str:
    (path / manifest.segments[0].file).unlink()
    return manifest.segments[0].file


@damage("it may have been cut off")
def a_segment_is_cut_off(path: Path, manifest: Manifest) -> str:
    os.truncate(path / manifest.segments[2].file, 1000)
    return manifest.segments[2].file


@damage("it has 0 bytes only")
def a_segment_is_empty(path: Path, manifest: Manifest) -> str:
    os.truncate(path / manifest.segments[2].file, 0)
    return manifest.segments[2].file


@damage("it is not the file that the manifest names")
def a_segment_is_another_one(path: Path, manifest: Manifest) -> str:
    first, second, _ = manifest.segments
    shutil.copy(path / first.file, path / second.file)
    return second.file


@damage("section meta is not as it was written")
def the_counts_are_damaged(path: Path, manifest: Manifest) -> str:
    return flip_section(path, 0, "meta").file


@damage("its checksum is wrong")
def deletions_are_damaged(path: Path, manifest: Manifest) -> str:
    name = manifest.segments[0].deletions
    assert name
    flip(path / name, 17)
    return name


@damage("it is missing")
def deletions_are_gone(path: Path, manifest: Manifest) -> str:
    name = manifest.segments[0].deletions
    assert name
    (path / name).unlink()
    return name


@damage("its checksum is wrong")
def the_last_manifest_is_damaged(path: Path, manifest: Manifest) -> str:
    name = manifest_name(manifest.generation)
    flip(path / name, 60)
    return name


@damage("it is missing")
def the_last_manifest_is_gone(path: Path, manifest: Manifest) -> str:
    name = manifest_name(manifest.generation)
    (path / name).unlink()
    return name


@damage("it is missing")
def the_last_manifest_is_a_dead_link(path: Path, manifest: Manifest) -> str:
    name = manifest_name(manifest.generation + 1)
    (path / name).symlink_to("nowhere")
    return name


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_is_damaged_is_told(copy: Path, kind: str) -> None:
    function, what = DAMAGES[kind]
    file = function(copy, manifest_of(copy))
    found = searchkit.verify(copy)
    (told,) = found.damages
    assert told.file == file
    assert what in told.what
    assert "; run" not in told.what
    # What belongs to a commit is left by nobody.
    assert not [each for each in found.remarks if each.file == toc_name(found.generation or 0)]


def test_of_a_damaged_manifest_the_commit_before_is_verified(copy: Path) -> None:
    newest = manifest_of(copy).generation
    file = manifest_name(newest)
    flip(copy / file, 60)
    found = searchkit.verify(copy)
    assert found.generation == newest - 1
    assert found.articles == 120
    assert [each.file for each in found.damages] == [file]


def test_without_any_manifest_that_can_be_read_all_of_them_are_damages(copy: Path) -> None:
    newest = manifest_of(copy).generation
    for generation in (newest, newest - 1):
        flip(copy / manifest_name(generation), 60)
    found = searchkit.verify(copy)
    assert found.generation is None
    assert {each.file for each in found.damages} == {
        manifest_name(newest),
        manifest_name(newest - 1),
    }


def test_what_only_the_commit_before_needs_is_a_remark(copy: Path) -> None:
    last = manifest_of(copy)
    before = manifest_name(last.generation - 1)
    flip(copy / before, 60)
    found = searchkit.verify(copy)
    assert found.whole
    assert [each.file for each in found.remarks if "checksum" in each.what] == [before]
    with searchkit.open(copy) as index:
        assert index.delete(*(f"a{number:03}" for number in range(80, 120))) == 40
    *_, victim = last.segments
    flip(copy / victim.file, 1000)
    found = searchkit.verify(copy)
    assert found.whole
    (remark,) = found.remarks
    assert remark.file == victim.file
    assert f"only the commit before, {last.generation}, needs it" in remark.what


def test_files_of_no_commit_are_remarked_on(copy: Path) -> None:
    (copy / f"{'f' * 16}.segment").touch()
    (copy / "notes.txt").touch()
    (copy / toc_name(manifest_of(copy).generation)).unlink()
    found = searchkit.verify(copy)
    assert found.whole
    told = {each.file: each.what for each in found.remarks}
    assert set(told) == {f"{'f' * 16}.segment", "notes.txt", toc_name(found.generation or 0)}
    assert "belongs to no commit" in told["notes.txt"]
    assert "Whoosh cannot open" in told[toc_name(found.generation or 0)]


def test_where_there_is_no_index_it_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexNotFoundError, match="make one with"):
            searchkit.verify(path)
    (tmp_path / "searchkit.json").touch()
    with pytest.raises(IndexVersionError, match="format 1"):
        searchkit.verify(tmp_path)


def test_what_the_disk_cannot_read_is_told(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class BadSector(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Storage, "open", lambda *_: BadSector())
    found = searchkit.verify(copy)
    assert "stored cannot be read: Input/output error" in str(found.damages[0])
    assert found.affected == found.articles


def test_a_writer_at_work_does_no_damage(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = Storage.size
    events = [lambda: None, *[lambda: add_and_compact(copy)] * 2]

    def size_meanwhile(storage: Storage, name: str) -> int:
        if name.endswith(".segment") and events:
            events.pop()()
        return size(storage, name)

    monkeypatch.setattr(Storage, "size", size_meanwhile)
    found = searchkit.verify(copy)
    assert events == []
    assert found.damages == ()
    assert found.generation == manifest_of(copy).generation


def add_and_compact(path: Path) -> None:
    """Three commits, after which none of the files before are left."""
    with searchkit.open(path) as index:
        for _ in range(3):
            first = len(index) + 1000
            index.add(articles(first, 1))
        index.compact()
        index.delete(f"a{first:03}")


def written_wrongly(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Makes a commit whose first segment has another section, with the right checksums."""
    manifest = manifest_of(path)
    entry, *others = manifest.segments
    storage = Storage(path)
    file = SegmentFile(storage, entry.file)
    wrong = new_segment_name()
    writer = SegmentFileWriter(storage.create(f"{wrong}.segment"))
    for each in file.names():
        section = bytes(file.whole(each))
        writer.add(each, change(section) if each == name else section)
    checksum = writer.finish()
    wrong_entry = SegmentEntry(wrong, entry.documents, writer.size, checksum, entry.languages)
    generation = manifest.generation + 1
    commit(storage, replace(manifest, generation=generation, segments=(wrong_entry, *others)),
           write_toc)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("column:published", lambda data: data[8:], "column published has 39 values"),
        (
            "column:id",
            lambda data: data.replace(b"a001a002", b"a002a001"),
            "stored with another id",
        ),
        ("column:id", lambda data: data[:100], "column id has 25 values"),
        ("stored:index", lambda data: data[:-8], "39 articles are stored"),
        ("column:digest", lambda data: bytes(8) + data[8:], "stored with another digest"),
        ("column:digest", lambda data: data + data, "column digest has 80 values"),
        ("lengths:body", lambda data: data[1:], "field body has 39 lengths"),
        ("postings:id", lambda data: data + bytes(8), "field id has postings beyond"),
        (
            "meta",
            lambda data: data.replace(b'"occurrences":40,', b'"occurrences":41,', 1),
            "that occur 40 times",
        ),
        ("meta", lambda data: data.replace(b'"headline"', b'"hat"'), "its fields are"),
    ],
)
def test_parts_that_contradict_each_other_are_found_by_looking_deep(
    copy: Path, name: str, change: Callable[[bytes], bytes], what: str
) -> None:
    written_wrongly(copy, name, change)
    assert searchkit.verify(copy).whole
    found = searchkit.verify(copy, deep=True)
    assert any(what in each.what for each in found.damages), found.damages


def answers(path: Path) -> object:
    """What an index says when it is asked all sorts of things."""
    with searchkit.open(path) as index:
        pages = [
            [(hit.article, round(hit.score, 9)) for hit in index.search(query, limit=None)]
            for query in ("*", "fog", '"ferry fog"', "section:news", "har*", "captions:gull")
        ]
        return len(index), pages, [index.get(f"a{number:03}") for number in range(120)]


def test_a_changed_byte_is_found_or_changes_nothing(sound: Path, copy: Path) -> None:
    expected = answers(sound)
    chance = random.Random(7)
    files = [each for each in copy.iterdir() if each.suffix in (".segment", ".deletions", ".json")]
    unseen = 0
    for _ in range(300):
        victim = chance.choice(files)
        content = victim.read_bytes()
        flip(victim, chance.randrange(len(content)))
        with contextlib.suppress(IndexVersionError):
            found = searchkit.verify(copy)
            if not (found.damages or found.remarks):
                unseen += 1
                assert answers(copy) == expected
        victim.write_bytes(content)
    assert unseen < 10  # padding
