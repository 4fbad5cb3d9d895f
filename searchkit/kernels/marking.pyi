from array import array
from collections.abc import Sequence

from searchkit.kernels.text import Surfaces

def without_body(stored: bytes) -> tuple[bytes, bytes]: ...
def characters(text: bytes, first: int, stop: int) -> str: ...
def candidates(
    surfaces: Surfaces,
    texts: Sequence[str | bytes],
    language: int,
    heads: array[int],
    positional: bool,
) -> tuple[array[int], array[int]]: ...
def marks(
    candidates: array[int],
    ends: array[int],
    single: array[int],
    multiple: array[int],
    wanted: bytearray,
) -> tuple[array[int], array[int]]: ...
def matches(
    found: array[int], begin: int, end: int, shows: array[int]
) -> tuple[array[int], array[int], array[int]]: ...
def best_runs(
    starts: array[int],
    ends: array[int],
    words: array[int],
    weights: array[float],
    length: int,
    most: int,
) -> list[tuple[int, int]]: ...
