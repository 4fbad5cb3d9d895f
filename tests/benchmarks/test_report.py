"""What a report says: ratios, failures, differences; as a table, as JSON, as a chart."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.chart import draw_speeds
from benchmarks.corpus import Corpus
from benchmarks.machine import Circumstances, summary
from benchmarks.measure import Measurement, Variant
from benchmarks.report import Report, compare, make_rows
from benchmarks.session import Session, described
from benchmarks.tables import duration, figure, print_sheet, span, to_markdown
from tests.benchmarks.conftest import measured


@pytest.fixture
def corpus(tiny_corpus: Corpus) -> Corpus:
    """Of 10 MB, so that speeds are round figures."""
    return replace(tiny_corpus, text_bytes=10_000_000, articles=1_000)


@pytest.fixture
def report_of(corpus: Corpus, circumstances: Circumstances) -> Callable[..., Report]:
    def make(*measurements: Measurement) -> Report:
        return Report(circumstances, corpus, make_rows(corpus, measurements))

    return make


def printed(report: Report) -> str:
    output = io.StringIO()
    print_sheet(report.sheet(), Console(file=output, width=80))
    return output.getvalue()


def test_the_fastest_is_first_and_ratios_are_to_the_fastest_rival(corpus: Corpus) -> None:
    rows = make_rows(
        corpus,
        [
            measured(corpus, "whoosh", "one", 20.0),
            measured(corpus, "tantivy", "all", 0.9, 1.0, 1.5),
            measured(corpus, "searchkit", "one", 0.25),
        ],
    )
    assert [row.label for row in rows] == [
        "searchkit, 1 core",
        "tantivy-py, all cores",
        "Whoosh, 1 core",
    ]
    assert [row.ratio for row in rows] == [4.0, 1.0, 0.05]
    speed = rows[1].speed
    assert speed
    assert (speed.median, speed.low, speed.high) == (10.0, 10 / 1.5, 10 / 0.9)
    assert rows[1].articles_per_second == 1_000
    assert rows[1].index_over_text == 2.0


def test_without_a_rival_there_is_no_ratio(
    report_of: Callable[..., Report], corpus: Corpus
) -> None:
    report = report_of(measured(corpus, "searchkit", "one", 1.0))
    assert report.rows[0].ratio is None
    assert "–" in printed(report)


def test_each_variant_is_compared_with_the_fastest_rival_on_as_many_cores(corpus: Corpus) -> None:
    rows = make_rows(
        corpus,
        [
            measured(corpus, "searchkit", "all", 0.1),
            measured(corpus, "searchkit", "one", 0.2),
            measured(corpus, "tantivy", "all", 0.5),
            measured(corpus, "tantivy", "one", 0.8),
            measured(corpus, "fts5", "one", 0.6),
            measured(corpus, "whoosh", "one", 20.0),
        ],
    )
    found = {(each.label, each.rival): round(each.ratio, 2) for each in compare(rows)}
    assert found == {
        ("searchkit, all cores", "tantivy-py, all cores"): 5.0,
        ("searchkit, all cores", "Whoosh, 1 core"): 200.0,
        ("searchkit, 1 core", "SQLite FTS5"): 3.0,
        ("searchkit, 1 core", "Whoosh, 1 core"): 100.0,
    }


def test_what_is_measured_on_a_part_has_the_speed_of_the_part(
    report_of: Callable[..., Report], corpus: Corpus
) -> None:
    part = replace(corpus, articles=100, text_bytes=1_000_000)
    report = report_of(measured(part, "whoosh", "one", 2.0), measured(corpus, "fts5", "one", 1.0))
    row = report.rows[1]
    assert row.label == "Whoosh, 1 core (100 articles)"
    assert row.speed
    assert (row.speed.median, row.articles_per_second, row.index_over_text) == (0.5, 50.0, 2.0)
    assert "Whoosh, 1 core (100 articles): given 1.00 MB" in to_markdown(report.sheet())


def test_it_is_told_whose_commits_are_durable(
    report_of: Callable[..., Report], corpus: Corpus
) -> None:
    durable, hasty = measured(corpus, "fts5", "one", 1.0), measured(corpus, "bm25s", "one", 2.0)
    both = to_markdown(report_of(durable, hasty).sheet())
    assert "Synced to the disk when the clock stops: SQLite FTS5. Not synced: bm25s." in both
    assert "Not synced" not in to_markdown(report_of(durable).sheet())


def test_what_failed_or_is_not_installed_is_named(
    report_of: Callable[..., Report], corpus: Corpus
) -> None:
    report = report_of(
        Measurement(
            Variant("tantivy", "one"), corpus, installed=False, problem="not there; install it"
        ),
        Measurement(Variant("bm25s", "one"), corpus, problem="MemoryError"),
        measured(corpus, "fts5", "one", 1.0),
    )
    assert [row.status for row in report.rows] == ["measured", "not installed", "failed"]
    for text in (printed(report), to_markdown(report.sheet())):
        assert "tantivy-py, 1 core: not installed: not there; install it" in text
        assert "bm25s (no positions): failed: MemoryError" in text


def test_an_index_that_lacks_articles_is_named(
    report_of: Callable[..., Report], corpus: Corpus
) -> None:
    short = measured(corpus, "fts5", "one", 1.0)
    word = next(iter(corpus.check_words))
    short.runs[0].counts[word] -= 1
    report = report_of(short)
    assert f"SQLite FTS5 finds {word} in {corpus.check_words[word] - 1}" in printed(report)


def test_a_busy_machine_is_told(report_of: Callable[..., Report], corpus: Corpus) -> None:
    report = report_of(measured(corpus, "fts5", "one", 1.0))
    for load, told in ((None, False), (0.1, False), (1.5, True)):
        machine = {**report.circumstances.machine, "load_average_before": load}
        there = replace(report, circumstances=replace(report.circumstances, machine=machine))
        assert ("The machine was busy" in printed(there)) is told


def test_the_table_fits_a_terminal_of_80_columns(
    report_of: Callable[..., Report], corpus: Corpus
) -> None:
    report = report_of(
        measured(corpus, "tantivy", "all", 0.08, 0.1, 0.12),
        measured(corpus, "bm25s", "one", 3.0, 3.1),
    )
    lines = printed(report).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert any("tantivy-py, all cores" in line and "83.3–125" in line for line in lines)


def test_the_json_has_every_run_and_no_path_of_this_machine(
    report_of: Callable[..., Report], corpus: Corpus, tmp_path: Path
) -> None:
    report = report_of(measured(corpus, "fts5", "one", 1.0, 2.0))
    session = Session("indexing", report.circumstances, tmp_path, Console(file=io.StringIO()))
    session.keep(report.sheet(), {"corpus": described(corpus), **report.results()}, tmp_path)
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    document = json.loads(text)
    [system] = document["systems"]
    assert [run["seconds"] for run in system["runs"]] == [1.0, 2.0]
    assert system["runs"][0]["counts"] == corpus.check_words
    assert system["versions"] == {"fts5": "1.0"}
    assert document["benchmark"] == "indexing"
    assert document["corpus"]["sha256"] == corpus.sha256
    assert document["machine"]["python"].split()[0] in ("CPython", "PyPy")
    assert str(tmp_path) not in text


def test_the_same_figures_draw_the_same_chart(
    report_of: Callable[..., Report], corpus: Corpus, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    report = report_of(
        measured(corpus, "fts5", "one", 1.0, 2.0),
        measured(corpus, "searchkit", "one", 0.5),
        Measurement(Variant("tantivy", "one"), corpus, installed=False, problem="not there"),
    )
    paths = [tmp_path / name for name in ("one.svg", "two.svg", "one.png")]
    for path in paths:
        draw_speeds(report, path)
    svg = paths[0].read_text(encoding="utf-8")
    assert svg == paths[1].read_text(encoding="utf-8")
    for text in ("SQLite FTS5", "searchkit", "20.0", "tantivy-py, 1 core (not installed)"):
        assert text in svg
    assert paths[2].read_bytes().startswith(b"\x89PNG")


def test_without_figures_nothing_is_drawn(
    report_of: Callable[..., Report], corpus: Corpus, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    failed = Measurement(Variant("fts5", "one"), corpus, problem="disk full")
    draw_speeds(report_of(failed), tmp_path / "chart.svg")
    assert not (tmp_path / "chart.svg").exists()


def test_speeds_have_three_significant_digits() -> None:
    assert [figure(value) for value in (0.456, 8.128, 13.46, 104.2)] == [
        "0.46",
        "8.13",
        "13.5",
        "104",
    ]


def test_times_are_seconds_or_milliseconds() -> None:
    assert [duration(value) for value in (0.00123, 0.25, 2.5)] == ["1.23 ms", "250 ms", "2.50 s"]
    assert span([0.5]) == "one run"
    assert span([0.5, 0.25, 0.3]) == "250–500 ms"
    assert span([0.5, 2.0]) == "0.50–2.00 s"


def test_the_machine_is_one_line() -> None:
    machine = {
        "processor": None,
        "cores": 1,
        "memory_bytes": 8_000_000_000,
        "python": "CPython 3.10.1",
    }
    assert summary(machine) == "unknown processor, 1 core, 8 GB, CPython 3.10.1"
