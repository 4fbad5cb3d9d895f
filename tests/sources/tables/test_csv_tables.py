"""Tables of separated values become articles, a row each; bad rows are told and passed over."""

from __future__ import annotations

import csv
import gzip
import io
import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from searchkit import Article, Caption
from searchkit.errors import SourceError
from searchkit.exporting import export_articles
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.fingerprints import NEVER_KNOWN, Recognition
from searchkit.sources.tables import csv_tables
from searchkit.sources.tables.csv_tables import looks_like_csv, read_csv
from tests.sources.conftest import ReadFile, headlines
from tests.sources.fields.test_records import articles

TABLE = 'title,text\nFog,"The ferry, in fog"\nOtters,They return\n'


def items(content: bytes, options: Options | None = None) -> list[Item]:
    return list(read_csv(OpenFile("a.csv", io.BytesIO(content).read), options or Options()))


def articles_of(content: bytes) -> list[Article]:
    found = [item[1] for item in items(content) if isinstance(item, tuple)]
    return [article for article in found if isinstance(article, Article)]


class TestTables:
    def test_name_their_columns_as_json_names_its_keys(self, read_file: ReadFile) -> None:
        result = read_file(
            "a.csv",
            "Pub Date,Hed,Body,By-line,Tags,Section Name,bias\n"
            '2020-02-20,Fog,The ferry.,"By Ida Brandt and J. Iversen",fog; sea,News,3\n',
        )
        article = result.article
        assert (article.headline, article.body, article.section) == ("Fog", "The ferry.", "News")
        assert article.published is not None
        assert article.authors == ("Ida Brandt", "J. Iversen")
        assert article.keywords == ("fog", "sea")
        assert (result.rejects, result.notices) == ([], [])

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a"])
    def test_are_told_by_their_content(
        self, read_file: ReadFile, delimiter: str, name: str
    ) -> None:
        rows = [["title", "text", "section"], [f"Fog{delimiter} dense", "a, b; c | d\te", "News"]]
        output = io.StringIO()
        csv.writer(output, delimiter=delimiter).writerows([*rows, ["Two", "b", ""]])
        result = read_file(name, output.getvalue())
        assert headlines(result) == [f"Fog{delimiter} dense", "Two"]
        assert result.articles[0].body == "a, b; c | d\te"

    @pytest.mark.parametrize(
        "text",
        [
            "Title, body and soul\n\nAll of them, they say, return.\n",
            "Headline\nThe body of it\n",
            "title,body\n",
            "a,b\n1,2\n",
            "",
            "\0,\0",
        ],
    )
    def test_are_not_taken_for_one_when_they_are_prose(self, text: str) -> None:
        assert looks_like_csv(TABLE.encode())
        assert not looks_like_csv(text.encode("utf-8"))

    def test_may_declare_what_parts_their_cells(self, read_file: ReadFile) -> None:
        assert read_file("a.csv", "sep=;\r\ntitle;text\r\nFog;a,b\r\n").article.body == "a,b"

    def test_newlines_and_quotation_marks_stand_in_cells(self, read_file: ReadFile) -> None:
        body = 'One\r\n\r\n"Two", three\n'
        output = io.StringIO()
        csv.writer(output).writerows([["title", "body"], ["Fog", body], ["Two", "b"]])
        result = read_file("a.csv", output.getvalue())
        assert [article.body for article in result.articles] == [body, "b"]

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_lines_may_end_in_any_way(self, read_file: ReadFile, newline: str) -> None:
        result = read_file("a.csv", f"\n{TABLE}\n\n".replace("\n", newline))
        assert headlines(result) == ["Fog", "Otters"]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
    def test_of_other_encodings_are_read(self, read_file: ReadFile, encoding: str) -> None:
        content = "title;text\nNebel über der Fähre;Schön war es für Große\n".encode(encoding)
        result = read_file("a.csv", content)
        assert result.article.headline == "Nebel über der Fähre"
        assert len(result.notices) == (encoding == "cp1252")

    def test_of_a_declared_encoding_are_read(self, read_file: ReadFile) -> None:
        content = "title,text\n表,ソ\n".encode("shift_jis")
        assert read_file("a.csv", content, encoding="shift_jis").article.headline == "表"

    def test_may_be_packed(self, read_file: ReadFile) -> None:
        result = read_file("a.csv.gz", gzip.compress(TABLE.encode()))
        assert headlines(result) == ["Fog", "Otters"]

    def test_are_mapped_by_the_names_of_columns(self, read_file: ReadFile) -> None:
        result = read_file("a.csv", "hl,b.txt\nFog,x\n", fields={"headline": "hl", "body": "b.txt"})
        assert (result.article.headline, result.article.body) == ("Fog", "x")

    def test_of_which_no_row_has_a_mapped_column_are_told(self, read_file: ReadFile) -> None:
        result = read_file("a.csv", TABLE, fields={"section": "rubrik"})
        assert "no row has the key 'rubrik'" in result.notice.reason


