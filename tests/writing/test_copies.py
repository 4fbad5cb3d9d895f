"""One text under several ids is one document, and each id keeps what it came with."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import searchkit
from searchkit import Article, Caption, Copy, Index
from searchkit.copies import LEAST_BYTES
from searchkit.writing import writer
from tests.writing.test_writer import pieces_of

TEXT = "The ferry struck a sandbank in fog; nobody was hurt, the harbour master said. " * 2
NOON = datetime(1978, 11, 3, 12, tzinfo=timezone.utc)


def article(name: str, publisher: str = "", body: str = TEXT, **fields: object) -> Article:
    return Article(
        id=name,
        headline="Ferry aground",
        body=body,
        publisher=publisher,
        url=f"https://{name}.example/ferry",
        **fields,  # type: ignore[arg-type]
    )


POST = article("post", "Harbour Post", authors=("Ida Brandt",), published=NOON)
TIMES = article("times", "Sound Times", agencies=("AP",), published=NOON.replace(hour=15))
HERALD = article("herald", keywords=("fog",), section="News", published=NOON.replace(hour=1))


def documents(index: Index) -> dict[str, set[str]]:
    """The ids of each document, by its first."""
    found = index.search("*", limit=None)
    return {hit.id: {hit.id, *(copy.id for copy in hit.copies)} for hit in found}


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_a_text_is_indexed_once_and_each_id_keeps_what_it_came_with(
    fresh_index: Index, pieces: int
) -> None:
    articles = [POST, TIMES, HERALD]
    with pieces_of(pieces):
        report = fresh_index.add(articles)
    assert (report.added, report.copies, report.committed) == (1, 2, 3)
    assert documents(fresh_index) == {"post": {"post", "times", "herald"}}
    assert len(fresh_index) == 1
    assert [fresh_index.get(each.id) for each in articles] == articles
    assert all(each.id in fresh_index for each in articles)
    (hit,) = fresh_index.search("sandbank")
    assert hit.article == POST
    assert hit.copies == (
        Copy("times", TIMES.url, "Sound Times", TIMES.published),
        Copy("herald", HERALD.url, "", HERALD.published),
    )
    assert [copy.id for copy in fresh_index.copies("times")] == ["post", "herald"]
    assert fresh_index.copies("nowhere") == ()
    assert fresh_index.info().copies == 2


def test_the_filters_of_each_copy_find_the_text(fresh_index: Index) -> None:
    fresh_index.add([POST, TIMES, HERALD])
    for filters in (
        {"publisher": "harbour post"},
        {"publisher": "sound times"},
        {"author": "Ida Brandt"},
        {"agency": "ap"},
        {"keyword": "fog"},
        {"section": "news"},
        {"since": "1978-11-03", "until": "1978-11-03"},
    ):
        assert fresh_index.search("ferry", **filters).total == 1  # type: ignore[arg-type]
    facets = fresh_index.search("ferry", facets=["publisher"]).facets
    assert facets["publisher"] == {"Harbour Post": 1, "Sound Times": 1}


@pytest.mark.parametrize(
    "other",
    [
        replace(TIMES, published=NOON.replace(day=4)),
        replace(TIMES, published=None),
        replace(TIMES, language="de"),
        replace(TIMES, headline="Ferry aground again"),
        replace(TIMES, body=TEXT + " "),
        replace(TIMES, captions=(Caption(text="Fog"),)),
    ],
    ids=["day", "no day", "language", "headline", "body", "captions"],
)
def test_what_differs_is_no_copy(fresh_index: Index, other: Article) -> None:
    report = fresh_index.add([POST, other])
    assert (report.added, report.copies) == (2, 0)
    assert len(fresh_index) == 2


def test_captions_of_other_parts_are_no_copies_though_their_text_is_the_same(
    fresh_index: Index,
) -> None:
    one = replace(POST, captions=(Caption(text="Fog"),))
    other = replace(TIMES, captions=(Caption(alt="Fog"),))
    fresh_index.add([one, other])
    assert len(fresh_index) == 2
    assert [fresh_index.get(each.id) for each in (one, other)] == [one, other]
    assert fresh_index.add([one, other]).unchanged == 2


@pytest.mark.parametrize("missing", [0, 1])
def test_of_a_few_words_there_are_no_copies(fresh_index: Index, missing: int) -> None:
    headline = "x" * (LEAST_BYTES - missing)
    fresh_index.add([Article(id="a", headline=headline), Article(id="b", headline=headline)])
    assert len(fresh_index) == 1 + missing


def test_copies_added_again_are_unchanged(fresh_index: Index, tmp_path: Path) -> None:
    lines = tmp_path / "articles.jsonl"
    lines.write_text("\n".join(each.to_json() for each in (POST, TIMES, HERALD)))
    assert fresh_index.add(searchkit.read(lines)).committed == 3
    before = fresh_index.info().generation
    assert fresh_index.add(searchkit.read(lines)).unchanged == 3
    assert fresh_index.add([HERALD, POST, TIMES]).unchanged == 3
    assert fresh_index.info().generation == before


def test_an_update_with_another_text_takes_an_article_out(fresh_index: Index) -> None:
    fresh_index.add([POST, TIMES, HERALD])
    changed = replace(TIMES, body="Corrected: " + TEXT)
    assert fresh_index.add(changed).updated == 1
    assert documents(fresh_index) == {"post": {"post", "herald"}, "times": {"times"}}
    assert fresh_index.get("times") == changed
    assert fresh_index.search("ferry", publisher="sound times").total == 1
    assert fresh_index.add(TIMES).updated == 1
    assert documents(fresh_index) == {"post": {"post", "herald", "times"}}


def test_an_update_of_the_first_leaves_the_others_together(fresh_index: Index) -> None:
    fresh_index.add([POST, TIMES, HERALD])
    fresh_index.add(replace(POST, body="Corrected: " + TEXT))
    assert documents(fresh_index) == {"times": {"times", "herald"}, "post": {"post"}}


def test_the_facts_of_a_copy_can_change(fresh_index: Index) -> None:
    fresh_index.add([POST, TIMES])
    moved = replace(TIMES, publisher="Evening Times")
    assert fresh_index.add(moved).updated == 1
    assert fresh_index.get("times") == moved
    assert len(fresh_index) == 1
    assert fresh_index.search("ferry", publisher="sound times").total == 0


@pytest.mark.parametrize("doomed", ["post", "times", "herald"])
def test_a_deleted_article_leaves_the_others(fresh_index: Index, doomed: str) -> None:
    fresh_index.add([POST, TIMES, HERALD])
    assert fresh_index.delete(doomed) == 1
    assert doomed not in fresh_index
    (left,) = documents(fresh_index).values()
    assert left == {"post", "times", "herald"} - {doomed}
    assert fresh_index.delete(*left, doomed) == 2
    assert len(fresh_index) == 0


def test_what_a_search_finds_is_deleted_with_all_its_ids(fresh_index: Index) -> None:
    fresh_index.add([POST, TIMES])
    assert fresh_index.delete_matching("ferry", publisher="sound times") == 1
    assert "post" not in fresh_index
    assert "times" not in fresh_index


def test_of_very_many_copies_there_are_several_documents(fresh_index: Index) -> None:
    articles = [article(f"a{number}") for number in range(12)]
    with mock.patch.object(writer, "MAX_COPIES", 3):
        for start in range(0, 12, 6):
            fresh_index.add(articles[start : start + 6])
    assert max(map(len, documents(fresh_index).values())) == 4
    assert len(fresh_index) < 6
    assert [fresh_index.get(each.id) for each in articles] == articles
    assert fresh_index.delete(*(each.id for each in articles)) == 12


def test_copies_that_wait_are_bounded_by_the_memory(fresh_index: Index) -> None:
    long = TEXT * 500
    commits = []
    fresh_index.add(
        (article(f"a{number}", body=long) for number in range(60)),
        memory=1 << 20,
        on_progress=lambda report: commits.append(report.committing),
    )
    assert sum(commits) > 3
    assert len(fresh_index) == 1
    assert fresh_index.info().copies == 59


def test_all_articles_are_exported(fresh_index: Index, tmp_path: Path) -> None:
    fresh_index.add([POST, TIMES, HERALD])
    assert fresh_index.export_whoosh(tmp_path / "out") == 3
    imported = list(searchkit.import_whoosh(tmp_path / "out"))
    assert {each.id: each for each in imported} == {each.id: each for each in (POST, TIMES, HERALD)}


def test_whoosh_finds_a_text_by_each_of_its_ids(fresh_index: Index) -> None:
    from whoosh.query import Term

    fresh_index.add([POST, TIMES])
    for name in ("post", "times"):
        assert [hit.id for hit in fresh_index.search(Term("id", name))] == ["post"]


class AsADict(RuleBasedStateMachine):
    """With copies, too, an index behaves as a dict from id to article."""

    ids = st.integers(0, 6)
    articles = st.builds(
        lambda number, words, publisher, day: Article(
            id=str(number),
            body=f"{words} {TEXT}",
            publisher=publisher,
            published=NOON.replace(day=day),
        ),
        ids,
        st.sampled_from(["alpha", "beta"]),
        st.sampled_from(["", "Post", "Times"]),
        st.sampled_from([1, 1, 2]),
    )

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.index = searchkit.create(Path(self.folder.name) / "x")
        self.model: dict[str, Article] = {}

    def grouped(self) -> dict[tuple[object, ...], set[str]]:
        groups: dict[tuple[object, ...], set[str]] = {}
        for name, each in self.model.items():
            groups.setdefault((each.body, each.published), set()).add(name)
        return groups

    @rule(batch=st.lists(articles, max_size=6), piece=st.integers(1, 4), workers=st.integers(1, 2))
    def add(self, batch: list[Article], piece: int, workers: int) -> None:
        expected = Counter[str]()
        for each in batch:
            known = self.model.get(each.id)
            expected["new" if known is None else "same" if known == each else "updated"] += 1
            self.model[each.id] = each
        with pieces_of(piece):
            report = self.index.add(batch, workers=workers)
        assert report.added + report.copies == expected["new"]
        assert report.updated == expected["updated"]
        assert report.unchanged == expected["same"]

    @rule(chosen=st.lists(ids, max_size=3))
    def delete(self, chosen: list[int]) -> None:
        names = {str(number) for number in chosen}
        assert self.index.delete(*names) == len(names & self.model.keys())
        for name in names:
            self.model.pop(name, None)

    @rule(word=st.sampled_from(["alpha", "beta"]), publisher=st.sampled_from(["Post", "Times"]))
    def delete_matching(self, word: str, publisher: str) -> None:
        doomed = [
            names
            for names in self.grouped().values()
            if any(self.model[name].publisher == publisher for name in names)
            and all(self.model[name].body.startswith(word) for name in names)
        ]
        assert self.index.delete_matching(word, publisher=publisher) == len(doomed)
        for name in set().union(*doomed):
            del self.model[name]

    @rule(
        batch=st.lists(articles, max_size=4), chosen=st.lists(ids, max_size=2), first=st.booleans()
    )
    def change_together(self, batch: list[Article], chosen: list[int], first: bool) -> None:
        with self.index.transaction() as changes:
            for delete in (first, not first):
                if delete:
                    changes.delete(*map(str, chosen))
                    for number in chosen:
                        self.model.pop(str(number), None)
                else:
                    changes.add(batch)
                    self.model.update((each.id, each) for each in batch)

    @rule()
    def compact(self) -> None:
        self.index.compact()
        assert self.index.info().segments <= 1

    @rule()
    def verify(self) -> None:
        assert searchkit.verify(self.index.path, deep=True).whole

    @invariant()
    def holds_the_same(self) -> None:
        groups = self.grouped()
        assert len(self.index) == len(groups)
        assert self.index.info().copies == len(self.model) - len(groups)
        for number in range(7):
            assert (str(number) in self.index) == (str(number) in self.model)
            assert self.index.get(str(number)) == self.model.get(str(number))
        found = documents(self.index)
        assert sorted(map(sorted, found.values())) == sorted(map(sorted, groups.values()))
        for publisher in ("Post", "Times"):
            expected = sum(
                any(self.model[name].publisher == publisher for name in names)
                for names in groups.values()
            )
            assert self.index.search("ferry", publisher=publisher).total == expected

    def teardown(self) -> None:
        self.index.close()
        self.folder.cleanup()


TestAsADict = AsADict.TestCase
TestAsADict.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
