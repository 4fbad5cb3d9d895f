from array import array
from collections.abc import Sequence

def count_numbers(
    documents: bytes | bytearray, ends: Sequence[int], numbers: Sequence[int], different: int
) -> array[int]: ...
def count_days(
    documents: bytes | bytearray, published: Sequence[int]
) -> tuple[int, array[int], int]: ...
def best_dated(
    documents: bytes | bytearray, published: Sequence[int], best: int, newest: bool
) -> list[tuple[int, int]]: ...
