from collections.abc import Iterable, Sequence

from searchkit.kernels.lists import Lists, SegmentView

def expand(
    view: SegmentView,
    fields: Iterable[int],
    patterns: Sequence[tuple[int, str, int]],
    limit: int,
    terms: set[bytes] | None,
) -> tuple[Lists, bool]: ...
