"""Small corpora, and a measurement made by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

# `python -m benchmarks` finds its package in the working directory; pytest does not.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks import worker
from benchmarks.corpus import Corpus, prepare_file
from benchmarks.machine import Circumstances, describe_machine
from benchmarks.measure import Measurement, Run, Variant

ARTICLES = 30


def made_article(number: int) -> dict[str, Any]:
    """ "harbour" in each headline, "gannet" in every third body, "ferry" in every tenth caption,
    and fields that no corpus is asked for.
    """
    return {
        "id": f"a-{number}",
        "headline": f"Harbour council meets, part {number}",
        "body": "The mayor spoke.\n\n" + ("A gannet, “unhurt”. " if number % 3 == 0 else "") * 2,
        "captions": ["The ferry (left)", "Émile at work"] if number % 10 == 0 else [],
        "date": "2020-02-20",
        "section": "local",
        "author": "A. Writer",
        "source": "Courier",
        "url": f"https://news.example/{number}",
        "dateline": "LINDMOUTH",
    }


@pytest.fixture
def write_corpus(tmp_path: Path) -> Callable[..., Path]:
    """Writes lines (records or raw text) to a file and returns its path."""

    def write(lines: list[Any], name: str = "tiny.jsonl") -> Path:
        path = tmp_path / name
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return path

    return write


@pytest.fixture
def tiny_file(write_corpus: Callable[..., Path]) -> Path:
    return write_corpus([made_article(number) for number in range(ARTICLES)])


@pytest.fixture
def tiny_corpus(tiny_file: Path, tmp_path: Path) -> Corpus:
    return prepare_file(tiny_file, tmp_path / "prepared.jsonl", None)


@pytest.fixture
def circumstances(tmp_path: Path) -> Circumstances:
    """A command on this machine, which had nothing else to do."""
    machine = {**describe_machine(tmp_path), "load_average_before": 0.0}
    return Circumstances("python -m benchmarks any", "2020-02-20", machine, None)


def run_here(scratch: Path, *arguments: str) -> tuple[dict[str, Any], int]:
    """As `run_task`, in this process: starting one takes longer than what is tried here."""
    result = scratch / "result.json"
    worker.main([str(result), *arguments])
    return json.loads(result.read_text(encoding="utf-8")), 0


def measured(corpus: Corpus, system: str, cores: Any, *seconds: float) -> Measurement:
    """A measurement with one run for each of the times; every count is right."""
    counts = dict(corpus.check_words)
    size = 2 * corpus.text_bytes
    runs = [Run(one, one, 50_000_000, size, counts) for one in seconds]
    return Measurement(Variant(system, cores), corpus, {system: "1.0"}, runs)
