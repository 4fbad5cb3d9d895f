from __future__ import annotations

import csv
import gzip
import io
import json
import os
import tempfile
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import searchkit
from searchkit import Article, Caption, ExportError, Index, QueryError
from searchkit.exporting import export_articles

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["=1+1", "a,b", 'say "no"', "one\r\ntwo", "\rtwo", "[]", '["x"]', "null", " x ", "\0", "By A"]
)
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ARTICLES = st.builds(
    Article,
    id=st.sampled_from(["a", "article 1", "=1", "日本"]),
    headline=TEXTS,
    body=TEXTS.filter(str.strip),
    captions=st.lists(
        st.builds(Caption, text=TEXTS, title=TEXTS, credit=TEXTS, alt=TEXTS, gallery=TEXTS),
        max_size=2,
    ).map(tuple),
    # Python's times have no years beside, as the same moment in UTC may need.
    published=st.none() | st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES),
    section=TEXTS,
    publisher=TEXTS,
    authors=LISTS,
    agencies=LISTS,
    language=TEXTS,
    url=TEXTS,
    keywords=LISTS,
)


@pytest.fixture
def filled(fresh_index: Index, ferry: Article) -> Index:
    fresh_index.add([ferry])
    fresh_index.add(
        [
            Article(id="fog", headline="Fog", body="Fog over the harbour", section="Weather"),
            Article(id="gone", body="Fog"),
            Article(
                id="train", headline="Night train", published=datetime(1990, 1, 1).astimezone()
            ),
        ]
    )
    fresh_index.delete("gone")
    return fresh_index


def exported(articles: list[Article], file_format: str) -> bytes:
    output = io.BytesIO()
    assert export_articles(articles, output, file_format=file_format) == len(articles)
    return output.getvalue()


def ids(articles: Iterator[Article]) -> list[str]:
    return [article.id for article in articles]


# -- what is chosen


def test_all_articles_come_as_they_are_in_the_index(filled: Index, ferry: Article) -> None:
    found = filled.articles()
    assert next(found) == ferry
    assert ids(found) == ["fog", "train"]


def test_a_query_and_filters_choose_and_order(filled: Index) -> None:
    assert ids(filled.articles("fog")) == ["fog", "ferry-1"]
    assert ids(filled.articles("night", sort="date")) == ["train", "ferry-1"]
    assert ids(filled.articles(sort="date-asc")) == ["ferry-1", "train", "fog"]
    assert ids(filled.articles(section="weather")) == ["fog"]
    assert ids(filled.articles("fog", limit=1)) == ["fog"]
    assert ids(filled.articles(limit=2)) == ["ferry-1", "fog"]
    assert ids(filled.articles("night nowhere", mode="all")) == []


def test_articles_are_those_of_one_commit(filled: Index) -> None:
    found = filled.articles()
    queried = filled.articles("*")
    filled.delete("fog", "train")
    filled.compact()
    assert ids(found) == ids(queried) == ["ferry-1", "fog", "train"]


def test_a_query_that_cannot_be_run_is_refused_at_once(filled: Index, tmp_path: Path) -> None:
    with pytest.raises(QueryError):
        filled.articles("fog", sort="size")  # type: ignore[arg-type]
    with pytest.raises(QueryError):
        filled.export(tmp_path / "out.jsonl", since="yesterday-ish")
    assert list(tmp_path.glob("*out*")) == []


# -- formats


@given(st.lists(ARTICLES, max_size=3, unique_by=lambda article: article.id))
def test_json_lines_are_read_back_as_they_were(articles: list[Article]) -> None:
    lines = exported(articles, "jsonl").splitlines(keepends=True)
    assert [Article.from_dict(json.loads(line)) for line in lines] == articles


