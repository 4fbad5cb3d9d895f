"""A text file is one article."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from searchkit.sources import contents, files
from tests.sources.conftest import ReadFile, read_all


class TestPlainText:
    def test_the_first_line_is_the_headline_and_the_rest_the_body(
        self, read_file: ReadFile
    ) -> None:
        article = read_file(
            "a.txt", "\n\n  Fog over Skarholm \r\n\r\nOne.\r\n\r\n Two.\n\n"
        ).article
        assert article.headline == "Fog over Skarholm"
        assert article.body == "One.\n\n Two."
        assert article.captions == ()

    def test_nothing_in_an_ordinary_text_is_taken_for_a_caption(self, read_file: ReadFile) -> None:
        body = "Tugs (Reuters/J. Iversen)\n\n  • Fog\n\n    Text.\n\nAuthor: Ann Lee\n\nib (AP)"
        article = read_file("a.txt", f"News\n\n{body}").article
        assert article.body == body
        assert (article.captions, article.authors, article.agencies) == ((), (), ())

    def test_a_headline_alone_is_an_article(self, read_file: ReadFile) -> None:
        assert read_file("a.txt", "Fog").article.body == ""

    @pytest.mark.parametrize("content", [b"", b"\n", b" \t\r\n\xc2\xa0", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("name", ["a.txt", "a.text.gz"])
    def test_an_empty_file_is_rejected(
        self, read_file: ReadFile, name: str, content: bytes
    ) -> None:
        packed = gzip.compress(content) if name.endswith("gz") else content
        assert read_file(name, packed).reject.reason.startswith("empty")

    def test_a_picture_with_the_ending_of_a_text_is_rejected(self, read_file: ReadFile) -> None:
        assert "a PNG picture" in read_file("a.txt", b"\x89PNG\r\n\x1a\n").reject.reason

    def test_control_characters_and_endless_words_are_text(self, read_file: ReadFile) -> None:
        word = "x" * 1_000_000
        article = read_file("a.txt", f"A \x07 bell\x1b[31m\n\n{word}\u200b{word}").article
        assert article.headline == "A \x07 bell\x1b[31m"
        assert len(article.body) == 2_000_001

    def test_an_older_encoding_is_told(self, read_file: ReadFile) -> None:
        result = read_file("a.txt", "Die Möwe\n\nüber dem Fluß".encode("cp1252"))
        assert result.article.body == "über dem Fluß"
        assert "read as cp1252" in result.notice.reason

    def test_the_declared_encoding_is_used(self, read_file: ReadFile) -> None:
        result = read_file("a.txt", "Ďábel".encode("cp1250"), encoding="cp1250")
        assert result.article.headline == "Ďábel"
        assert "does not fit utf-8" in read_file("a.txt", b"\xff", encoding="utf-8").reject.reason

    def test_a_date_of_a_page_that_cannot_be_read_is_told(self, read_file: ReadFile) -> None:
        result = read_file("a.txt", " date 2020-02-20  Fog | News | Post | 31.02.2020\n")
        assert result.article.headline == "Fog"
        assert "31.02.2020" in result.notice.reason

    def test_a_file_over_the_limit_is_rejected_unread(self, tmp_path: Path) -> None:
        with (tmp_path / "a.txt").open("wb") as stream:
            stream.truncate(files.MAX_TEXT_BYTES + 1)  # sparse: it takes no room
        tracemalloc.start()
        result = read_all(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "larger than 64 MiB" in result.reject.reason
        assert peak < 10_000_000

    def test_the_limit_holds_for_what_is_unpacked(
        self, read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(contents, "MAX_TEXT_BYTES", 1_000_000)
        packed = gzip.compress(b"x" * 100_000_000)
        tracemalloc.start()
        result = read_file("bomb.txt.gz", packed)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "larger than" in result.reject.reason
        assert peak < 10_000_000
