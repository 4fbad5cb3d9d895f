from __future__ import annotations

import pytest

import searchkit
from searchkit import Article, Index, QueryError
from searchkit.query.parse import MAX_QUERY_CHARACTERS
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
        ('fog "', {"ferry-1", "cup"}),
        ("(fog", {"ferry-1", "cup"}),
        ("fog)", {"ferry-1", "cup"}),
        ("fog & ferry", {"ferry-1"}),
    ],
)
def test_what_a_query_finds(index: Index, query: str, expected: set[str]) -> None:
    assert ids(index, query) == expected


@pytest.mark.parametrize("query", ["", "  ", "&", '""', "((", "…", "-", ":", "headline:", "**"])
def test_a_query_that_means_nothing_says_so(index: Index, query: str) -> None:
    if query == "headline:":
        assert ids(index, query) == set()  # the word itself
        return
    with pytest.raises(QueryError, match="no word to search for"):
        index.search(query)


def test_a_date_that_is_none_is_named(index: Index) -> None:
    with pytest.raises(QueryError, match="a date that cannot be read; write published:2020"):
        index.search("published:soon")


def test_an_overlong_or_overdeep_query_is_refused_and_not_run(index: Index) -> None:
    with pytest.raises(QueryError, match=f"the limit is {MAX_QUERY_CHARACTERS:,}"):
        index.search("fog " * 1_000)
    with pytest.raises(QueryError, match="nested too deeply"):
        index.search("(" * 990 + "fog" + ")" * 990)
    assert ids(index, "(" * 30 + "fog" + ")" * 30) == {"ferry-1", "cup"}


@pytest.mark.parametrize(
    "bad",
    [
        {"since": "soon"},
        {"since": "2020-13"},
        {"since": "2020-02-30"},
        {"until": 3},
        {"since": "2021", "until": "2020"},
        {"section": 3},
        {"section": []},
        {"limit": -1},
        {"offset": -1},
        {"sort": "size"},
    ],
)
def test_a_filter_or_page_that_is_none_is_refused(index: Index, bad: dict[str, object]) -> None:
    with pytest.raises(QueryError):
        index.search("fog", **bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("1978", None, True),
        (None, "1978", True),
        ("1978-11", "1978-11", True),
        ("1978-11-03", "1978-11-03", True),
        ("1978-11-03T03:30:00Z", "1978-11-03T04:30:00+01:00", True),
        ("1978-11-03T03:30:01", None, False),
        ("1978-12", None, False),
        (None, "1978-10", False),
        ("1979", None, False),
        (None, "9999-12", True),
        ("0001", None, True),
    ],
)
def test_dates_include_the_stretch_that_they_name(
    index: Index, since: str | None, until: str | None, found: bool
) -> None:
    results = index.search("ferry", since=since, until=until)
    assert bool(results.total) is found


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
