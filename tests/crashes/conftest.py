"""The index that is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

import searchkit
from searchkit.codec.commit import latest
from searchkit.codec.manifest import manifest_name, toc_name
from searchkit.codec.storage import Storage
from tests.codec.recording import write_out
from tests.crashes.archive import article, articles_in, read_disk, without_syncs
from tests.crashes.damaged_archive import Archive, Commit, answers_of, refused


def make(path: Path, version: int) -> None:
    """Two segments, with deletions, and a list of postings of more than one block."""
    with searchkit.create(path) as index:
        index.add([article(number, version) for number in range(132)], workers=1)
        index.add([article(number, version) for number in range(200, 208)], workers=1)
        index.delete("a3", "a77", "a201")


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with indexes: `one` and `other`, which differ in their last commits only, and a
    `stranger`, in all but its structure.
    """
    folder = tmp_path_factory.mktemp("twins")
    with pytest.MonkeyPatch.context() as patch:
        without_syncs(patch)
        make(folder / "one", version=0)
        make(folder / "stranger", version=1)
        write_out(read_disk(folder / "one"), folder / "other")
        for name, deleted in (("one", ("a9", "a204")), ("other", ("a10", "a205"))):
            with searchkit.open(folder / name) as index:
                index.delete(*deleted)
    return folder


@pytest.fixture(scope="session")
def archive(twins: Path) -> Archive:
    path = twins / "one"
    files = read_disk(path)
    commit = latest(Storage(path))
    manifest = manifest_name(commit.generation)
    deletions = tuple(each.deletions or "" for each in commit.segments)
    last = Commit(articles_in(path), answers_of(path))
    newest = (manifest, toc_name(commit.generation))
    for name in newest:
        (path / name).rename(twins / name)
    before = Commit(articles_in(path), answers_of(path))
    for name in newest:
        (twins / name).rename(path / name)
    assert len(last.articles) == 135
    assert len(before.articles) == 137
    assert not any(map(refused, [*last.answers.values(), *before.answers.values()]))
    assert last.answers.keys() == before.answers.keys()
    assert last.answers["word"] != before.answers["word"]
    return Archive(path, files, manifest, deletions, last, before)
