"""Here is JSON in pieces: which objects are in it, as they are written?

Objects stand one after the other, in lists, or in lists within an object that wraps them. However
large the whole is, no more of it is held than the object that is being read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from searchkit.errors import SourceError
from searchkit.kernels.elements import element_end

__all__ = ["Elements"]

_BETWEEN = re.compile(rb"[\s,:]*")
_TOKEN = re.compile(
    rb'\{|\[(?=\s*(?P<within>\S)?)|[\]}]|"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"'
    rb'|(?P<other>[^\s,:\[\]{}"]+)',
    re.DOTALL,
)

# Objects within objects around a list of records.
_DEEPEST = 8

# Of a text around the records, so that it need not be searched again and again for its end.
_LONGEST_TEXT = 1 << 20

# A record, None where it is too large, and the line in which it begins.
Element = tuple[int, bytes | None]


class Elements:
    """Takes JSON apart into its records. To be rejected, what stands in the place of one is given
    too, such as a number in a list, and an empty object for one that should be around records
    and has no place for them.

    `is_place` says of a key, and the bracket of what is under it, whether that is a list of
    records, or one itself; None when the outermost objects are the records themselves. A record of
    more than `largest` bytes is not held.
    """

    def __init__(self, is_place: Callable[[str, bytes], bool] | None, largest: int) -> None:
        self._is_place = is_place
        self._largest = largest
        self._around: list[bytes] = []  # the brackets around the records that are open
        self._outermost = 1  # the line of the first of them
        self._has_records = False  # whether there was a place for records in it
        self._key = ""
        self._rest = b""  # of a token that the next piece may go on with
        self._line = 1  # of the place up to which lines were counted
        self._counted = 0
        # Of the record that is being read, or of what is passed over in its place:
        self._depth = 0
        self._string = 0
        self._is_record = False
        self._began = 1
        self._held: list[bytes] = []
        self._size = 0
        self.had_lists = False

    @property
    def line(self) -> int:
        """The line that has been reached, or in which the record has begun that has no end yet."""
        return self._began if self._depth else self._line

    def unfinished(self) -> tuple[int, bytes | None] | None:
        """At the end, where something has begun that did not end: its line, and what there is of
        it when it is a record. None when all is well.
        """
        if self._depth and self._is_record:
            return self.line, b"".join(self._held)
        return (self.line, None) if self._depth or self._around else None

    def split(self, piece: bytes, *, last: bool = False) -> list[Element]:
        """The records that end in a piece of the JSON.

        Raises SourceError for a text of more than 1 MiB around the records.
        """
        found: list[Element] = []
        data = self._rest + piece if self._rest else piece
        self._rest = b""
        self._counted = 0
        place = 0 if not self._depth else self._go_on(data, 0, 0, found)
        while not self._depth:
            start = _between_end(data, place)
            self._count_lines(data, start)
            if start == len(data):
                break
            token = _TOKEN.match(data, start)
            first = data[start : start + 1]
            if not last and (
                token is None
                or (first == b"[" and not token["within"])
                or (token["other"] and token.end() == len(data))
            ):
                self._rest = data[start:]
                break
            if first in b"[{" and token is not None:
                place = start + 1
                if self._goes_around_records(first, token["within"]):
                    if not self._around:
                        self._outermost, self._has_records = self._line, False
                    self._around.append(first)
                    self._has_records |= first == b"["
                    self.had_lists |= first == b"["
                else:
                    self._is_record = self._is_one(first)
                    self._has_records |= self._is_record
                    self._began, self._depth, self._string = self._line, 1, 0
                    place = self._go_on(data, start, place, found)
                continue
            place = token.end() if token is not None else len(data)
            if first in b"]}" and self._around and ord(first) - ord(self._around[-1]) == 2:
                self._around.pop()
                if not self._around and not self._has_records:
                    found.append((self._outermost, b"{}"))  # what is in it is no longer known
            elif self._around[-1:] != [b"{"]:
                found.append((self._line, data[start:place]))
            elif token is not None and token["text"] is not None:
                self._key = token["text"].decode("utf-8", "replace")
        if len(self._rest) > _LONGEST_TEXT:
            raise SourceError(
                "a text of more than 1 MiB stands beside the objects; check how the file was made"
            )
        self._count_lines(data, len(data) - len(self._rest))
        return found

    def _goes_around_records(self, bracket: bytes, within: bytes | None) -> bool:
        if not self._around:
            return bracket == b"[" or self._is_place is not None
        if self._around[-1] == b"[" or self._is_place is None:
            return False
        if bracket == b"{":
            return len(self._around) < _DEEPEST and not self._is_place(self._key, bracket)
        return within in (b"{", b"]") and self._is_place(self._key, bracket)

    def _is_one(self, bracket: bytes) -> bool:
        if self._around[-1:] != [b"{"]:
            return True
        return bracket == b"{" and self._is_place is not None and self._is_place(self._key, bracket)

    def _go_on(self, data: bytes, start: int, place: int, found: list[Element]) -> int:
        """Where what has begun ends in the data; it is in them from `start`, and was looked at up
        to `place`.
        """
        place, self._depth, self._string = element_end(data, place, self._depth, self._string)
        self._size += place - start
        if self._size > self._largest or not self._is_record:
            self._held.clear()
        else:
            self._held.append(data[start:place])
        if not self._depth:
            if self._is_record:
                whole = b"".join(self._held) if self._size <= self._largest else None
                found.append((self._began, whole))
            self._held.clear()
            self._size = 0
        return place

    def _count_lines(self, data: bytes, place: int) -> None:
        self._line += data.count(b"\n", self._counted, place)
        self._counted = place


def _between_end(data: bytes, place: int) -> int:
    """Where what separates tokens ends that is at this place."""
    match = _BETWEEN.match(data, place)
    return match.end() if match else place
