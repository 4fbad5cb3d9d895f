"""What the tests of the sources share: writing a file and reading it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from searchkit import Article
from searchkit.errors import Notice, Reject
from searchkit.sources import Reading, read
from searchkit.sources.text.saved_page import parse_saved_page


@dataclass(frozen=True)
class Read:
    """A reading that has come to its end, and its articles."""

    articles: list[Article]
    reading: Reading

    @property
    def article(self) -> Article:
        (article,) = self.articles
        return article

    @property
    def rejects(self) -> list[Reject]:
        return self.reading.rejects

    @property
    def notices(self) -> list[Notice]:
        return self.reading.notices

    @property
    def reject(self) -> Reject:
        assert self.articles == []
        (reject,) = self.reading.rejects
        return reject

    @property
    def notice(self) -> Notice:
        (notice,) = self.reading.notices
        return notice


def read_all(paths: Any, **options: Any) -> Read:
    reading = read(paths, **options)
    return Read(list(reading), reading)


ReadFile = Callable[..., Read]
LINE = '{"headline": "From a line"}\n'


@pytest.fixture
def read_file(tmp_path: Path) -> ReadFile:
    """Writes bytes or text to a file of this name and reads it."""

    def write_and_read(name: str, content: bytes | str, **options: Any) -> Read:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_all(path, **options)

    return write_and_read


def headlines(result: Read) -> list[str]:
    return [article.headline for article in result.articles]


def write(folder: Path, **contents: str) -> None:
    """Writes files; a double underscore in a name stands for a folder."""
    for name, content in contents.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


# Pages in the saved layout: an invented one, and one made of the paragraphs to be tested.

HEADLINE = "Night ferry runs aground off Skarholm"
FIRST_LINE = f" date 1978-11-05  {HEADLINE} | News | Harbour Post | 03.11.1978"


def parsed(text: str) -> Article:
    page = parse_saved_page(text)
    assert page is not None
    assert page.remarks == ()
    return page.article


def page(*paragraphs: str, first_line: str = FIRST_LINE) -> Article:
    """The article of a page with these paragraphs after its headline."""
    return parsed("\n\n".join([first_line, "News", HEADLINE, *paragraphs]) + "\n")
