"""``python -m benchmarks upkeep``: every step does what it says, and is timed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import searchkit
from benchmarks.__main__ import main
from benchmarks.corpus import Corpus
from benchmarks.upkeep_work import BATCH, STEPS
from tests.benchmarks.conftest import ARTICLES, run_here


@pytest.fixture
def directory(tiny_corpus: Corpus, tmp_path: Path) -> Path:
    with searchkit.create(tmp_path / "index") as index:
        index.add(searchkit.read(str(tiny_corpus.path)), workers=1)
    return tmp_path / "index"


def test_looking_and_checking_leave_the_index_as_it_is(
    directory: Path, tiny_corpus: Corpus
) -> None:
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    looked = STEPS["look"](directory, tiny_corpus.path, "gannet")
    assert looked["found"] == 10
    assert min(looked["open"], looked["first_search"], looked["later_search"]) > 0
    assert STEPS["again"](directory, tiny_corpus.path, str(ARTICLES))["seconds"] > 0
    verified = STEPS["verify"](directory, tiny_corpus.path, "")
    assert verified["warm"] > 0
    assert 0 < verified["size"] <= sum(map(len, before.values()))
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_an_archive_that_is_not_the_same_is_no_measurement(
    directory: Path, tiny_corpus: Corpus
) -> None:
    with searchkit.open(directory) as index:
        index.delete("a-1")
    with pytest.raises(RuntimeError, match="29 of 30 are unchanged"):
        STEPS["again"](directory, tiny_corpus.path, str(ARTICLES))


def test_changes_are_made_and_then_compacted(
    directory: Path, tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.upkeep_work.BATCH", 5)
    taken = STEPS["change"](directory, tiny_corpus.path, "3")
    kinds = ("add", "open_and_add", "update", "delete")
    assert {kind: len(taken[kind]) for kind in taken} == dict.fromkeys(kinds, 3)
    with searchkit.open(directory) as index:
        assert len(index) == ARTICLES + 2 * 15 - 15
    compacted = STEPS["compact"](directory, tiny_corpus.path, "")
    assert compacted["segments_after"] == 1
    assert compacted["size_before"] > compacted["size_after"]


def test_a_small_run_gives_table_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.upkeep.run_task", run_here)
    out = tmp_path / "results"
    arguments = ["upkeep", "--articles", str(BATCH), "--times", "1", "--runs", "1"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {"results.json", "table.md"}
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert document["corpus"]["articles"] == BATCH
    assert len(document["change"]["update"]) == len(document["look"]) == 1
    table = (out / "table.md").read_text(encoding="utf-8")
    for what in ("open, add 100 articles", "verify, from memory", "compact", "later search"):
        assert f"| {what} |" in table


def test_more_changes_than_articles_are_an_error() -> None:
    result = CliRunner().invoke(main, ["upkeep", "--articles", "100", "--times", "2"])
    assert result.exit_code == 2
    assert result.output.endswith("are to be deleted; give --articles 200 or more\n")
