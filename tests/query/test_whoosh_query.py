"""Trees as queries of Whoosh, held against what reading every word finds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh.index import open_dir

import searchkit
from searchkit import Article
from searchkit.query import tree as t
from searchkit.query.whoosh_query import to_whoosh
from tests.query.oracle import Oracle
from tests.query.trees import LANGUAGES, archives, trees


@contextmanager
def indexed(articles: list[Article]) -> Iterator[Path]:
    """The directory of an index of several segments, an article of each deleted again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        with searchkit.create(path) as index:
            for start in range(0, len(articles) + 1, 4):
                ghosts = [Article(id=f"ghost-{start}", headline="fog", body="harbour the fog F-35")]
                index.add([*articles[start : start + 4], *ghosts], detect_language=False)
            index.delete(*(f"ghost-{start}" for start in range(0, len(articles) + 1, 4)))
        yield path


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(archives(), st.lists(trees, min_size=1, max_size=20))
def test_whoosh_finds_what_reading_every_word_finds(
    articles: list[Article], asked: list[t.Tree]
) -> None:
    oracle = Oracle(articles, LANGUAGES)
    with indexed(articles) as path, open_dir(str(path)).searcher() as searcher:
        for tree in asked:
            expected = {articles[number].id for number in oracle.matching(tree)}
            found = searcher.docs_for_query(to_whoosh(tree))
            assert {searcher.stored_fields(number)["id"] for number in found} == expected, tree
