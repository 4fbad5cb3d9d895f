"""Queries of plain words are read in a shorter way, to the same end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.query import parse
from searchkit.query.descent import Mode

WORDS = ("harbour", "Fog", "the", "The", "of", "AND", "OR", "NOT", "or", "A", "strikers")
LANGUAGES = ("en", "de")

queries = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@given(queries | queries.map('"{}"'.format), st.sampled_from([None, "all", "any"]), st.booleans())
def test_they_are_read_as_others_are(query: str, mode: Mode, common: bool) -> None:
    stop_words = frozenset({"the", "of"} if common else ())
    short = parse(query, LANGUAGES, mode=mode, stop_words=stop_words)
    # What follows is a quote without partner, which is left out.
    long = parse(f"{query} ”", LANGUAGES, mode=mode, stop_words=stop_words)
    assert short.tree == long.tree
    assert short.plain == long.plain
    assert short.demanded == long.demanded
    assert len(short.interpretation.notes) == len(long.interpretation.notes) - 1


@pytest.mark.parametrize("query", ["harbour", '"harbour fog"', "harbour AND fog", "fog OR the"])
def test_they_have_no_notes(query: str) -> None:
    assert parse(query, LANGUAGES).interpretation.notes == ()
