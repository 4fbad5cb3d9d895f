from array import array

def count_numbers(
    documents: bytes | bytearray, ends: memoryview, numbers: memoryview, different: int
) -> array[int]: ...
def count_days(
    documents: bytes | bytearray, published: memoryview
) -> tuple[int, array[int], int]: ...
def best_dated(
    documents: bytes | bytearray, published: memoryview, best: int, newest: bool
) -> list[tuple[int, int]]: ...
