"""What was read is not read again while it stays the same; what is gone can be pruned."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import searchkit
from searchkit import AddReport, Index
from searchkit.codec.manifest import LEDGER_FILES

LINE = '{{"id": "{}", "headline": "Fog"}}\n'


def write(path: Path, content: str, age: float = 3600) -> Path:
    """Writes a file that was changed so many seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def add(index: Index, *paths: Path, prune: bool = False, **options: Any) -> AddReport:
    return index.add(searchkit.read(paths, **options), prune=prune)


@contextmanager
def nothing_may_be_read() -> Iterator[None]:
    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("this was read")

    with mock.patch("searchkit.sources.file_parts.contents", refuse):
        yield


def ids(index: Index) -> set[str]:
    return {hit.id for hit in index.search("*", limit=None)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "in" / "a.txt", "Fog\n\nOver the sound.")
    write(tmp_path / "in" / "b.jsonl", LINE.format("b1") + LINE.format("b2") + "bad\n")
    return tmp_path / "in"


class TestFilesThatStayTheSame:
    def test_are_not_read_again_and_their_rejects_are_told_again(
        self, fresh_index: Index, folder: Path
    ) -> None:
        before = add(fresh_index, folder)
        with nothing_may_be_read():
            after = add(fresh_index, folder)
        assert (before.added, before.unchanged) == (3, 0)
        assert (after.added, after.unchanged, after.processed) == (0, 3, 3)
        assert after.rejected == before.rejected
        assert len(after.rejected) == 1

    def test_are_known_by_their_content_when_their_time_differs(
        self, fresh_index: Index, folder: Path
    ) -> None:
        add(fresh_index, folder)
        for path in folder.iterdir():
            write(path, path.read_text(encoding="utf-8"), age=1800)
        with nothing_may_be_read():
            assert add(fresh_index, folder).unchanged == 3

    def test_are_read_when_they_are_to_be_read_otherwise(
        self, fresh_index: Index, folder: Path
    ) -> None:
        add(fresh_index, folder)
        for options in ({"encoding": "cp1252"}, {"fields": {"section": "id"}}):
            with nothing_may_be_read(), pytest.raises(AssertionError, match="this was read"):
                add(fresh_index, folder, **options)

    def test_are_read_when_one_of_their_articles_was_deleted(
        self, fresh_index: Index, folder: Path
    ) -> None:
        add(fresh_index, folder)
        fresh_index.delete("b1")
        assert "b1" not in ids(fresh_index)
        assert add(fresh_index, folder).added == 1
        fresh_index.delete_matching("sound")
        assert add(fresh_index, folder).added == 1
        assert len(ids(fresh_index)) == 3

    def test_are_read_when_the_rejects_are_to_be_kept(
        self, fresh_index: Index, folder: Path, tmp_path: Path
    ) -> None:
        add(fresh_index, folder)
        add(fresh_index, folder, rejects=tmp_path / "rejects.jsonl")
        assert "bad" in (tmp_path / "rejects.jsonl").read_text(encoding="utf-8")


class TestFilesThatChange:
    @pytest.mark.parametrize("age", [1000, 0])
    def test_are_read_again(self, fresh_index: Index, folder: Path, age: float) -> None:
        path = write(folder / "b.jsonl", LINE.format("b1"), age)
        add(fresh_index, folder)
        write(path, LINE.format("b3"), age)  # as large as before
        assert add(fresh_index, folder).added == 1
        assert {"b1", "b3"} < ids(fresh_index)

    def test_while_they_are_read_are_rejected(self, folder: Path) -> None:
        reading = searchkit.read(folder / "b.jsonl")
        articles = iter(reading)
        next(articles)
        write(folder / "b.jsonl", LINE.format("b1"), age=5)
        assert list(articles)
        assert "changed while it was being read" in reading.rejects[-1].reason


class TestTheLedger:
    @pytest.mark.parametrize("content", [b"", b"nonsense" * 1000])
    def test_is_begun_anew_when_it_is_damaged(
        self, fresh_index: Index, folder: Path, content: bytes
    ) -> None:
        add(fresh_index, folder)
        (fresh_index.path / LEDGER_FILES[0]).write_bytes(content)
        assert add(fresh_index, folder).unchanged == 3
        with nothing_may_be_read():
            assert add(fresh_index, folder).unchanged == 3

    def test_is_begun_anew_beside_an_index_of_before(
        self, fresh_index: Index, folder: Path, tmp_path: Path
    ) -> None:
        shutil.copytree(fresh_index.path, tmp_path / "before.idx")
        add(fresh_index, folder)
        shutil.copy(fresh_index.path / LEDGER_FILES[0], tmp_path / "before.idx")
        with searchkit.open(tmp_path / "before.idx") as before:
            assert add(before, folder).added == 3

    def test_is_no_stray_file_and_goes_when_something_is_given_up(
        self, fresh_index: Index, folder: Path
    ) -> None:
        add(fresh_index, folder)
        assert searchkit.verify(fresh_index.path).remarks == ()
        (segment,) = fresh_index.path.glob("*.segment")
        segment.write_bytes(segment.read_bytes()[:-1])
        searchkit.repair(fresh_index.path)
        with searchkit.open(fresh_index.path) as index:
            assert add(index, folder).added == 3

    def test_knows_nothing_of_what_was_not_committed(
        self, fresh_index: Index, folder: Path
    ) -> None:
        class StopError(Exception):
            pass

        def stop(report: AddReport) -> None:
            if report.processed == 3:
                raise StopError

        with pytest.raises(StopError):
            fresh_index.add(searchkit.read(folder), on_progress=stop)
        assert add(fresh_index, folder).added == 3


