"""What an index is made of: bytes of each kind of section, and the kernels that read it."""

from __future__ import annotations

import sys
from collections import Counter
from importlib.machinery import EXTENSION_SUFFIXES

from searchkit.codec.snapshot import Snapshot

__all__ = ["compiled_kernels", "section_sizes"]


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
    """The compiled modules of `searchkit.kernels` that are in use, each with its file."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if name.startswith("searchkit.kernels.") and file.endswith(tuple(EXTENSION_SUFFIXES)):
            found[name.rpartition(".")[2]] = file
    return found
