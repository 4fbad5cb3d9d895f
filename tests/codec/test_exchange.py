"""Articles go out into stock Whoosh indexes, and come in from them."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import whoosh.index
from whoosh.fields import DATETIME, ID, KEYWORD, NUMERIC, STORED, TEXT, Schema
from whoosh.qparser import QueryParser
from whoosh.writing import SegmentWriter

from searchkit import Article, Caption, IndexExistsError, SourceError, StorageError
from searchkit.codec.exchange import export_whoosh
from searchkit.codec.snapshot import Snapshot, open_snapshot
from searchkit.codec.storage import Storage
from searchkit.sources.whoosh_index import WhooshArticles, import_whoosh
from tests.codec.test_toc import add, ids
from tests.codec.twins import make_articles, new_index


@pytest.fixture
def articles(ferry: Article) -> list[Article]:
    return [ferry, *make_articles(60, seed=3)]


@pytest.fixture
def snapshot(tmp_path: Path, articles: list[Article]) -> Snapshot:
    path = tmp_path / "ours"
    new_index(path)
    old = Article(id=articles[1].id, body="An earlier version")
    add(path, old, *articles[2:40])
    add(path, *articles[:2], *articles[40:])
    return open_snapshot(Storage(path))


def by_id(article: Article) -> str:
    return article.id


def stock_index(directory: Path, **fields: object) -> SegmentWriter:
    directory.mkdir()
    return whoosh.index.create_in(str(directory), Schema(**fields)).writer()


# -- export


def test_all_articles_come_back_as_they_went(
    tmp_path: Path, snapshot: Snapshot, articles: list[Article]
) -> None:
    progress: list[int] = []
    count = export_whoosh(snapshot, tmp_path / "out", progress.append)
    assert count == len(articles)
    assert progress == list(range(1, count + 1))
    imported = import_whoosh(tmp_path / "out")
    assert imported.documents == count
    assert sorted(imported, key=by_id) == sorted(articles, key=by_id)
    assert not imported.rejects
    assert not imported.notices


def test_whoosh_alone_searches_an_export(tmp_path: Path, snapshot: Snapshot) -> None:
    export_whoosh(snapshot, tmp_path / "out")
    program = """
import sys
sys.modules["searchkit"] = None  # an attempt to import it fails
import whoosh.index, whoosh.qparser
index = whoosh.index.open_dir(sys.argv[1])
with index.searcher() as searcher:
    for text in sys.argv[2:]:
        query = whoosh.qparser.QueryParser("body", index.schema).parse(text)
        results = searcher.search(query, limit=None, sortedby="published")
        print(len(results))
