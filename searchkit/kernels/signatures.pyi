from array import array

from searchkit.kernels.terms import Terms

def term_hashes(terms: Terms, first: int) -> array[int]: ...
def sign(
    tokens: array[int],
    ends: array[int],
    single: array[int],
    multiple: array[int],
    hashes: array[int],
    first: int,
    last: int,
) -> bytes: ...
def take_similar(
    documents: bytearray, signatures: memoryview, wanted: bytes | memoryview, least: float
) -> array[int]: ...
def similarity(one: bytes | memoryview, other: bytes | memoryview) -> float: ...
