from __future__ import annotations

from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from tests.conftest import captions


@pytest.fixture
def archive(tmp_path: Path, ferry: Article) -> Path:
    """A directory with an index of three articles."""
    path = tmp_path / "news.idx"
    with searchkit.create(path) as index:
        index.add(
            [
                ferry,
                Article(id="fog", headline="Fog", body="Fog again.", section="Weather"),
                Article(
                    id="evil",
                    headline="Storm \x1b[31mred\x1b[0m \u202egnorw",
                    body="<b>storm</b> & \x9b2J",
                    captions=captions("storm\x07"),
                ),
            ]
        )
    return path
