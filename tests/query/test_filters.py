"""What narrows a search down beside its words."""

from __future__ import annotations

import pytest

from searchkit import Article, Index, QueryError
from searchkit.query import tree as t
from searchkit.query.filters import Filters


@pytest.fixture
def index(fresh_index: Index, ferry: Article) -> Index:
    fresh_index.add(ferry)
    return fresh_index


def test_filters_are_a_tree() -> None:
    assert Filters().to_tree() is None
    assert Filters(author="Ida Bràndt").to_tree() == t.Value("authors", "ida brandt")
    tree = Filters(since="2020", section=["News", "news", "Sport"]).to_tree()
    assert isinstance(tree, t.And)
    assert isinstance(tree.members[0], t.Dates)
    assert tree.members[1] == t.Or((t.Value("section", "news"), t.Value("section", "sport")))


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
