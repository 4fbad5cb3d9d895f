"""What queries find, from the string to the articles."""

from __future__ import annotations

import pytest

import searchkit
from searchkit import Article, Index
from tests.conftest import captions


@pytest.fixture
def index(fresh_index: Index, ferry: Article) -> Index:
    fresh_index.add(
        [
            ferry,
            Article(
                id="tech", headline="C++ and R&D", body="U.S. carriers don't fly to Syria: not yet"
            ),
            Article(id="cup", headline="Storm wins cup", section="Sport", captions=captions("Fog")),
        ]
    )
    return fresh_index


def ids(index: Index, query: str) -> set[str]:
    return {hit.article.id for hit in index.search(query)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ferry fog", {"ferry-1"}),
        ("FERRIES", {"ferry-1"}),
        ("skarhölm", {"ferry-1"}),
        ("C++", {"tech"}),
        ("r&d", {"tech"}),
        ("u.s.", {"tech"}),
        ("don't", {"tech"}),
        ("don’t", {"tech"}),
        ("syria: not", {"tech"}),
        ("fog -ferry", {"cup"}),
        ("-ferry", {"tech", "cup"}),
        ("fog NOT (ferry OR cup)", set()),
        ("headline:fog", set()),
        ("captions:fog", {"ferry-1", "cup"}),
        ("caption: fog", {"ferry-1", "cup"}),
        ("title:(storm OR ferry)", {"ferry-1", "cup"}),
        ("section:sport", {"cup"}),
        ('author:"ida brandt"', {"ferry-1"}),
        ('author:"Piers O\'Brien"', {"ferry-1"}),
        ("author:ida", set()),
        ("agency:reuters", {"ferry-1"}),
        ("keyword:shipping", {"ferry-1"}),
        ("published:1978", {"ferry-1"}),
        ("published:1978-11", {"ferry-1"}),
        ("published:1978-12", set()),
        ("id:cup", {"cup"}),
        ("ferries*", {"ferry-1"}),
        ("f?rri", {"ferry-1"}),
        ("*arhol*", {"ferry-1"}),
        ('"nobody was hurt"', {"ferry-1"}),
        ('"hurt nobody"', set()),
        ('"nobody hurt"~2', {"ferry-1"}),
        ('"iversen fog"', set()),
        ('"iversen fog"~900', set()),
        ("*", {"ferry-1", "tech", "cup"}),
        ("nowhere:fog", set()),
        ("not", {"tech"}),
        ("headline:", set()),
        ("U.S. carriers", {"tech"}),
        ('fog "', {"ferry-1", "cup"}),
        ("(fog", {"ferry-1", "cup"}),
        ("fog)", {"ferry-1", "cup"}),
        ("fog & ferry", {"ferry-1"}),
        ("storm OR ferry cup", {"cup"}),
        ("+fog -cup", {"ferry-1"}),
        ("aground w/2 ferry", {"ferry-1"}),
        ("ferry w/2 aground", {"ferry-1"}),
        ("aground pre/2 ferry", set()),
        ('(ferry OR boat) pre/3 "off skarholm"', {"ferry-1"}),
        ("ferry not w/2 runs", {"ferry-1"}),
        ("headline:ferry not w/2 runs", set()),
        ("iversen w/999 fog", set()),
        ("=ferry", {"ferry-1"}),
        ("=Ferry", set()),
        ('="Storm wins"', {"cup"}),
        ('="storm win"', set()),
        ("=storms", set()),
        ("atleast4(ferry)", {"ferry-1"}),
        ("atleast5(ferry)", set()),
        ("some2(ferry fog cup)", {"ferry-1", "cup"}),
        ("fery~ fgo~", {"ferry-1"}),
        ("skraholm~", {"ferry-1"}),
        ("skraohlm~", set()),
        ("skraohlm~2", {"ferry-1"}),
        ("author:ida*", {"ferry-1"}),
        ("captions:*", {"ferry-1", "cup"}),
        ("author:* OR section:s*", {"ferry-1", "cup"}),
        ("since:1978 until:1978-11", {"ferry-1"}),
        ("-published:*", {"tech", "cup"}),
        ("length:0", {"cup"}),
        ("length:1..13", {"tech"}),
        ("length:>13", {"ferry-1"}),
    ],
)
def test_what_a_query_finds(index: Index, query: str, expected: set[str]) -> None:
    assert ids(index, query) == expected


def test_a_word_counts_most_in_the_headline_then_in_captions_then_in_the_body(
    fresh_index: searchkit.Index,
) -> None:
    filler = "storm cup"
    fresh_index.add(
        [
            Article(id="body", headline=filler, body="fog", captions=captions(filler)),
            Article(id="caption", headline=filler, body=filler, captions=captions("fog")),
            Article(id="headline", headline="fog", body=filler, captions=captions(filler)),
        ]
    )
    order = [hit.article.id for hit in fresh_index.search("fog")]
    assert order == ["headline", "caption", "body"]
