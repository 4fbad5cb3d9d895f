"""What does an index hold?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from searchkit.codec.directory import directory_size
from searchkit.codec.facts import compiled_kernels, section_sizes, versions
from searchkit.codec.manifest import FORMAT_VERSION
from searchkit.codec.snapshot import Snapshot, count_copies, count_terms, value_counts
from searchkit.codec.storage import Storage
from searchkit.schema import FILTER_FIELDS, TEXT_FIELDS

__all__ = ["IndexInfo", "index_info"]


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds.

    `copies` of other articles, of the same text, are not counted among the `articles`.
    `terms` counts the distinct terms of each text field. `values` has, for each filter (section,
    author ...), its values as they are compared, with the number of articles, the most
    frequent first. `deleted` articles are still in the segments, until these are merged.
    `size` is in bytes on disk, `sections` the bytes of each kind of section of the segments,
    the most first. `generation` counts the commits, `format` is that of the files, `versions`
    are those of the software in use, `kernels` its compiled modules with their files.
    """

    path: str
    language: str
    articles: int
    copies: int
    fields: tuple[str, ...]
    terms: Mapping[str, int]
    values: Mapping[str, Mapping[str, int]]
    segments: int
    deleted: int
    generation: int
    size: int
    sections: Mapping[str, int]
    format: int
    versions: Mapping[str, str]
    kernels: Mapping[str, str]


def index_info(storage: Storage, snapshot: Snapshot) -> IndexInfo:
    """Counts, sizes and versions."""
    return IndexInfo(
        path=str(storage.path),
        language=snapshot.manifest.language,
        articles=snapshot.articles,
        copies=count_copies(snapshot),
        fields=(*TEXT_FIELDS, "published", *FILTER_FIELDS),
        terms={name: count_terms(snapshot, name) for name in TEXT_FIELDS},
        values={name: value_counts(snapshot, field) for field, name in FILTER_FIELDS.items()},
        segments=len(snapshot.segments),
        deleted=sum(each.entry.deleted for each in snapshot.segments),
        generation=snapshot.manifest.generation,
        size=directory_size(storage),
        sections=section_sizes(snapshot),
        format=FORMAT_VERSION,
        versions=versions(),
        kernels=compiled_kernels(),
    )
