"""Here is a file of JSON that is no JSON lines: which articles are in it?

A list of objects, objects one after the other, however they are broken into lines, or an
object that wraps a list of them, in constant memory however large the file is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.encodings.recoding import Recoding
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.json.elements import Elements
from searchkit.sources.json.objects import MAX_OBJECT_BYTES, JsonObjects
from searchkit.sources.json.wrapping import places_of_records
from searchkit.sources.telling import unless_hopeless

__all__ = ["read_json"]


def read_json(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise, each with
    the line in which its object begins.
    """
    return unless_hopeless(_items(file, options), file.place, "JSON of articles", "object")


def _items(file: OpenFile, options: Options) -> Iterator[Item]:
    recoding = Recoding(file, options, all_declared=True)
    if recoding.notice is not None:
        yield recoding.notice
    objects = JsonObjects(
        file.place,
        options,
        recoding,
        record="object",
        advice="correct it, or write one object a line",
        numbered=True,
    )
    elements = None
    any_found = False
    try:
        for piece in chain(recoding.chunks(), [b""]):
            if elements is None:
                elements = Elements(places_of_records(piece, options.fields), MAX_OBJECT_BYTES)
            found = elements.split(piece, last=not piece)
            any_found = any_found or bool(found)
            yield from objects.read_all([each for _, each in found], [line for line, _ in found])
        if elements is not None:
            yield from _end(file.place, elements, any_found=any_found)
    except SourceError as error:
        yield Reject(file.place, str(error), elements.line if elements else 1)
    yield from objects.end()


def _end(place: str, elements: Elements, *, any_found: bool) -> Iterator[Reject | Notice]:
    unfinished = elements.unfinished()
    if unfinished is not None:
        line, written = unfinished
        what = "what stands around the articles" if written is None else "the object"
        reason = f"cut short: {what} has no end; copy the file again"
        record = written.decode("utf-8", "replace") if written is not None else None
        yield Reject(place, reason, line, record)
    elif not any_found:
        if elements.had_lists:
            yield Notice(place, "its list is empty")
        else:
            yield Reject(place, "empty: there are no objects in it")
