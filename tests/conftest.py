"""What several rooms' tests share."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import searchkit
from searchkit import Article, Caption

ROOT = Path(__file__).parent.parent

# Time belongs in benchmarks; a busy machine must not fail a test. On CI the examples are the
# same in every run; elsewhere each run looks at others.
settings.register_profile("searchkit", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("searchkit")

# Programs that were started in the background ignore Ctrl-C, and so would those that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def fresh_index(tmp_path: Path) -> Iterator[searchkit.Index]:
    with searchkit.create(tmp_path / "fresh.idx") as index:
        yield index


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    """A copy of the index `sound`, which the test's own file has, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "copy.idx"))


@pytest.fixture
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture
def ferry() -> Article:
    """An article with every field filled."""
    return Article.from_dict(
        {
            "id": "ferry-1",
            "headline": "Night ferry runs aground off Skarholm",
            "body": "The ferry struck a sandbank in fog.\n\n"
            "Nobody was hurt, the harbour master said.",
            "captions": [
                {"text": "Tugs beside the ferry", "credit": "Harbour Post/J. Iversen"},
                {
                    "title": "Fog over the sound",
                    "text": "Visibility was thirty metres.",
                    "alt": "A grey sea without a horizon",
                    "gallery": "The night of the ferry",
                },
            ],
            "published": "1978-11-03T04:30:00+01:00",
            "section": "News",
            "publisher": "Harbour Post",
            "authors": ["Ida Brandt", "Piers O’Brien"],
            "agencies": ["AP", "Reuters"],
            "language": "en",
            "url": "https://harbourpost.example/1978/ferry",
            "keywords": ["Skarholm", "shipping"],
        }
    )


def captions(*texts: str) -> tuple[Caption, ...]:
    return tuple(Caption(text=text) for text in texts)
