from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import (
    Article,
    Index,
    IndexDamagedError,
    IndexExistsError,
    IndexNotFoundError,
    IndexVersionError,
    LanguageError,
    StorageError,
)
from searchkit.record import decode_article, encode_article
from tests.test_article import articles


@given(articles)
def test_what_is_stored_of_an_article_is_the_article(article: Article) -> None:
    assert decode_article(encode_article(article)) == article


@example([Article(headline="x", section="´", authors=("\u0301", " ", "B"))])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(articles, max_size=3, unique_by=lambda article: article.id))
def test_any_article_survives_the_index(fresh_index: Index, drawn: list[Article]) -> None:
    report = fresh_index.add(drawn)
    searchable = [
        each for each in drawn if each.headline.strip() or each.body.strip() or each.captions
    ]
    assert report.committed == len(searchable)
    for each in searchable:
        assert fresh_index.get(each.id) == each
        for name, values in (("section", [each.section]), ("author", each.authors)):
            for value in filter(str.strip, values):
                found = fresh_index.search(f"id:{each.id}", **{name: value})
                assert found.total == 1, (name, value)
    assert not any("" in counts for counts in fresh_index.info().values.values())


def test_every_field_survives_the_index(fresh_index: Index, ferry: Article) -> None:
    fresh_index.add(ferry)
    assert fresh_index.get("ferry-1") == ferry


@pytest.mark.parametrize(
    "published", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", None]
)
def test_times_at_the_ends_of_the_calendar_survive(
    fresh_index: Index, published: str | None
) -> None:
    article = Article.from_dict({"id": "x", "headline": "Fog", "published": published})
    fresh_index.add(article)
    assert fresh_index.get("x") == article
    assert fresh_index.search("fog", sort="date").total == 1


def test_creating_makes_the_folders_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    searchkit.create(path).close()
    assert len(searchkit.open(path)) == 0


def test_an_index_is_not_made_where_something_is(tmp_path: Path) -> None:
    searchkit.create(tmp_path / "x").close()
    with pytest.raises(IndexExistsError, match="holds an index already"):
        searchkit.create(tmp_path / "x")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("Dear")
    with pytest.raises(IndexExistsError, match="holds other files"):
        searchkit.create(tmp_path / "letters")
    assert [each.name for each in (tmp_path / "letters").iterdir()] == ["a.txt"]
    with pytest.raises(StorageError):
        searchkit.create(tmp_path / "letters" / "a.txt")
    with pytest.raises(StorageError):
        searchkit.create(tmp_path / "letters" / "a.txt" / "below")


def test_an_index_is_made_where_making_one_was_interrupted(tmp_path: Path) -> None:
    (tmp_path / "manifest-0.json.tmp").write_text("{")
    searchkit.create(tmp_path).close()
    assert len(searchkit.open(tmp_path)) == 0


def test_an_index_with_an_unknown_language_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(LanguageError):
        searchkit.create(tmp_path / "x", language="klingon")
    assert not (tmp_path / "x").exists()


def test_opening_what_is_no_index_says_how_to_make_one(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexNotFoundError, match=r"make one with `searchkit --index"):
            searchkit.open(path)


def test_the_language_is_remembered(tmp_path: Path) -> None:
    with searchkit.create(tmp_path / "x", language="german") as index:
        index.add(Article(headline="Die Häuser"))
    with searchkit.open(tmp_path / "x") as index:
        assert index.language == "de"
        assert index.search("haus").total == 1


def test_an_index_of_the_first_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "searchkit.json").write_text('{"format": 1, "language": "en"}')
    with pytest.raises(IndexVersionError, match="format 1"):
        searchkit.open(tmp_path)
    with pytest.raises(IndexExistsError, match="holds an index already"):
        searchkit.create(tmp_path)


def test_an_index_that_lacks_a_file_is_called_damaged(fresh_index: Index, ferry: Article) -> None:
    fresh_index.add(ferry)
    fresh_index.close()
    for file in fresh_index.path.glob("*.segment"):
        file.unlink()
    with pytest.raises(IndexDamagedError, match="is damaged"):
        searchkit.open(fresh_index.path)


def test_whoosh_itself_opens_the_index(fresh_index: Index, ferry: Article) -> None:
    from whoosh.index import open_dir
    from whoosh.qparser import QueryParser

    fresh_index.add(ferry)
    index = open_dir(str(fresh_index.path))
    with index.searcher() as searcher:
        hits = searcher.search(QueryParser("body", index.schema).parse("ferries sandbank"))
        assert [hit["headline"] for hit in hits] == [ferry.headline]
