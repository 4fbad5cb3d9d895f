"""tantivy, the Rust library, through its Python binding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.systems.interface import (
    WEIGHTS,
    Answer,
    Cores,
    How,
    Installed,
    Missing,
    Searcher,
    probe,
    read_articles,
)

__all__ = [
    "CORES",
    "DURABLE",
    "POSITIONS",
    "SETTINGS",
    "TITLE",
    "available",
    "count",
    "index",
    "index_parts",
    "searcher",
]

TITLE = "tantivy-py"
CORES: tuple[Cores, ...] = ("one", "all")
POSITIONS = True
DURABLE = True
SETTINGS = "en_stem, positions, stored, writer heap 256 MB, commit and wait_merging_threads"

_TEXT_FIELDS = ["headline", "body", "captions"]
_HEAP_BYTES = 256_000_000
# Room for a corpus of a gigabyte in one segment.
_LARGE_HEAP_BYTES = 2_000_000_000


def available() -> Installed | Missing:
    return probe(tantivy="tantivy")


def index(corpus: Path, directory: Path, threads: int) -> None:
    writer = _create(directory).writer(heap_size=_HEAP_BYTES, num_threads=threads)
    _add(writer, corpus)
    writer.commit()
    writer.wait_merging_threads()


def index_parts(parts: Sequence[Path], directory: Path) -> None:
    archive = _create(directory)
    writer = archive.writer(heap_size=_LARGE_HEAP_BYTES, num_threads=1)
    for part in parts:
        _add(writer, part)
        writer.commit()
    # It begins to merge eight segments of like size, and leaves them when its writer goes.
    del writer
    archive.reload()
    if (segments := archive.searcher().num_segments) != len(parts):
        raise RuntimeError(f"{len(parts)} parts became {segments} segments")


def _create(directory: Path) -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in _TEXT_FIELDS:
        builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
    return tantivy.Index(builder.build(), path=str(directory))


def _add(writer: Any, corpus: Path) -> None:
    import tantivy

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


def searcher(directory: Path) -> Searcher:
    return _Searcher(directory)


class _Searcher:
    def __init__(self, directory: Path) -> None:
        import tantivy

        self._archive: Any = tantivy.Index.open(str(directory))
        self._archive.reload()
        self._searcher = self._archive.searcher()
        self._snippets = tantivy.SnippetGenerator

    def search(
        self, words: Sequence[str], how: How, limit: int, *, snippets: bool = False
    ) -> Answer:
        if how == "phrase":
            text = f'"{" ".join(words)}"'
        else:
            sign = "+" if how == "and" else ""
            text = " ".join(f'{sign}"{word}"' for word in words)
        query = self._archive.parse_query(text, _TEXT_FIELDS, field_boosts=WEIGHTS)
        found: Any = self._searcher.search(query, limit, count=True)
        articles = [self._searcher.doc(address) for _, address in found.hits]
        hits = [
            (str(article.get_first("id")), float(score))
            for article, (score, _) in zip(articles, found.hits, strict=True)
        ]
        if not snippets:
            return Answer(found.count, hits)
        headline, body = (
            self._snippets.create(self._searcher, query, self._archive.schema, name)
            for name in ("headline", "body")
        )
        shown = [
            (headline.snippet_from_doc(each).fragment(), body.snippet_from_doc(each).fragment())
            for each in articles
        ]
        return Answer(found.count, hits, shown)
