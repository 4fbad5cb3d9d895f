from array import array

from searchkit.kernels.text import Surfaces

class Signer:
    def __init__(self, surfaces: Surfaces) -> None: ...
    @property
    def nbytes(self) -> int: ...
    def sign(
        self, tokens: array[int], ends: array[int], count: int, captioned: array[int]
    ) -> bytes: ...

def take_similar(
    documents: bytearray, signatures: bytes | memoryview, wanted: bytes | memoryview, most: int
) -> array[int]: ...
