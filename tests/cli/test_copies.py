"""How copies of a text look, and near copies' counts beside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from tests.cli.program import run, run_json

TEXT = "The ferry struck a sandbank in fog; nobody was hurt, the harbour master said. " * 2


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """One text under eight ids, of which one has a publisher with a sequence for a terminal."""
    articles = [
        Article(
            id=f"a{n}", headline="Ferry", body=TEXT, publisher=f"Post {n}", url=f"https://{n}/f"
        )
        for n in range(7)
    ]
    articles.append(Article(id="evil", headline="Ferry", body=TEXT, publisher="\x1b[31mred"))
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(each.to_json() for each in articles))
    return path


@pytest.fixture
def archive(source: Path, tmp_path: Path) -> Path:
    run(tmp_path / "x", "index", str(source))
    return tmp_path / "x"


def test_index_counts_copies(source: Path, tmp_path: Path) -> None:
    lines = run(tmp_path / "y", "index", str(source)).stdout.splitlines()
    assert "1  added" in lines
    assert "7  copies of other articles" in lines
    again = json.loads(run(tmp_path / "y", "index", str(source), "--json").stdout)
    assert (again["unchanged"], again["copies"]) == (8, 0)
    assert "copies" not in run(tmp_path / "y", "index", str(source)).stdout


def test_a_hit_names_its_copies(archive: Path) -> None:
    shown = run(archive, "search", "sandbank").stdout
    assert (
        "also: a1 (Post 1), a2 (Post 2), a3 (Post 3), a4 (Post 4), a5 (Post 5) and 2 more" in shown
    )
    (hit,) = run_json(archive, "search", "sandbank")["hits"]
    assert [each["id"] for each in hit["copies"]] == ["a1", "a2", "a3", "a4", "a5", "a6", "evil"]
    assert hit["copies"][0] == {
        "id": "a1",
        "url": "https://1/f",
        "publisher": "Post 1",
        "published": None,
    }


def test_each_id_is_shown_with_the_others(archive: Path) -> None:
    lines = run(archive, "show", "a3").stdout.splitlines()
    assert "publisher: Post 3" in lines
    assert "also: a0 (Post 0)" in lines
    assert not any("\x1b" in line for line in lines)
    shown = run_json(archive, "show", "a3")
    assert (shown["url"], len(shown["copies"])) == ("https://3/f", 7)


def test_what_show_writes_is_read_again(archive: Path, tmp_path: Path) -> None:
    line = tmp_path / "a3.jsonl"
    line.write_text(run(archive, "show", "a3", "--json").stdout)
    assert run_json(archive, "index", str(line))["unchanged"] == 1


def test_info_counts_copies_beside_articles(archive: Path) -> None:
    facts = run_json(archive, "info")
    assert (facts["articles"], facts["copies"]) == (1, 7)
    assert "7, of the same texts" in run(archive, "info").stdout
    run(archive, "delete", *(f"a{number}" for number in range(7)))
    assert "of the same texts" not in run(archive, "info").stdout
    with searchkit.open(archive) as index:
        assert index.get("evil") is not None
