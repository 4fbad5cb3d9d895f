"""Records that the index has are known by their bytes and not read again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article
from searchkit.errors import Notice, Reject
from searchkit.record import Record, record_of
from searchkit.sources import fingerprints, read
from searchkit.sources.fields.records import RecordReader
from searchkit.sources.text import plaintext
from tests.sources.conftest import FIRST_LINE, LINE, write

Records = list[tuple[bytes, Record | None]]


def nothing(fingerprint: bytes) -> bool:
    return False


def everything(fingerprint: bytes) -> bool:
    return True


def records(
    path: Path, known: Callable[[bytes], bool] = nothing, seed: int = 7, **options: Any
) -> Records:
    found = read(path, **options).fingerprinted(seed, known)
    # Plain lines come as their records already.
    return [(it, record_of(each) if isinstance(each, Article) else each) for it, each in found]


def what_it_has(path: Path, **options: Any) -> Callable[[bytes], bool]:
    """The `known` of an index into which this was read."""
    return {fingerprint for fingerprint, _ in records(path, **options)}.__contains__


def remarks(
    path: Path, known: Callable[[bytes], bool], **options: Any
) -> tuple[list[Reject], list[Notice]]:
    reading = read(path, **options)
    for _ in reading.fingerprinted(7, known):
        pass
    return reading.rejects, reading.notices


class TestFingerprints:
    def test_are_the_same_in_every_run_and_on_every_machine(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE, "b.txt": "Fog\n\nText."})
        found = [fingerprint.hex() for fingerprint, _ in records(tmp_path)]
        # When these change, every index reads its whole archive anew.
        assert found == ["8969563ec535fbd0747c62ae642bfe48", "4a2f90c986debd994acb9d98e3b6e57f"]

    def test_do_not_depend_on_the_file_its_name_and_its_packing(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": "\n" + LINE, "b.ndjson": LINE.strip()})
        (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(LINE.encode()))
        write(tmp_path, **{"d.txt": "Fog"})
        (tmp_path / "e.text.gz").write_bytes(gzip.compress(b"Fog"))
        found = [fingerprint for fingerprint, _ in records(tmp_path)]
        assert len(set(found[:3])) == len(set(found[3:])) == 1
        assert {len(fingerprint) for fingerprint in found} == {16}

    def test_differ_when_anything_differs_that_the_article_depends_on(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE, "b.jsonl": LINE.replace("From", "from")})
        one = tmp_path / "a.jsonl"
        ways = [
            records(one),
            records(tmp_path / "b.jsonl"),
            records(one, seed=8),
            records(one, file_format="plaintext"),
            records(one, file_format="plaintext", encoding="cp1252"),
            records(one, encoding="cp1252"),
            records(one, encoding="cp1250"),
            records(one, fields={"body": "headline"}),
            records(one, fields={"section": "rubrik"}),
        ]
        with mock.patch.object(fingerprints, "READING_VERSION", 0):
            ways.append(records(one))
        assert len({fingerprint for ((fingerprint, _),) in ways}) == len(ways)

    def test_of_one_file_in_two_encodings_differ(self, tmp_path: Path) -> None:
        for name in ("utf-8", "utf-16-le", "utf-16"):
            (tmp_path / f"{name}.jsonl").write_bytes(LINE.encode(name))
        found = {
            records(tmp_path / "utf-8.jsonl")[0][0],
            records(tmp_path / "utf-16-le.jsonl", encoding="utf-16-le")[0][0],
        }
        assert len(found) == 2
        assert (
            records(tmp_path / "utf-16.jsonl")[0][0] in found
        )  # which is utf-16-le marked as such

    def test_are_empty_while_nobody_asks(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE * 2, "b.jsonl": LINE})
        reading = read(tmp_path)
        next(reading)
        found = [fingerprint for fingerprint, _ in reading.fingerprinted(7, nothing)]
        assert [len(fingerprint) for fingerprint in found] == [0, 16]


class TestKnownRecords:
    def test_are_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, **{"a.jsonl": LINE * 3, "b.txt": "Fog"})
        before, known = records(tmp_path), what_it_has(tmp_path)

        def refuse(*arguments: object, **options: object) -> object:
            raise AssertionError("this was read")

        monkeypatch.setattr(RecordReader, "read", refuse)
        monkeypatch.setattr(orjson, "loads", refuse)
        monkeypatch.setattr(plaintext, "decode", refuse)
        again = records(tmp_path, known)
        assert again == [(fingerprint, None) for fingerprint, _ in before]

    def test_are_counted_as_read(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE * 3, "b.txt": "Fog"})
        reading = read(tmp_path)
        assert len(list(reading.fingerprinted(7, everything))) == 4
        assert (reading.files_read, reading.bytes_read) == (2, reading.bytes_total)

    def test_are_left_out_of_what_iterating_gives(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE * 3})
        reading = read(tmp_path)
        reading.fingerprinted(7, everything)
        assert list(reading) == []

    def test_make_a_file_no_hopeless_one(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE + "bad\n" * 200})
        rejects, _ = remarks(tmp_path, what_it_has(tmp_path))
        assert [reject.line for reject in rejects] == list(range(2, 202))

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.jsonl", b"bad\n" + LINE.encode()),
            ("a.jsonl", b'{"section": "no text"}\n'),
            ("a.jsonl", b'{"headline": "h", "date": "soon", "tags": true}\n' * 30 + LINE.encode()),
            ("a.jsonl", b'{"headline": "half \\ud83d"}\n'),
            ("a.jsonl", '{"headline": "Möwe"}\n{"headline": "Bär"}\n'.encode("cp1252")),
            ("a.jsonl", '{"headline": "Möwe über'.encode() + b'\xff Bord"}\n'),
            ("a.jsonl", b"bad\n" * 200),
            ("a.jsonl", b""),
            ("a.txt", "Die Möwe über dem Fluß".encode("cp1252")),
            ("a.txt", FIRST_LINE.replace("03.11.1978", "31.02.1978").encode() + b"\n\nText."),
            ("a.txt", b" \n"),
            ("a.txt", b"%PDF-1.7"),
        ],
    )
    def test_that_have_to_be_told_of_are_told_of_each_time(
        self, tmp_path: Path, name: str, content: bytes
    ) -> None:
        (tmp_path / name).write_bytes(content)
        told = remarks(tmp_path, nothing)
        assert told != ([], [])
        assert remarks(tmp_path, what_it_has(tmp_path)) == told

    @pytest.mark.parametrize("encoding", [None, "utf-8", "cp1252", "utf-16-le"])
    def test_show_that_a_mapped_key_is_there(self, tmp_path: Path, encoding: str | None) -> None:
        content = '{"hl": "Möwe"}\n{"hl": "Bär", "rubrik": "News"}\n'
        (tmp_path / "a.jsonl").write_bytes(content.encode(encoding or "utf-8"))
        fields = {"headline": "hl", "section": "rubrik", "url": "adresse"}
        told = remarks(tmp_path, nothing, fields=fields, encoding=encoding)
        known = what_it_has(tmp_path, fields=fields, encoding=encoding)
        assert remarks(tmp_path, known, fields=fields, encoding=encoding) == told
        assert "'adresse'" in told[1][0].reason
        assert len(told[1]) == 1

    def test_of_a_detected_encoding_are_known_too(self, tmp_path: Path) -> None:
        titles = ["Die Möwe", "Plain", "Der Bär über dem Fluß", "Größe"]
        content = "".join(f'{{"headline": "{title}"}}\n' for title in titles)
        (tmp_path / "a.jsonl").write_bytes(content.encode("cp1252"))
        before = records(tmp_path)
        again = records(tmp_path, what_it_has(tmp_path))
        headlines = [record and record.headline.decode() for _, record in again]
        assert headlines == ["Die Möwe", *[None] * 3]
        assert before[0][0] == b""

    def test_in_another_encoding_are_others(self, tmp_path: Path) -> None:
        line = b'{"headline": "\xe0\xe1\xe2\xe3\xe4 \xe5\xe6\xe7"}\n'
        (tmp_path / "a.jsonl").write_bytes('{"headline": "Über"}\n'.encode("cp1252") + line)
        (tmp_path / "b.jsonl").write_bytes('{"headline": "Съешь же ещё"}\n'.encode("cp1251") + line)
        (_, (first, _)), (_, (second, _)) = (
            records(tmp_path / name) for name in ("a.jsonl", "b.jsonl")
        )
        assert first != second


lines = st.sampled_from(
    [
        *(json.dumps({"headline": f"Number {number}"}).encode() for number in range(8)),
        json.dumps({"id": "1", "headline": "Möwe", "tags": ["a"]}, ensure_ascii=False).encode(),
        '{"headline": "Möwe"}'.encode("cp1252"),
        b'{"headline": "half \\ud83d"}',
        b'{"headline": "soon", "date": "soon"}',
        b"bad",
        b"",
    ]
)


@given(st.lists(lines, max_size=20), st.data())
def test_what_is_not_known_is_read_as_iterating_reads_it(
    tmp_path_factory: pytest.TempPathFactory, content: list[bytes], data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "property.jsonl"
    path.write_bytes(b"\n".join(content))
    reading = read(path)
    articles = list(reading)
    new = records(path)
    assert [record for _, record in new] == [record_of(article) for article in articles]
    tellable = sorted({fingerprint for fingerprint, _ in new if fingerprint})
    known = data.draw(st.sets(st.sampled_from(tellable))) if tellable else set()
    again = records(path, known.__contains__)
    assert again == [(found, None if found in known else article) for found, article in new]
    assert remarks(path, known.__contains__) == (reading.rejects, reading.notices)
    assert all(article is None or not found for found, article in records(path, what_it_has(path)))
