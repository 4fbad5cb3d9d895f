"""Documentation that fails the build: its examples run, and it covers every option."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from searchkit_cli.main import main
from tests.conftest import ROOT

PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), ROOT / "seeds" / "README.md"])


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, language)]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the sample articles beside."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEARCHKIT_INDEX", raising=False)
    return tmp_path


def test_there_are_examples_to_run() -> None:
    assert {page.name for page in pages_with("python")} >= {"README.md", "library.md"}
    assert {page.name for page in pages_with("console")} >= {"README.md", "command.md"}


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_the_python_examples_of_a_page_run_one_after_the_other(page: Path) -> None:
    names: dict[str, object] = {}
    for number, block in enumerate(blocks(page, "python")):
        exec(compile(block, f"{page.name}, example {number + 1}", "exec"), names)


def comparable(line: str) -> str:
    """A line without what differs from run to run: numbers, spaces."""
    return re.sub(r"\s+", " ", re.sub(r"[\d.,]+", "#", line)).strip()


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("page", pages_with("console"), ids=lambda page: page.name)
def test_the_commands_of_a_page_print_what_it_shows(page: Path) -> None:
    printed = ""
    CliRunner().invoke(main, ["index", "seeds/"]) if "index seeds" not in page.read_text() else None
    for block in blocks(page, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                program, *arguments = shlex.split(line[2:])
                assert program == "searchkit"
                result = CliRunner().invoke(main, arguments)
                assert result.exit_code == 0, (line, result.output)
                printed = comparable(result.output)
            elif line.strip():
                assert comparable(line) in printed, line


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    context = click.Context(main)
    names = main.list_commands(context)
    assert names
    for name in names:
        command = main.get_command(context, name)
        assert command, name
        section = re.search(
            rf"^## searchkit {name}\b.*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
        )
        assert section, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for option in parameter.opts:
                    assert f"`{option}" in section.group(), f"{name} {option}"
    for parameter in main.params:
        for option in parameter.opts:
            assert f"`{option}" in text.split("## searchkit")[0], option


def test_every_page_of_documentation_is_reached_from_the_readme() -> None:
    reached = {ROOT / "README.md"}
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        for target in re.findall(r"\]\(([^)#]+\.md)", page.read_text(encoding="utf-8")):
            found = Path(os.path.normpath(page.parent / target))
            if "://" not in target and found not in reached:
                reached.add(found)
                waiting.append(found)
    assert {*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")} <= reached


def test_the_readme_names_the_version_of_python_that_is_required() -> None:
    assert "Python 3.10" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert sys.version_info >= (3, 10)
