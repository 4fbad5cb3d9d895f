"""Here are folders in which articles come and go: keep the index as they are."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from searchkit.errors import SourceError
from searchkit.index import Index
from searchkit.sources import read
from searchkit.sources.finding import is_listed
from searchkit.writing import AddReport

__all__ = ["watch"]

# Milliseconds after which it is looked whether to stop.
_LONGEST_WAIT = 200


def watch(
    index: Index,
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    prune: bool = False,
    detect_language: bool = True,
    stop: threading.Event | None = None,
    on_progress: Callable[[AddReport], None] | None = None,
    **reading: Any,
) -> Iterator[AddReport]:
    """Indexes files and folders, and again what changes in them, until `stop` is set; yields a
    report of the beginning, and one of each time that something has changed.

    `reading` is what `read` takes, `detect_language` is as in `Index.add`. With `prune`, the
    articles of files that are gone are deleted. A change counts when nothing has followed it for
    a while, 0.4 to 1.6 seconds.

    Raises SourceError when watchfiles is not installed or a path is not there, and what `read`
    and `Index.add` raise.
    """
    try:
        import watchfiles
    except ImportError as error:
        raise SourceError(
            "watching folders needs watchfiles; pip install 'searchkit[watch]'"
        ) from error
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    given = [os.path.realpath(path) for path in listed]
    for path in given:
        if not os.path.lexists(path):
            raise SourceError(f"{path}: there is no such file or folder to watch; check the name")
    changes = watchfiles.watch(
        *given,
        watch_filter=None,
        stop_event=stop or threading.Event(),
        rust_timeout=_LONGEST_WAIT,
        yield_on_timeout=True,
    )
    add = partial(index.add, prune=prune, detect_language=detect_language, on_progress=on_progress)
    # Watched before it is read, so that nothing that happens meanwhile is missed.
    next(changes, None)
    yield add(read(given, **reading))
    for changed in changes:
        names = sorted({path for _, path in changed if is_listed(path, given)})
        there = [path for path in names if os.path.lexists(path)]
        report = AddReport()
        if there:
            found = read(there, found_in_folder=True, **reading)
            report = add(found)
        if prune:
            report.pruned += index.prune(*[path for path in names if path not in there])
        if names:
            yield report
