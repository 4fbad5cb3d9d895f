from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from tests.cli.program import SEARCHKIT, in_terminal, run


def ids(lines: str) -> list[str]:
    return [json.loads(line)["id"] for line in lines.splitlines()]


def test_articles_go_to_standard_output(archive: Path) -> None:
    for arguments in ([], ["-"], ["--format", "jsonl"]):
        result = run(archive, "export", *arguments)
        assert result.exit_code == 0
        assert len(ids(result.stdout)) == 3
        assert result.stderr == "3 articles written\n"


def test_articles_go_into_a_file(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    result = run(archive, "export", str(target))
    assert result.stdout == f"3 articles written to {target}\n"
    assert target.read_bytes().startswith(b"id,headline,")
    again = run(archive, "export", str(target))
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert run(archive, "export", str(target), "--force", "--format", "jsonl").exit_code == 0
    assert len(ids(target.read_text())) == 3


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_what_was_exported_is_indexed_as_it_was(archive: Path, tmp_path: Path, ending: str) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    target, again = tmp_path / f"out.{ending}", tmp_path / "again.idx"
    assert run(archive, "export", str(target)).exit_code == 0
    assert run(again, "index", "--no-detect-language", str(target)).exit_code == 0
    assert run(again, "export").stdout == run(archive, "export").stdout


def test_a_query_narrows_what_is_exported(archive: Path) -> None:
    assert ids(run(archive, "export", "--query", "fog").stdout) == ids(
        "".join(f'{{"id": "{each}"}}\n' for each in run(
            archive, "search", "fog", "--ids").stdout.split())
    )  # fmt: skip
    assert ids(run(archive, "export", "--section", "news").stdout) == ["ferry-1"]
    assert len(ids(run(archive, "export", "--sort", "date", "--limit", "2").stdout)) == 2
    assert ids(run(archive, "export", "--query", "fog nowhere", "--mode", "all").stdout) == []


def test_nothing_found_is_status_1(archive: Path, tmp_path: Path) -> None:
    result = run(archive, "export", str(tmp_path / "out.jsonl"), "--query", "nowhere")
    assert result.exit_code == 1
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    with searchkit.create(tmp_path / "empty.idx"):
        assert run(tmp_path / "empty.idx", "export").exit_code == 0


def test_the_summary_as_json_is_not_among_the_articles(archive: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "out.jsonl")
    result = run(archive, "export", target, "--json")
    assert json.loads(result.stdout) == {"articles": 3, "target": target}
    result = run(archive, "export", "--json", "--limit", "1")
    assert len(ids(result.stdout)) == 1
    assert json.loads(result.stderr) == {"articles": 1, "target": "-"}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["out"], "names no format"),
        (["--format", "parquet"], "for files only"),
        (["--format", "whoosh"], "goes into a new directory"),
        (["--format", "whoosh", "out", "--query", "fog"], "has all articles"),
        (["--since", "yesterday-ish"], "yesterday-ish"),
    ],
)
def test_mistakes_of_export_are_told(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str],
    complaint: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    result = run(archive, "export", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_terminal_gets_json_that_it_does_not_obey(tmp_path: Path) -> None:
    with searchkit.create(tmp_path / "x.idx") as index:
        index.add([Article(id="a", headline="Fog \x9b31m\x1b[31m\u202e", body="Fog")])
    command = [*SEARCHKIT, "--index", str(tmp_path / "x.idx"), "export"]
    shown = in_terminal(*command)
    assert not {"\x9b", "\x1b", "\u202e"} & set(shown)
    line, summary, _ = shown.split("\r\n")
    assert json.loads(line)["headline"] == "Fog \x9b31m\x1b[31m\u202e"
    assert summary == "1 article written"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    with searchkit.create(tmp_path / "large.idx") as index:
        index.add(Article(id=str(number), body="fog " * 500) for number in range(20_000))
    return tmp_path / "large.idx"


def test_a_reader_may_have_had_enough(large: Path) -> None:
    command = " ".join(f"'{part}'" for part in [*SEARCHKIT, "--index", str(large), "export"])
    for more in ("", " --format csv"):
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}{more} | head -n 2"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0
        assert len(done.stdout.splitlines()) == 2
        assert done.stderr == ""


def test_ctrl_c_leaves_no_file(large: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl.gz"
    process = subprocess.Popen(
        [*SEARCHKIT, "--index", str(large), "export", str(target)], stderr=subprocess.PIPE
    )
    while process.poll() is None and not list(tmp_path.glob(".out*.part")):
        pass
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == b"searchkit: interrupted\n"
    assert list(tmp_path.glob("*out*")) == []
