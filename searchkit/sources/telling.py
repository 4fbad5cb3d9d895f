"""Here is what could not be read of the records of one file: how much of it is told?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from searchkit.errors import Notice, Reject
from searchkit.sources.files import Item

__all__ = ["Telling", "unless_hopeless"]

# When so many records of a file are bad and none was good, it is something else.
_BAD_TO_GIVE_UP = 100

# A remark of one sort that is true of every record is not repeated a million times.
_NOTICES_OF_A_SORT = 20


class Telling:
    """Makes notices of the remarks on the records at a place, each of which is a `record`: a
    line, a row, an object.
    """

    def __init__(self, place: str, record: str) -> None:
        self._place = place
        self._record = record
        self._told: Counter[str] = Counter()

    def notices(
        self, remarks: Iterable[tuple[str, str]], line: int | None, where: str = ""
    ) -> Iterator[Notice]:
        """The remarks on one record, each (its sort, what is to be told); `where` begins them."""
        for sort, reason in remarks:
            self._told[sort] += 1
            if self._told[sort] <= _NOTICES_OF_A_SORT:
                yield Notice(self._place, where + reason, line)

    def end(self, missing: Iterable[tuple[str, str]]) -> Iterator[Notice]:
        """What is left to tell at the end of the file, of which no record had the `missing`:
        (field, key).
        """
        for sort, count in self._told.items():
            if count > _NOTICES_OF_A_SORT:
                more = f"{count - _NOTICES_OF_A_SORT:,} more {self._record}s"
                yield Notice(self._place, f"{sort}: {more} with a remark of this sort")
        for field, key in missing:
            reason = f"no {self._record} has the key {key!r}, which was given for {field}; check it"
            yield Notice(self._place, reason)


def unless_hopeless(items: Iterator[Item], place: str, what: str, record: str) -> Iterator[Item]:
    """`items`; or one reject for the file when nothing in its beginning can be used, as it then
    does not look like `what`.
    """
    held: list[Item] = []
    rejects: list[Reject] = []
    for item in items:
        if isinstance(item, tuple):
            yield from held
            yield item
            yield from items
            return
        held.append(item)
        if isinstance(item, Reject):
            rejects.append(item)
        if len(rejects) == _BAD_TO_GIVE_UP:
            first = rejects[0]
            reason = first.reason if first.line is None else f"line {first.line}: {first.reason}"
            yield Reject(
                place,
                f"this does not look like {what}: none of the first {len(rejects)} {record}s can "
                f"be used ({reason})",
            )
            return
    yield from held
