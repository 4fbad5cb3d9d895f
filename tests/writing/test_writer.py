from __future__ import annotations

import contextlib
import multiprocessing
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import searchkit
from searchkit import (
    Article,
    ArticleError,
    Caption,
    Index,
    IndexDamagedError,
    IndexDamagedWarning,
    IndexLockedError,
    StorageError,
)
from searchkit import index as index_module
from searchkit.codec.format import SegmentFile
from searchkit.codec.storage import Storage
from searchkit.record import record_of
from searchkit.writing import adding, batch, merge, pool, writer


def article(number: int, text: str = "fog") -> Article:
    return Article(id=str(number), headline=f"Number {number}", body=text)


def test_the_report_counts_what_became_of_each_article(fresh_index: Index) -> None:
    report = fresh_index.add([article(1), article(2), article(1, "storm"), article(1, "storm")])
    assert (report.added, report.updated, report.unchanged) == (2, 1, 1)
    again = fresh_index.add([article(1, "storm"), article(2, "rain"), article(3)])
    assert (again.added, again.updated, again.unchanged) == (1, 1, 1)
    assert again.processed == again.committed == 3
    assert len(fresh_index) == 3


def test_adding_what_is_there_commits_nothing(fresh_index: Index) -> None:
    fresh_index.add([article(1)])
    before = fresh_index.info().generation
    fresh_index.add([article(1)])
    assert fresh_index.info().generation == before


def test_a_bad_record_is_reported_and_the_rest_goes_on(fresh_index: Index) -> None:
    report = fresh_index.add(
        [{"headline": 3}, {"id": "good", "headline": "Fog"}, {"headline": " "}, 7]  # type: ignore[list-item]
    )
    assert report.added == 1
    assert [reject.place for reject in report.rejected] == [
        "article 1 of the stream",
        "article 3 of the stream",
        "article 4 of the stream",
    ]
    assert "headline is of type int" in report.rejected[0].reason
    assert "nothing to search" in report.rejected[1].reason
    assert "no article" in report.rejected[2].reason


@pytest.mark.parametrize("as_lines", [False, True])
def test_articles_beyond_the_limits_are_reported(
    fresh_index: Index, tmp_path: Path, as_lines: bool
) -> None:
    many = Article(id="many", captions=(Caption(text="x"),) * 6)
    long = Article(id="long", body="fog " * 30)
    articles = [many, long, article(1)]
    lines = tmp_path / "articles.jsonl"
    lines.write_text("\n".join(each.to_json() for each in articles), encoding="utf-8")
    with (
        mock.patch.object(adding, "MAX_CAPTIONS", 5),
        mock.patch.object(adding, "MAX_ARTICLE_CHARACTERS", 100),
    ):
        report = fresh_index.add(searchkit.read(lines) if as_lines else articles)
    assert report.added == 1
    assert report.rejected[0].place == "article 1 of the stream (id many)"
    assert [reject.reason for reject in report.rejected] == [
        "6 captions, the limit is 5; split the article",
        "120 characters, the limit is 100; split the article",
    ]


@pytest.mark.parametrize("wrong", ["seeds/", b"x", {"headline": "x"}])
def test_passing_a_path_or_a_single_dict_says_what_to_do(fresh_index: Index, wrong: object) -> None:
    with pytest.raises(ArticleError, match=r"searchkit\.read"):
        fresh_index.add(wrong)  # type: ignore[arg-type]


def test_a_single_article_may_be_added(fresh_index: Index) -> None:
    assert fresh_index.add(article(1)).added == 1


@contextlib.contextmanager
def pieces_of(articles: int) -> Iterator[None]:
    """Within the block an addition commits after every so many articles."""
    with (
        mock.patch.object(writer, "_BATCH_ARTICLES", articles),
        mock.patch.object(writer, "_BUFFERED_BYTES", 1 << 40),
    ):
        yield


def test_a_stream_is_committed_in_pieces_and_never_held(fresh_index: Index) -> None:
    seen: list[tuple[int, int]] = []

    def stream() -> Iterator[Article]:
        for number in range(10):
            # Another reader sees what earlier pieces committed while the stream goes on.
            with searchkit.open(fresh_index.path) as reader:
                seen.append((number, len(reader)))
            yield article(number)

    with pieces_of(4):
        fresh_index.add(stream())
    assert seen == [(n, n - n % 4) for n in range(10)]


def test_an_interruption_leaves_the_last_commit_and_no_lock(fresh_index: Index) -> None:
    def stream() -> Iterator[Article]:
        yield from (article(number) for number in range(5))
        raise KeyboardInterrupt

    reports = []
    with pieces_of(2), pytest.raises(KeyboardInterrupt):
        fresh_index.add(stream(), on_progress=reports.append)
    assert len(fresh_index) == 4
    assert reports[-1].committed == 4
    assert fresh_index.add(article(9)).added == 1


