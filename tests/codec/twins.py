"""The same articles in an index of ours and in one of stock Whoosh, document by document."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

from whoosh.filedb.filestore import RamStorage
from whoosh.reading import IndexReader

from searchkit import Article, Caption
from searchkit.codec.commit import commit
from searchkit.codec.manifest import Manifest
from searchkit.codec.snapshot import open_snapshot
from searchkit.codec.storage import Storage
from searchkit.codec.toc import write_toc
from searchkit.codec.whoosh_codec import reader_of
from searchkit.codec.whoosh_schema import document_of, whoosh_schema
from searchkit.record import record_of
from searchkit.writing.writer import Writer

LANGUAGE = "en"

# What is common has a block of 128 postings and a few, or less; merged it has two and more.
BATCHES = (160, 135, 45)

_COMMON = ["the", "harbour", "of"]
_ENGLISH = """
storm storms coast ferry council minister voted votes voting bridge fire rescue O'Brien
Turkey's Paris COVID-19 U.S. AT&T 1,000 3.5 F-35 café Erdoğan Zürich naïve 東京都知事選
state-of-the-art police mayor election river flood floods flooding train strike hospital
"""
_GERMAN = "Häuser Straße Wahlen gewählt Bürgermeister Brücke Züge Fluss Fährverbindung"
_SECTIONS = ["World", "Sport", "Économie", ""]
_AUTHORS = ["Ann Lee", "Bob Ray", "José Díaz", "Mia Ott"]


def make_articles(count: int, seed: int) -> list[Article]:
    """Articles of 10 to 250 words a field, in two languages, with all kinds of tokens."""
    rng = random.Random(seed)
    return [_article(rng, f"{seed}-{number}") for number in range(count)]


def _article(rng: random.Random, article_id: str) -> Article:
    language = rng.choice(["en", "en", "", "de"])
    start = datetime(2019, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    published = start + timedelta(minutes=rng.randrange(1_500_000))
    captions = [
        Caption(text=_text(rng, language, 12), credit=rng.choice(_AUTHORS))
        for _ in range(rng.choice([0, 0, 1, 3]))
    ]
    return Article(
        id=article_id,
        headline=_text(rng, language, 8) if rng.random() < 0.95 else "",
        body=_text(rng, language, rng.choice([10, 40, 120])),
        captions=tuple(captions),
        published=published if rng.random() < 0.9 else None,
        section=rng.choice(_SECTIONS),
        publisher=rng.choice(["Daily Planet", "The Courier"]),
        authors=tuple(rng.sample(_AUTHORS, rng.randrange(3))),
        language=language,
        url=f"https://example.org/{article_id}",
        keywords=tuple(rng.sample(["Weather", "Politics", "CAFÉ", "café"], rng.randrange(3))),
    )


def _text(rng: random.Random, language: str, words: int) -> str:
    rare = (_GERMAN if language == "de" else _ENGLISH).split()
    chosen = [
        rng.choice(_COMMON) if rng.random() < 0.4 else rare[int(rng.random() ** 2 * len(rare))]
        for _ in range(rng.randrange(words // 2, words) + 1)
    ]
    if rng.random() < 0.3:
        chosen.append(f"word{rng.randrange(60)}")
    return " ".join(chosen) + "."


@contextmanager
def twin_readers(path: Path, *, merged: bool) -> Iterator[tuple[IndexReader, IndexReader]]:
    """Ours and stock Whoosh's: the same batches, a segment each, with updates and deletions;
    `merged` to one segment.

    Stock Whoosh keeps lengths exactly here, where it would round those from 11 tokens on.
    """
    batches = [make_articles(count, seed) for seed, count in enumerate(BATCHES)]
    # Of the first two batches some are deleted, and some come again in the third.
    deleted = [article.id for batch in batches[:2] for article in batch[5::9]]
    batches[2] += [
        Article.from_dict({**article.to_dict(), "headline": "Corrected: the harbour"})
        for article in batches[0][3::40]
    ]
    ours = _ours(path, batches, deleted, merged=merged)
    with (
        patch("whoosh.codec.whoosh3.length_to_byte", lambda length: length or 0),
        patch("whoosh.codec.whoosh3.byte_to_length", lambda byte: byte),
    ):
        yield ours, _stock(batches, deleted, merged=merged)


def new_index(path: Path, language: str = LANGUAGE) -> None:
    """An index without articles."""
    path.mkdir(exist_ok=True)
    commit(Storage(path), Manifest(0, language, 1), write_toc)


def _ours(
    path: Path, batches: list[list[Article]], deleted: list[str], *, merged: bool
) -> IndexReader:
    new_index(path)
    with Writer(path, memory=64 << 20, workers=1, lock_timeout=5) as writer:
        for batch in batches:
            for article in batch:
                writer.add(record_of(article))
            writer.commit()
        for article_id in deleted:
            writer.delete(article_id)
        writer.commit()
        if merged:
            writer.compact()
    return reader_of(open_snapshot(Storage(path)), whoosh_schema(LANGUAGE))


def _stock(batches: list[list[Article]], deleted: list[str], *, merged: bool) -> IndexReader:
    index = RamStorage().create_index(whoosh_schema(LANGUAGE))
    for batch in batches:
        writer = index.writer(limitmb=64)
        for article in batch:
            writer.update_document(**document_of(article, LANGUAGE))
        writer.commit(merge=False)
    writer = index.writer()
    for article_id in deleted:
        writer.delete_by_term("id", article_id)
    writer.commit(merge=False, optimize=merged)
    return index.reader()
