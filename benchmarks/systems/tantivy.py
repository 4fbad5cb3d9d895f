"""tantivy, the Rust library, through its Python binding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.systems.interface import Cores, Installed, Missing, probe, read_articles

__all__ = ["CORES", "DURABLE", "POSITIONS", "SETTINGS", "TITLE", "available", "count", "index"]

TITLE = "tantivy-py"
CORES: tuple[Cores, ...] = ("one", "all")
POSITIONS = True
DURABLE = True
SETTINGS = "en_stem, positions, stored, writer heap 256 MB, commit and wait_merging_threads"

_TEXT_FIELDS = ["headline", "body", "captions"]
_HEAP_BYTES = 256_000_000


def available() -> Installed | Missing:
    return probe(tantivy="tantivy")


def index(corpus: Path, directory: Path, threads: int) -> None:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in _TEXT_FIELDS:
        builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
    archive = tantivy.Index(builder.build(), path=str(directory))
    writer = archive.writer(heap_size=_HEAP_BYTES, num_threads=threads)
    for article in read_articles(corpus):
        # The quickest of its ways in: add_json took 1.2 times as long, from_dict 1.3 times.
        writer.add_document(
            tantivy.Document(
                id=article["id"],
                headline=article["headline"],
                body=article["body"],
                captions=article["captions"],
            )
        )
    writer.commit()
    writer.wait_merging_threads()


def count(directory: Path, word: str) -> int:
    """Everything that is neither letter nor digit separates words; words of over 40 bytes
    are left out, accents are kept.
    """
    import tantivy

    # Its annotations do not know that a result has a count.
    archive: Any = tantivy.Index.open(str(directory))
    archive.reload()
    query = archive.parse_query(word, _TEXT_FIELDS)
    return int(archive.searcher().search(query, limit=1, count=True).count)
