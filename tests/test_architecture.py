"""The map is true: floors, rooms, packages, public names, links."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import TypeVar

import pytest

from tests.conftest import ROOT

FLOORS = {
    "searchkit.errors": 1,
    "searchkit.article": 1,
    "searchkit.record": 1,
    "searchkit.schema": 1,
    "searchkit.copies": 1,
    "searchkit.kernels": 1,
    "searchkit.ranking": 1,
    "searchkit.sources": 2,
    "searchkit.analysis": 2,
    "searchkit.codec": 2,
    "searchkit.exporting": 2,
    "searchkit.highlight": 3,
    "searchkit.query": 3,
    "searchkit.writing": 3,
    "searchkit.info": 4,
    "searchkit.results": 4,
    "searchkit.searching": 5,
    "searchkit.index": 5,
    "searchkit.watching": 5,
    "searchkit": 6,
    "searchkit_cli": 7,
}
# Within a floor: the codec turns text into terms, sources tell what language it is in, highlights
# are of what a query says, errors are needed by all.
ALLOWED_SIDEWAYS = {
    ("searchkit.codec", "searchkit.analysis"),
    ("searchkit.sources", "searchkit.analysis"),
    ("searchkit.highlight", "searchkit.query"),
    ("searchkit.article", "searchkit.errors"),
    ("searchkit.record", "searchkit.article"),
    ("searchkit.copies", "searchkit.article"),
    ("searchkit.copies", "searchkit.record"),
    ("searchkit.copies", "searchkit.kernels"),
    ("searchkit.copies", "searchkit.schema"),
    ("searchkit.record", "searchkit.kernels"),
    ("searchkit.ranking", "searchkit.errors"),
    ("searchkit.ranking", "searchkit.schema"),
    ("searchkit.index", "searchkit.searching"),
    ("searchkit.watching", "searchkit.index"),
}
# What each room of `searchkit.sources` may use of the others.
ROOMS_OF_SOURCES = {
    **dict.fromkeys(("containers", "encodings", "fields"), frozenset()),
    **dict.fromkeys(("json", "xml", "text", "html"), frozenset(("encodings", "fields"))),
    "tables": frozenset(("encodings", "fields", "json")),
}
# Public within their room only: classes that show in Whoosh's, and what is run as a program.
WITHIN_THE_ROOM = {"AnalyzedText", "TermAnalyzer", "ValueAnalyzer", "generate"}
MODULES = sorted([*ROOT.glob("searchkit/**/*.py"), *ROOT.glob("cli/**/*.py")])


def module_name(file: Path) -> str:
    parts = list(file.relative_to(ROOT).with_suffix("").parts)
    parts[0] = {"cli": "searchkit_cli"}.get(parts[0], parts[0])
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    parts = module.split(".")
    if parts[0] == "searchkit_cli" or len(parts) == 1:
        return parts[0]
    return ".".join(parts[:2])


def imports(file: Path) -> set[str]:
    """The absolute modules that a file imports from, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize("file", MODULES, ids=module_name)
def test_dependencies_run_downwards(file: Path) -> None:
    own = room(module_name(file))
    for imported in imports(file):
        if imported.split(".")[0] not in ("searchkit", "searchkit_cli"):
            continue
        target = room(imported)
        assert target == own or (own, target) in ALLOWED_SIDEWAYS or FLOORS[target] < FLOORS[own]


@pytest.mark.parametrize("name", ROOMS_OF_SOURCES)
def test_formats_do_not_know_each_other(name: str) -> None:
    used = {
        match[1]
        for file in (ROOT / "searchkit/sources" / name).glob("*.py")
        for module in imports(file)
        if (match := re.match(r"searchkit\.sources\.(\w+)\.", module))
    }
    assert used - {name} <= ROOMS_OF_SOURCES[name]


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert {room(module_name(file)) for file in MODULES} == FLOORS.keys()
    for file in MODULES:
        if file.name == "__init__.py":
            assert f"{file.parent.relative_to(ROOT).as_posix()}/" in text or "commands/" in text
    for name in FLOORS:
        assert name.split(".")[-1] in text


def test_whoosh_and_rich_are_reached_where_the_map_says() -> None:
    users: dict[str, set[str]] = {"whoosh": set(), "rich": set()}
    for file in MODULES:
        for imported in imports(file):
            users.get(imported.split(".")[0], set()).add(room(module_name(file)))
    assert users["whoosh"] == {
        "searchkit.codec",
        "searchkit.sources",
        "searchkit.query",
        "searchkit.searching",
        "searchkit.index",
    }
    assert users["rich"] == {"searchkit_cli"}
    rich_files = [file.name for file in MODULES if any(i.startswith("rich") for i in imports(file))]
    assert rich_files == ["terminal.py"]


def test_what_pickles_does_not_unpickle() -> None:
    (file,) = (file for file in MODULES if "pickle" in imports(file))
    assert file.name == "toc.py"
    assert not re.search(r"pickle\.(load|Unpickler)", file.read_text(encoding="utf-8"))


def test_every_package_is_installed() -> None:
    listed = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("packages = [")[1]
    packages = set(re.findall(r'"([\w.]+)"', listed.split("]")[0]))
    assert packages == {module_name(file) for file in MODULES if file.name == "__init__.py"}


@pytest.mark.parametrize("name", [module_name(file) for file in MODULES])
def test_all_names_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", [])
    assert len(set(exported)) == len(exported)
    for each in exported:
        assert hasattr(module, each), each
    if not name.startswith("searchkit_cli"):
        defined = {
            each
            for each, value in vars(module).items()
            if not each.startswith("_")
            and getattr(value, "__module__", None) == name
            and not isinstance(value, TypeVar)
        }
        assert defined <= {*exported, *WITHIN_THE_ROOM}, name


def test_the_library_hands_on_every_error() -> None:
    import searchkit
    from searchkit import errors

    assert set(errors.__all__) <= set(searchkit.__all__)


@pytest.mark.parametrize(
    "page",
    sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "seeds" / "README.md"]),
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_between_pages_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
