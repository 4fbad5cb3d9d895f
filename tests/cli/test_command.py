from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner
from searchkit_cli.main import main

import searchkit
from searchkit import Article
from tests.cli.program import SEARCHKIT, in_terminal, run, run_json
from tests.conftest import ROOT

# -- show, delete, info


def test_show_prints_the_whole_article(archive: Path, ferry: Article) -> None:
    shown = run(archive, "show", "ferry-1").stdout
    record = ferry.to_dict()
    for value in (record["headline"], "Ida Brandt, Piers O’Brien", "AP, Reuters", record["url"]):
        assert value in shown
    for paragraph in ferry.body.split("\n\n"):
        assert paragraph in shown
    for caption in ferry.captions:
        assert all(part in shown for part in caption.to_dict().values())
    assert Article.from_dict(run_json(archive, "show", "ferry-1")) == ferry


def test_show_of_an_unknown_id_is_status_1(archive: Path) -> None:
    result = run(archive, "show", "nobody")
    assert result.exit_code == 1
    assert "no article has the id nobody" in result.stderr


def test_delete_by_id_tells_what_was_not_there(archive: Path) -> None:
    result = run(archive, "delete", "fog", "nobody")
    assert result.exit_code == 0
    assert "1 article deleted" in result.stdout
    assert "no article has the id nobody" in result.stderr
    assert run(archive, "delete", "fog").exit_code == 1
    assert run_json(archive, "delete", "ferry-1", "x") == {"deleted": 1, "missing": ["x"]}


def test_delete_by_query_asks_first(archive: Path) -> None:
    refused = run(archive, "delete", "--query", "fog", input="n\n")
    assert "Delete 2 of 3 articles?" in refused.stderr
    assert refused.exit_code == 1
    assert run_json(archive, "info")["articles"] == 3
    done = run(archive, "delete", "--query", "fog", "--section", "weather", "--yes")
    assert "1 article deleted" in done.stdout
    assert run_json(archive, "info")["articles"] == 2


@pytest.mark.parametrize(
    "arguments", [[], ["fog", "--query", "fog"], ["fog", "--section", "news"], ["--section", "x"]]
)
def test_delete_refuses_what_is_ambiguous(archive: Path, arguments: list[str]) -> None:
    result = run(archive, "delete", *arguments)
    assert result.exit_code == 2
    assert "give either IDs, or --query" in result.stderr


def test_info_tells_what_is_there(archive: Path) -> None:
    shown = run(archive, "info").stdout
    for part in ("articles", "kB", "headline", "whoosh3", "news (1), weather (1)"):
        assert part in shown
    facts = run_json(archive, "info")
    assert facts["articles"] == 3
    assert facts["size"] > sum(facts["sections"].values()) > 0
    assert {"stored", "terms", "postings", "column"} <= facts["sections"].keys()
    assert facts["format"] == 4
    assert facts["terms"]["headline"] > 3
    assert facts["values"]["author"] == {"ida brandt": 1, "piers o'brien": 1}
    assert facts["versions"]["whoosh3"]
    assert facts["deleted"] == 0


def test_info_names_the_compiled_kernels(archive: Path) -> None:
    kernels = run_json(archive, "info")["kernels"]
    assert set(kernels) == {file.stem for file in ROOT.glob("searchkit/kernels/*.pyx")}
    assert all(Path(file).suffix in (".so", ".pyd") for file in kernels.values())
    assert re.search(r"kernels +dictionary, [^;]*;\s+in\s", run(archive, "info").stdout)


def test_info_tells_of_deleted_articles_that_take_up_space(archive: Path) -> None:
    run(archive, "delete", "fog")
    assert run_json(archive, "info")["deleted"] == 1
    shown = " ".join(run(archive, "info").stdout.split())
    assert "1 article, 33.3% of what the segments hold; `searchkit compact`" in shown


# -- index


def test_index_makes_the_index_and_counts(tmp_path: Path, seeds: Path) -> None:
    index = tmp_path / "new.idx"
    first = run(index, "index", str(seeds))
    assert first.exit_code == 0
    assert f"New index in {index}" in first.stderr
    assert "30  added" in first.stdout
    again = json.loads(run(index, "index", str(seeds), "--json").stdout)
    assert (again["added"], again["unchanged"], again["rejected"]) == (0, 30, [])


def test_index_lists_what_it_left_out_and_goes_on(tmp_path: Path) -> None:
    source = tmp_path / "dump.jsonl"
    source.write_text('{"title": "Fog", "text": "Thick."}\n{"title": \n{"title": "Storm"}\n')
    result = run(tmp_path / "x", "index", str(source), str(tmp_path / "nowhere.txt"))
    assert result.exit_code == 0
    assert f"{source}:2: " in result.stderr
    assert "nowhere.txt: " in result.stderr
    assert "2  added" in result.stdout
    report = json.loads(run(tmp_path / "x", "index", str(source), "--json").stdout)
    assert report["unchanged"] == 2
    assert [(each["place"], each["line"]) for each in report["rejected"]] == [(str(source), 2)]