def test_an_index_of_what_was_exported_is_the_same(filled: Index, tmp_path: Path) -> None:
    assert filled.export(tmp_path / "out.jsonl.gz") == 3
    reading = searchkit.read(tmp_path / "out.jsonl.gz")
    with searchkit.create(tmp_path / "again.idx") as again:
        again.add(reading)
        assert list(again.articles()) == list(filled.articles())
    assert (reading.rejects, reading.notices) == ([], [])
    assert filled.add(searchkit.read(tmp_path / "out.jsonl.gz")).unchanged == 3


# What a reader does not take for a mistake.
SOUND = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
SOUND_LISTS = st.lists(SOUND.filter(lambda text: not text.isspace()), max_size=3, unique=True)
SOUND_ARTICLES = st.builds(
    Article,
    id=SOUND,
    headline=SOUND,
    body=SOUND | st.sampled_from(["One.\n\nTwo.", 'say "no", he', "=1+1", "a;b,c\td"]),
    captions=st.lists(
        st.builds(Caption, text=SOUND, title=SOUND, credit=SOUND, alt=SOUND, gallery=SOUND),
        max_size=2,
    ).map(tuple),
    published=st.none() | st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES),
    section=SOUND,
    publisher=SOUND,
    authors=SOUND_LISTS.map(tuple),
    language=st.sampled_from(["", "en", "de-AT"]),
    url=SOUND.map("https://a.example/{}".format),
    keywords=SOUND_LISTS.map(tuple),
)


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
@given(st.lists(SOUND_ARTICLES, min_size=1, max_size=3, unique_by=lambda article: article.id))
def test_what_was_exported_is_read_back(file_format: str, articles: list[Article]) -> None:
    if file_format == "parquet":
        pytest.importorskip("pyarrow")
        content = exported_to_parquet(articles)
    else:
        content = exported(articles, file_format)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"out.{file_format}")
        path.write_bytes(content)
        reading = searchkit.read(path)
        assert list(reading) == articles
        assert (reading.rejects, reading.notices) == ([], [])


def read_csv(content: bytes) -> Iterator[Article]:
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        values: dict[str, Any] = dict(row)
        for name in ("captions", "authors", "agencies", "keywords"):
            values[name] = json.loads(values[name] or "[]")
        yield Article.from_dict({**values, "published": values["published"] or None})


@given(st.lists(ARTICLES, max_size=3))
def test_a_table_has_a_header_and_loses_nothing(articles: list[Article]) -> None:
    content = exported(articles, "csv")
    header = ",".join(field.name for field in fields(Article))
    assert content.startswith(f"{header}\r\n".encode())
    assert list(read_csv(content)) == articles


def test_the_cells_of_a_table(ferry: Article) -> None:
    plain = Article(id="a", headline='=SUM("A1")', body="one\ntwo")
    _, row, _ = exported([plain], "csv").decode().split("\r\n")
    assert row == 'a,"=SUM(""A1"")","one\ntwo",,,,,,,,,'
    assert '"[""AP"",""Reuters""]"' in exported([ferry], "csv").decode()