class TestCells:
    def test_of_lists_may_be_json(self, read_file: ReadFile) -> None:
        result = read_file(
            "a.csv",
            'title,captions,authors,keywords\nFog,"[""Tugs"",{""text"":""Quay"",""alt"":""x""}]",'
            '"[""Doe, Jane""]","[""a, b""]"\n',
        )
        assert result.article.captions == (Caption(text="Tugs"), Caption(text="Quay", alt="x"))
        assert result.article.authors == ("Doe, Jane",)
        assert result.article.keywords == ("a, b",)

    def test_that_only_look_like_json_are_text(self, read_file: ReadFile) -> None:
        article = read_file("a.csv", 'title,body,captions\n"[""a""]",[],[Tugs]\n').article
        assert (article.headline, article.body) == ('["a"]', "[]")
        assert article.captions == (Caption(text="[Tugs]"),)

    def test_of_columns_of_one_name_are_read_as_one(self, read_file: ReadFile) -> None:
        result = read_file("a.csv", "title,author,author,x,x\nFog,Ida Brandt,J. Iversen,1,2\n")
        assert result.article.authors == ("Ida Brandt", "J. Iversen")
        assert "2 columns of the name 'author'" in result.notice.reason

    @given(st.lists(articles, min_size=1, max_size=4))
    def test_come_back_as_they_were_exported(self, listed: list[Article]) -> None:
        # Python 3.10 reads no cell with a zero byte.
        assume(not any("\\u0000" in article.to_json() for article in listed))
        output = io.BytesIO()
        export_articles(listed, output, file_format="csv")
        assert articles_of(output.getvalue()) == listed


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("Fog", "has 1 cells, where the first row has 2"),
            ("Fog,a,b", "has 3 cells, where the first row has 2"),
            ('"Fog" dense,a', "not a row of a table"),
            (",", "never told, as it is blank"),
            ('"",""', "never told, as it is blank"),
            ("Fog,a,,", "never told, as more empty cells do no harm"),
        ],
    )
    def test_are_rejected_with_their_line(self, read_file: ReadFile, row: str, reason: str) -> None:
        result = read_file("a.csv", f'title,text\n"One\ntwo",x\n{row}\nTwo,y\n')
        assert {"One\ntwo", "Two"} <= set(headlines(result))
        if reason.startswith("never"):
            assert result.rejects == []
        else:
            (reject,) = result.rejects
            assert reject.line == 4
            assert reason in reject.reason

    def test_have_the_line_in_which_they_begin(self, read_file: ReadFile) -> None:
        result = read_file("a.csv", '\n\ntitle,text\n\n\n"One\n\ntwo",x\n\n,\nbad\n')
        assert headlines(result) == ["One\n\ntwo"]
        assert [reject.line for reject in result.rejects] == [11]

    def test_without_text_are_rejected(self, read_file: ReadFile) -> None:
        result = read_file("a.csv", "title,section\n,News\nFog,News\n")
        assert headlines(result) == ["Fog"]
        assert [reject.line for reject in result.rejects] == [2]

    def test_that_are_no_text_do_not_cost_the_others(self, read_file: ReadFile) -> None:
        result = read_file("a.csv", b"title,text\nFog,a\n\x81\x00\x00\x01\xff,b\nTwo,c\n")
        assert headlines(result) == ["Fog", "Two"]
        assert [reject.line for reject in result.rejects] == [3]

    def test_whose_quotation_mark_is_not_closed_are_rejected(self, read_file: ReadFile) -> None:
        result = read_file("a.csv", 'title,text\nOne,a\nFog,"open\nTwo,b\n')
        assert headlines(result) == ["One"]
        assert [reject.line for reject in result.rejects] == [3]

    def test_over_the_limit_are_not_held(
        self, read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(csv_tables, "MAX_ROW_BYTES", 1 << 20)
        content = 'title,text\nOne,a\nOpen,"' + ("x" * 999 + "\n") * 10_000 + '"\nTwo,b\n'
        tracemalloc.start()
        result = read_file("a.csv", content.encode())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3 * len(content)
        assert "is a quotation mark not closed?" in result.rejects[0].reason
        assert result.rejects[0].line == 3

    def test_a_cell_may_be_longer_than_python_allows_by_default(self, read_file: ReadFile) -> None:
        limit = csv.field_size_limit()
        body = "x" * (limit + 1)
        assert read_file("a.csv", f"title,text\nOne,{body}\n").article.body == body
        assert csv.field_size_limit() == limit

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("", "empty: there are no rows in it"),
            ("\n\n", "empty: there are no rows in it"),
            ("title,text\n", "no rows below"),
            ("a,b\n1,2\n", "names no column for a headline"),
            ('"a" b,c\n1,2\n', "its first row cannot be read"),
        ],
    )
    def test_files_of_which_none_can_be_read_are_rejected(
        self, read_file: ReadFile, content: str, reason: str
    ) -> None:
        assert reason in read_file("a.csv", content).reject.reason

    def test_a_file_that_is_cut_short_gives_what_came_before(self, read_file: ReadFile) -> None:
        rows = "".join(f"Fog {number},{number * 7919}\n" for number in range(50_000))
        result = read_file("a.csv.gz", gzip.compress(f"title,text\n{rows}".encode())[:-5000])
        assert len(result.articles) > 1000
        assert "cut short" in result.rejects[-1].reason


