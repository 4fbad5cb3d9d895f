"""``python -m benchmarks duplicates``: the truth about near copies, and what is told of it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.duplicates import resemblances


def words(seed: int, count: int = 120) -> list[str]:
    chosen = random.Random(seed)
    return [f"w{chosen.randrange(3000)}" for _ in range(count)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Ten stories, of two of which there are near copies, and of one a far one."""
    bodies = [words(seed) for seed in range(10)]
    bodies += [[*words(0)[:-5], *words(90, 5)], [*words(1)[:-5], *words(91, 5)]]
    bodies += [[*words(2)[:60], *words(92, 60)]]
    path = tmp_path / "stories.jsonl"
    lines = [
        {"id": str(number), "headline": "", "body": " ".join(body)}
        for number, body in enumerate(bodies)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_pairs_that_resemble_each_other_are_counted_and_found(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["duplicates", "--corpus", str(corpus), "--out", str(out)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    found = json.loads((out / "results.json").read_text())
    assert found["signed"] == 13
    rows = {row["threshold"]: row for row in found["rows"]}
    assert rows[0.6]["pairs"] == rows[0.6]["found"] == rows[0.6]["right"] == 2
    assert rows[0.8]["bits"] == 25
    assert all(row["clearly_wrong"] == row["clearly_missed"] == 0 for row in rows.values())
    assert min(found["costs"].values()) > 0
    assert "| **0.6** | **51** | **2** | **1.000** | **1.000** |" in (out / "table.md").read_text()


def test_the_truth_is_the_share_of_all_that_both_have() -> None:
    one, other, third = frozenset(range(10)), frozenset(range(5, 15)), frozenset(range(99, 110))
    assert resemblances([one, other, third]) == {(0, 1): 5 / 15}


def test_without_long_articles_there_is_nothing_to_measure(tmp_path: Path) -> None:
    corpus = tmp_path / "short.jsonl"
    corpus.write_text('{"id": "a", "headline": "Fog", "body": "Fog again"}\n')
    result = CliRunner().invoke(main, ["duplicates", "--corpus", str(corpus)])
    assert result.exit_code == 2
    assert "no two articles that are long enough" in result.output
