"""How much memory did a process need at most, its children included?"""

from __future__ import annotations

import contextlib
import resource
import sys
from pathlib import Path

__all__ = ["children_of", "own_bytes", "own_peak", "tree_bytes"]


def own_bytes() -> int:
    """What this process has in memory now, without what is mapped of files (Linux; 0 elsewhere)."""
    return _status("RssAnon")


def own_peak() -> int:
    """The most bytes of memory that this process has had at once, without its children."""
    # Not ru_maxrss where there is a choice: on Linux it keeps what the parent process had before
    # this program was started in it.
    if peak := _status("VmHWM"):
        return peak
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def tree_bytes(process: int) -> int:
    """What a process and its descendants have now, shared pages counted once; 0 when it has no
    children (`own_peak` is exact then) or the system does not tell.
    """
    processes = [process]
    for parent in processes:
        processes += children_of(parent)
    if len(processes) == 1:
        return 0
    return sum(_proportional_bytes(one) for one in processes)


def children_of(process: int) -> list[int]:
    """The direct children, by the kernel's list (Linux; empty elsewhere)."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(OSError):
                children += map(int, (thread / "children").read_text().split())
    return children


def _status(name: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


def _proportional_bytes(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
