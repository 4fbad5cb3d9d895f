"""`searchkit read` shows what would be indexed; `index` keeps rejects, prunes, watches."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from searchkit_cli.main import main

import searchkit


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Fog over the sound\n\nNo ship sails.")
    (folder / "b.jsonl").write_text('{"id": "b", "headline": "Storm"}\n{"section": "x"}\n')
    return folder


class TestRead:
    def test_shows_a_line_for_each_article_and_what_is_left_out(self, folder: Path) -> None:
        result = run("read", folder)
        assert result.exit_code == 0
        lines = [line.split("\t") for line in result.stdout.splitlines()]
        assert [line[1:] for line in lines] == [
            ["plaintext", "", "Fog over the sound", "14", "0"],
            ["jsonl", "", "Storm", "0", "0"],
        ]
        assert "b.jsonl:2: no headline" in result.stderr

    def test_shows_a_single_article_whole(self, folder: Path) -> None:
        assert "No ship sails." in run("read", folder / "a.txt").stdout

    def test_gives_an_object_for_each_article_and_reject(self, folder: Path) -> None:
        records = [json.loads(line) for line in run("read", "--json", folder).stdout.splitlines()]
        assert [record.get("headline") for record in records] == [
            "Fog over the sound",
            "Storm",
            None,
        ]
        assert records[0]["format"] == "plaintext"
        assert records[2]["line"] == 2

    def test_counts_what_formats_lack(self, folder: Path) -> None:
        result = run("read", "--check", "--json", folder)
        formats = json.loads(result.stdout)["formats"]
        assert formats["jsonl"] == {
            "articles": 1,
            "without_headline": 0,
            "without_body": 1,
            "without_date": 1,
            "without_captions": 1,
        }
        assert formats["plaintext"]["without_body"] == 0

    def test_tells_when_there_is_nothing(self, tmp_path: Path) -> None:
        assert run("read", tmp_path / "nowhere").exit_code == 2
        assert run("read", tmp_path).exit_code == 1


class TestIndex:
    def test_keeps_rejects_that_can_be_mended(self, folder: Path, tmp_path: Path) -> None:
        index, rejects = tmp_path / "x.idx", tmp_path / "rejects.jsonl"
        assert run("--index", index, "index", "--rejects", rejects, folder).exit_code == 0
        (record,) = map(json.loads, rejects.read_text().splitlines())
        assert (record["line"], record["record"]) == (2, {"section": "x"})
        record["record"]["headline"] = "Mended"
        rejects.write_text(json.dumps(record) + "\n")
        assert run("--index", index, "index", rejects).exit_code == 0
        assert run("--index", index, "search", "mended").exit_code == 0

    def test_stops_at_the_first_reject_when_it_is_strict(
        self, folder: Path, tmp_path: Path
    ) -> None:
        result = run("--index", tmp_path / "x.idx", "index", "--strict", folder)
        assert result.exit_code == 2
        assert "b.jsonl:2" in result.stderr

    def test_prunes(self, folder: Path, tmp_path: Path) -> None:
        index = tmp_path / "x.idx"
        run("--index", index, "index", folder)
        (folder / "a.txt").unlink()
        result = run("--index", index, "index", "--prune", "--json", folder)
        assert json.loads(result.stdout)["pruned"] == 1
        assert run("--index", index, "search", "fog").exit_code == 1

    @pytest.mark.parametrize("path", ["nowhere", "-"])
    def test_makes_no_index_when_there_is_nothing_to_watch(
        self, folder: Path, tmp_path: Path, path: str
    ) -> None:
        result = run("--index", tmp_path / "x.idx", "index", "--watch", folder, path)
        assert result.exit_code == 2
        assert "check the name" in result.stderr or "cannot be watched" in result.stderr
        assert not (tmp_path / "x.idx").exists()

    def test_watches_until_it_is_interrupted(self, folder: Path, tmp_path: Path) -> None:
        pytest.importorskip("watchfiles")
        index = tmp_path / "x.idx"
        code = "from searchkit_cli.main import run; run()"
        options = ["--index", str(index), "index", "--watch", "--prune", "--json", str(folder)]
        with subprocess.Popen(
            [sys.executable, "-c", code, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["added"] == 2
            (folder / "c.txt").write_text("Thunder\n\nOver the town.")
            assert json.loads(process.stdout.readline())["added"] == 1
            (folder / "c.txt").unlink()
            assert json.loads(process.stdout.readline())["pruned"] == 1
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            assert process.returncode == 0


def test_watching_ends_when_it_is_told_to(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    stop = threading.Event()
    with searchkit.create(tmp_path / "x.idx") as index:
        reports = searchkit.watch(index, folder, stop=stop)
        assert next(reports).added == 2
        stop.set()
        assert list(reports) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc to look at")
def test_closed_it_leaves_no_process(folder: Path) -> None:
    for number in range(200):
        (folder / f"{number}.txt").write_text("Fog\n\n" + "word " * 20_000)
    before = children()
    reading = searchkit.read(folder, workers=2)
    next(reading)
    assert children() - before
    reading.close()
    deadline = time.monotonic() + 30
    while children() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not children() - before


def children() -> set[str]:
    """The processes that this one has started, of whichever of its threads."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    return {each for task in tasks.glob("*/children") for each in task.read_text().split()}
