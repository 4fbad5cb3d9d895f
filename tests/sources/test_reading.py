"""Files and folders are read in order; what cannot be read is told, and the rest goes on."""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from searchkit.errors import SourceError
from searchkit.sources import files, read
from tests.sources.conftest import LINE, ReadFile, headlines, read_all, write


class FakeStandardInput:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


class TestFolders:
    def test_are_walked_in_the_order_of_names(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            **{
                "b.txt": "2",
                "a__z.txt": "1",
                "c__d__e.jsonl": LINE,
                "c.text": "3",
                "d.ndjson": LINE,
            },
        )
        result = read_all(tmp_path)
        assert headlines(result) == ["1", "2", "From a line", "3", "From a line"]
        assert result.reading.files_found == result.reading.files_read == 5
        assert not result.rejects
        assert not result.notices

    def test_endings_are_known_in_capitals_and_packed(self, tmp_path: Path) -> None:
        write(tmp_path, **{"A.TXT": "1", "b.JSONL": LINE})
        (tmp_path / "c.txt.gz").write_bytes(gzip.compress(b"3"))
        (tmp_path / "d.ndjson.GZ").write_bytes(gzip.compress(LINE.encode()))
        assert headlines(read_all(tmp_path)) == ["1", "From a line", "3", "From a line"]

    def test_hidden_files_and_folders_are_left_out(self, tmp_path: Path) -> None:
        write(tmp_path, **{".a.txt": "1", ".git__b.txt": "2", "c.txt": "3"})
        result = read_all(tmp_path)
        assert headlines(result) == ["3"]
        assert result.notices == []
        assert headlines(read_all(tmp_path / ".a.txt")) == ["1"]

    def test_other_files_are_left_out_with_a_notice(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.md": "1", "b": "2", "c.txt": "3"})
        result = read_all(tmp_path)
        assert headlines(result) == ["3"]
        assert [Path(notice.place).name for notice in result.notices] == ["a.md", "b"]
        assert "name the file itself" in result.notices[0].reason

    def test_of_a_thousand_files_that_are_nothing_a_hundred_are_told(self, tmp_path: Path) -> None:
        write(tmp_path, **{f"{number}.md": "notes" for number in range(1000)})
        notices = read_all(tmp_path).notices
        assert len(notices) == 101
        assert "900 more files" in notices[-1].reason

    def test_pictures_and_style_sheets_are_told_of_once(self, tmp_path: Path) -> None:
        write(tmp_path, **{f"{number}.jpg": "" for number in range(1000)}, **{"a.txt": "1"})
        result = read_all(tmp_path)
        assert headlines(result) == ["1"]
        assert "1,000 pictures" in result.notice.reason

    def test_what_a_browser_saved_beside_a_page_is_left_out(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            **{"fog.html": "x", "fog_files__ad.txt": "Buy", "other_files__a.txt": "Read"},
        )
        names = [Path(path).name for path in read(tmp_path).files]
        assert names == ["fog.html", "a.txt"]

    def test_without_articles_are_no_error(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        result = read_all(tmp_path)
        assert (result.articles, result.rejects, result.notices) == ([], [], [])
        assert (result.reading.files_found, result.reading.bytes_total) == (0, 0)

    def test_links_are_followed_and_loops_survived(self, tmp_path: Path) -> None:
        write(tmp_path, **{"in__a.txt": "1", "out__b.txt": "2"})
        (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
        (tmp_path / "in" / "other").symlink_to(tmp_path / "out")
        (tmp_path / "in" / "self").symlink_to("self")
        (tmp_path / "in" / "nowhere.txt").symlink_to("missing")
        result = read_all(tmp_path / "in")
        assert headlines(result) == ["1", "2"]
        assert [Path(reject.place).name for reject in result.rejects] == ["nowhere.txt", "self"]

    def test_a_file_is_read_once_however_often_it_is_named(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.txt": "1", "b.txt": "2"})
        (tmp_path / "c.txt").symlink_to("a.txt")
        paths = [tmp_path / "b.txt", tmp_path, str(tmp_path), tmp_path / ".." / tmp_path.name]
        assert headlines(read_all(paths)) == ["2", "1"]

    def test_a_file_left_out_of_its_folder_can_be_named_after_it(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.txt": "1", "b.md": "2"})
        assert headlines(read_all([tmp_path, tmp_path / "b.md"])) == ["1", "2"]

    def test_nested_deeper_than_calls_can_be_are_walked(self, tmp_path: Path) -> None:
        start = Path.cwd()
        try:
            os.chdir(tmp_path)
            for _ in range(700):
                Path("d").mkdir()
                os.chdir("d")
        finally:
            os.chdir(start)
        (tmp_path / "z.txt").write_text("1")
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(300)
        try:
            assert headlines(read_all(tmp_path)) == ["1"]
        finally:
            sys.setrecursionlimit(limit)
            subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)

    def test_one_that_cannot_be_listed_is_rejected_and_the_rest_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, **{"a__x.txt": "1", "b.txt": "2"})
        scandir = os.scandir

        def forbidding(path: str) -> object:
            if str(path).endswith("a"):
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", forbidding)
        result = read_all(tmp_path)
        assert headlines(result) == ["2"]
        assert "no permission" in result.rejects[0].reason


class TestNamedFiles:
    def test_may_have_any_ending_and_are_looked_into(self, read_file: ReadFile) -> None:
        assert read_file("a.log", LINE * 2).articles[1].headline == "From a line"
        assert read_file("b", "\n\n " + LINE).article.headline == "From a line"
        assert read_file("c.dat", gzip.compress(LINE.encode())).article.headline == "From a line"
        assert read_file("d.md", "# Fog\n\nText").article.headline == "# Fog"
        assert read_file("e.md", "{curly}\n\nText").article.headline == "{curly}"
        assert read_file("f.md", "[list] of things").article.headline == "[list] of things"
        assert read_file("g", LINE.encode("utf-16")).article.headline == "From a line"
        long = json.dumps({"headline": "Long", "body": "x" * 1_000_000})
        assert read_file("h", long).article.headline == "Long"

    @pytest.mark.parametrize(
        "content", ['[{"headline": "h"}]', '{\n  "headline": "h"\n}', '[\n  {\n "headline": "h"}]']
    )
    def test_json_of_another_shape_is_known_by_its_content(
        self, read_file: ReadFile, content: str
    ) -> None:
        assert read_file("a.txt", content).article.headline == "h"

    def test_binary_files_are_rejected(self, read_file: ReadFile) -> None:
        assert "not text" in read_file("a.bin", b"\x00\x01\x02").reject.reason
        assert "PDF" in read_file("a.pdf", b"%PDF-1.7").reject.reason

    def test_nested_json_is_rejected_line_by_line(self, read_file: ReadFile) -> None:
        assert "nested" in read_file("a", '{"x":' + "[" * 30_000 + "]" * 30_000 + "}").reject.reason

    def test_the_format_can_be_declared_for_all_files(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.md": "1", "b.jsonl": LINE, ".c.txt": "no"})
        assert headlines(read_all(tmp_path, file_format="plaintext")) == ["1", LINE.strip()]
        write(tmp_path, **{"a.md": LINE})
        assert headlines(read_all(tmp_path, file_format="jsonl")) == ["From a line"] * 2

    def test_an_unknown_format_encoding_or_field_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(
            SourceError, match=r"'doc' is not known; use one of .*jsonl, .*plaintext"
        ):
            read(tmp_path, file_format="doc")
        with pytest.raises(SourceError, match="'klingon' is not known"):
            read(tmp_path, encoding="klingon")
        with pytest.raises(SourceError, match="no field 'titel'"):
            read(tmp_path, fields={"titel": "x"})
        with pytest.raises(SourceError, match="the key for body is 1"):
            read(tmp_path, fields={"body": 1})  # type: ignore[dict-item]


class TestWhatCannotBeRead:
    def test_is_told_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.txt": "1"})
        os.mkfifo(tmp_path / "pipe.txt")
        paths = [tmp_path / "missing", "", "a\0b", tmp_path / "pipe.txt", tmp_path / "a.txt/b"]
        result = read_all([*paths, "/dev/null", tmp_path / "a.txt"])
        assert headlines(result) == ["1"]
        reasons = [reject.reason for reject in result.rejects]
        assert len(reasons) == 6
        assert "no such file" in reasons[0]
        assert "no such file" in reasons[1]
        assert "not a file name" in reasons[2]
        assert "a named pipe" in reasons[3]
        assert "- to read from standard input" in reasons[3]
        assert "a device" in reasons[5]

    def test_sockets_are_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("s.txt")
            assert "a socket" in read_all(".").reject.reason

    def test_a_file_that_vanishes_is_told(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.txt": "1", "b.txt": "2", "c.txt": "3"})
        reading = read(tmp_path)
        (tmp_path / "b.txt").unlink()
        assert [article.headline for article in reading] == ["1", "3"]
        assert "no such file" in reading.rejects[0].reason
        assert (reading.files_found, reading.files_read) == (3, 2)
        assert reading.bytes_read == reading.bytes_total == 3

    def test_a_file_without_permission_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, **{"a.txt": "1", "b.txt": "2"})
        real_open = Path.open

        def forbidding(path: Path, *arguments: object, **options: object) -> object:
            if path.name == "a.txt":
                raise PermissionError(13, "Permission denied", str(path))
            return real_open(path, *arguments, **options)  # type: ignore[call-overload]

        monkeypatch.setattr(Path, "open", forbidding)
        result = read_all(tmp_path)
        assert headlines(result) == ["2"]
        assert "no permission" in result.rejects[0].reason

    def test_a_disk_that_fails_in_the_middle_is_told_after_what_was_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, **{"a.jsonl": LINE * 100_000, "b.txt": "2"})
        stored = files.OpenFile._stored

        def failing(file: files.OpenFile) -> object:
            chunks = stored(file)
            yield next(chunks)
            if file.place.endswith("a.jsonl"):
                raise OSError(5, "Input/output error")

        monkeypatch.setattr(files.OpenFile, "_stored", failing)
        result = read_all(tmp_path)
        assert len(result.articles) > 1000
        assert result.articles[-1].headline == "2"
        assert "Input/output error" in result.rejects[0].reason

    @pytest.mark.parametrize("name", [b"caf\xe9.txt", b"new\nline.txt", b"\x1b[31mred.txt"])
    def test_strange_file_names_are_told_in_printable_characters(
        self, tmp_path: Path, name: bytes
    ) -> None:
        folder = os.fsencode(tmp_path)
        Path(os.fsdecode(os.path.join(folder, name))).write_bytes(b"")  # noqa: PTH118
        for path in (tmp_path, Path(os.fsdecode(os.path.join(folder, name)))):  # noqa: PTH118
            place = read_all(path).reject.place
            assert place.isprintable()
            assert "\\" in place
            place.encode()

    def test_a_name_that_no_file_can_have_is_told(self) -> None:
        assert "\\ud800" in read_all("\ud800").reject.place


class TestProgress:
    def test_goes_on_within_a_file_and_ends_at_the_total(self, tmp_path: Path) -> None:
        lines = "".join(f'{{"body": "{os.urandom(500).hex()}"}}\n' for _ in range(3000)).encode()
        (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines))
        write(tmp_path, **{"b.txt": "2"})
        reading = read(tmp_path)
        total = sum(path.stat().st_size for path in tmp_path.iterdir())
        assert (reading.bytes_total, reading.bytes_read, reading.files_read) == (total, 0, 0)
        positions = [reading.bytes_read for _ in reading]
        assert positions == sorted(positions)
        assert len(set(positions)) > 3
        assert (reading.bytes_read, reading.files_read) == (total, 2)

    def test_does_not_pass_the_total_when_a_file_grows(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE})
        reading = read(tmp_path)
        write(tmp_path, **{"a.jsonl": LINE * 100_000})
        assert max(reading.bytes_read for _ in reading) == reading.bytes_total == len(LINE)

    def test_rejects_grow_as_they_arise(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE + "bad\n" + LINE})
        reading = read([tmp_path / "missing", tmp_path])
        rejects = reading.rejects
        assert len(rejects) == 1
        next(reading)
        assert len(rejects) == 1
        next(reading)
        assert len(rejects) == 2

    def test_a_reading_can_be_closed_early(self, tmp_path: Path) -> None:
        write(tmp_path, **{"a.jsonl": LINE * 10})
        reading = read(tmp_path)
        next(reading)
        reading.close()
        assert list(reading) == []