def test_index_reads_compressed_json_lines_with_a_mapping(tmp_path: Path) -> None:
    source = tmp_path / "dump.jsonl.gz"
    source.write_bytes(gzip.compress(b'{"hl": "Fog", "tx": "Thick."}\n'))
    index = tmp_path / "x"
    run(index, "index", "--map", "headline=hl", "--map", "body=tx", str(source))
    assert run_json(index, "search", "headline:fog body:thick")["total"] == 1


def test_index_takes_the_language_and_the_encoding(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes("Die Häuser\n\nAm Kai.".encode("cp1252"))
    index = tmp_path / "x"
    run(index, "index", "--language", "de", "--encoding", "cp1252", str(source))
    assert run_json(index, "search", "haus")["total"] == 1
    refused = run(index, "index", "--language", "en", str(source))
    assert refused.exit_code == 2
    assert "was made with --language de" in refused.stderr


def test_nothing_to_index_makes_no_index(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run(tmp_path / "x", "index", str(empty))
    assert result.exit_code == 1
    assert "no article found" in result.stderr
    assert run(tmp_path / "x", "index", str(tmp_path / "typo")).exit_code == 2
    assert not (tmp_path / "x").exists()


def test_the_environment_names_the_index(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHKIT_INDEX", str(archive))
    assert CliRunner().invoke(main, ["search", "fog"]).exit_code == 0


# -- mistakes


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["search", "fog", "--since", "soon"], "since 'soon' is not a date"),
        (["search", "&"], "no word to search for"),
        (["search"], "Missing argument"),
        (["search", "-ferry"], "No such option"),
        (["search", "fog", "--limit", "-1"], "--limit"),
        (["search", "fog", "--sort", "size"], "--sort"),
        (["find", "fog"], "No such command"),
        (["index"], "Missing argument"),
        (["index", "x", "--map", "headline"], "not of the form FIELD=NAME"),
        (["index", "x", "--map", "hat=hl"], "hat"),
        (["index", "x", "--format", "pdf"], "pdf"),
        (["index", "x", "--encoding", "klingon"], "klingon"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(
    archive: Path, arguments: list[str], complaint: str
) -> None:
    (archive.parent / "x").write_text("Fog")
    arguments = [str(archive.parent / "x") if each == "x" else each for each in arguments]
    result = run(archive, *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["search", "show", "delete", "info"])
def test_without_an_index_the_error_says_how_to_make_one(tmp_path: Path, command: str) -> None:
    arguments = [command] if command == "info" else [command, "x"]
    result = run(tmp_path / "none", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("searchkit: there is no directory")
    assert "index FILES..." in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["", *main.list_commands(Context(main))])
def test_help_teaches(command: str) -> None:
    result = CliRunner().invoke(main, [*command.split(), "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    assert "\\b" not in result.stdout
    if command in ("", "search", "index", "delete"):
        assert re.search("^  +(searchkit|word) .*$", result.stdout, re.MULTILINE)


# -- as a process


def test_help_loads_neither_whoosh_nor_rich() -> None:
    probe = (
        "import sys\nfrom searchkit_cli.main import main\n"
        "main(['search', '--help'], standalone_mode=False)\n"
        "sys.exit(bool({'whoosh', 'rich', 'searchkit'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", probe], check=True, stdout=subprocess.DEVNULL)


def test_a_reader_that_stops_reading_is_no_error(archive: Path) -> None:
    with searchkit.open(archive) as index:
        index.add({"id": str(n), "headline": "Fog", "body": "fog " * 50} for n in range(300))
    command = [*SEARCHKIT, "--index", str(archive), "search", "fog", "--limit", "300"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


def test_ctrl_c_leaves_a_whole_index(tmp_path: Path) -> None:
    index = tmp_path / "x"
    command = [*SEARCHKIT, "--index", str(index), "index", "-", "--format", "jsonl"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin
    process.stdin.write(b'{"title": "Fog"}\n' * 10)
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not list(index.glob("*WRITELOCK*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert b"interrupted" in errors
    with searchkit.open(index) as opened:
        assert len(opened) == 0
        assert opened.add(Article(headline="Fog")).added == 1


def test_a_terminal_gets_colour_progress_and_folded_lines(tmp_path: Path, seeds: Path) -> None:
    index = str(tmp_path / "x")
    indexing = in_terminal(*SEARCHKIT, "--index", index, "index", str(seeds))
    assert "indexing" in indexing
    assert "articles" in indexing
    found = in_terminal(*SEARCHKIT, "--index", index, "search", "idlib airstrike")
    assert re.search("\x1b\\[[0-9;]*m[Aa]irstrike", found)
    visible = re.sub("\x1b\\[[0-9;]*m", "", found)
    assert "caption 2: " in visible
    assert all(len(line) <= 80 for line in visible.splitlines())


def test_no_color_is_honoured(archive: Path) -> None:
    found = in_terminal(*SEARCHKIT, "--index", str(archive), "search", "ferry", NO_COLOR="1")
    assert not re.search("\x1b\\[[0-9;]*3[0-9]m", found)


def test_a_pipe_gets_neither_colour_nor_folded_lines(archive: Path) -> None:
    command = [*SEARCHKIT, "--index", str(archive), "search", "ferry"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) > 80
