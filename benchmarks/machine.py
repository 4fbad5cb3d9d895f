"""On which machine, with which Python, at which state of the code was this measured?"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import usable_cores
from benchmarks.process import ROOT

__all__ = ["IDLE_LOAD", "Circumstances", "describe_machine", "git_state", "summary"]

# Above it something else was running; the load average falls to it two minutes after work.
IDLE_LOAD = 0.3


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What belongs to every measurement: the `command` as it can be given again, its `date` (ISO
    8601), the machine as `describe_machine` has it and the code as `git_state` does.
    """

    command: str
    date: str
    machine: dict[str, Any]
    git: dict[str, Any] | None

    def notes(self) -> list[str]:
        """What speaks against the figures, in sentences."""
        load = self.machine["load_average_before"]
        if load is None or load <= IDLE_LOAD:
            return []
        busy = f"The machine was busy (load average {load} before)"
        return [f"{busy}: it seems slower than it is, most of all on all cores."]


def describe_machine(scratch: Path) -> dict[str, Any]:
    """Facts for the JSON; `scratch` is where the indexes are written. None: unknown."""
    return {
        "processor": _processor(),
        "cores": usable_cores(),
        "memory_bytes": _memory(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "filesystem": _filesystem(scratch),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load_average_before": _load(),
    }


def summary(machine: dict[str, Any]) -> str:
    """One line for the head of tables and charts."""
    cores = machine["cores"]
    parts = [machine["processor"] or "unknown processor", f"{cores} core" + "s" * (cores != 1)]
    if machine["memory_bytes"]:
        parts.append(f"{machine['memory_bytes'] / 1e9:.0f} GB")
    parts.append(machine["python"])
    return ", ".join(parts)


def git_state() -> dict[str, Any] | None:
    """The revision and whether files differ from it; None without git."""
    try:
        revision, changes = (
            subprocess.run(
                ["git", *command], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout
            for command in (("rev-parse", "HEAD"), ("status", "--porcelain"))
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return {"revision": revision.strip(), "modified": bool(changes.strip())}


def _processor() -> str | None:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return found.strip() or None
    return platform.processor() or None


def _memory() -> int | None:
    with contextlib.suppress(ValueError, OSError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _load() -> float | None:
    with contextlib.suppress(OSError):
        return round(os.getloadavg()[0], 2)
    return None


def _filesystem(place: Path) -> str | None:
    """Its type: on tmpfs, for one, a durable commit costs nothing."""
    place = place.resolve()
    best: tuple[int, str] | None = None
    with contextlib.suppress(OSError):
        for line in Path("/proc/mounts").read_text().splitlines():
            _, mounted, kind, *_ = line.split()
            if place.is_relative_to(mounted) and (best is None or len(mounted) >= best[0]):
                best = len(mounted), kind
    return best[1] if best else None
