"""``python -m benchmarks scaling``, and the line that it draws through the times."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.chart import draw_growth
from benchmarks.corpus import Corpus
from benchmarks.machine import Circumstances
from benchmarks.scaling import Size, SizeRun, fit_growth, sheet_of
from benchmarks.tables import to_markdown
from tests.benchmarks.conftest import run_here


def size_of(corpus: Corpus, articles: int, *seconds: float, peak: int = 100_000_000) -> Size:
    """Of 1,000 bytes an article; the index is half as large."""
    given = replace(corpus, articles=articles, text_bytes=1_000 * articles)
    size = 500 * articles
    return Size(given, [SizeRun(each, each, peak, 3, size, 2 * size, 10) for each in seconds])


def test_the_exponent_is_that_of_the_medians(tiny_corpus: Corpus) -> None:
    sizes = [
        size_of(tiny_corpus, articles, 1e9, 2e-6 * articles**1.5, 1e-9)
        for articles in (1_000, 10_000, 100_000)
    ]
    growth = fit_growth(sizes)
    assert growth.exponent == pytest.approx(1.5)
    assert growth.factor == pytest.approx(2e-6)
    assert [articles for articles, _ in growth.points] == [1_000, 10_000, 100_000]


def test_times_for_each_article_are_beside_those_of_ten_thousand(
    tiny_corpus: Corpus, circumstances: Circumstances
) -> None:
    sizes = [
        size_of(tiny_corpus, 1_000, 0.2),
        size_of(tiny_corpus, 10_000, 1.0),
        size_of(tiny_corpus, 100_000, 12.0),
    ]
    table = sheet_of(sizes, fit_growth(sizes), "all", circumstances)
    assert [row[5] for row in table.rows] == ["2.00", "1.00", "1.20"]
    assert [row[3] for row in table.rows] == ["5,000", "10,000", "8,333"]
    assert [row[7] for row in table.rows] == ["0.50"] * 3
    assert "| 10,000 | 1.00 s | one run | 10,000 | 10.0 | 1.00 | 100 MB |" in to_markdown(table)


def test_too_much_memory_is_told(tiny_corpus: Corpus, circumstances: Circumstances) -> None:
    few, many = size_of(tiny_corpus, 10, 1.0), size_of(tiny_corpus, 99_000, 1.0, peak=500_000_000)
    growth = fit_growth([few, many])
    for sizes, verdict in (([few, few], "not exceeded"), ([few, many], "exceeded with 99,000")):
        notes = sheet_of(sizes, growth, "one", circumstances).notes
        assert any(f"the limit of 418 MB is {verdict}" in note for note in notes)


def test_the_same_times_draw_the_same_chart(
    tiny_corpus: Corpus, circumstances: Circumstances, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    growth = fit_growth([size_of(tiny_corpus, 10**power, 10.0 ** (power - 3)) for power in (3, 5)])
    paths = [tmp_path / name for name in ("one.svg", "two.svg")]
    for path in paths:
        draw_growth(growth, "any articles", circumstances, path)
    svg = paths[0].read_text(encoding="utf-8")
    assert svg == paths[1].read_text(encoding="utf-8")
    for text in ("articles^1.00", "100 s", "100,000", "any articles"):
        assert text in svg


def test_a_small_run_gives_table_json_and_charts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("benchmarks.scaling.run_task", run_here)
    out = tmp_path / "results"
    arguments = ["scaling", "--sizes", "20,60", "--runs", "1", "--out", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    names = {"results.json", "table.md", "scaling.png", "scaling.svg"}
    assert {path.name for path in out.iterdir()} == names
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert document["command"] == "python -m benchmarks scaling --sizes 20,60 --runs 1"
    assert [size["corpus"]["articles"] for size in document["sizes"]] == [20, 60]
    for size in document["sizes"]:
        [run] = size["runs"]
        assert 0 < run["segment_bytes"] < run["disk_bytes"]
        assert min(run["seconds"], run["peak_bytes"], run["segments"], run["body_terms"]) > 0


@pytest.mark.parametrize("sizes", ["1000", "1000,1000", "0,10", "ten,20"])
def test_sizes_that_make_no_line_are_an_error(sizes: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["scaling", "--sizes", sizes, "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert result.output.startswith(f"Error: --sizes {sizes}: not two numbers of articles or more")
