"""Batches to segments, on as many cores as there are."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from searchkit.codec.manifest import new_segment_name
from searchkit.codec.storage import Storage
from searchkit.writing.batch import BuiltSegment, Entry, SegmentBuilder

__all__ = ["BuilderPool"]


class BuilderPool:
    """One SegmentBuilder for each worker; each batch goes to one that has nothing to do.

    A single worker has no thread of its own: batches are built by whoever submits them. What is
    being built ends soon after `stopped` has become true, for `close` not to wait long.
    """

    def __init__(
        self,
        storage: Storage,
        language: str,
        memory: int,
        workers: int,
        stopped: Callable[[], bool],
    ) -> None:
        self._builders = [
            SegmentBuilder(storage, language, memory // workers, stopped) for _ in range(workers)
        ]
        self._idle: queue.SimpleQueue[SegmentBuilder] = queue.SimpleQueue()
        for builder in self._builders:
            self._idle.put(builder)
        self._executor = (
            ThreadPoolExecutor(workers, thread_name_prefix="searchkit") if workers > 1 else None
        )
        self._pending: deque[Future[None]] = deque()

    @property
    def nbytes(self) -> int:
        """About how many bytes of memory the segments being built hold, and take to finish."""
        return sum(builder.nbytes for builder in self._builders)

    def submit(self, ordinal: int, entries: Sequence[Entry]) -> None:
        """Has a batch built, and waits while as many batches wait as there are workers.

        `ordinal` is that of its first article in the writer's stream. Raises what building an
        earlier batch has raised.
        """
        if self._executor is None:
            self._build(ordinal, entries)
            return
        self._pending.append(self._executor.submit(self._build, ordinal, entries))
        while len(self._pending) > len(self._builders) + 1:
            self._pending.popleft().result()

    def finish(self) -> list[BuiltSegment]:
        """The segments of all batches so far, each safely on the disk."""
        while self._pending:
            self._pending.popleft().result()
        if self._executor is None:
            built = [builder.finish() for builder in self._builders]
        else:
            built = list(self._executor.map(SegmentBuilder.finish, self._builders))
        return [each for each in built if each is not None]

    def close(self) -> None:
        """Drops what has not been finished, and ends the threads."""
        for future in self._pending:
            future.cancel()
        if self._executor is not None:
            self._executor.shutdown()
        for builder in self._builders:
            builder.abandon()

    def _build(self, ordinal: int, entries: Sequence[Entry]) -> None:
        builder = self._idle.get()
        try:
            builder.add(ordinal, entries, new_segment_name())
        finally:
            self._idle.put(builder)
