"""Parquet files become articles, a row each."""

from __future__ import annotations

import gzip
import io
import sys
from contextlib import suppress
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from searchkit import Article, Caption
from searchkit.errors import SourceError
from searchkit.exporting import export_articles
from searchkit.sources.files import OpenFile, Options
from searchkit.sources.tables.parquet import read_parquet
from tests.sources.conftest import ReadFile, headlines, read_all
from tests.sources.fields.test_records import articles


def table(rows: list[dict[str, Any]], schema: Any = None, **options: Any) -> bytes:
    output = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema), output, **options)
    return output.getvalue()


def articles_of(content: bytes) -> list[Any]:
    found = read_parquet(OpenFile("a.parquet", io.BytesIO(content).read), Options())
    return [item[1] for item in found if isinstance(item, tuple)]


class TestRows:
    def test_name_their_columns_as_json_names_its_keys(self, read_file: ReadFile) -> None:
        rows = [
            {
                "Title": "Fog",
                "maintext": "The ferry.",
                "date_publish": datetime(1978, 11, 3, 4, 30),
                "authors": ["Ida Brandt", "J. Iversen"],
                "images": [{"caption": "Tugs", "credit": "Ann Lee"}, {"caption": "Quay"}],
                "embedding": [0.5] * 8,
            }
        ]
        result = read_file("a.parquet", table(rows))
        article = result.article
        assert (article.headline, article.body) == ("Fog", "The ferry.")
        assert article.published == datetime(1978, 11, 3, 4, 30, tzinfo=timezone.utc)
        assert article.authors == ("Ida Brandt", "J. Iversen")
        assert article.captions == (Caption(text="Tugs", credit="Ann Lee"), Caption(text="Quay"))
        assert (result.rejects, result.notices) == ([], [])

    def test_are_read_whatever_the_name_of_the_file(self, read_file: ReadFile) -> None:
        assert read_file("a.bin", table([{"title": "Fog"}])).article.headline == "Fog"

    def test_of_packed_files_are_read(self, read_file: ReadFile) -> None:
        content = gzip.compress(table([{"title": "Fog"}]))
        assert read_file("a.parquet.gz", content).article.headline == "Fog"

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (pyarrow.timestamp("ns"), 1582156800_000000007),
            (pyarrow.timestamp("ms", "Europe/Berlin"), 1582156800_000),
            (pyarrow.date32(), date(2020, 2, 20)),
            (pyarrow.string(), "20 February 2020"),
            (pyarrow.int64(), 1582156800),
            (pyarrow.float64(), 1582156800.0),
        ],
        ids=str,
    )
    def test_have_dates_of_many_types(self, kind: Any, value: Any) -> None:
        schema = pyarrow.schema({"title": pyarrow.string(), "date": kind})
        (article,) = articles_of(table([{"title": "h", "date": value}], schema))
        assert article.published == datetime(2020, 2, 20, tzinfo=timezone.utc)

    def test_may_lack_values(self, read_file: ReadFile) -> None:
        rows = [{"title": "h", "text": None, "tags": None, "date": None, "id": float("nan")}]
        result = read_file("a.parquet", table([*rows, {"title": "i", "id": 0.5}]))
        assert [article.body for article in result.articles] == ["", ""]
        assert result.notices == []

    @settings(deadline=None)
    @given(st.lists(articles, min_size=1, max_size=4))
    def test_come_back_as_they_were(self, listed: list[Article]) -> None:
        text, names = pyarrow.string(), pyarrow.list_(pyarrow.string())
        caption = pyarrow.struct([(name, text) for name in Caption().to_dict()])
        kinds = {"captions": pyarrow.list_(caption)}
        kinds |= dict.fromkeys(("authors", "agencies", "keywords"), names)
        schema = pyarrow.schema([(key, kinds.get(key, text)) for key in listed[0].to_dict()])
        content = table([article.to_dict() for article in listed], schema)
        assert articles_of(content) == listed

    def test_come_back_as_they_were_exported(self, tmp_path: Path, ferry: Article) -> None:
        berlin = datetime.fromisoformat("2020-02-20T10:30:00+01:00")
        listed = [ferry, Article(id="b", headline=" By ", published=berlin)]
        export_articles(listed, tmp_path / "a.parquet")
        result = read_all(tmp_path / "a.parquet")
        assert [each.to_dict() for each in result.articles] == [each.to_dict() for each in listed]


class TestBadFiles:
    def test_rows_without_text_are_rejected_by_their_number(self, read_file: ReadFile) -> None:
        rows: list[dict[str, Any]] = [{"title": None}, {"title": "Fog"}, {"title": ""}]
        result = read_file("a.parquet", table(rows))
        assert headlines(result) == ["Fog"]
        assert [reject.reason[:6] for reject in result.rejects] == ["row 1:", "row 3:"]

    def test_a_row_with_a_date_that_python_has_none_for_does_not_cost_the_others(
        self, read_file: ReadFile
    ) -> None:
        schema = pyarrow.schema({"title": pyarrow.string(), "date": pyarrow.timestamp("s")})
        rows = [{"title": "One", "date": 1}, {"title": "Far", "date": 1 << 50}]
        result = read_file("a.parquet", table([*rows, {"title": "Two", "date": 2}], schema))
        assert headlines(result) == ["One", "Two"]
        (reject,) = result.rejects
        assert reject.reason.startswith("row 2: a value cannot be read")

    def test_a_table_without_columns_of_text_is_rejected(self, read_file: ReadFile) -> None:
        reason = read_file("a.parquet", table([{"x": 1}])).reject.reason
        assert "--map headline=" in reason

    def test_a_table_without_rows_is_rejected(self, read_file: ReadFile) -> None:
        schema = pyarrow.schema({"title": pyarrow.string()})
        assert "no rows" in read_file("a.parquet", table([], schema)).reject.reason

    def test_a_damaged_file_is_rejected(self, read_file: ReadFile) -> None:
        whole = table([{"title": f"Fog {number}"} for number in range(1000)])
        for content in (b"PAR1", whole[:-20], whole[:100], b"PAR1" * 100):
            assert "copy it again" in read_file("a.parquet", content).reject.reason

    def test_what_comes_before_the_damage_is_read(self, read_file: ReadFile) -> None:
        rows = [
            {"title": f"Fog {number}", "text": f"{number * 7919}" * 9} for number in range(9000)
        ]
        content = bytearray(table(rows, row_group_size=1000, compression="zstd"))
        middle = len(content) // 2
        content[middle : middle + 9000] = b"\0" * 9000
        result = read_file("a.parquet", bytes(content))
        assert 1000 <= len(result.articles) < 9000
        assert f"damaged after row {len(result.articles):,} " in result.rejects[-1].reason

    @settings(deadline=None)
    @given(st.data())
    def test_any_damage_gives_articles_rejects_or_a_source_error(self, data: st.DataObject) -> None:
        content = bytearray(table([{"title": "Fog", "images": [{"caption": "Tugs"}]}] * 3))
        for _ in range(data.draw(st.integers(1, 5))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        with suppress(SourceError):
            articles_of(bytes(content))

    def test_without_pyarrow_it_is_said_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(SourceError, match=r"pip install 'searchkit\[parquet\]'"):
            articles_of(b"PAR1")
