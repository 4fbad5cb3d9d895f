"""Here is a path such as images[].caption: what is at its end in an object?"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Path", "at_end", "first_key", "path_of"]

_STEPS = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[-?\d{0,9}\])*")
_STEP = re.compile(r"\[(-?\d*)\]|([^.\[\]]+)")

# The steps: a key, the place of an item in a list, or None for each item.
Path = tuple[str | int | None, ...]


def path_of(text: str) -> Path | None:
    """The path that a text is; None of a text that is just a key.

    `a.b` is b in the object a, `a[].b` the b of each object in the list a, `a[0]` the first item
    of a, `a[-1]` its last.
    """
    if not _STEPS.fullmatch(text):
        return None
    steps = [
        key or (int(place) if place.strip("-") else None) for place, key in _STEP.findall(text)
    ]
    return tuple(steps) if len(steps) > 1 else None


def first_key(text: str) -> str:
    """The key with which a path or a key begins."""
    path = path_of(text)
    return text if path is None else str(path[0])


def at_end(path: Path, record: dict[str, Any]) -> Any:
    """What is at the end of a path: a list where it leads through each item of one. None where
    there is nothing.
    """
    found: list[Any] = [record]
    for step in path:
        if step is None:
            found = [item for value in found if isinstance(value, list) for item in value]
        elif isinstance(step, int):
            lists = [value for value in found if isinstance(value, list)]
            found = [value[step] for value in lists if -len(value) <= step < len(value)]
        else:
            found = [value[step] for value in found if isinstance(value, dict) and step in value]
    return (found or None) if None in path else next(iter(found), None)