class TestStandardInput:
    @pytest.mark.parametrize(
        ("data", "headline"),
        [
            (LINE.encode(), "From a line"),
            (gzip.compress(LINE.encode()), "From a line"),
            (b"Fog\n\nText.", "Fog"),
            (b" date 2020-02-20  Fog | News | Post\n\nNews\n\nFog\n\nText.", "Fog"),
        ],
    )
    def test_is_looked_into(
        self, monkeypatch: pytest.MonkeyPatch, data: bytes, headline: str
    ) -> None:
        monkeypatch.setattr(sys, "stdin", FakeStandardInput(data))
        result = read_all("-")
        assert headlines(result) == [headline]
        assert result.reading.bytes_total is None
        assert result.reading.bytes_read == len(data)

    def test_has_a_name_in_rejects(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", FakeStandardInput(b""))
        assert str(read_all("-").reject).startswith("<stdin>: empty")

    def test_is_read_once_and_left_open(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        write(tmp_path, **{"a.txt": "1"})
        monkeypatch.setattr(sys, "stdin", FakeStandardInput(LINE.encode()))
        assert headlines(read_all(["-", tmp_path, "-"])) == ["From a line", "1"]
        assert not sys.stdin.buffer.closed

    def test_may_be_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        assert "no standard input" in read_all("-").reject.reason

    def test_of_a_pipe_is_read(self) -> None:
        code = "from searchkit.sources import read; print([a.headline for a in read('-')])"
        run = subprocess.run(
            [sys.executable, "-c", code],
            input=LINE.encode() * 3,
            capture_output=True,
            check=True,
        )
        assert run.stdout.decode().strip() == str(["From a line"] * 3)
