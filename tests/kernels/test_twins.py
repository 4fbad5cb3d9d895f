from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

import pytest

from tests.kernels.twins import NAMES, compiled, reference


def public(module: ModuleType) -> dict[str, object]:
    """What a module defines itself, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_kernel_that_is_loaded_is_the_compiled_one(name: str) -> None:
    assert compiled(name).__file__.endswith(tuple(EXTENSION_SUFFIXES))
    assert reference(name).__file__.endswith(".py")


@pytest.mark.parametrize("name", NAMES)
def test_twins_have_the_same_public_names(name: str) -> None:
    kernel, twin = public(compiled(name)), public(reference(name))
    assert kernel.keys() == twin.keys() == set(reference(name).__all__)
    for each, value in kernel.items():
        if isinstance(value, type):
            attributes = {attribute for attribute in dir(value) if not attribute.startswith("_")}
            of_twin = {attribute for attribute in dir(twin[each]) if not attribute.startswith("_")}
            assert of_twin <= attributes, each


@pytest.mark.parametrize("name", NAMES)
def test_stubs_declare_what_the_twins_have(name: str) -> None:
    twin = Path(reference(name).__file__)
    text = (twin.parent.parent / f"{name}.pyi").read_text(encoding="utf-8")
    for each, value in public(reference(name)).items():
        assert f"class {each}" in text or f"def {each}(" in text
        if isinstance(value, type):
            for attribute in vars(value):
                assert attribute.startswith("_") or f"def {attribute}(" in text, attribute
