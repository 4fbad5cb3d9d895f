"""JSON that is no JSON lines: lists, objects over several lines, and objects around lists."""

from __future__ import annotations

import functools
import gzip
import io
import json
import tracemalloc
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article, Caption
from searchkit.sources.files import OpenFile, Options
from searchkit.sources.json import documents as json_documents
from searchkit.sources.json.documents import read_json
from searchkit.sources.json.elements import Elements
from searchkit.sources.json.jsonl import read_jsonl
from tests.sources.conftest import ReadFile, headlines

# Of a place's own time, an hour of each year is equal to no other time, not even to itself in UTC.
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))

ONE, TWO = {"headline": "One", "body": "Fog."}, {"headline": "Two"}
ANSWERS = {
    "a list": [ONE, TWO],
    "a named list": {"status": "ok", "totalResults": 2, "articles": [ONE, TWO]},
    "results in a response": {"response": {"status": "ok", "pages": 3, "results": [ONE, TWO]}},
    "docs in a response": {"copyright": "x", "response": {"docs": [ONE, TWO], "meta": {"hits": 2}}},
    "a feed with a title": {"version": "1", "title": "A feed", "items": [ONE, TWO]},
    "lists of unknown names": {"politik": [ONE], "count": 2, "sport": [TWO]},
    "other lists beside": {"errors": [{"code": 1}], "articles": [ONE, TWO], "facets": [{"n": 1}]},
    "braces in texts": {"query": 'a "{[" \\', "articles": [ONE, TWO]},
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ANSWERS)
class TestLists:
    def test_give_their_articles(self, read_file: ReadFile, name: str, indent: int | None) -> None:
        result = read_file("x", json.dumps(ANSWERS[name], indent=indent))
        assert headlines(result) == ["One", "Two"]
        assert result.rejects == result.notices == []
        assert result.reading.format == "json"

    def test_do_so_after_one_another(
        self, read_file: ReadFile, name: str, indent: int | None
    ) -> None:
        written = json.dumps(ANSWERS[name], indent=indent)
        assert headlines(read_file("x", f"{written}\n{written}")) == ["One", "Two"] * 2

    def test_give_what_they_gave_when_cut_short(
        self, read_file: ReadFile, name: str, indent: int | None
    ) -> None:
        written = json.dumps(ANSWERS[name], indent=indent)
        for end in range(written.index("Two"), len(written) - 1, 7):
            result = read_file("x.json", written[:end])
            assert headlines(result)[0] == "One"
            (reject,) = result.rejects
            assert "cut short" in reject.reason


class TestObjects:
    @pytest.mark.parametrize(
        "record",
        [
            ONE,
            {"links": [{"href": "x"}], **ONE},
            {"title": "One", "images": [{"caption": "Fog"}], "related": [{"url": "x"}]},
            {"text": "One", "items": [{"price": 1}]},
            {"title": "One", "date": "2020-02-20", "items": [{"price": 1}]},
            {"title": "One", "paragraphs": ["a", "b"]},
        ],
    )
    def test_of_several_lines_are_articles(self, read_file: ReadFile, record: Any) -> None:
        written = json.dumps(record, indent=1)
        assert read_file("x", written).article == read_file("y.jsonl", json.dumps(record)).article
        assert len(read_file("x", f"{written}\n\n{written}").articles) == 2

    def test_of_a_mapping_are_not_taken_for_something_around_a_list(
        self, read_file: ReadFile
    ) -> None:
        record = {"ueberschrift": "One", "absaetze": [{"t": "Fog."}]}
        result = read_file("x", json.dumps(record, indent=1), fields={"headline": "ueberschrift"})
        assert result.article.headline == "One"

    def test_that_should_hold_a_list_and_do_not_are_rejected(self, read_file: ReadFile) -> None:
        answers = [{"articles": [ONE]}, {"status": "error"}, {"articles": []}, {"articles": [TWO]}]
        result = read_file("x", "\n".join(map(json.dumps, answers)))
        assert headlines(result) == ["One", "Two"]
        assert [reject.line for reject in result.rejects] == [2]

    @pytest.mark.parametrize(
        "answer",
        [
            {"response": {"status": "ok", "content": ONE}},
            {"data": {"article": {"headline": "One", "body": "Fog.", "items": [TWO]}}},
            {"post": {"body": "Fog.", "headline": "One"}, "comments": 3},
        ],
    )
    def test_of_a_single_article_are_unwrapped(self, read_file: ReadFile, answer: Any) -> None:
        for indent in (None, 1):
            result = read_file("x", json.dumps(answer, indent=indent))
            assert (result.article.headline, result.article.body) == ("One", "Fog.")

    def test_whose_content_is_pages_are_not_taken_for_one(self, read_file: ReadFile) -> None:
        answer = {"content": {"page": 1, "items": [ONE, TWO]}, "size": 2}
        assert headlines(read_file("x", json.dumps(answer))) == ["One", "Two"]

    def test_one_a_line_are_json_lines_though_the_first_is_bad(self, read_file: ReadFile) -> None:
        result = read_file("x", '{"headline": bad}\n{"headline": "One"}\n')
        assert headlines(result) == ["One"]
        assert result.reading.format == "jsonl"


