"""Archives are read as what is in them; hostile ones do no harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard

from searchkit.sources import read
from searchkit.sources.containers import warc
from tests.sources.conftest import LINE, ReadFile, headlines, read_all


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


FILES = {"a.txt": "Fog\n\nText", "deep/b.jsonl": LINE, "c.md": "notes"}


class TestArchives:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("x.zip", zipped(FILES)),
            ("x.tar", tarred(FILES)),
            ("x.tar.gz", gzip.compress(tarred(FILES))),
            ("x.bin", bz2.compress(tarred(FILES))),
        ],
    )
    def test_are_read_as_their_files_are_whatever_their_names(
        self, read_file: ReadFile, name: str, content: bytes
    ) -> None:
        result = read_file(name, content)
        assert headlines(result) == ["Fog", "From a line"]
        assert result.notice.place.endswith(f"{name}/c.md")
        assert result.reading.bytes_read == result.reading.bytes_total

    def test_within_archives_are_read_and_deeper_ones_refused(self, read_file: ReadFile) -> None:
        inner = zipped({"a.txt": "Fog"})
        assert headlines(read_file("x.zip", zipped({"in.zip": inner}))) == ["Fog"]
        reject = read_file("x.zip", zipped({"in.zip": zipped({"in.zip": inner})})).reject
        assert "an archive in an archive in an archive" in reject.reason
        assert reject.place.endswith("x.zip/in.zip/in.zip")

    @pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "deep/../../a.txt", "C:\\a.txt"])
    def test_whose_names_lead_out_are_refused(self, read_file: ReadFile, name: str) -> None:
        result = read_file("x.tar", tarred({name: "Fog", "b.txt": "2"}))
        assert headlines(result) == ["2"]
        assert "leads out" in result.rejects[0].reason

    def test_links_and_hidden_files_in_them_are_passed_over(self, read_file: ReadFile) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            link = tarfile.TarInfo("link.txt")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        assert read_file("x.tar", buffer.getvalue()).articles == []
        hidden = {".a.txt": "1", "__MACOSX/b.txt": "2", "c.txt": "3"}
        assert headlines(read_file("x.zip", zipped(hidden))) == ["3"]

    def test_bombs_are_refused_in_little_memory(
        self, read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("searchkit.sources.containers.packed.UNSUSPECTED_BYTES", 1 << 20)
        one = zipped({"a.jsonl": b"\n" * 20_000_000, "b.txt": "2"})
        assert "bomb" in read_file("one.zip", one).rejects[0].reason
        many = zipped({f"{number}.jsonl": b"\n" * 900_000 for number in range(40)})
        rejects = read_file("many.zip", many).rejects
        assert "bomb" in rejects[-1].reason
        assert len(rejects) < 10

    def test_that_are_damaged_or_encrypted_are_told(self, read_file: ReadFile) -> None:
        content = zipped(FILES)
        assert "list of files" in read_file("a.zip", content[:-30]).reject.reason
        damaged = tarred(FILES).replace(b"deep/b.jsonl", b"deep/b.JSONL")
        result = read_file("a.tar", damaged)
        assert headlines(result) == ["Fog"]
        flags = bytearray(content)
        place = flags.rindex(b"PK\x01\x02")
        for start in (flags.index(b"PK\x01\x02") + 8, 6):
            flags[start] |= 1
        assert place
        assert "encrypted" in read_file("b.zip", bytes(flags)).rejects[0].reason

    @pytest.mark.parametrize(
        ("name", "what"), [("word/document.xml", "DOCX"), ("META-INF/container.xml", "EPUB")]
    )
    def test_that_are_documents_are_refused_with_a_hint(
        self, read_file: ReadFile, name: str, what: str
    ) -> None:
        reason = read_file("a.bin", zipped({name: "<xml/>"})).reject.reason
        assert what in reason
        assert "save the text" in reason

    def test_of_standard_input_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Input:
            buffer = io.BytesIO(zipped({"a.txt": "Fog"}))

        monkeypatch.setattr("sys.stdin", Input())
        assert headlines(read_all("-")) == ["Fog"]


class TestPackedFiles:
    @pytest.mark.parametrize(
        "pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress]
    )
    def test_are_unpacked_by_their_content(self, read_file: ReadFile, pack: object) -> None:
        assert callable(pack)
        packed = pack(LINE.encode())
        assert headlines(read_file("a.jsonl", packed + packed)) == ["From a line"] * 2
        cut = read_file("a.jsonl", pack(LINE.encode() * 99_999)[:-9])
        assert "cut short" in cut.rejects[-1].reason or "damaged" in cut.rejects[-1].reason
        assert "other data" in read_file("a.jsonl", packed + b"nonsense").rejects[-1].reason


def crawl(*pages: tuple[str, str, bytes]) -> bytes:
    records = []
    for url, headers, content in pages:
        response = f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode() + content
        records.append(
            (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
                "WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
                "Content-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(response)}\r\n\r\n"
            ).encode()
            + response
            + b"\r\n\r\n"
        )
    return b"".join(map(gzip.compress, records))


class TestCrawls:
    text = (
        "Der Bär läuft über die Straße, und niemand hält ihn auf; so steht es in der Zeitung. " * 3
    )

    def page(self, headline: str) -> str:
        return f"<html><body><h1>{headline}</h1><p>{self.text}</p></body></html>"

    def test_give_their_pages_with_address_and_encoding(self, read_file: ReadFile) -> None:
        html = "Content-Type: text/html; charset=iso-8859-1"
        content = crawl(
            ("http://post.example/1", html, self.page("Eins").encode("cp1252")),
            ("http://post.example/a.png", "Content-Type: image/png", b"\x89PNG"),
            (
                "http://post.example/2",
                "Content-Type: text/html\r\nContent-Encoding: gzip",
                gzip.compress(self.page("Zwei").encode()),
            ),
        )
        result = read_file("crawl.warc.gz", content)
        assert headlines(result) == ["Eins", "Zwei"]
        assert {article.body for article in result.articles} == {self.text.strip()}
        assert [article.url for article in result.articles] == [
            "http://post.example/1",
            "http://post.example/2",
        ]
        assert result.rejects == []

    def crawl_of(self, count: int) -> list[bytes]:
        """So many pages, each a member of gzip."""
        html = "Content-Type: text/html"
        return [
            crawl((f"http://post.example/{number}", html, self.page(f"Page {number}").encode()))
            for number in range(count)
        ]

    @pytest.mark.parametrize(
        "damaged",
        [
            lambda _: b"nonsense\r\n\r\n" * 9,
            lambda record: record[:-200],
            lambda record: record.replace(b"Content-Length: ", b"Content-Length: 9"),
            lambda record: record.replace(b"Content-Length: ", b"Content-Length: -"),
            lambda record: record.replace(b"WARC/1.0", b"WARK/1.0"),
            lambda record: record[:30] + b"\0" * 100_000,
        ],
    )
    def test_lose_what_is_damaged_and_nothing_else(
        self, read_file: ReadFile, damaged: Callable[[bytes], bytes]
    ) -> None:
        records = [gzip.decompress(each) for each in self.crawl_of(4)]
        records[2] = damaged(records[2])
        result = read_file("crawl.warc", b"".join(records))
        assert headlines(result) == ["Page 0", "Page 1", "Page 3"]
        (reject,) = result.rejects
        place = sum(map(len, records[:2]))
        assert f"damaged at byte {place:,}, and left out from there" in reject.reason

    @pytest.mark.parametrize(
        "damaged",
        [
            lambda member: member[:-40],
            lambda member: member[:100] + b"damage" + member[106:],
            lambda member: member[:-8] + b"checksum",
            lambda member: member + b"garbage",
            lambda _: b"\x1f\x8b\x08\0\0\0\0\0\0\xff" * 1000,
        ],
    )
    @pytest.mark.parametrize("place", [0, 2])
    def test_that_are_packed_go_on_at_the_next_sound_member(
        self, read_file: ReadFile, damaged: Callable[[bytes], bytes], place: int
    ) -> None:
        members = self.crawl_of(4)
        members[place] = damaged(members[place])
        result = read_file("crawl.warc.gz", b"".join(members))
        expected = [f"Page {number}" for number in range(4) if number != place]
        assert [each for each in headlines(result) if each != f"Page {place}"] == expected
        assert len(result.rejects) == 1

    def test_that_end_within_a_record_give_those_before(self, read_file: ReadFile) -> None:
        members = self.crawl_of(3)
        result = read_file("crawl.warc.gz", b"".join(members)[:-100])
        assert headlines(result) == ["Page 0", "Page 1"]
        assert len(result.rejects) == 2  # the record, and the file that was cut short

    def test_of_false_beginnings_are_read_in_one_go(self, read_file: ReadFile) -> None:
        lines = b"WARC/1.0\r\n" * 300_000
        heads = b"WARC/1.0\r\nContent-Length: 60000000\r\n\r\n" * 50_000
        for content in (lines, heads):
            result = read_file("crawl.warc", content + gzip.decompress(self.crawl_of(1)[0]))
            assert headlines(result) == ["Page 0"]
            assert len(result.rejects) == 1

    def test_pass_over_what_is_too_large(
        self, read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(warc, "_MOST_RECORD", 100_000)
        html, film = "Content-Type: text/html", "Content-Type: video/mp4"
        large = [
            crawl((f"http://post.example/{kind[-4:]}", kind, b"<html>" + bytes(1_000_000)))
            for kind in (html, film)
        ]
        result = read_file("crawl.warc.gz", b"".join((*large, *self.crawl_of(1))))
        assert headlines(result) == ["Page 0"]
        (reject,) = result.rejects
        assert "too large" in reject.reason
        assert reject.place.endswith("post.example/html")


class TestOtherProcesses:
    def test_give_the_same_in_the_same_order(self, tmp_path: Path) -> None:
        for number in range(60):
            (tmp_path / f"{number:02}.txt").write_text(f"Fog {number}\n\n" + "word " * 20_000)
        (tmp_path / "30.jsonl").write_text(LINE + "bad\n")
        one, three = read(tmp_path), read(tmp_path, workers=3)
        assert list(one) == list(three)
        assert one.rejects == three.rejects
        assert one.files_read == three.files_read == 61
