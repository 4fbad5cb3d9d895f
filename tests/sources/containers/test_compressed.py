"""Compressed files are read like others, and hostile ones do no harm."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import tracemalloc

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from searchkit.sources.containers.packed import packing_of
from searchkit.sources.files import Document, OpenFile, Options
from searchkit.sources.json.jsonl import read_jsonl
from searchkit.sources.text.plaintext import read_plaintext
from tests.sources.conftest import LINE, ReadFile, headlines


class TestCompressedFiles:
    def test_are_known_by_their_content(self, read_file: ReadFile) -> None:
        assert read_file("a.jsonl.gz", LINE).article.headline == "From a line"
        assert read_file("a.jsonl", gzip.compress(LINE.encode())).article.headline == "From a line"

    def test_may_have_several_members_and_padding(self, read_file: ReadFile) -> None:
        packed = gzip.compress(LINE.encode()) + gzip.compress(LINE.encode()) + b"\0" * 700_000
        assert len(read_file("a.jsonl.gz", packed).articles) == 2

    def test_cut_short_give_what_is_there_and_a_reject(self, read_file: ReadFile) -> None:
        records = [
            {"headline": f"{number}", "body": os.urandom(99).hex()} for number in range(9999)
        ]
        content = "".join(json.dumps(record) + "\n" for record in records).encode()
        result = read_file("a.jsonl.gz", gzip.compress(content)[:-700_000])
        count = len(result.articles)
        assert headlines(result) == [f"{number}" for number in range(count)]
        assert 1000 < count < 9999
        (reject,) = result.rejects
        assert reject.line == count + 1
        assert "cut short" in reject.reason

    @pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz", "a.gz"])
    def test_damaged_ones_are_rejected(self, read_file: ReadFile, name: str) -> None:
        packed = bytearray(gzip.compress(LINE.encode() * 5))
        packed[-8] ^= 0xFF  # in the checksum
        assert any("damaged" in reject.reason for reject in read_file(name, bytes(packed)).rejects)
        assert "cut short" in read_file(name, b"\x1f\x8b").reject.reason
        assert "damaged" in read_file(name, b"\x1f\x8b\xff\xff" * 9).reject.reason

    def test_what_follows_the_compressed_data_is_told(self, read_file: ReadFile) -> None:
        result = read_file("a.jsonl.gz", gzip.compress(LINE.encode()) + b"PS")
        assert result.article.headline == "From a line"
        assert "other data follows" in result.rejects[0].reason

    def test_a_bomb_of_lines_takes_little_memory(self, read_file: ReadFile) -> None:
        packed = gzip.compress((b" " * 9_999 + b"\n") * 10_000 + LINE.encode())
        tracemalloc.start()
        result = read_file("bomb.jsonl.gz", packed)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert result.article.headline == "From a line"
        assert peak < 10_000_000


class TestHostileBytes:
    @settings(deadline=None)  # the first call loads the detection
    @given(st.binary() | st.binary().map(gzip.compress))
    def test_any_bytes_give_articles_rejects_or_notices(self, data: bytes) -> None:
        for items in (
            list(read_plaintext(Document("x", data), Options())),
            list(read_jsonl(OpenFile("x", io.BytesIO(data).read), Options())),
        ):
            assert items
            for item in items:
                str(item).encode()

    @settings(deadline=None)  # the first call loads the detection
    @given(st.binary(), st.binary())
    def test_bytes_around_a_good_line_do_not_hide_it(self, before: bytes, after: bytes) -> None:
        assume(not before.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)))
        data = before + b"\n" + LINE.encode() + after
        assume(packing_of(data) is None)
        items = read_jsonl(OpenFile("x", io.BytesIO(data).read), Options())
        articles = [item[1] for item in items if isinstance(item, tuple)]
        assert any(article.headline == "From a line" for article in articles if article)