class TestRejects:
    def test_name_the_line_the_number_and_keep_the_record(
        self, read_file: ReadFile, tmp_path: Any
    ) -> None:
        content = '[\n{"headline": "One"},\n\n{"headline":\n oops},\n17, "x", {"headline": "Two"}]'
        rejects = tmp_path / "rejects.jsonl"
        result = read_file("x.json", content, rejects=rejects)
        assert headlines(result) == ["One", "Two"]
        assert [(reject.line, reject.reason[:20]) for reject in result.rejects] == [
            (4, "object 2: not JSON ("),
            (6, "object 3: a number, "),
            (6, "object 4: a string, "),
        ]
        assert [json.loads(line)["record"] for line in rejects.read_text().splitlines()] == [
            '{"headline":\n oops}',
            "17",
            '"x"',
        ]

    def test_tell_a_bracket_too_many(self, read_file: ReadFile) -> None:
        result = read_file("x.json", '[{"headline": "One"}]]')
        assert headlines(result) == ["One"]
        assert [reject.record for reject in result.rejects] == [None]

    def test_tell_damaged_compression_after_what_was_sound(self, read_file: ReadFile) -> None:
        import random

        noise = random.Random(1)
        records = [{"headline": str(noise.random()), "body": "x" * 50} for _ in range(20_000)]
        packed = gzip.compress(json.dumps(records).encode())
        result = read_file("x.json.gz", packed[: len(packed) // 2])
        assert 5_000 < len(result.articles) < 15_000
        assert "cut short" in result.rejects[-1].reason

    def test_an_empty_list_is_a_notice_and_an_empty_file_a_reject(
        self, read_file: ReadFile
    ) -> None:
        assert "list is empty" in read_file("x.json", "[]").notice.reason
        assert "list is empty" in read_file("x.json", '{"articles": []}').notice.reason
        assert "no objects" in read_file("x.json", " \n").reject.reason

    def test_what_holds_no_articles_is_given_up(self, read_file: ReadFile) -> None:
        result = read_file("x.json", json.dumps([{"x": 1}] * 1000))
        assert "does not look like JSON of articles" in result.reject.reason


class TestHostileJson:
    @pytest.mark.parametrize(
        "content",
        [
            *("[" * 200_000, "[{" * 100_000, '{"a":' * 200_000, '{"a":[' * 100_000),
            '{"a": "' + '\\"' * 2_000_000,
        ],
    )
    def test_nesting_and_quoting_without_end_is_rejected(
        self, read_file: ReadFile, content: str
    ) -> None:
        assert read_file("x.json", content).rejects

    def test_an_object_nested_too_deeply_is_passed_over(self, read_file: ReadFile) -> None:
        deep = '{"headline": "x", "y": ' + "[" * 100_000 + "]" * 100_000 + "}"
        result = read_file("x.json", f'[{{"headline": "One"}}, {deep}, {{"headline": "Two"}}]')
        assert headlines(result) == ["One", "Two"]
        assert "nested too deeply" in result.rejects[0].reason

    def test_an_object_over_the_limit_is_not_held(
        self, read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(json_documents, "MAX_OBJECT_BYTES", 1 << 20)
        long = '[{"headline": "One"}, {"headline": "' + "x" * 30_000_000 + '"}, {"title": "Two"}]'
        packed = gzip.compress(long.encode())
        tracemalloc.start()
        result = read_file("x.json.gz", packed)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert headlines(result) == ["One", "Two"]
        assert "longer than" in result.rejects[0].reason
        assert peak < 20_000_000  # some chunks, and what is imported

    def test_a_long_text_around_the_articles_is_refused(self, read_file: ReadFile) -> None:
        content = '{"articles": [{"headline": "One"}], "x": "' + "y" * 5_000_000 + '"}'
        result = read_file("x.json", content)
        assert headlines(result) == ["One"]
        assert "more than 1 MiB" in result.rejects[0].reason

    def test_a_long_list_takes_little_memory(self, read_file: ReadFile) -> None:
        record = json.dumps({"headline": "x", "body": "Fog. " * 200})
        packed = gzip.compress(('{"docs": [' + ",".join([record] * 20_000) + "]}").encode())
        tracemalloc.start()
        reading = read_file("empty", "x").reading
        file = OpenFile("x", io.BytesIO(packed).read)
        count = sum(1 for _ in read_json(file, Options()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (count, reading.files_found) == (20_000, 1)
        assert peak < 10_000_000

    @settings(deadline=None)
    @given(st.binary() | st.text('{}[]",:a1\\\n ').map(str.encode))
    def test_any_bytes_give_articles_rejects_or_notices(self, data: bytes) -> None:
        items = list(read_json(OpenFile("x", io.BytesIO(data).read), Options()))
        assert items
        for item in items:
            str(item).encode()

    @given(st.text('{}[]",:a1\\\n ', max_size=60), st.integers(1, 5), st.booleans())
    def test_pieces_of_any_size_give_the_same(self, text: str, size: int, wrapped: bool) -> None:
        def split(pieces: list[bytes]) -> Any:
            elements = Elements((lambda key, _: "a" in key) if wrapped else None, 1000)
            found = [each for piece in pieces for each in elements.split(piece)]
            return [*found, *elements.split(b"", last=True)], elements.unfinished()

        data = text.encode()
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        assert split(pieces) == split([data])


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    def test_are_known_by_their_marks(self, read_file: ReadFile, encoding: str) -> None:
        content = json.dumps([{"headline": "Möwe"}], ensure_ascii=False).encode(encoding)
        assert read_file("x", content).article.headline == "Möwe"

    def test_may_be_declared(self, read_file: ReadFile) -> None:
        # Of which the second byte of a character may be a bracket or a backslash.
        content = json.dumps([{"headline": "表示{ソ"}], ensure_ascii=False).encode("shift_jis")
        assert read_file("x.json", content, encoding="shift_jis").article.headline == "表示{ソ"

    def test_are_detected_with_a_notice(self, read_file: ReadFile) -> None:
        content = json.dumps([{"headline": "Die Möwe über Lübeck"}], ensure_ascii=False)
        result = read_file("x.json", content.encode("cp1252"))
        assert result.article.headline == "Die Möwe über Lübeck"
        assert "cp1252" in result.notice.reason


def test_an_object_is_known_by_its_bytes_in_a_list_and_in_a_line(tmp_path: Any) -> None:
    lines = [json.dumps({"headline": f"Fog {number}"}) for number in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "b.json").write_text("[" + ", ".join(lines) + "]")
    found = [
        [fingerprint for fingerprint, _ in searchkit.read(tmp_path / name).fingerprinted(1, known)]
        for name in ("a.jsonl", "b.json")
    ]
    assert found[0] == found[1]
    assert len(set(found[0])) == 3


def known(fingerprint: bytes) -> bool:
    return False


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Article,
            headline=st.text(min_size=1),
            body=st.text(),
            captions=st.lists(st.builds(Caption, text=st.text(), alt=st.text())).map(tuple),
            authors=st.lists(st.text()).map(tuple),
            published=st.none() | st.datetimes(timezones=ZONES),
        ),
        min_size=1,
    ),
    st.sampled_from(["lines", "list", "several lines", "one after the other", "in an object"]),
    st.booleans(),
)
def test_any_articles_come_back(articles: list[Article], layout: str, only_ascii: bool) -> None:
    records = [article.to_dict() for article in articles]
    dump = functools.partial(json.dumps, ensure_ascii=only_ascii)
    written = {
        "lines": lambda: "\n".join(map(dump, records)),
        "list": lambda: dump(records),
        "several lines": lambda: dump(records, indent=2),
        "one after the other": lambda: "".join(dump(record, indent=1) for record in records),
        "in an object": lambda: dump({"response": {"count": 1, "docs": records}}),
    }[layout]()
    read = read_jsonl if layout == "lines" else read_json
    items = read(OpenFile("x", io.BytesIO(written.encode()).read), Options())
    assert [item[1] for item in items if isinstance(item, tuple)] == articles
