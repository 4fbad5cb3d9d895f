from array import array

class Run:
    def __len__(self) -> int: ...
    @property
    def nbytes(self) -> int: ...

class Inverter:
    @property
    def nbytes(self) -> int: ...
    def invert(
        self,
        tokens: array[int],
        ends: array[int],
        documents: array[int],
        single: array[int],
        multiple: array[int],
        first: int,
        last: int,
        terms: int,
        gap: int,
        positional: bool,
        lengths: array[int],
    ) -> tuple[Run, array[int]]: ...
