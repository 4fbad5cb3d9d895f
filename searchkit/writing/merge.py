"""Which segments are merged at a commit."""

from __future__ import annotations

from typing import Any

from whoosh.reading import SegmentReader

__all__ = ["merge_tiers"]

# An index of n articles has at most _TIER_WIDTH - 1 segments for each power of _TIER_WIDTH
# up to n, and an article is rewritten at most once for each.
_TIER_WIDTH = 8


def merge_tiers(writer: Any, segments: list[Any]) -> list[Any]:
    """A merge policy for Whoosh's ``commit(mergetype=...)``; returns the segments that stay.

    Segments of similar size (the same power of _TIER_WIDTH in live articles) form a tier; a
    full tier is merged into the segment being written. Empty segments are dropped.
    """
    tiers: dict[int, list[Any]] = {}
    for segment in segments:
        if live := segment.doc_count():
            tiers.setdefault(_tier(live), []).append(segment)
    staying = []
    for members in tiers.values():
        if len(members) < _TIER_WIDTH:
            staying += members
            continue
        for segment in members:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return staying


def _tier(articles: int) -> int:
    tier = 0
    while articles >= _TIER_WIDTH:
        articles //= _TIER_WIDTH
        tier += 1
    return tier
