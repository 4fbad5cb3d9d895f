"""The page about the language keeps its word: its examples are read as they are meant, and find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import searchkit
from searchkit import Index
from searchkit.query.leaves import MAX_DISTANCE
from searchkit.query.parse import MAX_QUERY_CHARACTERS
from searchkit.query.scan import FIELD_NAMES, MAX_DEPTH, MAX_PARTS
from searchkit.query.tree import MAX_BOOST, MIN_BOOST
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "query-language.md").read_text(encoding="utf-8")
TABLES = re.findall(r"^\| write \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
EXAMPLES = [
    example
    for table in TABLES
    for line in table.splitlines()
    for example in re.findall("`([^`]+)`", line.split(" | ")[0])
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    path: Path = tmp_path_factory.mktemp("samples") / "news.idx"
    with searchkit.create(path) as index:
        index.add(searchkit.read([ROOT / "seeds"]))
        yield index


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_is_understood_and_finds_something(samples: Index, example: str) -> None:
    results = samples.search(example)
    assert results.total
    assert results.interpretation.notes == ()


def test_every_field_has_its_place() -> None:
    for name in FIELD_NAMES:
        assert f"`{name}`" in PAGE, name


def test_limits_are_as_they_are_told() -> None:
    limits = PAGE.split("## Limits")[1]
    for limit in (MAX_QUERY_CHARACTERS, MAX_PARTS, MAX_DEPTH, MAX_DISTANCE, MIN_BOOST, MAX_BOOST):
        assert f" {limit:,}".removesuffix(".0") in limits
