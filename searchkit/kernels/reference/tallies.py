"""What the documents of a set have in a column: how often which, and which have the most.

A set has 8 bytes for each 64 documents begun, the lowest bit of the first byte for document 0.
"""

from __future__ import annotations

from array import array
from collections import Counter

from searchkit.kernels import DAY, NO_TIME, TIME_ZERO
from searchkit.kernels.reference.packing import set_bits

__all__ = ["best_dated", "count_days", "count_filled", "count_numbers"]


def count_filled(lengths: memoryview, width: int) -> int:
    """How many of the lengths, `width` bytes each (1, 2 or 4), are not 0."""
    return sum(any(lengths[start : start + width]) for start in range(0, len(lengths), width))


def count_numbers(
    documents: bytes | bytearray, ends: memoryview, numbers: memoryview, different: int
) -> array[int]:
    """How many of the documents have each number below `different` in a column of lists, as
    array('I'); a number that a document has several times counts once.

    The numbers of document d are numbers[ends[d - 1]:ends[d]], the first begin at 0.
    """
    counts = array("I", bytes(4 * different))
    for document in set_bits(documents):
        first = ends[document - 1] if document else 0
        for number in set(numbers[first : ends[document]]):
            counts[number] += 1
    return counts


def count_days(documents: bytes | bytearray, published: memoryview) -> tuple[int, array[int], int]:
    """(first day, how many of the documents are of that day and each one after, as array('I'),
    how many have no time). Days count from that of TIME_ZERO in `published`, whose unit is a
    microsecond. The array is empty if none has a time.
    """
    times = [published[document] for document in set_bits(documents)]
    days = Counter((time - TIME_ZERO) // DAY for time in times if time != NO_TIME)
    undated = times.count(NO_TIME)
    if not days:
        return 0, array("I"), undated
    first, last = min(days), max(days)
    return first, array("I", (days[day] for day in range(first, last + 1))), undated


def best_dated(
    documents: bytes | bytearray, published: memoryview, best: int, newest: bool
) -> list[tuple[int, int]]:
    """The `best` newest of the documents, or the oldest, as (time, document) in this order; of
    equal ones those with lower numbers, last those without a time.
    """

    def rank(dated: tuple[int, int]) -> tuple[bool, int, int]:
        time, document = dated
        return time == NO_TIME, -time if newest else time, document

    return sorted(((published[each], each) for each in set_bits(documents)), key=rank)[:best]
