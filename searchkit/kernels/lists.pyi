from collections.abc import Callable, Iterable, Sequence

class SegmentView:
    documents: int
    field_count: int
    def __init__(self, documents: int, live: bytes) -> None: ...
    def add_field(
        self,
        dictionary: bytes | memoryview,
        postings: bytes | memoryview,
        checked: bytes | bytearray,
        check: Callable[[int, int], object],
        positional: bool,
        lengths: bytes | memoryview,
        width: int,
    ) -> int: ...
    def find(self, terms: Sequence[bytes], fields: Iterable[int]) -> Lists: ...

class Lists:
    def __init__(self, view: SegmentView) -> None: ...
    def __len__(self) -> int: ...
    @property
    def postings(self) -> int: ...
    @property
    def documents(self) -> int: ...
