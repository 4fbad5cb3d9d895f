"""A format is told by content, then by name; other packages may add one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from searchkit.errors import SourceError
from searchkit.sources import formats
from tests.conftest import ROOT
from tests.sources.conftest import LINE, ReadFile, headlines

PAGE = "<!DOCTYPE html><title>Fog</title><h1>Fog</h1><p>" + "No ship sails. " * 20

FEED = (
    '<rss version="2.0"><channel><title>Post</title><item><title>Fog</title>'
    "<description>No ship sails.</description></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (LINE, "jsonl"),
        ('[{"headline": "From a line"}]', "json"),
        (PAGE, "html"),
        (FEED, "feed"),
        ("Fog\n\nNo ship sails.", "plaintext"),
    ],
)
def test_the_content_decides_before_the_name(read_file: ReadFile, content: str, name: str) -> None:
    for ending in ("txt", "dat"):
        result = read_file(f"a.{ending}", content)
        assert result.reading.format == name
        assert result.article.headline in ("Fog", "From a line")


def test_the_name_decides_where_the_content_does_not(read_file: ReadFile) -> None:
    assert read_file("a.csv", "headline,body\nFog,Thick\n").reading.format == "csv"


class Entry(EntryPoint):
    """An entry point that needs no package."""


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What entry points load, by their names."""
    loaded: dict[str, Any] = {}

    def entry_points(group: str) -> list[EntryPoint]:
        assert group == "searchkit.formats"
        return [Entry(name, "my_package:FORMAT", group) for name in loaded]

    def load(entry: EntryPoint) -> Any:
        if isinstance(loaded[entry.name], Exception):
            raise loaded[entry.name]
        return loaded[entry.name]

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    monkeypatch.setattr(Entry, "load", load)
    for cached in (formats.formats, formats._added):
        cached.cache_clear()
    yield loaded
    for cached in (formats.formats, formats._added):
        cached.cache_clear()


def test_another_package_adds_one_as_the_page_shows(
    read_file: ReadFile, added: dict[str, Any]
) -> None:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    example = re.search(r"## Adding a format.*?```python\n(.*?)```", text, re.DOTALL)
    assert example
    names: dict[str, Any] = {}
    exec(example[1], names)
    added["memo"] = names["MEMO"]
    content = "MEMO of the harbour master\nNo ship sails."
    for name in ("a.memo", "a.dat"):
        result = read_file(name, content)
        assert headlines(result) == ["MEMO of the harbour master"]
        assert result.reading.format == "memo"


@pytest.mark.parametrize("broken", [ImportError("no such module"), "no format"])
def test_one_that_cannot_be_loaded_is_told(added: dict[str, Any], broken: object) -> None:
    added["memo"] = broken
    with pytest.raises(SourceError, match="update or remove the package"):
        formats.format_named("memo")
