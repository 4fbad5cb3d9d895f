"""Here is indexing: how long does it spend in each stage? Found by wrapping functions of the
library while it runs; the library itself knows nothing of it.

One thread does everything, merges too. The time of a function, less that of the wrapped ones
that it calls, is its own, so that the stages add up to the whole.
"""

from __future__ import annotations

import cProfile
import importlib
import io
import pstats
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import searchkit

__all__ = ["REST", "STAGES", "measure_stages"]

# Of each stage, in the order of an article's way, the functions: module, and name in it.
STAGES: dict[str, tuple[str, ...]] = {
    "read and parse": ("sources.reading:Reading.fingerprinted",),
    "encode": ("writing.adding:record_of", "writing.writer:digest_of"),
    "look up ids": ("writing.writer:Writer._supersede",),
    "find copies": ("writing.writer:text_key", "writing.writer:Writer._join"),
    "compress articles": ("codec.stored:StoredWriter.extend", "codec.stored:StoredWriter.index"),
    "tokenise": ("analysis.vocabulary:Vocabulary.tokenize",),
    "resolve terms": ("analysis.vocabulary:Vocabulary._resolve",),
    "sign": ("analysis.vocabulary:Vocabulary.sign",),
    "invert": ("writing.batch:Inverter.invert",),
    "values and columns": (
        "writing.batch:SegmentBuilder._add_values",
        "writing.batch:SegmentBuilder._add_ids",
        "codec.columns:NumbersColumnWriter.extend_flat",
        "codec.columns:FixedColumnWriter.append_all",
        "codec.columns:FixedColumnWriter.encode",
        "codec.columns:NumbersColumnWriter.encode",
        "codec.columns:WordsColumnWriter.encode",
        "codec.segment:SegmentWriter.finish",
    ),
    "merge runs": ("codec.segment:SegmentWriter.add_field", "writing.batch:RunMerger"),
    "merge segments": ("writing.writer:merge_segments",),
    "checksum": ("codec.format:_Section.write", "codec.format:_Section.checksums"),
    "write": ("codec.storage:OutputFile.write",),
    "sync": ("codec.storage:OutputFile.sync", "codec.storage:Storage.sync_directory"),
    "commit": ("writing.writer:Writer.commit",),
}
REST = "rest"

# Within a merge of segments only these keep their own account; all else there belongs to it.
_MERGE = "merge segments"
_OUTPUT = ("checksum", "write", "sync")

_PROFILE_LINES = 40


def measure_stages(how: str, corpus: Path, directory: Path) -> dict[str, Any]:
    """Indexes a corpus with one worker into an empty directory, and gives the `seconds` of it.

    `how` is "plain" for nothing more, "stages" for `stages`, the seconds of each and of the REST,
    or "functions" for `table`, that of Python's profiler, which slows down what calls much. The
    library stays as it was changed for that: for a process that does nothing else.
    """
    archive = searchkit.create(directory)

    def index() -> float:
        started = time.perf_counter()
        archive.add(searchkit.read(str(corpus)), workers=1)
        return time.perf_counter() - started

    if how == "stages":
        _merge_at_once()
        clock = _Clock()
        _wrap_all(clock)
        seconds = clock.timed(REST, index)()
        return {"seconds": seconds, "stages": clock.seconds}
    if how == "functions":
        _merge_at_once()
        profiler = cProfile.Profile()
        seconds = profiler.runcall(index)
        return {"seconds": seconds, "table": _table(profiler)}
    return {"seconds": index()}


class _Clock:
    """Gives each moment to the stage that was entered last and not left."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._entered: list[str] = []
        self._since = 0.0

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, whose time is that of the stage; of an iterator that it returns too."""

        def wrapper(*arguments: Any, **named: Any) -> Any:
            self._enter(stage)
            try:
                result = function(*arguments, **named)
            finally:
                self._leave()
            return self._iterate(stage, result) if isinstance(result, Iterator) else result

        return wrapper

    def _iterate(self, stage: str, items: Iterator[Any]) -> Iterator[Any]:
        following = self.timed(stage, lambda: next(items, self))
        while (item := following()) is not self:
            yield item

    def _enter(self, stage: str) -> None:
        now = time.perf_counter()
        if self._entered:
            current = self._entered[-1]
            self.seconds[current] += now - self._since
            if current == _MERGE and stage not in _OUTPUT:
                stage = _MERGE
        self._entered.append(stage)
        self._since = now

    def _leave(self) -> None:
        now = time.perf_counter()
        self.seconds[self._entered.pop()] += now - self._since
        self._since = now


class _AtOnce:
    """An executor that has no thread: what is submitted is done before `submit` returns."""

    def __init__(self, *_: object, **__: object) -> None:
        """Takes what a ThreadPoolExecutor takes."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*arguments))
        return future

    def shutdown(self) -> None:
        """There is nothing to end."""


def _wrap_all(clock: _Clock) -> None:
    """Raises AttributeError when the library has a function no more: then mend STAGES."""
    for stage, places in STAGES.items():
        for place in places:
            module_name, _, path = place.partition(":")
            module = importlib.import_module(f"searchkit.{module_name}")
            name, _, method = path.partition(".")
            found = getattr(module, name)
            if not method:
                setattr(module, name, clock.timed(stage, found))
                continue
            timed = clock.timed(stage, getattr(found, method))
            try:
                setattr(found, method, timed)
            except TypeError:  # a compiled class
                setattr(module, name, type(name, (found,), {method: timed}))


def _merge_at_once() -> None:
    """Has the writer merge in its own thread."""
    writer: Any = importlib.import_module("searchkit.writing.writer")
    writer.ThreadPoolExecutor = _AtOnce


def _table(profiler: cProfile.Profile) -> str:
    """The functions with most time of their own; files by their names only."""
    text = io.StringIO()
    stats = pstats.Stats(profiler, stream=text).strip_dirs()
    stats.sort_stats("tottime").print_stats(_PROFILE_LINES)
    return text.getvalue().strip() + "\n"
