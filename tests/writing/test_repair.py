from __future__ import annotations

import threading
from pathlib import Path

import pytest

import searchkit
from searchkit import (
    IndexDamagedError,
    IndexDamagedWarning,
    IndexLockedError,
    IndexNotFoundError,
    LostSegment,
)
from searchkit.codec.lock import WriteLock
from searchkit.codec.manifest import manifest_name
from searchkit.writing import repair as repair_module
from tests.codec.damaging import flip, flip_section, manifest_of


def articles(*numbers: int, headline: str = "Fog") -> list[dict[str, str]]:
    return [
        {"id": f"a{number:02}", "headline": headline, "body": f"over pier {number}"}
        for number in numbers
    ]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Segments of the articles 0 to 29, 30 to 39 and 40 to 42.

    Of the first segment 1 and 2 are deleted, 3 and 4 have their latest version in the second.
    """
    path = tmp_path_factory.mktemp("sound") / "news.idx"
    with searchkit.create(path) as index:
        index.add(articles(*range(30)))
        index.add(articles(3, 4, *range(30, 40), headline="Storm"))
        index.add(articles(40, 41, 42))
        index.delete("a01", "a02")
    return path


def ids(path: Path) -> set[int]:
    """The numbers of all articles, each of which is found and got."""
    with searchkit.open(path) as index:
        hits = index.search("pier", limit=None)
        assert all(index.get(hit.article.id) == hit.article for hit in hits)
        found = [int(hit.article.id[1:]) for hit in hits]
    assert len(set(found)) == len(found) == len(index)
    return set(found)


def test_of_a_whole_index_nothing_is_changed(copy: Path) -> None:
    before = {file.name: file.read_bytes() for file in copy.iterdir()}
    done = searchkit.repair(copy)
    assert (done.generation, done.abandoned, done.lost, done.back) == (None, None, (), 0)
    assert done.verification.whole
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == before


def test_a_damaged_segment_is_given_up_and_the_rest_is_the_index(copy: Path) -> None:
    generation = manifest_of(copy).generation
    lost = flip_section(copy, 1, "stored").name
    done = searchkit.repair(copy)
    expected = tuple(f"a{number:02}" for number in (3, 4, *range(30, 40)))
    assert done.lost == (LostSegment(lost, 12, expected),)
    assert done.generation == generation + 1
    assert (done.abandoned, done.back) == (None, 0)
    assert ids(copy) == {0, *range(5, 30), 40, 41, 42}
    assert searchkit.verify(copy).whole
    assert searchkit.repair(copy).generation is None


def test_a_repaired_index_can_be_written_to_and_loses_the_damaged_file(copy: Path) -> None:
    lost = flip_section(copy, 1, "stored").name
    searchkit.repair(copy)
    assert (copy / f"{lost}.segment").exists()
    with searchkit.open(copy) as index:
        assert index.add(articles(*range(43))).added == 43 - 29
        index.delete("a42")
    assert not (copy / f"{lost}.segment").exists()
    assert ids(copy) == set(range(42))
    assert searchkit.verify(copy, deep=True).whole


def test_of_a_lost_segment_the_first_twenty_articles_that_were_not_deleted_are_named(
    copy: Path,
) -> None:
    flip_section(copy, 0, "postings:body")
    (lost,) = searchkit.repair(copy).lost
    assert lost.articles == 26
    assert lost.ids == ("a00", *(f"a{number:02}" for number in range(5, 24)))


@pytest.mark.parametrize("section", ["terms:id", "meta", "postings:id"])
def test_ids_that_cannot_be_read_are_not_named(copy: Path, section: str) -> None:
    flip_section(copy, 0, section)
    (lost,) = searchkit.repair(copy).lost
    assert (lost.articles, lost.ids) == (26, ())


def test_a_missing_segment_is_given_up(copy: Path) -> None:
    entry = manifest_of(copy).segments[2]
    (copy / entry.file).unlink()
    assert searchkit.repair(copy).lost == (LostSegment(entry.name, 3, ()),)
    assert ids(copy) == {0, *range(3, 40)}


def test_an_index_of_which_nothing_is_left_is_empty(copy: Path) -> None:
    for segment in range(3):
        flip_section(copy, segment, "stored")
    assert len(searchkit.repair(copy).lost) == 3
    assert ids(copy) == set()


@pytest.mark.parametrize("gone", [True, False])
def test_without_its_deletions_a_segment_stays_and_only_what_was_deleted_is_back(
    copy: Path, gone: bool
) -> None:
    name = manifest_of(copy).segments[0].deletions
    assert name
    if gone:
        (copy / name).unlink()
    else:
        flip(copy / name, 17)
    done = searchkit.repair(copy)
    assert (done.lost, done.back) == ((), 2)
    assert ids(copy) == set(range(43))
    with searchkit.open(copy) as index:
        assert index.search("storm").total == 12  # the later versions of 3 and 4
    assert searchkit.verify(copy, deep=True).whole


def test_of_two_segments_without_deletions_the_later_has_the_article(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with searchkit.create(path) as index:
        index.add(articles(*range(1, 10)))
        index.add(articles(1, *range(10, 20), headline="Storm"))
        index.delete("a02", "a14")
    for entry in manifest_of(path).segments:
        (path / str(entry.deletions)).unlink()
    assert searchkit.repair(path).back == 2
    assert ids(path) == set(range(1, 20))
    with searchkit.open(path) as index:
        article = index.get("a01")
        assert article
        assert article.headline == "Storm"


def test_a_segment_and_the_deletions_of_another_may_be_damaged_at_once(copy: Path) -> None:
    flip_section(copy, 1, "stored")
    (copy / str(manifest_of(copy).segments[0].deletions)).unlink()
    done = searchkit.repair(copy)
    assert done.back == 4  # 3 and 4 as they were before their later versions, which are lost
    assert ids(copy) == {*range(30), 40, 41, 42}


@pytest.mark.parametrize("gone", [True, False])
def test_a_last_commit_that_cannot_be_read_is_abandoned(copy: Path, gone: bool) -> None:
    newest = manifest_of(copy).generation
    if gone:
        (copy / manifest_name(newest)).unlink()
    else:
        flip(copy / manifest_name(newest), 60)
    with pytest.warns(IndexDamagedWarning):
        index = searchkit.open(copy)
    with pytest.warns(IndexDamagedWarning), pytest.raises(IndexDamagedError, match="nothing is a"):
        index.add(articles(50))
    done = searchkit.repair(copy)
    assert (done.abandoned, done.verification.generation) == (newest, newest - 1)
    assert (done.generation, done.lost, done.back) == (newest + 1, (), 0)
    assert ids(copy) == set(range(43))
    found = searchkit.verify(copy)
    assert found.whole
    with searchkit.open(copy) as index:
        index.add(articles(50))
    assert searchkit.verify(copy).remarks == ()


def test_without_a_commit_that_can_be_read_only_a_copy_helps(copy: Path) -> None:
    newest = manifest_of(copy).generation
    for generation in (newest, newest - 1):
        flip(copy / manifest_name(generation), 60)
    with pytest.raises(IndexDamagedError, match=r"manifest-.*restore the index from a copy"):
        searchkit.repair(copy)


def test_where_there_is_no_index_nothing_is_made(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexNotFoundError):
            searchkit.repair(path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_writer_left_is_not_in_the_way(copy: Path) -> None:
    entry = manifest_of(copy).segments[0]
    (copy / str(entry.deletions)).unlink()
    following = manifest_of(copy).generation + 1
    (copy / f"{entry.name}-{following}.deletions").touch()
    (copy / f"manifest-{following}.json.tmp").touch()
    assert searchkit.repair(copy).generation == following
    assert ids(copy) == set(range(43))


def test_repair_waits_for_its_turn(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair_module, "_LOCK_TIMEOUT", 0.0)
    flip_section(copy, 1, "stored")
    with WriteLock(copy, 0), pytest.raises(IndexLockedError, match=r"pid \d+"):
        searchkit.repair(copy)
    monkeypatch.undo()
    lock = WriteLock(copy, 0)
    lock.acquire()
    threading.Timer(0.1, lock.release).start()
    assert searchkit.repair(copy).lost


# -- copies

TEXT = "The ferry struck a sandbank in fog; nobody was hurt, the harbour master said. " * 2


def copies_in(path: Path, *names: str) -> None:
    with searchkit.open(path) as index:
        index.add([{"id": name, "body": TEXT, "url": f"https://{name}.example"} for name in names])


def test_copies_keep_their_ids_when_another_segment_is_lost(copy: Path) -> None:
    flip_section(copy, 1, "stored")
    copies_in(copy, "post", "times", "courier")
    lost = searchkit.repair(copy).lost
    assert [len(each.ids) for each in lost] == [12]
    assert_found_as_one(copy, "post", "times", "courier")


def test_a_segment_of_copies_that_is_lost_names_the_ids_of_all(copy: Path) -> None:
    copies_in(copy, "post", "times")
    flip_section(copy, -1, "stored")
    assert [sorted(each.ids) for each in searchkit.repair(copy).lost] == [["post", "times"]]
    copies_in(copy, "post", "times")
    assert_found_as_one(copy, "post", "times")


def test_copies_stay_one_when_it_is_not_known_what_was_deleted(copy: Path) -> None:
    copies_in(copy, "post")
    copies_in(copy, "times")
    copies_in(copy, "courier")
    for entry in manifest_of(copy).segments:
        if entry.deletions:
            (copy / entry.deletions).unlink()
    searchkit.repair(copy)
    assert_found_as_one(copy, "post", "times", "courier")


def assert_found_as_one(path: Path, *names: str) -> None:
    with searchkit.open(path) as index:
        assert index.search("sandbank").total == 1
        for name in names:
            article = index.get(name)
            assert article is not None
            assert article.url == f"https://{name}.example"
            assert {each.id for each in index.copies(name)} == {*names} - {name}
    assert searchkit.verify(path).whole
