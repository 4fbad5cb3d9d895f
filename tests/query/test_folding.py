"""Near copies are folded into the best of them, as pair after pair compared would have it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article, Hit, Index, QueryError
from searchkit.query import execute, folding
from searchkit.query.folding import MOST_DIFFERING_BITS

STORIES = 6


def story(number: int) -> list[str]:
    chosen = random.Random(number)
    return [f"w{chosen.randrange(3000)}" for _ in range(60 + 20 * number)]


def copy_of(number: int, words: int) -> str:
    """A story with so many words of its own in its middle."""
    text = story(number)
    middle = len(text) // 2
    text[middle : middle + words] = [f"own{number}x{place}" for place in range(words)]
    return " ".join(text)


# Those with many words of their own are no near copies any more.
DRAWN = st.lists(
    st.tuples(
        st.integers(0, STORIES - 1), st.integers(0, 30), st.integers(1, 4), st.integers(1, 9)
    ),
    max_size=30,
)


def articles_of(drawn: Sequence[tuple[int, int, int, int]]) -> list[Article]:
    return [
        Article.from_dict(
            {
                "id": f"a{number}",
                "body": "fog " * fog + copy_of(of, words),
                "published": f"2000-01-0{day}",
                "section": "odd" if number % 2 else "even",
            }
        )
        for number, (of, words, fog, day) in enumerate(drawn)
    ]


def signature_of(index: Index, article_id: str) -> int:
    found = index._reading().snapshot.find(article_id)
    assert found
    return int.from_bytes(found[0].segment.signatures[found[1]], "little")


def folded_by_hand(index: Index, hits: Sequence[Hit]) -> list[tuple[str, set[str]]]:
    """Each leader with what is folded into it, by comparing each hit with each leader."""
    groups: list[tuple[str, set[str]]] = []
    for hit in hits:
        own = signature_of(index, hit.id)
        for leader, folded in groups:
            other = signature_of(index, leader)
            if own and other and (own ^ other).bit_count() <= MOST_DIFFERING_BITS:
                folded.add(hit.id)
                break
        else:
            groups.append((hit.id, set()))
    return groups


def pieces(index: Index, articles: Sequence[Article], size: int) -> None:
    for start in range(0, len(articles), size):
        index.add(articles[start : start + size])


@settings(max_examples=40)
@given(
    DRAWN,
    st.sampled_from(["fog", "*", "fog -own1x0", "nothing"]),
    st.sampled_from(["relevance", "date", "date-asc"]),
    st.sampled_from([None, "odd"]),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(4, 30),
)
def test_hits_are_folded_as_by_hand(
    drawn: list[tuple[int, int, int, int]],
    query: str,
    sort: execute.Order,
    section: str | None,
    offset: int,
    limit: int,
    size: int,
) -> None:
    with (
        tempfile.TemporaryDirectory() as directory,
        searchkit.create(Path(directory) / "x") as index,
        mock.patch.object(execute, "_WORTH_THREADS", 0 if size % 2 else 1 << 60),
    ):
        pieces(index, articles_of(drawn), size)
        everything = index.search(query, limit=None, sort=sort, section=section)
        groups = folded_by_hand(index, everything)
        page = index.search(
            query, limit=limit, offset=offset, sort=sort, section=section, fold=True
        )
        expected = groups[offset : offset + limit]
        assert [(hit.id, set(hit.folded_ids)) for hit in page] == expected
        assert [hit.folded for hit in page] == [len(folded) for _, folded in expected]
        assert [hit.rank for hit in page] == list(range(offset + 1, offset + 1 + len(page)))
        scores = {hit.id: hit.score for hit in everything}
        assert all(hit.score == pytest.approx(scores[hit.id]) for hit in page)
        assert page.total == everything.total
        assert page.left == sum(1 + len(folded) for _, folded in groups[offset + limit :])


@pytest.fixture
def agency(fresh_index: Index) -> Index:
    """One story on 250 sites, another on two, and a note on two that is too short to tell."""
    fresh_index.add(
        [Article(id=f"a{n}", headline=f"Site {n}", body=copy_of(0, 2)) for n in range(250)]
        + [Article(id=f"b{n}", headline=f"Site {n}", body=copy_of(1, 2)) for n in range(2)]
        + [Article(id=f"c{n}", headline=f"Site {n}", body="Fog again") for n in range(2)]
    )
    return fresh_index


def test_one_of_each_cluster_is_shown(agency: Index) -> None:
    found = agency.search("site", fold=True, facets=["section"])
    assert sorted((hit.id[0], hit.folded) for hit in found) == [
        ("a", 249),
        ("b", 1),
        ("c", 0),
        ("c", 0),
    ]
    assert (found.total, found.left, found.counted) == (254, 0, True)
    (most,) = (hit for hit in found if hit.folded == 249)
    assert len(most.folded_ids) == 100
    assert most.id not in most.folded_ids


def test_without_fold_nothing_is_folded(agency: Index) -> None:
    found = agency.search("site", limit=3)
    assert [(hit.folded, hit.folded_ids) for hit in found] == [(0, ())] * 3
    assert found.left is None


def test_a_query_of_whoosh_is_folded_too(agency: Index) -> None:
    from whoosh.query import Term

    found = agency.search(Term("headline", "site"), fold=True)
    assert sorted(hit.folded for hit in found) == [0, 0, 1, 249]


def test_copies_that_are_deleted_are_not_folded(agency: Index) -> None:
    agency.delete(*(f"a{n}" for n in range(0, 250, 2)))
    agency.compact()
    assert max(hit.folded for hit in agency.search("site", fold=True)) == 124


@pytest.mark.parametrize(("limit", "offset"), [(None, 0), (10_001, 0), (1, 10_000)])
def test_a_page_too_far_down_is_refused(fresh_index: Index, limit: int | None, offset: int) -> None:
    with pytest.raises(QueryError, match="only the first 10,000 hits can be folded"):
        fresh_index.search("fog", limit=limit, offset=offset, fold=True)


def test_when_time_is_up_fewer_hits_are_folded(agency: Index) -> None:
    with mock.patch.object(folding, "time", SimpleNamespace(monotonic=lambda: 1e18)):
        found = agency.search("site", fold=True, timeout=5)
    assert not found.complete
    assert len(found) < 4