def test_parquet_has_typed_columns(filled: Index, ferry: Article, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert filled.export(tmp_path / "out.parquet") == 3
    table = parquet.read_table(tmp_path / "out.parquet")
    assert [str(table.schema.field(name).type) for name in ("id", "published", "keywords")] == [
        *("string", "timestamp[us, tz=UTC]"),
        "list<element: string>",
    ]
    rows = table.to_pylist()
    assert rows[0]["captions"] == [caption.to_dict() for caption in ferry.captions]
    assert rows[0]["published"] == ferry.published
    assert rows[0]["published_at"] == "1978-11-03T04:30:00+01:00"
    assert (rows[1]["published"], rows[1]["published_at"]) == (None, None)


@given(st.lists(ARTICLES, max_size=3))
def test_parquet_loses_nothing(articles: list[Article]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    content = exported_to_parquet(articles)
    found = []
    for row in parquet.read_table(io.BytesIO(content)).to_pylist():
        published_at = row.pop("published_at")
        row["published"] = published_at or row["published"]
        found.append(Article.from_dict(row))
    assert found == articles


def exported_to_parquet(articles: list[Article]) -> bytes:
    from searchkit.exporting.parquet import write_parquet

    output = io.BytesIO()
    write_parquet(articles, output)
    return output.getvalue()


def test_parquet_is_written_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("searchkit.exporting.parquet._GROUP_ARTICLES", 4)
    monkeypatch.setattr("searchkit.exporting.parquet._GROUP_CHARACTERS", 20)
    articles = [Article(id=str(number), body="fog" * (number // 5)) for number in range(10)]
    file = parquet.ParquetFile(io.BytesIO(exported_to_parquet(articles)))
    groups = [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)]
    assert groups == [4, 4, 2]
    assert file.read().column("id").to_pylist() == [str(number) for number in range(10)]
    assert parquet.read_table(io.BytesIO(exported_to_parquet([]))).num_rows == 0


def test_without_pyarrow_it_is_told_what_to_install(
    filled: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pip install 'searchkit\[parquet\]'"):
        filled.export(tmp_path / "out.parquet")
    assert list(tmp_path.glob("*out*")) == []


# -- files


@pytest.mark.parametrize("name", ["out.jsonl", "out.NDJSON", "out.csv", "out.jsonl.gz", "o.csv.gz"])
def test_the_ending_names_the_format(filled: Index, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    filled.export(path)
    content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    assert content.startswith(b"id,headline" if ".csv" in name else b'{"id":"ferry-1"')


@pytest.mark.parametrize(
    ("name", "file_format", "complaint"),
    [
        ("out", None, "the ending of .*out names no format; say which one: jsonl, csv, parquet"),
        ("out.pdf", "pdf", "file format 'pdf' is not known"),
        ("out.parquet.gz", None, "without .gz"),
        ("missing/out.csv", None, "cannot write .*out.csv: No such file or directory"),
        ("there.csv", None, "there is a file .*there.csv already"),
        ("", "csv", "is a directory"),
    ],
)
def test_what_cannot_be_written_is_told(
    filled: Index, tmp_path: Path, name: str, file_format: str | None, complaint: str
) -> None:
    (tmp_path / "there.csv").write_text("mine")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ExportError, match=complaint):
        filled.export(tmp_path / name, file_format=file_format)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_parquet_is_for_files(filled: Index) -> None:
    with pytest.raises(ExportError, match="for files only"):
        filled.export(io.BytesIO(), file_format="parquet")


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv.gz", "out.parquet"])
def test_an_interrupted_export_leaves_what_was_there(
    filled: Index, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("mine")
    seen: list[tuple[int, int]] = []

    def interrupt(count: int, total: int) -> None:
        seen.append((count, total))
        if count == 2:
            raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        filled.export(tmp_path / name, overwrite=True, on_progress=interrupt)
    assert seen == [(1, 3), (2, 3)]
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_overwritten_when_that_is_wanted(filled: Index, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("mine")
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    assert filled.export(link, overwrite=True) == 3
    assert link.is_symlink()
    assert len(path.read_bytes().splitlines()) == 3


def test_a_pipe_is_written_to_as_it_is(filled: Index, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    assert filled.export(pipe) == 3
    reader.join()
    assert len(received[0].splitlines()) == 3
    assert pipe.is_fifo()


def test_the_same_articles_are_the_same_bytes(filled: Index, tmp_path: Path) -> None:
    filled.export(tmp_path / "one.jsonl.gz")
    filled.export(tmp_path / "two.jsonl.gz")
    assert (tmp_path / "one.jsonl.gz").read_bytes() == (tmp_path / "two.jsonl.gz").read_bytes()


@pytest.mark.parametrize("query", [None, "fog"])
def test_memory_does_not_grow_with_the_articles(fresh_index: Index, query: str | None) -> None:
    fresh_index.add(
        Article(id=str(number), body=f"n{number} " + "fog " * 5_000) for number in range(1_000)
    )

    class Nowhere:
        def write(self, data: bytes) -> None:
            pass

    tracemalloc.start()
    try:
        assert fresh_index.export(Nowhere(), query=query) == 1_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
