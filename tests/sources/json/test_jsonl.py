"""JSON lines of many makes become articles; bad lines are told and passed over."""

from __future__ import annotations

import codecs
import gzip
import json
import tracemalloc

import pytest

from searchkit import Article
from searchkit.errors import SourceError
from searchkit.sources.json import jsonl
from tests.sources.conftest import ReadFile


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


class TestFiles:
    def test_of_searchkits_own_shape_come_back(self, read_file: ReadFile, ferry: Article) -> None:
        assert read_file("own.jsonl", ferry.to_json() + "\n").articles == [ferry]

    def test_blank_lines_and_a_missing_last_newline_do_not_matter(
        self, read_file: ReadFile
    ) -> None:
        result = read_file("a.jsonl", '\n{"title": "One"}\r\n  \n\n{"title": "Two"}')
        assert [article.headline for article in result.articles] == ["One", "Two"]
        assert result.rejects == []

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("not json", "not JSON"),
            ('{"title": "h"} {"title": "h"}', "not JSON (Extra data"),
            ("{'title': 'h'}", "not JSON"),
            ('["title"]', "a list, not an object"),
            ('"title"', "a string, not an object"),
            ("17", "a number, not an object"),
            ("null", "null, not an object"),
            ('{"title": NaN}', "NaN is not JSON"),
            ('{"title": "h", "x": -Infinity}', "-Infinity is not JSON"),
            ('{"title": ' + "9" * 5000 + "}", "not JSON that can be read"),
            ('{"x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
            ('{"section": "News"}', "no headline, body or captions"),
            ('{"title": {"x": 1}}', "headline is an object"),
            ('{"title": "a\tb"}', "not JSON (Invalid control character"),
        ],
        ids=lambda value: value[:20],
    )
    def test_a_bad_line_is_rejected_with_its_number(
        self, read_file: ReadFile, line: str, reason: str
    ) -> None:
        result = read_file("a.jsonl", '{"title": "One"}\n\n' + line + '\n{"title": "Two"}\n')
        assert [article.headline for article in result.articles] == ["One", "Two"]
        (reject,) = result.rejects
        assert reject.place.endswith("a.jsonl")
        assert reject.line == 3
        assert reason in reject.reason

    def test_a_file_that_is_not_json_lines_is_given_up_with_one_reject(
        self, read_file: ReadFile
    ) -> None:
        result = read_file("a.jsonl", "Once upon a time\n\n" * 1000)
        assert result.reject.line is None
        assert "does not look like JSON lines" in result.reject.reason
        assert "line 1: not JSON" in result.reject.reason
        assert result.reading.bytes_read == result.reading.bytes_total

    def test_ninety_nine_bad_lines_do_not_hide_a_good_one(self, read_file: ReadFile) -> None:
        result = read_file("a.jsonl", "bad\n" * 99 + '{"title": "One"}\n' + "bad\n" * 200)
        assert result.article.headline == "One"
        assert [reject.line for reject in result.rejects] == [*range(1, 100), *range(101, 301)]

    def test_a_short_file_of_bad_lines_tells_each(self, read_file: ReadFile) -> None:
        assert len(read_file("a.jsonl", "bad\nworse\n").rejects) == 2

    def test_a_line_over_the_limit_is_passed_over_without_being_held(
        self, read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jsonl, "MAX_OBJECT_BYTES", 1024 * 1024)
        long = '{"title": "' + "x" * 30_000_000 + '"}\n'
        tracemalloc.start()
        result = read_file(
            "a.jsonl.gz", gzip.compress(('{"title": "One"}\n' + long + '{"title": "Two"}').encode())
        )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert [article.headline for article in result.articles] == ["One", "Two"]
        assert [(reject.line, reject.reason[:12]) for reject in result.rejects] == [
            (2, "longer than ")
        ]
        assert peak < 2.5 * len(long)  # the test's own copies; the reader holds one chunk

    def test_a_line_just_at_the_limit_is_read(
        self, read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        line = '{"title": "' + "x" * 2_000_000 + '"}'
        monkeypatch.setattr(jsonl, "MAX_OBJECT_BYTES", len(line))
        assert len(read_file("a.jsonl", line + "\n" + line).articles) == 2
        monkeypatch.setattr(jsonl, "MAX_OBJECT_BYTES", len(line) - 1)
        assert len(read_file("a.jsonl", line + "\n" + line).rejects) == 2

    def test_lines_that_cross_the_chunks_are_whole(self, read_file: ReadFile) -> None:
        bodies = [f"{number} " + "Möwe " * (number * 997 % 90_000) for number in range(60)]
        result = read_file("a.jsonl", lines(*({"body": body} for body in bodies)))
        assert [article.body for article in result.articles] == bodies

    def test_notices_name_file_line_and_field(self, read_file: ReadFile) -> None:
        result = read_file("a.jsonl", lines({"title": "One"}, {"title": "Two", "date": "soon"}))
        assert len(result.articles) == 2
        assert (result.notice.line, result.notice.reason[:17]) == (2, "published: 'soon'")
        assert result.notice.place.endswith("a.jsonl")

    def test_a_remark_true_of_every_line_is_not_listed_for_every_line(
        self, read_file: ReadFile
    ) -> None:
        records = [{"title": "h", "date": "soon", "tags": True} for _ in range(1000)]
        result = read_file("a.jsonl", lines(*records))
        assert len(result.articles) == 1000
        assert len(result.notices) == 42
        assert [notice.reason[:25] for notice in result.notices[-2:]] == [
            "keywords: 980 more lines ",
            "published: 980 more lines",
        ]

    def test_half_surrogate_pairs_are_replaced_with_a_notice(self, read_file: ReadFile) -> None:
        content = '{"id": "1", "title": "half \\ud83d, whole \\ud83d\\ude00", "tags": ["\\udc00"]}'
        result = read_file("a.jsonl", content)
        assert result.article.headline == "half �, whole 😀"
        assert result.article.keywords == ("�",)
        assert result.notice.line == 1
        assert "U+FFFD" in result.notice.reason

    def test_numbers_of_any_size_keep_their_digits(self, read_file: ReadFile) -> None:
        numbers = ["7", str(2**63), str(2**64), "-" + "9" * 30, "1e+300", "0.5"]
        content = "".join(f'{{"id": {number}, "title": "h"}}\n' for number in numbers)
        assert [article.id for article in read_file("a.jsonl", content).articles] == numbers

    def test_a_mapped_key_that_no_line_has_is_told(self, read_file: ReadFile) -> None:
        content = lines({"hl": "One", "body": "b"})
        result = read_file("a.jsonl", content, fields={"headline": "hl", "section": "rubrik"})
        assert result.article.headline == "One"
        assert "'rubrik'" in result.notice.reason
        assert "section" in result.notice.reason

    def test_a_mapping_to_what_is_no_field_is_an_error(self, read_file: ReadFile) -> None:
        with pytest.raises(SourceError, match="no field 'title'; map one of id, headline, body"):
            read_file("a.jsonl", "", fields={"title": "hl"})

    @pytest.mark.parametrize("content", ["", "\n", " \n\n\t\n"])
    def test_an_empty_file_is_rejected(self, read_file: ReadFile, content: str) -> None:
        assert read_file("a.jsonl", content).reject.reason.startswith("empty")


class TestEncodings:
    @pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-32"])
    def test_byte_order_marks_are_understood(self, read_file: ReadFile, name: str) -> None:
        content = '{"title": "Möwe\u2028\u0085"}\n{"title": "Zwei"}\n' * 3
        result = read_file("a.jsonl", content.encode(name))
        assert [article.headline for article in result.articles[:2]] == ["Möwe", "Zwei"]
        assert (len(result.articles), result.notices) == (6, [])

    @pytest.mark.parametrize("name", ["cp1252", "shift_jis", "utf-16-le", "utf-16", "cp500"])
    def test_a_declared_encoding_is_used(self, read_file: ReadFile, name: str) -> None:
        title = "ねこ" if name == "shift_jis" else "Möwe"
        content = f'{{"title": "{title}"}}\n{{"title": "Zwei"}}\n'
        result = read_file("a.jsonl", content.encode(name), encoding=name)
        assert [article.headline for article in result.articles] == [title, "Zwei"]
        assert result.notices == []

    def test_a_line_that_does_not_fit_the_declared_encoding_is_rejected(
        self, read_file: ReadFile
    ) -> None:
        content = b'{"title": "One"}\n{"title": "M\xf6we"}\n'
        result = read_file("a.jsonl", content, encoding="utf-8")
        assert result.article.headline == "One"
        assert result.rejects[0].line == 2
        assert "does not fit utf-8 at byte 12" in result.rejects[0].reason

    def test_broken_utf16_ends_the_file_with_a_reject(self, read_file: ReadFile) -> None:
        content = '{"title": "One"}\n'.encode("utf-16") + b"\x00\xdc\x00\x00" * 9
        result = read_file("a.jsonl", content)
        assert result.article.headline == "One"
        assert "does not fit utf-16" in result.rejects[0].reason

    def test_an_older_encoding_is_detected_once_and_told_once(self, read_file: ReadFile) -> None:
        titles = ["Die Möwe", "Plain", "Der Bär über dem Fluß", "Größe"]
        content = "".join(f'{{"title": "{title}"}}\n' for title in titles)
        result = read_file("a.jsonl", content.encode("cp1252"))
        assert [article.headline for article in result.articles] == titles
        assert result.notice.line == 1
        assert "read as cp1252, detected" in result.notice.reason

    def test_a_broken_byte_in_utf8_is_replaced_and_told(self, read_file: ReadFile) -> None:
        content = '{"title": "Möwe über'.encode() + b"\xff" + b' Bord"}\n'
        result = read_file("a.jsonl", content)
        assert result.article.headline == "Möwe über� Bord"
        assert "1 invalid byte" in result.notice.reason
        assert result.notice.line == 1

    def test_a_mark_counts_for_more_than_the_declaration(self, read_file: ReadFile) -> None:
        content = codecs.BOM_UTF8 + '{"title": "Möwe"}'.encode()
        result = read_file("a.jsonl", content, encoding="cp1252")
        assert result.article.headline == "Möwe"
        assert "byte order mark" in result.notice.reason
        assert read_file("a.jsonl", content, encoding="utf8").notices == []
