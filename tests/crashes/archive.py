"""A small archive, what should be found in it, and whether an index has it whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from searchkit.codec.commit import generation_on_disk
from searchkit.codec.lock import LOCK_NAME
from searchkit.codec.manifest import decode_manifest, manifest_name
from searchkit.codec.storage import Storage
from tests.codec.recording import Disk

# By its id, each article that an index should have.
State = dict[str, Article]

# More of everything, which takes minutes: for whoever changes what the disk holds.
EXHAUSTIVE = bool(os.environ.get("SEARCHKIT_EXHAUSTIVE"))

# None of them is changed by stemming, in any language.
_WORDS = ("ferry", "mast", "tug", "fog", "dock", "sand", "wind", "north", "gulf", "rain")
_LANGUAGES = ("en", "de", "tr", "")

_WRITERS = ("codec.directory", "writing.writer", "writing.compaction", "writing.repair")
_READERS = ("index", "codec.verify")


def article(number: int, version: int = 0) -> Article:
    """One of many articles, each with the fields that its number has it have."""
    return Article.from_dict(
        {
            "id": f"a{number}",
            "headline": f"{_WORDS[number % 10]} {_WORDS[number // 10 % 10]}",
            "body": f"the {_WORDS[number % 7]} off {_WORDS[number % 9]} v{version}",
            "captions": [{"text": f"fog {number}"}, {"text": "wind"}] if number % 9 == 0 else [],
            "published": f"19{50 + number % 50}-01-02" if number % 4 else None,
            "language": _LANGUAGES[number % 4],
            "section": "News" if number % 2 else "Arts",
            "authors": ["Ida Brandt"] if number % 3 else [],
            "keywords": [_WORDS[number % 4]] if number % 5 == 0 else [],
        }
    )


def state_of(*articles: Article) -> State:
    """These articles, the later of two with one id."""
    return {each.id: each for each in articles}


def words_of(one: Article) -> set[str]:
    """The words that find an article of `article`."""
    captions = [caption.text for caption in one.captions]
    return set(" ".join([one.headline, one.body, *captions]).split())


def articles_in(path: Path) -> State:
    """All articles that an index finds."""
    with searchkit.open(path) as index:
        hits = index.search("*", limit=None, highlight=False).hits
        assert len(hits) == len(index)
    return {hit.article.id: hit.article for hit in hits}


def assert_has(path: Path, expected: Mapping[str, Article]) -> None:
    """The index in a directory has these articles, finds them, and no others."""
    assert articles_in(path) == expected
    with searchkit.open(path) as index:
        assert len(index) == len(expected)
        for article_id in [*list(expected)[:3], "missing"]:
            assert index.get(article_id) == expected.get(article_id)
        for word in ("ferry", "rain", "v1"):
            found = {hit.article.id for hit in index.search(word, limit=None).hits}
            assert found == {each.id for each in expected.values() if word in words_of(each)}


def assert_next_writer_tidies(path: Path, expected: State) -> None:
    """The next writer works, and leaves no file of another."""
    new = article(9999)
    with searchkit.open(path) as index:
        assert index.add(new, workers=1).added == 1
    assert_has(path, {**expected, new.id: new})
    assert_tidy(path)


def assert_tidy(path: Path) -> None:
    """There are the files of the last commit and of the one before, and they are whole."""
    storage = Storage(path)
    newest = generation_on_disk(storage)
    kept = {LOCK_NAME}
    for generation in (newest, newest - 1):
        name = manifest_name(generation)
        kept |= decode_manifest(storage.read(name), path / name).files()
    assert set(storage.names()) == kept
    assert searchkit.verify(path, deep=True).whole


def read_disk(path: Path) -> Disk:
    """All files of a directory."""
    return {each.name: each.read_bytes() for each in path.iterdir()}


def use_storage(
    patch: pytest.MonkeyPatch, factory: Callable[[Path], Storage], *, readers: bool = False
) -> None:
    """Has those who write, and with `readers` those who read, open directories by `factory`."""
    for module in (*_WRITERS, *(_READERS if readers else ())):
        patch.setattr(f"searchkit.{module}.Storage", factory)


def without_syncs(patch: pytest.MonkeyPatch) -> None:
    """Has the system's syncs cost nothing; only a power failure tells the difference."""
    patch.setattr(os, "fsync", lambda _: None)
