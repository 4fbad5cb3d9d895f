"""``python -m benchmarks profile``: the stages add up to the time of indexing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import searchkit
from benchmarks.__main__ import main
from benchmarks.chart import draw_stages
from benchmarks.corpus import Corpus
from benchmarks.machine import Circumstances
from benchmarks.process import run_task
from benchmarks.profiling import Stage, sheet_of, stages_of
from benchmarks.stages import REST, STAGES, _Clock


def test_the_stages_of_an_indexing_that_is_right_add_up_to_its_time(
    tiny_corpus: Corpus, tmp_path: Path
) -> None:
    directory = tmp_path / "index"
    taken, _ = run_task(tmp_path, "stages", "stages", str(tiny_corpus.path), str(directory))
    assert sum(taken["stages"].values()) == pytest.approx(taken["seconds"], rel=0.02)
    # In so few articles there is nothing to merge.
    assert set(taken["stages"]) == {*STAGES, REST} - {"merge segments"}
    with searchkit.open(directory) as index:
        assert index.search("gannet").total == 10


def test_within_a_merge_only_output_has_its_own_account() -> None:
    clock = _Clock()
    write = clock.timed("write", lambda: None)
    add_field = clock.timed("merge runs", write)
    clock.timed("merge segments", add_field)()
    assert set(clock.seconds) == {"merge segments", "write"}
    add_field()
    assert set(clock.seconds) == {"merge segments", "merge runs", "write"}


def test_an_iterator_is_timed_while_it_is_used() -> None:
    clock = _Clock()
    numbers = clock.timed("read and parse", lambda: iter(range(3)))
    assert clock.timed(REST, lambda: list(numbers()))() == [0, 1, 2]
    assert min(clock.seconds["read and parse"], clock.seconds[REST]) > 0


def test_a_small_run_gives_table_json_chart_and_functions(tiny_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    out = tmp_path / "results"
    arguments = ["profile", "--corpus", str(tiny_file), "--runs", "1", "--cprofile"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(out)])
    assert result.exit_code == 0, result.output
    names = {"results.json", "table.md", "profile.png", "profile.svg", "functions.txt"}
    assert {path.name for path in out.iterdir()} == names
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert document["command"] == (
        "python -m benchmarks profile --corpus tiny.jsonl --runs 1 --cprofile"
    )
    table = (out / "table.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in table for name in (*STAGES, REST))
    functions = (out / "functions.txt").read_text(encoding="utf-8")
    assert "tottime" in functions
    assert str(tmp_path) not in functions


def test_shares_are_of_the_median_time_of_all_stages(
    tiny_corpus: Corpus, circumstances: Circumstances
) -> None:
    runs = [{"tokenise": seconds, REST: 1.0} for seconds in (1.0, 3.0, 3.0)]
    stages = [stage for stage in stages_of(runs) if any(stage.seconds)]
    assert stages == [Stage("tokenise", (1.0, 3.0, 3.0)), Stage(REST, (1.0, 1.0, 1.0))]
    rows = sheet_of(tiny_corpus, stages, [3.5], circumstances).rows
    assert [row[:4] for row in rows] == [
        ("tokenise", "3.00 s", "1.00–3.00 s", "75.0%"),
        ("rest", "1.00 s", "1.00–1.00 s", "25.0%"),
        ("all", "4.00 s", "2.00–4.00 s", "100.0%"),
    ]


def test_a_bar_says_seconds_and_share(circumstances: Circumstances, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "stages.svg"
    draw_stages([("tokenise", 3.0), ("write", 1.0)], "any corpus", circumstances, path)
    svg = path.read_text(encoding="utf-8")
    for text in ("tokenise", "3.00 s, 75%", "any corpus"):
        assert text in svg
