"""Here is a file of JSON lines: which articles are they?

One object a line, in constant memory however large the file is. A line that cannot be
used is rejected with its number, and the next one is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from searchkit.errors import Reject, SourceError
from searchkit.sources.encodings.recoding import Recoding
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.json.objects import MAX_OBJECT_BYTES, JsonObjects
from searchkit.sources.telling import unless_hopeless

__all__ = ["lines_of", "read_jsonl"]


def read_jsonl(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise."""
    return unless_hopeless(_items(file, options), file.place, "JSON lines", "line")


def _items(file: OpenFile, options: Options) -> Iterator[Item]:
    recoding = Recoding(file, options)
    if recoding.notice is not None:
        yield recoding.notice
    objects = JsonObjects(
        file.place, options, recoding, record="line", advice="write one object a line"
    )
    before = 0
    empty = True
    try:
        for lines in lines_of(recoding.chunks()):
            for item in objects.read_all(lines, range(before + 1, before + len(lines) + 1)):
                empty = False
                yield item
            before += len(lines)
    except SourceError as error:
        empty = False
        yield Reject(file.place, str(error), before + 1)
    if empty:
        yield Reject(file.place, "empty: there are no lines in it")
    else:
        yield from objects.end()


def lines_of(chunks: Iterable[bytes]) -> Iterator[list[bytes | None]]:
    """The lines that end in each chunk, without their newlines; None in the place of a line
    over the limit.
    """
    pending: list[bytes] = []  # the line that goes on into the next chunk
    size = 0  # of what was pending, kept or not
    for chunk in chunks:
        start = 0
        lines: list[bytes | None] = []
        # In half the time of chunk.split, which looks at each byte by itself.
        while (end := chunk.find(b"\n", start)) >= 0:
            line = chunk[start:end]
            start = end + 1
            if not size:
                lines.append(line)
                continue
            size += len(line)
            lines.append(b"".join((*pending, line)) if size <= MAX_OBJECT_BYTES else None)
            pending, size = [], 0
        if start < len(chunk):
            size += len(chunk) - start
            pending = [*pending, chunk[start:]] if size <= MAX_OBJECT_BYTES else []
        yield lines
    if size:
        yield [b"".join(pending) if size <= MAX_OBJECT_BYTES else None]