class TestPruning:
    def test_deletes_what_has_no_file_any_more(self, fresh_index: Index, folder: Path) -> None:
        add(fresh_index, folder)
        (folder / "a.txt").unlink()
        write(folder / "b.jsonl", LINE.format("b2"))
        report = add(fresh_index, folder, prune=True)
        assert (report.pruned, ids(fresh_index)) == (2, {"b2"})

    def test_deletes_what_is_left_of_a_file_of_which_an_article_was_deleted(
        self, fresh_index: Index, folder: Path
    ) -> None:
        add(fresh_index, folder)
        fresh_index.delete("b1")
        (folder / "b.jsonl").unlink()
        left = ids(fresh_index)
        assert add(fresh_index, folder, prune=True).pruned == len(left) - 1
        assert len(ids(fresh_index)) == 1

    def test_knows_files_of_which_there_is_too_much_to_tell(
        self, fresh_index: Index, folder: Path
    ) -> None:
        many = write(folder / "many.jsonl", LINE.format("many") + "{broken\n" * 1001)
        assert len(add(fresh_index, folder).rejected) == 1002
        assert len(add(fresh_index, folder).rejected) == 1002
        many.unlink()
        assert add(fresh_index, folder, prune=True).pruned == 1
        assert "many" not in ids(fresh_index)

    def test_keeps_what_another_file_has(self, fresh_index: Index, folder: Path) -> None:
        write(folder / "deeper" / "c.jsonl", LINE.format("b1"))
        add(fresh_index, folder)
        (folder / "b.jsonl").unlink()
        assert add(fresh_index, folder, prune=True).pruned == 1
        assert "b1" in ids(fresh_index)

    def test_looks_below_the_given_folders_only(self, fresh_index: Index, folder: Path) -> None:
        other = write(folder.parent / "in2" / "c.jsonl", LINE.format("c"))
        add(fresh_index, folder, other.parent)
        other.unlink()
        assert fresh_index.prune(folder) == 0
        write(other.parent / "d.jsonl", LINE.format("d"))
        assert fresh_index.prune(other.parent) == 1

    def test_passes_over_what_may_be_a_disk_that_is_not_there(
        self, fresh_index: Index, folder: Path
    ) -> None:
        add(fresh_index, folder)
        shutil.rmtree(folder)
        assert fresh_index.prune(folder) == 0
        folder.mkdir()
        assert fresh_index.prune(folder) == 0
        assert len(ids(fresh_index)) == 3


class AsAFolder(RuleBasedStateMachine):
    """With pruning an index has what the files have, and nothing else."""

    names = st.sampled_from(["a", "b", "deep/c"])
    articles = st.sets(st.integers(0, 5), max_size=4)

    @initialize()
    def begin(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self.scratch.name) / "in"
        write(self.folder / "always.jsonl", LINE.format("always"))
        self.index = searchkit.create(Path(self.scratch.name) / "x")
        self.files: dict[str, set[int]] = {}
        self.age = 10**6

    @rule(name=names, articles=articles)
    def write(self, name: str, articles: set[int]) -> None:
        self.age -= 10
        content = "".join(map(LINE.format, sorted(articles)))
        write(self.folder / f"{name}.jsonl", content, self.age)
        self.files[name] = articles

    @rule(name=names)
    def remove(self, name: str) -> None:
        (self.folder / f"{name}.jsonl").unlink(missing_ok=True)
        self.files.pop(name, None)

    @rule(number=st.integers(0, 5))
    def delete(self, number: int) -> None:
        self.index.delete(str(number))

    @rule()
    def add(self) -> None:
        add(self.index, self.folder, prune=True)
        wanted = set[int]().union(*self.files.values())
        assert ids(self.index) == {"always", *map(str, wanted)}

    @invariant()
    def is_whole(self) -> None:
        if hasattr(self, "index"):
            assert len(self.index) == len(ids(self.index))

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.close()
            self.scratch.cleanup()


TestAsAFolder = AsAFolder.TestCase
TestAsAFolder.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
