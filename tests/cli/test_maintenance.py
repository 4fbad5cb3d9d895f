from __future__ import annotations

import json
import pickle
import re
import shutil
import signal
import subprocess
import time
from collections import namedtuple
from pathlib import Path

import pytest
import whoosh.index
from whoosh.fields import TEXT, Schema

import searchkit
from searchkit.codec.lock import LOCK_NAME
from tests.cli.program import SEARCHKIT, in_terminal, run, run_json


@pytest.fixture
def damaged(archive: Path) -> Path:
    """The archive with a second segment, of 25 articles, in which a byte is changed."""
    before = set(archive.glob("*.segment"))
    with searchkit.open(archive) as index:
        index.add({"id": f"id{number:02}", "headline": "Pier"} for number in range(25))
    (segment,) = set(archive.glob("*.segment")) - before
    content = bytearray(segment.read_bytes())
    content[100] ^= 1
    segment.write_bytes(content)
    return archive


def break_last_manifest(archive: Path) -> None:
    last = max(archive.glob("manifest-*.json"), key=lambda file: file.stat().st_mtime_ns)
    last.write_text("{}")


# -- verify


def test_verify_tells_that_an_index_is_whole(archive: Path) -> None:
    result = run(archive, "verify", "--deep")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first == "whole: commit 1, 3 articles in 1 segment"
    assert re.fullmatch(r"3 files, [\d.]+ kB read in \d+\.\d\d s: [\d,]+ MB/s", second)
    assert result.stderr == ""


def test_verify_names_what_is_damaged_and_what_helps(damaged: Path) -> None:
    result = run(damaged, "verify")
    assert result.exit_code == 1
    assert result.stdout.startswith("damaged: commit 2, 28 articles in 2 segments")
    lines = result.stderr.splitlines()
    assert lines[0] == "Damaged:"
    assert re.match(r"  [0-9a-f]{16}\.segment: section stored is not as it was written", lines[1])
    assert lines[2] == "25 of 28 articles are in damaged segments."
    assert "Restore the index from a copy" in lines[3]
    assert "searchkit repair" in lines[3]


def test_verify_as_json_has_the_documented_shape(damaged: Path) -> None:
    result = run(damaged, "verify", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    (damage,) = found.pop("damages")
    assert damage.keys() == {"file", "section", "what"}
    assert damage["section"] == "stored"
    assert found.pop("took_ms") > 0
    assert found.pop("size") > 1000
    assert found == {
        "path": str(damaged),
        "whole": False,
        "generation": 2,
        "segments": 2,
        "articles": 28,
        "affected": 25,
        "remarks": [],
        "files": 4,
    }


def test_verify_works_where_nothing_can_be_opened(archive: Path) -> None:
    for manifest in archive.glob("manifest-*.json"):
        manifest.write_text("{}")
    result = run(archive, "verify")
    assert result.exit_code == 1
    assert result.stdout.startswith("damaged: no commit can be read")
    assert "searchkit repair" not in result.stderr
    assert run(archive, "search", "fog").exit_code == 2


# -- repair


def test_repair_gives_up_what_is_damaged_and_says_so(damaged: Path) -> None:
    result = run(damaged, "repair", "--yes")
    assert result.exit_code == 0
    assert re.search(
        r"Segment [0-9a-f]{16} is given up with 25 articles: id00, id01, .*, id19 and 5 more",
        result.stdout,
    )
    assert result.stdout.endswith("repaired, as commit 3\n")
    assert "Index the archive again" in result.stderr
    assert run(damaged, "verify").exit_code == 0
    assert run_json(damaged, "search", "fog")["total"] == 2


def test_repair_as_json_has_the_documented_shape(damaged: Path) -> None:
    done = run_json(damaged, "repair", "--yes")
    (lost,) = done.pop("lost")
    assert (lost["articles"], len(lost["ids"]), len(lost["segment"])) == (25, 20, 16)
    assert done.pop("verification")["whole"] is False
    assert done == {"generation": 3, "abandoned": None, "back": 0}
    assert run_json(damaged, "repair", "--yes")["generation"] is None


def test_repair_of_a_whole_index_does_nothing(archive: Path) -> None:
    result = run(archive, "repair", "--yes")
    assert result.exit_code == 0
    assert result.stdout == (
        "nothing is damaged, nothing was changed: commit 1, 3 articles in 1 segment\n"
    )


def test_repair_asks_first_and_needs_yes_where_nobody_can_be_asked(damaged: Path) -> None:
    refused = run(damaged, "repair")
    assert refused.exit_code == 2
    assert "give --yes" in refused.stderr
    command = [*SEARCHKIT, "--index", str(damaged), "repair"]
    asked = in_terminal(*command, typed="n\n")
    assert "25 of 28 articles are in damaged segments." in asked
    assert "Give up what is damaged? [y/N]" in asked
    assert run(damaged, "verify").exit_code == 1
    assert "repaired, as commit 3" in in_terminal(*command, typed="y\n")
    assert run(damaged, "verify").exit_code == 0
    assert "nothing is damaged" in in_terminal(*command)


def test_repair_tells_of_deleted_articles_that_are_back(archive: Path) -> None:
    run(archive, "delete", "fog")
    (deletions,) = archive.glob("*.deletions")
    deletions.unlink()
    assert "Back, though deleted: up to 1 article." in run(archive, "repair", "--yes").stdout


def test_a_damaged_last_commit_is_one_line_on_standard_error(damaged: Path) -> None:
    break_last_manifest(damaged)
    result = run(damaged, "search", "fog")
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("searchkit: ")
    assert "is damaged or missing: the index is opened as of commit 1" in line
    repaired = run(damaged, "repair", "--yes")
    assert "Commit 2 cannot be read: the index is as of commit 1." in repaired.stdout
    assert run(damaged, "search", "fog").stderr == ""


# -- compact


def test_compact_leaves_one_segment_and_frees_the_space(archive: Path) -> None:
    for number in range(3):
        with searchkit.open(archive) as index:
            index.add([{"id": str(number), "headline": f"Fog {number}", "body": "pier " * 99}])
    run(archive, "delete", "evil")
    result = run(archive, "compact")
    assert result.exit_code == 0
    assert re.fullmatch(
        r"1 segment, [\d.]+ kB; it was 4 segments, [\d.]+ kB with 1 deleted article\n",
        result.stdout,
    )
    facts = run_json(archive, "info")
    assert (facts["segments"], facts["deleted"], facts["articles"]) == (1, 0, 5)
    assert len(list(archive.glob("*.segment"))) == 1
    assert "nothing to do" in run(archive, "compact").stdout
    assert run_json(archive, "compact").keys() == {
        "segments_before",
        "segments_after",
        "deleted",
        "size_before",
        "size_after",
    }


def test_compact_is_refused_where_the_disk_is_too_full(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(archive, "delete", "fog")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1000, 900, 100))
    before = sorted(file.name for file in archive.iterdir())
    result = run(archive, "compact")
    assert result.exit_code == 2
    assert "make room" in result.stderr
    assert sorted(file.name for file in archive.iterdir()) == before


