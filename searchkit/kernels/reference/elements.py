"""Where does an array or object of JSON end?"""

from __future__ import annotations

__all__ = ["element_end"]

_OUTSIDE, _INSIDE, _ESCAPED = range(3)


def element_end(data: bytes, start: int, depth: int, string: int) -> tuple[int, int, int]:
    """How far an element goes that has begun, in a piece of the JSON that holds it.

    Before `start` `depth` brackets, at least one, are open; `string` is 1 within a string, 2
    after a backslash there, otherwise 0. Returns the same three of where it stops: after the
    bracket that closes the last, with a depth of 0, or at the end of the piece. Brackets are not
    told apart, and nothing else is looked at.
    """
    if not 0 <= start <= len(data) or depth < 1:
        raise ValueError(f"from {start} of {len(data)} bytes, at a depth of {depth}")
    for place in range(start, len(data)):
        byte = data[place : place + 1]
        if string == _ESCAPED:
            string = _INSIDE
        elif byte == b'"':
            string = _OUTSIDE if string else _INSIDE
        elif string:
            if byte == b"\\":
                string = _ESCAPED
        elif byte in b"{[":
            depth += 1
        elif byte in b"}]":
            depth -= 1
            if not depth:
                return place + 1, depth, string
    return len(data), depth, string
