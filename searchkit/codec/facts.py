"""What an index is made of: bytes of each kind of section, and the kernels that read it."""

from __future__ import annotations

import pkgutil
import platform
from collections import Counter
from importlib import import_module, metadata
from importlib.machinery import EXTENSION_SUFFIXES

import searchkit.kernels
from searchkit.codec.snapshot import Snapshot

__all__ = ["compiled_kernels", "section_sizes", "versions"]


def section_sizes(snapshot: Snapshot) -> dict[str, int]:
    """The bytes of all sections of a kind (``stored``, ``postings``, ``terms`` ...) over all
    segments of a commit, the most first.
    """
    sizes: Counter[str] = Counter()
    for live in snapshot.segments:
        file = live.segment.file
        for name in file.names():
            sizes[name.partition(":")[0]] += file.length(name)
    return dict(sizes.most_common())


def compiled_kernels() -> dict[str, str]:
    """The compiled modules of `searchkit.kernels`, each with its file."""
    package = searchkit.kernels
    found = {}
    for each in pkgutil.iter_modules(package.__path__):
        file = import_module(f"{package.__name__}.{each.name}").__file__ or ""
        if file.endswith(tuple(EXTENSION_SUFFIXES)):
            found[each.name] = file
    return found


def versions() -> dict[str, str]:
    """Those of the software in use."""
    return {
        "searchkit": metadata.version("searchkit"),
        "whoosh3": metadata.version("whoosh3"),
        "python": platform.python_version(),
    }