# -- export, import-whoosh


def test_what_is_exported_for_whoosh_can_be_imported_again(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "whoosh"
    result = run(archive, "export", "--format", "whoosh", str(target))
    assert result.exit_code == 0
    assert result.stdout == f"3 articles written to {target}\n"
    with whoosh.index.open_dir(str(target)).searcher() as searcher:
        assert searcher.document(id="fog")["headline"] == "Fog"
    imported = run(tmp_path / "new", "import-whoosh", "--trust", str(target))
    assert imported.exit_code == 0
    assert "3  added" in imported.stdout
    for article_id in ("fog", "ferry-1", "evil"):
        with searchkit.open(archive) as old, searchkit.open(tmp_path / "new") as new:
            assert old.get(article_id) == new.get(article_id)


def test_a_whoosh_index_is_not_read_without_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "whoosh"
    source.mkdir()
    whoosh.index.create_in(str(source), Schema(title=TEXT(stored=True)))
    monkeypatch.setattr(pickle, "loads", lambda *_: pytest.fail("unpickled"))
    monkeypatch.setattr(pickle, "load", lambda *_: pytest.fail("unpickled"))
    result = run(tmp_path / "x", "import-whoosh", str(source))
    assert result.exit_code == 2
    assert "can run code" in result.stderr
    assert "--trust" in result.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["export", "--format", "whoosh", "{full}"], "choose a new or an empty directory"),
        (["export", "{full}"], "names no format"),
        (["export", "--format", "whoosh", "{full}", "--limit", "1"], "a Whoosh index has all"),
        (["export", "--format", "pdf", "{full}"], "whoosh"),
        (["import-whoosh", "--trust", "{full}"], "there is no Whoosh index in"),
        (["import-whoosh", "--trust", "{full}", "--map", "hat=hl"], "hat"),
    ],
)
def test_mistakes_of_exchange_are_told(
    archive: Path, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "notes.txt").touch()
    result = run(archive, *(each.format(full=full) for each in arguments))
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert "Traceback" not in result.output


# -- as a person meets them


def test_index_takes_memory_and_workers(tmp_path: Path, seeds: Path) -> None:
    arguments = ("index", str(seeds), "--memory", "1", "--workers", "2")
    assert "30  added" in run(tmp_path / "x", *arguments).stdout
    for option in ("--memory", "--workers"):
        refused = run(tmp_path / "x", "index", str(seeds), option, "0")
        assert refused.exit_code == 2
        assert option in refused.stderr


@pytest.mark.parametrize("command", [["verify"], ["repair", "--yes"], ["compact"]])
def test_without_an_index_it_is_said_and_nothing_is_made(
    tmp_path: Path, command: list[str]
) -> None:
    for path, complaint in ((tmp_path, "no index in"), (tmp_path / "none", "no directory")):
        result = run(path, *command)
        assert result.exit_code == 2
        assert result.stderr.startswith("searchkit: there is ")
        assert complaint in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_sees_progress(archive: Path) -> None:
    with searchkit.open(archive) as index:
        index.add({"id": str(n), "headline": f"Fog {n}", "body": "fog " * 50} for n in range(3000))
    command = [*SEARCHKIT, "--index", str(archive)]
    assert "verifying" in in_terminal(*command, "verify", "--deep")
    assert "merging" in in_terminal(*command, "compact")


def test_ctrl_c_ends_compact_and_leaves_the_index_as_it_was(archive: Path) -> None:
    with searchkit.open(archive) as index:
        for first in range(0, 30_000, 15_000):
            index.add(
                {"id": str(n), "headline": f"Fog {n}", "body": f"pier {n % 999} " * 9}
                for n in range(first, first + 15_000)
            )
    command = [*SEARCHKIT, "--index", str(archive), "compact"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (archive / LOCK_NAME).read_bytes() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) in ((130, b"searchkit: interrupted\n"), (0, b""))
    assert run(archive, "verify").exit_code == 0
    assert run_json(archive, "info")["articles"] == 30_003
