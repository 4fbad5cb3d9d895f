"""``python -m benchmarks kernels``, from the options to the files that it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.__main__ import main
from benchmarks.corpus import prepare_file
from benchmarks.kernel_work import works
from benchmarks.kernels import Cost, measure_all
from tests.benchmarks.conftest import made_article

ARTICLES = 300

OF_ALL = [
    "read lines",
    "tokenise",
    "find terms",
    "invert",
    "merge runs",
    "merge segments",
    "look up",
]
OF_LISTS = ["decode documents", "decode positions", "encode"]
OF_QUERIES = ["match any", "match all", "match phrases"]
OF_SEARCHES = [
    *("expand prefix", "expand wildcard", "expand fuzzy"),
    *("count values", "count days", "best by date"),
]
OF_BYTES = ["checksum", "compress", "decompress"]


@pytest.fixture
def corpus_file(write_corpus: Callable[..., Path]) -> Path:
    return write_corpus([made_article(number) for number in range(ARTICLES)])


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["kernels", *map(str, arguments)])


def test_a_small_corpus_gives_table_and_json(corpus_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    result = run("--corpus", corpus_file, "--runs", 2, "--out", out)
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {"results.json", "table.md"}
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert document["command"] == "python -m benchmarks kernels --corpus tiny.jsonl --runs 2"
    assert str(corpus_file.parent) not in (out / "results.json").read_text(encoding="utf-8")
    assert document["corpus"]["articles"] == ARTICLES
    measured = document["kernels"]
    assert [
        each["name"] for each in measured
    ] == OF_ALL + OF_LISTS + OF_QUERIES + OF_SEARCHES + OF_BYTES
    for each in measured:
        assert len(each["seconds"]) == 2
        assert min(*each["seconds"], each["copy_seconds"], each["units"], each["size"]) > 0
    table = (out / "table.md").read_text(encoding="utf-8")
    assert all(f"| {each['name']} |" in table for each in measured)
    assert "tokenise" in result.stdout


def test_a_corpus_of_short_lists_has_none_to_decode(corpus_file: Path, tmp_path: Path) -> None:
    corpus = prepare_file(corpus_file, tmp_path / "prepared.jsonl", 20)
    assert [each.name for each in works(corpus.path)] == OF_ALL + OF_SEARCHES + OF_BYTES


def test_the_work_is_that_of_the_whole_corpus(corpus_file: Path, tmp_path: Path) -> None:
    corpus = prepare_file(corpus_file, tmp_path / "prepared.jsonl", None)
    by_name = {each.name: each for each in works(corpus.path)}
    # With the line feeds between the parts of an article.
    assert corpus.text_bytes < by_name["tokenise"].size < corpus.text_bytes * 1.1
    assert by_name["merge runs"].units == by_name["merge segments"].units
    assert by_name["decode documents"].units <= by_name["merge runs"].units
    assert by_name["decode documents"].units <= by_name["decode positions"].units


def test_a_cost_is_the_median_run_for_each_unit(corpus_file: Path, tmp_path: Path) -> None:
    corpus = prepare_file(corpus_file, tmp_path / "prepared.jsonl", 20)
    (cost,) = measure_all(works(corpus.path)[:1], 3)
    assert len(cost.seconds) == 3
    cost = Cost("any", "token", 1000, 64, "text", (3.0, 1.0, 2.0), 0.5)
    assert cost.median == 2.0
    assert cost.nanoseconds(cost.median) == 2_000_000


def test_a_missing_corpus_is_an_error_of_one_line(tmp_path: Path) -> None:
    result = run("--corpus", tmp_path / "absent.jsonl", "--out", tmp_path / "results")
    assert result.exit_code == 2
    assert "absent.jsonl: No such file or directory" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "results").exists()
