from __future__ import annotations

import json
from pathlib import Path

import pytest

import searchkit
from tests.analysis.test_language_detection import BODIES
from tests.cli.program import run, run_json


@pytest.fixture
def lines(tmp_path: Path) -> str:
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps({"id": "a", "body": f"{BODIES['de']} Es gab Bergungen."}))
    return str(path)


def test_articles_are_found_by_the_language_that_was_detected(lines: str, tmp_path: Path) -> None:
    index = tmp_path / "news.idx"
    assert run(index, "index", lines).exit_code == 0
    assert run(index, "search", "Bergung", "--language", "de", "--ids").stdout == "a\n"
    assert run_json(index, "show", "a")["language"] == "de"


def test_detection_is_left_out_when_that_is_wanted(lines: str, tmp_path: Path) -> None:
    index = tmp_path / "news.idx"
    assert run(index, "index", lines, "--no-detect-language").exit_code == 0
    assert run_json(index, "show", "a")["language"] == ""
    assert run(index, "search", "Bergung").exit_code == 1


def test_read_shows_the_language_that_an_index_would_have(lines: str, tmp_path: Path) -> None:
    shown = run_json(tmp_path / "none.idx", "read", lines)
    assert shown["language"] == "de"
    with searchkit.create(tmp_path / "news.idx") as index:
        index.add(searchkit.read(lines))
        stored = index.get("a")
    assert stored is not None
    assert {**shown, **stored.to_dict()} == shown
