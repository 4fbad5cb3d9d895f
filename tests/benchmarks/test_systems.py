"""Every system that is installed indexes everything, and finds it again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.corpus import Corpus, prepare_parts
from benchmarks.systems import SYSTEMS, Installed, Missing

# A library that warns on some Python is still to be measured.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_finds_every_article_with_a_plain_word(
    name: str, tiny_corpus: Corpus, tmp_path: Path
) -> None:
    system = SYSTEMS[name]
    found = system.available()
    if isinstance(found, Missing):
        pytest.skip(f"{name}: {found.reason}")
    directory = tmp_path / "index"
    directory.mkdir()
    system.index(tiny_corpus.path, directory, 1)
    counts = {word: system.count(directory, word) for word in ("harbour", "gannet", "ferry")}
    assert counts == {"harbour": 30, "gannet": 10, "ferry": 3}
    assert system.count(directory, "absentword") == 0


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("count", [1, 3])
def test_a_system_answers_from_one_segment_or_several(
    name: str, count: int, tiny_corpus: Corpus, tmp_path: Path
) -> None:
    system = SYSTEMS[name]
    if isinstance(system.available(), Missing) or (count > 1 and not system.POSITIONS):
        pytest.skip(f"{name} is not installed, or has no segments")
    directory = tmp_path / "index"
    directory.mkdir()
    system.index_parts(prepare_parts(tiny_corpus, tmp_path, count), directory)
    searcher = system.searcher(directory)
    either = searcher.search(["gannet", "ferry"], "or", 100)
    assert either.total == 12
    assert len(dict(either.hits)) == 12
    assert either.hits[0][0] == "a-0"
    if not system.POSITIONS:
        return
    both = searcher.search(["gannet", "ferry"], "and", 1, snippets=True)
    assert (both.total, len(both.hits)) == (1, 1)
    [(_, body)] = both.snippets
    assert "gannet" in body
    assert searcher.search(["harbour", "council"], "phrase", 5).total == 30
    assert searcher.search(["council", "harbour"], "phrase", 5).total == 0


def test_searchkit_indexes_on_several_cores_too(tiny_corpus: Corpus, tmp_path: Path) -> None:
    system = SYSTEMS["searchkit"]
    assert system.CORES == ("one", "all")
    system.index(tiny_corpus.path, tmp_path / "index", 2)
    assert system.count(tmp_path / "index", "gannet") == 10


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_says_its_version_or_why_it_has_none(name: str) -> None:
    found = SYSTEMS[name].available()
    if isinstance(found, Installed):
        assert all(version[0].isdigit() for version in found.versions.values())
    else:
        assert "\n" not in found.reason


def test_a_library_that_is_not_installed_is_missing_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tantivy", None)
    found = SYSTEMS["tantivy"].available()
    assert isinstance(found, Missing)
    assert "searchkit[bench]" in found.reason


def test_importing_the_systems_imports_none_of_the_libraries() -> None:
    import subprocess

    from tests.conftest import ROOT

    program = (
        "import sys, benchmarks.systems;"
        "print({'searchkit', 'whoosh', 'tantivy', 'bm25s', 'numpy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
