from array import array

def best_fragments(
    text: str | bytes,
    starts: array[int],
    ends: array[int],
    words: array[int],
    weights: array[float],
) -> list[tuple[str, tuple[tuple[int, int], ...], bool, bool]]: ...
def characters(text: bytes, first: int, stop: int) -> str: ...
def best_runs(
    starts: array[int],
    ends: array[int],
    words: array[int],
    weights: array[float],
    length: int,
    most: int,
) -> list[tuple[int, int]]: ...