@pytest.mark.parametrize("step", ["flush", "_adopt_merge"])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError, ZeroDivisionError])
def test_an_interruption_within_a_commit_leaves_the_commit_before(
    fresh_index: Index, step: str, failure: type[BaseException]
) -> None:
    fresh_index.add(article(0))
    with (
        mock.patch.object(writer.Writer, step, side_effect=failure),
        pytest.raises(failure),
    ):
        fresh_index.add([article(0, "storm"), article(1)])
    assert {hit.article.id: hit.article.body for hit in fresh_index.search("*")} == {"0": "fog"}
    report = fresh_index.add([article(0, "storm"), article(1)])
    assert (report.added, report.updated) == (1, 1)


def test_what_fails_in_a_thread_is_raised_where_articles_are_added(fresh_index: Index) -> None:
    with (
        mock.patch.object(batch.SegmentBuilder, "_add_texts", side_effect=ZeroDivisionError),
        pytest.raises(ZeroDivisionError),
    ):
        fresh_index.add(map(article, range(10)), workers=2)
    assert len(fresh_index) == 0
    assert fresh_index.add(map(article, range(10)), workers=2).added == 10


def test_a_program_that_seeds_its_random_numbers_loses_nothing(fresh_index: Index) -> None:
    for number in range(3):
        random.seed(7)
        fresh_index.add(article(number))
    assert fresh_index.search("fog").total == 3


@pytest.mark.parametrize("step", ["create", "rename", "sync_directory"])
def test_a_full_disk_is_told_and_leaves_the_commit_before(fresh_index: Index, step: str) -> None:
    fresh_index.add(article(0))
    full = StorageError("No space left on device; the index is as of its last commit")
    with mock.patch.object(Storage, step, side_effect=full), pytest.raises(StorageError):
        fresh_index.add(article(1))
    assert [hit.article.id for hit in fresh_index.search("*")] == ["0"]
    assert fresh_index.add(article(1)).added == 1


def test_progress_is_told_after_each_article_and_around_the_commit(fresh_index: Index) -> None:
    counts: list[int] = []
    fresh_index.add(
        map(article, range(3)), on_progress=lambda report: counts.append(report.processed)
    )
    assert counts == [1, 2, 3, 3, 3]


def test_nothing_is_added_to_an_index_whose_newest_commit_is_damaged(fresh_index: Index) -> None:
    fresh_index.add(article(1))
    fresh_index.add(article(2))
    newest = fresh_index.path / "manifest-2.json"
    newest.write_bytes(newest.read_bytes()[:-9])
    before = sorted(fresh_index.path.iterdir())
    with pytest.warns(IndexDamagedWarning):
        reader = searchkit.open(fresh_index.path)
    assert len(reader) == 1
    with pytest.warns(IndexDamagedWarning), pytest.raises(IndexDamagedError, match="repair"):
        reader.add(article(3))
    assert sorted(fresh_index.path.iterdir()) == before


def test_a_second_writer_is_told_who_is_in_the_way(
    fresh_index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_LOCK_TIMEOUT", 0.1)

    def stream() -> Iterator[Article]:
        with searchkit.open(fresh_index.path) as other:
            with pytest.raises(IndexLockedError, match="wait until it has finished"):
                other.add(article(2))
            with pytest.raises(IndexLockedError):
                other.delete("1")
        yield article(1)

    fresh_index.add(stream())
    assert len(fresh_index) == 1


def _killed_writer(path: str, ready: multiprocessing.synchronize.Event) -> None:
    def stream() -> Iterator[Article]:
        yield article(1)
        ready.set()
        threading.Event().wait()

    searchkit.open(path).add(stream())


def test_a_killed_writer_leaves_the_last_commit_and_no_lock(fresh_index: Index) -> None:
    fresh_index.add(article(0))
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    process = spawning.Process(target=_killed_writer, args=(str(fresh_index.path), ready))
    process.start()
    assert ready.wait(30)
    process.kill()
    process.join()
    assert len(fresh_index) == 1
    fresh_index.add(article(2))
    assert {hit.article.id for hit in fresh_index.search("*")} == {"0", "2"}


def test_an_open_index_sees_each_commit(fresh_index: Index) -> None:
    with searchkit.open(fresh_index.path) as other:
        assert other.search("fog").total == 0
        fresh_index.add(article(1))
        assert other.search("fog").total == 1
        fresh_index.delete("1")
        assert other.search("fog").total == 0


def _committing_writer(path: str) -> None:
    with searchkit.open(path) as index:
        for number in range(60):
            index.add(article(number))


def test_readers_come_and_go_while_another_process_commits(fresh_index: Index) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_committing_writer, args=(str(fresh_index.path),)
    )
    process.start()
    counts = []
    while process.is_alive():
        with searchkit.open(fresh_index.path) as reader:
            counts.append(reader.search("fog").total)
    process.join()
    assert process.exitcode == 0
    assert counts == sorted(counts)
    assert fresh_index.search("fog").total == 60


