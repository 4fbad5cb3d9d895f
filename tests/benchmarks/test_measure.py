"""Runs are interleaved, each in a fresh process; a system that fails does not stop the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import measure as measuring
from benchmarks import process
from benchmarks.corpus import Corpus, prepare_part
from benchmarks.measure import Measurement, Run, Variant, measure, variants_of
from benchmarks.memory import tree_bytes
from benchmarks.systems import SYSTEMS, fts5


def ignore(measurement: Measurement, number: int) -> None:
    """No progress wanted."""


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The systems in the order in which they are run; whoosh takes a minute."""
    calls: list[str] = []

    def run(corpus: Corpus, variant: Variant, scratch: Path) -> Run:
        calls.append(variant.system)
        seconds = 60.0 if variant.system == "whoosh" else 1.0
        return Run(seconds, seconds, 1, 1, {})

    monkeypatch.setattr(measuring, "_run", run)
    return calls


PAIR = [Variant("whoosh", "one"), Variant("fts5", "one")]


def test_the_first_runs_of_all_come_before_the_second(
    order: list[str], tiny_corpus: Corpus, tmp_path: Path
) -> None:
    measure(tiny_corpus, PAIR, 2, tmp_path, repeat_long=True, on_run=ignore)
    assert order == ["whoosh", "fts5", "whoosh", "fts5"]


def test_a_long_run_is_repeated_only_on_demand(
    order: list[str], tiny_corpus: Corpus, tmp_path: Path
) -> None:
    measure(tiny_corpus, PAIR, 3, tmp_path, repeat_long=False, on_run=ignore)
    assert order == ["whoosh", "fts5", "fts5", "fts5"]


def test_a_slow_system_is_given_its_part(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = prepare_part(tiny_corpus, tmp_path / "part.jsonl", 5)
    given: dict[str, int] = {}

    def run(corpus: Corpus, variant: Variant, scratch: Path) -> Run:
        given[variant.system] = corpus.articles
        return Run(1.0, 1.0, 1, 1, {})

    monkeypatch.setattr(measuring, "_run", run)
    results = measure(
        tiny_corpus, PAIR, 1, tmp_path, repeat_long=True, on_run=ignore, parts={"whoosh": part}
    )
    assert given == {"whoosh": 5, "fts5": 30}
    assert [result.corpus.articles for result in results] == [5, 30]


def test_a_run_is_measured_in_a_fresh_process(tiny_corpus: Corpus, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    variants = [Variant("fts5", "one")]
    [result] = measure(tiny_corpus, variants, 1, scratch, repeat_long=True, on_run=ignore)
    assert result.problem is None
    [run] = result.runs
    assert run.counts == tiny_corpus.check_words
    assert run.seconds > 0
    assert run.index_bytes > tiny_corpus.text_bytes
    assert 5_000_000 < run.peak_bytes < 200_000_000
    assert list(scratch.iterdir()) == []


def test_a_system_that_fails_is_reported_and_the_others_go_on(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The worker's process does not have it.
    monkeypatch.setitem(SYSTEMS, "unheard-of", fts5)
    variants = [Variant("unheard-of", "one"), Variant("fts5", "one")]
    seen: list[tuple[str, int]] = []

    def note(measurement: Measurement, number: int) -> None:
        seen.append((measurement.variant.system, number))

    broken, sound = measure(tiny_corpus, variants, 2, tmp_path, repeat_long=True, on_run=note)
    assert broken.problem == "KeyError: 'unheard-of'"
    assert not broken.measured
    assert sound.measured
    assert len(sound.runs) == 2
    assert seen == [("unheard-of", 1), ("fts5", 1), ("fts5", 2)]


def test_a_worker_ended_by_a_signal_says_so(tmp_path: Path) -> None:
    assert process._last_line(tmp_path / "log", -9) == "ended by SIGKILL (out of memory?)"


def test_a_system_without_use_for_more_cores_has_one_variant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measuring, "usable_cores", lambda: 4)
    assert variants_of(["fts5", "tantivy"]) == [
        Variant("fts5", "one"),
        Variant("tantivy", "one"),
        Variant("tantivy", "all"),
    ]
    monkeypatch.setattr(measuring, "usable_cores", lambda: 1)
    assert variants_of(["tantivy"]) == [Variant("tantivy", "one")]


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")
def test_the_memory_of_children_is_counted() -> None:
    holding = "import sys; held = bytearray(40_000_000); print(flush=True); sys.stdin.read()"
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    assert tree_bytes_of(holding) == 0
    assert 40_000_000 < tree_bytes_of(parent, holding) < 100_000_000


def tree_bytes_of(program: str, *arguments: str) -> int:
    """Of a process of its own, as soon as it prints: this one may have children of other tests."""
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        total = tree_bytes(process.pid)
        process.communicate()
    return total