"""
    asked = ["storms", '"of the"', "section:ÉCONOMIE", "authors:'José Díaz'"]
    asked += ["published:[20190101 TO 20251231] the"]
    command = [sys.executable, "-c", program, str(tmp_path / "out"), *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    counts = [int(line) for line in done.stdout.splitlines()]
    assert len(counts) == len(asked)
    assert all(3 < count <= 61 for count in counts)


def test_an_index_in_another_language_is_exported_with_its_stems(tmp_path: Path) -> None:
    for language, text, query in (("de", "Die Häuser brennen", "haus"), ("hi", "नमस्ते", "नमस्ते")):
        path = tmp_path / language
        new_index(path, language)
        add(path, Article(id="a", body=text))
        export_whoosh(open_snapshot(Storage(path)), tmp_path / f"{language}-out")
        index = whoosh.index.open_dir(str(tmp_path / f"{language}-out"))
        with index.searcher() as searcher:
            assert len(searcher.search(QueryParser("body", index.schema).parse(query))) == 1


def test_an_index_without_articles_is_exported_too(tmp_path: Path) -> None:
    new_index(tmp_path / "ours")
    assert export_whoosh(open_snapshot(Storage(tmp_path / "ours")), tmp_path / "out") == 0
    assert list(import_whoosh(tmp_path / "out")) == []


def test_an_export_overwrites_nothing(tmp_path: Path, snapshot: Snapshot) -> None:
    (tmp_path / "file").write_text("mine")
    for directory in (tmp_path, tmp_path / "ours", tmp_path / "file"):
        with pytest.raises(IndexExistsError, match="choose"):
            export_whoosh(snapshot, directory)
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(StorageError, match="mend"):
        export_whoosh(snapshot, tmp_path / "file" / "below")


def test_an_interrupted_export_leaves_no_articles(tmp_path: Path, snapshot: Snapshot) -> None:
    def interrupt(written: int) -> None:
        if written == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_whoosh(snapshot, tmp_path / "out", interrupt)
    assert whoosh.index.open_dir(str(tmp_path / "out")).doc_count() == 0


# -- import


def test_fields_are_recognised_by_the_names_that_json_lines_may_have(tmp_path: Path) -> None:
    writer = stock_index(
        tmp_path / "stock",
        path=ID(stored=True),
        title=TEXT(stored=True),
        content=TEXT(stored=True),
        date=DATETIME(stored=True),
        tags=KEYWORD(stored=True, commas=True),
        images=STORED,
        rank=NUMERIC(stored=True),
        byline=STORED,
    )
    writer.add_document(
        path="/a", title="Storm", content="The storm came", date=datetime(2020, 2, 20, 10, 30),
        tags="weather", images=({"caption": "Waves"},), rank=3, byline=b"By Ann Lee",
    )  # fmt: skip
    writer.commit()
    (article,) = import_whoosh(tmp_path / "stock")
    assert (article.headline, article.body) == ("Storm", "The storm came")
    assert article.published == datetime.fromisoformat("2020-02-20T10:30:00+00:00")
    assert (article.keywords, article.authors) == (("weather",), ("Ann Lee",))
    assert article.captions == (Caption(text="Waves"),)


def test_other_names_can_be_given(tmp_path: Path) -> None:
    writer = stock_index(tmp_path / "stock", hl=TEXT(stored=True))
    writer.add_document(hl="Storm")
    writer.commit()
    (article,) = import_whoosh(tmp_path / "stock", {"headline": "hl"})
    assert article.headline == "Storm"
    with pytest.raises(SourceError, match="no field 'head'"):
        import_whoosh(tmp_path / "stock", {"head": "hl"})


def test_documents_that_are_no_articles_are_told(tmp_path: Path) -> None:
    writer = stock_index(
        tmp_path / "stock", title=TEXT(stored=True), text=TEXT, date=STORED, rank=STORED
    )
    writer.add_document(title="Storm", date="no date")
    writer.add_document(text="Not stored")
    writer.add_document(text="Not stored", rank=3)
    writer.commit()
    imported = import_whoosh(tmp_path / "stock")
    assert [article.headline for article in imported] == ["Storm"]
    assert [reject.place for reject in imported.rejects] == [
        f"{tmp_path / 'stock'}, document {number}" for number in (1, 2)
    ]
    assert "date" in imported.notices[0].reason


def test_deleted_documents_stay_behind(tmp_path: Path, snapshot: Snapshot) -> None:
    export_whoosh(snapshot, tmp_path / "out")
    index = whoosh.index.open_dir(str(tmp_path / "out"))
    index.delete_by_term("publisher", "the courier")
    imported = list(import_whoosh(tmp_path / "out"))
    assert 0 < len(imported) < 61
    assert not any(article.publisher == "The Courier" for article in imported)


def test_our_own_index_can_be_imported_like_any(
    tmp_path: Path, snapshot: Snapshot, articles: list[Article]
) -> None:
    imported = sorted(import_whoosh(tmp_path / "ours"), key=by_id)
    assert imported == sorted(articles, key=by_id)
    assert ids(tmp_path / "ours") == []


def test_what_is_no_whoosh_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no Whoosh index"):
        import_whoosh(tmp_path)
    with pytest.raises(SourceError, match="there is no Whoosh index"):
        import_whoosh(tmp_path / "nowhere")


# Whoosh does not close what it fails to read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_damage_is_told_and_not_raised_as_it_comes(tmp_path: Path, snapshot: Snapshot) -> None:
    export_whoosh(snapshot, tmp_path / "out")
    for pattern in ("*.toc", "*.seg"):
        for file in (tmp_path / "out").glob(pattern):
            content = file.read_bytes()
            for end in range(0, len(content), len(content) // 9 + 1):
                file.write_bytes(content[:end])
                with pytest.raises(SourceError, match="cannot be read"):
                    list(WhooshArticles(tmp_path / "out"))
            file.write_bytes(content)
    assert len(list(import_whoosh(tmp_path / "out"))) == 61