def test_deleting_by_id_counts_what_was_there(fresh_index: Index) -> None:
    fresh_index.add(map(article, range(3)))
    assert fresh_index.delete("0", "2", "7", "2") == 2
    assert fresh_index.delete("0") == 0
    assert len(fresh_index) == 1
    assert "1" in fresh_index
    assert "0" not in fresh_index
    assert fresh_index.get("0") is None


def test_deleting_by_query_deletes_what_the_search_finds(fresh_index: Index) -> None:
    fresh_index.add([article(1, "fog"), article(2, "fog"), article(3, "storm")])
    assert fresh_index.delete_matching("fog number") == 2
    assert fresh_index.delete_matching("fog") == 0
    assert [hit.article.id for hit in fresh_index.search("*")] == ["3"]


def test_segments_are_merged_and_deleted_articles_leave(fresh_index: Index) -> None:
    with pieces_of(1):
        fresh_index.add(map(article, range(40)))
        assert fresh_index.info().segments < 16
        assert fresh_index.search("fog").total == 40
        fresh_index.delete_matching("*")
    assert len(fresh_index) == 0
    assert fresh_index.info().segments == 0
    assert fresh_index.add(article(1)).added == 1


def test_what_a_merge_has_read_does_not_stay_in_memory(fresh_index: Index) -> None:
    with pieces_of(2):
        fresh_index.add(map(article, range(6)))
    given_back = []

    def give_back(self: SegmentFile) -> None:
        given_back.append(self.path.name)

    with mock.patch.object(SegmentFile, "give_back", give_back):
        fresh_index.compact()
    assert len(set(given_back)) == 3
    assert len(fresh_index) == 6


def test_compacting_leaves_one_segment_of_what_is_there(fresh_index: Index) -> None:
    with pieces_of(3):
        fresh_index.add(map(article, range(10)))
    fresh_index.delete("4", "9")
    before = fresh_index.info()
    fresh_index.compact()
    after = fresh_index.info()
    assert (before.segments, after.segments) == (3, 1)
    assert after.generation > before.generation
    assert {hit.article for hit in fresh_index.search("*")} == {
        article(number) for number in (0, 1, 2, 3, 5, 6, 7, 8)
    }
    # Once more there is nothing to do.
    fresh_index.compact()
    assert fresh_index.info().generation == after.generation


def test_no_file_is_left_that_the_last_two_commits_do_not_name(fresh_index: Index) -> None:
    with pieces_of(1):
        fresh_index.add(map(article, range(20)))
    fresh_index.compact()
    fresh_index.delete("3")
    fresh_index.add(article(99))
    fresh_index.compact()
    fresh_index.add(article(100))
    kinds = Counter(file.suffix for file in fresh_index.path.iterdir())
    assert kinds[".json"] == kinds[".toc"] == 2
    # The compacted one and the new one; nothing is deleted.
    assert kinds[".segment"] == 2
    assert kinds[".deletions"] == 0


def test_a_transaction_is_one_commit(fresh_index: Index) -> None:
    fresh_index.add(map(article, range(4)))
    before = fresh_index.info().generation
    with fresh_index.transaction() as changes:
        assert changes.add([article(4), article(0, "storm"), article(5)]).updated == 1
        assert changes.delete("1", "7") == 1
        assert changes.add(article(4, "rain")).updated == 1
        assert len(fresh_index) == 4
    assert fresh_index.info().generation == before + 1
    found = {hit.article.id: hit.article.body for hit in fresh_index.search("*")}
    assert found == {"0": "storm", "2": "fog", "3": "fog", "4": "rain", "5": "fog"}


def test_a_transaction_that_fails_changes_nothing(fresh_index: Index) -> None:
    fresh_index.add(article(0))

    def fail() -> Iterator[Article]:
        yield article(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), fresh_index.transaction() as changes:
        changes.add(fail())
    assert [hit.article.id for hit in fresh_index.search("*")] == ["0"]


@pytest.mark.parametrize("arguments", [{"memory": 1000}, {"workers": 0}])
def test_impossible_settings_are_refused(fresh_index: Index, arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="give"):
        fresh_index.add(article(1), **arguments)  # type: ignore[arg-type]