class TestHostileTables:
    @settings(deadline=None)
    @given(
        st.binary() | st.text(',;|"\n\r\t\0ab[{').map(str.encode),
        st.sampled_from([b"", b"title,text\n", b"title;captions\na;b\n"]),
    )
    def test_any_bytes_give_articles_rejects_or_notices(self, data: bytes, head: bytes) -> None:
        looks_like_csv(head + data)
        with suppress(SourceError):
            for item in items(head + data):
                str(item).encode()

    def test_many_columns_take_little_time(self, read_file: ReadFile) -> None:
        names = ",".join(f"x{number}" for number in range(100_000))
        begun = time.perf_counter()
        result = read_file("a.csv", f"title,{names}\nFog{',' * 100_000}\n")
        assert result.article.headline == "Fog"
        assert time.perf_counter() - begun < 10


class TestRecognition:
    def test_rows_are_recognised_by_their_text(self) -> None:
        seen: set[bytes] = set()
        options = Options(recognition=Recognition(7, seen.__contains__, lambda _: None))
        first = [item for item in items(TABLE.encode(), options) if isinstance(item, tuple)]
        seen.update(fingerprint for fingerprint, _ in first)
        assert len(seen) == 2
        assert NEVER_KNOWN not in seen
        again = items(TABLE.encode() + b"Three,c\n", options)
        assert [isinstance(item, tuple) and item[1] is None for item in again] == [
            True,
            True,
            False,
        ]
        other = items(TABLE.replace("text", "body").encode(), options)
        assert all(isinstance(item, tuple) and item[1] is not None for item in other)

    def test_rows_of_which_there_is_something_to_tell_are_not(self) -> None:
        options = Options(recognition=Recognition(7, lambda _: False, lambda _: None))
        notice, found = items(b"title,date\nFog,10/02/2020\n", options)
        assert isinstance(found, tuple)
        assert found[0] == NEVER_KNOWN
        assert "published" in str(notice)
