from array import array

from searchkit.kernels.invert import Run
from searchkit.kernels.terms import Terms

class FieldMerger:
    def __init__(self, lengths: array[int], positional: bool) -> None: ...
    @property
    def terms(self) -> int: ...
    @property
    def occurrences(self) -> int: ...
    @property
    def nbytes(self) -> int: ...
    def extents(self, limit: int) -> bytes: ...
    def dictionary(self) -> bytes: ...

class RunMerger(FieldMerger):
    def __init__(
        self, runs: list[Run], terms: Terms, lengths: array[int], positional: bool
    ) -> None: ...

class SegmentMerger(FieldMerger):
    def __init__(
        self,
        sources: list[tuple[memoryview, memoryview, array[int]]],
        lengths: array[int],
        positional: bool,
    ) -> None: ...