def test_a_merge_keeps_what_is_deleted_while_it_goes_on(fresh_index: Index) -> None:
    with pieces_of(2):
        fresh_index.add(map(article, range(14)))
    begun, go_on = threading.Event(), threading.Event()

    def slow_merge(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return merge.merge_segments(*arguments)

    with (
        mock.patch.object(writer, "merge_segments", slow_merge),
        writer.Writer(fresh_index.path, memory=1 << 20, workers=1, lock_timeout=1) as changes,
    ):
        changes.add(record_of(article(14)))
        changes.commit()
        changes.merge(wait=False)
        assert begun.wait(30)
        assert changes.delete("3")
        assert changes.add(record_of(article(8, "storm"))) == "updated"
        changes.commit()
        go_on.set()
        changes.merge(wait=True)
    assert fresh_index.info().segments == 2
    found = {hit.article.id: hit.article.body for hit in fresh_index.search("*", limit=None)}
    assert found == {str(n): "storm" if n == 8 else "fog" for n in range(15) if n != 3}


def test_memory_bounds_what_is_held(fresh_index: Index) -> None:
    held = []
    original = pool.BuilderPool.submit

    def submit(self: pool.BuilderPool, *arguments: Any) -> None:
        original(self, *arguments)
        held.append(self.nbytes)

    words = [f"word{number}" for number in range(3000)]
    stream = (article(n, " ".join(random.Random(n).choices(words, k=400))) for n in range(2000))
    with (
        mock.patch.object(pool.BuilderPool, "submit", submit),
        mock.patch.object(writer, "_BATCH_ARTICLES", 50),
    ):
        fresh_index.add(stream, memory=2 << 20, workers=1)
    assert max(held) < 3 << 20
    assert fresh_index.info().generation > 1
    assert len(fresh_index) == 2000


def test_words_of_earlier_articles_do_not_use_up_the_memory(fresh_index: Index) -> None:
    # Twice as much as the memory holds, if all words stayed.
    stream = (article(n, " ".join(f"word{n}x{m}" for m in range(50))) for n in range(2000))
    with mock.patch.object(writer, "_BATCH_ARTICLES", 50):
        fresh_index.add(stream, memory=4 << 20, workers=1)
    assert 1 < fresh_index.info().generation < 15


class AsADict(RuleBasedStateMachine):
    """An index behaves as a dict from id to article, whatever is done in whatever order."""

    ids = st.integers(0, 6)
    texts = st.sampled_from(["fog", "storm", "fog storm"])

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.index = searchkit.create(Path(self.folder.name) / "x")
        self.model: dict[str, Article] = {}

    @rule(batch=st.lists(st.tuples(ids, texts), max_size=6), piece=st.integers(1, 4))
    def add(self, batch: list[tuple[int, str]], piece: int) -> None:
        expected = [0, 0, 0]
        articles = [article(number, text) for number, text in batch]
        for each in articles:
            if each.id not in self.model:
                expected[0] += 1
            elif self.model[each.id] != each:
                expected[1] += 1
            else:
                expected[2] += 1
            self.model[each.id] = each
        with pieces_of(piece):
            report = self.index.add(articles)
        assert [report.added, report.updated, report.unchanged] == expected

    @rule(chosen=st.lists(ids, max_size=3))
    def delete(self, chosen: list[int]) -> None:
        names = {str(number) for number in chosen}
        assert self.index.delete(*names) == len(names & self.model.keys())
        for name in names:
            self.model.pop(name, None)

    @rule(word=st.sampled_from(["fog", "storm"]))
    def delete_matching(self, word: str) -> None:
        doomed = [name for name, each in self.model.items() if word in each.body]
        assert self.index.delete_matching(word) == len(doomed)
        for name in doomed:
            del self.model[name]

    @rule()
    def compact(self) -> None:
        self.index.compact()
        assert self.index.info().segments <= 1

    @rule(batch=st.lists(st.tuples(ids, texts), max_size=4), chosen=st.lists(ids, max_size=2))
    def change_together(self, batch: list[tuple[int, str]], chosen: list[int]) -> None:
        with self.index.transaction() as changes:
            changes.add([article(number, text) for number, text in batch])
            changes.delete(*map(str, chosen))
        self.model.update((str(number), article(number, text)) for number, text in batch)
        for number in chosen:
            self.model.pop(str(number), None)

    @rule()
    def reopen(self) -> None:
        self.index.close()
        self.index = searchkit.open(self.index.path)

    @invariant()
    def holds_the_same(self) -> None:
        assert len(self.index) == len(self.model)
        found = {hit.article.id: hit.article for hit in self.index.search("*", limit=None)}
        assert found == self.model
        for word in ("fog", "storm"):
            expected = sum(word in each.body for each in self.model.values())
            assert self.index.search(word, limit=1).total == expected

    def teardown(self) -> None:
        self.index.close()
        self.folder.cleanup()


TestAsADict = AsADict.TestCase
TestAsADict.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
