"""Here is something to measure: what is it called, how much is it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Work"]


@dataclass(frozen=True, slots=True)
class Work:
    """Something to measure: `run` does it once, `units` of them, on `size` bytes of `material`."""

    name: str
    unit: str
    units: int
    size: int
    material: str
    run: Callable[[], object]
