"""``python -m benchmarks indexing``, from the options to the files that it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.__main__ import main
from tests.benchmarks.conftest import made_article
from tests.conftest import ROOT


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["indexing", *map(str, arguments)])


def test_a_small_corpus_gives_table_json_and_charts(
    tiny_file: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("benchmarks.measure.usable_cores", lambda: 1)
    result = run(
        *("--corpus", tiny_file, "--limit", 20, "--runs", 1, "--out", out),
        *("--systems", "searchkit,fts5"),
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {
        "results.json",
        "table.md",
        "indexing.png",
        "indexing.svg",
    }
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert document["command"] == (
        "python -m benchmarks indexing --corpus tiny.jsonl --limit 20 --runs 1 "
        "--systems searchkit,fts5"
    )
    assert str(tiny_file.parent) not in (out / "results.json").read_text(encoding="utf-8")
    assert document["corpus"]["articles"] == 20
    assert {system["system"] for system in document["systems"]} == {"searchkit", "fts5"}
    labels = {each["label"] for each in document["comparisons"]}
    assert labels == {row["label"] for row in document["systems"] if row["system"] == "searchkit"}
    for system in document["systems"]:
        assert system["status"] == "measured"
        assert len(system["runs"]) == 1
        assert system["too_few"] == {}
    table = (out / "table.md").read_text(encoding="utf-8")
    assert "| SQLite FTS5 |" in table
    assert "SQLite FTS5" in result.stdout
    assert "Of fastest" in result.stdout


def test_a_rival_that_is_not_installed_is_named(
    tiny_file: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("--corpus", tiny_file, "--runs", 1, "--systems", "fts5,bm25s", "--out", out)
    assert result.exit_code == 0, result.output
    assert "bm25s (no positions): not installed" in result.stdout
    assert "searchkit[bench]" in result.stdout
    assert "No chart" in result.stderr
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    statuses = {system["system"]: system["status"] for system in document["systems"]}
    assert statuses == {"fts5": "measured", "bm25s": "not installed"}


def test_an_unknown_system_is_an_error_that_lists_them(out: Path) -> None:
    result = run("--systems", "fts5,lucene", "--out", out)
    assert result.exit_code == 2
    assert result.output == (
        "Error: unknown system: lucene; choose from searchkit, whoosh, fts5, tantivy, bm25s\n"
    )
    assert not out.exists()


def test_a_part_without_a_number_is_an_error_with_an_example(out: Path) -> None:
    result = run("--part", "whoosh=some", "--out", out)
    assert result.exit_code == 2
    assert result.output == "Error: --part whoosh=some: no number of articles; write whoosh=5000\n"
    assert run("--part", "lucene=5", "--out", out).exit_code == 2


def test_several_files_and_a_part_are_told(
    write_corpus: Callable[..., Path], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    first = write_corpus([made_article(number) for number in range(8)], "first.jsonl")
    second = write_corpus([made_article(number) for number in range(8, 12)], "second.jsonl")
    result = run(
        *("--corpus", first, "--corpus", second, "--runs", 1, "--out", out),
        *("--systems", "fts5", "--part", "fts5=6"),
    )
    assert result.exit_code == 0, result.output
    assert "SQLite FTS5 (6 articles)" in result.stdout
    assert "spread evenly over the corpus" in result.stdout
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert document["command"] == (
        "python -m benchmarks indexing --corpus first.jsonl --corpus second.jsonl --runs 1 "
        "--systems fts5 --part fts5=6"
    )
    assert document["corpus"]["name"] == "first.jsonl + second.jsonl"
    [row] = document["systems"]
    assert (document["corpus"]["articles"], row["articles"], row["is_part"]) == (12, 6, True)


def test_a_missing_corpus_is_an_error_of_one_line(tmp_path: Path, out: Path) -> None:
    result = run("--corpus", tmp_path / "absent.jsonl.gz", "--out", out)
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert errors[0].endswith("absent.jsonl.gz: No such file or directory")
    assert "Traceback" not in result.output
    assert not out.exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_ends_its_worker_and_removes_what_is_temporary(
    tiny_file: Path, tmp_path: Path, out: Path, ending: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "benchmarks", "indexing", "--systems", "fts5"]
    command += ["--runs", "1000", "--corpus", str(tiny_file), "--out", str(out)]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith(b"Run 1,"):
                break
        process.send_signal(ending)
        rest = process.stderr.read().decode()
        assert process.wait(20) == 130, rest
    assert rest.splitlines()[-1] == "Interrupted; nothing was written."
    assert "Traceback" not in rest
    assert list(temporary.iterdir()) == []
    assert not out.exists()
