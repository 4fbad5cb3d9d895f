from array import array
from collections.abc import Sequence

from searchkit.kernels.text import Surfaces

def without_body(stored: bytes) -> tuple[bytes, bytes]: ...
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
    found: array[int], begin: int, end: int, terms: array[int], shows: array[int]
) -> tuple[array[int], array[int], array[int]]: ...
