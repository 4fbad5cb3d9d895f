from __future__ import annotations

import string
from functools import cache
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchkit.kernels import MAX_TERM_BYTES, PATTERN_CHARACTERS, PATTERN_KINDS
from tests.kernels.segments import add_field, view_of
from tests.kernels.twins import COMPILED, REFERENCE, on_both

PREFIX, WILDCARD, FUZZY = range(len(PATTERN_KINDS))
DOCUMENTS = 1000
UNLIMITED = 1 << 20

# Few letters, of one to four bytes, so that terms share beginnings and are close to each other.
LETTERS = "abé漢\U0010ffff"
TERMS = st.sets(st.text(LETTERS, max_size=7), max_size=90)
PATTERNS = st.one_of(
    st.tuples(st.just(PREFIX), st.text(LETTERS, max_size=4), st.just(0)),
    st.tuples(st.just(WILDCARD), st.text(LETTERS + "**??", max_size=6), st.just(0)),
    st.tuples(st.just(FUZZY), st.text(LETTERS, max_size=7), st.integers(0, 2)),
)


@cache
def distance(one: str, other: str) -> int:
    """The changes from one to the other: the last letter put in, left out, replaced, or the
    last two exchanged.
    """
    if not one or not other:
        return len(one) + len(other)
    changes = [
        distance(one[:-1], other) + 1,
        distance(one, other[:-1]) + 1,
        distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 < len(other) and one[-2:] == other[-1] + other[-2]:
        changes.append(distance(one[:-2], other[:-2]) + 1)
    return min(changes)


@cache
def fits(pattern: str, term: str) -> bool:
    """Whether wildcards stand for what is in the term."""
    if not pattern:
        return not term
    if pattern[0] == "*":
        return fits(pattern[1:], term) or (bool(term) and fits(pattern, term[1:]))
    return bool(term) and pattern[0] in ("?", term[0]) and fits(pattern[1:], term[1:])


def looks_like(pattern: tuple[int, str, int], term: str) -> bool:
    kind, text, changes = pattern
    if kind == PREFIX:
        return term.startswith(text)
    return fits(text, term) if kind == WILDCARD else distance(text, term) <= changes


def in_order(terms: set[str]) -> list[str]:
    return sorted(terms, key=str.encode)


def view_with(kernels: SimpleNamespace, *fields: set[str]) -> object:
    """A segment with these terms; the number of a term is that of the document which has it."""
    view = view_of(kernels, DOCUMENTS)
    for number, terms in enumerate(fields):
        field = {term.encode(): {place: [0]} for place, term in enumerate(in_order(terms))}
        # Every other field has positions, which its dictionary tells.
        add_field(kernels, view, field, [1] * DOCUMENTS, number % 2 == 0)
    return view


def terms_like(
    kernels: SimpleNamespace, view: object, patterns: list[tuple[int, str, int]], fields: int = 1
) -> list[str]:
    """What the patterns stand for; checks that there is a list of each."""
    terms: set[bytes] = set()
    lists, complete = kernels.expand(view, range(fields), patterns, UNLIMITED, terms)
    assert complete
    assert lists.documents <= lists.postings == len(lists) <= fields * len(terms)
    return in_order({term.decode() for term in terms})


@on_both
@given(TERMS, TERMS, st.lists(PATTERNS, min_size=1, max_size=4))
def test_the_terms_that_look_like_any_pattern_are_found(
    kernels: SimpleNamespace, terms: set[str], others: set[str], patterns: list
) -> None:
    view = view_with(kernels, terms, others)
    found: set[bytes] = set()
    lists, complete = kernels.expand(view, [0, 1], patterns, UNLIMITED, found)
    expected = [
        [term for term in in_order(each) if any(looks_like(p, term) for p in patterns)]
        for each in (terms, others)
    ]
    assert complete
    assert {term.decode() for term in found} == set().union(*expected)
    assert len(lists) == lists.postings == sum(map(len, expected))
    # They are those of these terms and no others: documents are numbered as terms are.
    documents = {
        in_order(each).index(term)
        for each, chosen in zip((terms, others), expected, strict=True)
        for term in chosen
    }
    assert lists.documents == len(documents)


@on_both
@given(TERMS, st.lists(PATTERNS, min_size=1, max_size=3), st.integers(0, 12))
def test_each_pattern_has_its_first_terms_up_to_a_limit(
    kernels: SimpleNamespace, terms: set[str], patterns: list, limit: int
) -> None:
    of_each = [
        [term for term in in_order(terms) if looks_like(pattern, term)] for pattern in patterns
    ]
    found: set[bytes] = set()
    lists, complete = kernels.expand(view_with(kernels, terms), [0], patterns, limit, found)
    assert complete == all(len(each) <= limit for each in of_each)
    assert {term.decode() for term in found} == {t for each in of_each for t in each[:limit]}
    assert len(lists) == len(found)


WORDS = {
    first + second + third
    for first in string.ascii_lowercase
    for second in "aeiou"
    for third in ("", "n", "nd", "nds", "ndß", "st")
}


@pytest.fixture(scope="module", params=[COMPILED, REFERENCE], ids=["compiled", "reference"])
def many(request: pytest.FixtureRequest) -> tuple[SimpleNamespace, object]:
    """Kernels, and a segment with 780 terms: two dozen blocks."""
    return request.param, view_with(request.param, WORDS)


@pytest.mark.parametrize(
    ("kind", "text", "changes"),
    [
        (PREFIX, "", 0),
        (PREFIX, "m", 0),
        (PREFIX, "zund", 0),
        (PREFIX, "zundß", 0),
        (PREFIX, "zz", 0),
        (WILDCARD, "", 0),
        (WILDCARD, "*", 0),
        (WILDCARD, "**", 0),
        (WILDCARD, "*ndß", 0),
        (WILDCARD, "?e*d*", 0),
        (WILDCARD, "???", 0),
        (WILDCARD, "m*n*d*s", 0),
        (FUZZY, "band", 0),
        (FUZZY, "band", 1),
        (FUZZY, "abnd", 1),
        (FUZZY, "badn", 1),
        (FUZZY, "abnd", 2),
        (FUZZY, "bnad", 2),
        (FUZZY, "bande", 2),
        (FUZZY, "", 2),
        (FUZZY, "z", 2),
    ],
)
def test_whole_blocks_are_passed_over_and_nothing_is_lost(
    many: tuple[SimpleNamespace, object], kind: int, text: str, changes: int
) -> None:
    kernels, view = many
    pattern = kind, text, changes
    expected = [term for term in in_order(WORDS) if looks_like(pattern, term)]
    assert terms_like(kernels, view, [pattern]) == expected


@on_both
@pytest.mark.parametrize("letter", LETTERS)
def test_patterns_and_terms_may_be_as_long_as_words_are(
    kernels: SimpleNamespace, letter: str
) -> None:
    longest = letter * PATTERN_CHARACTERS
    terms = {longest[:size] for size in (1, 2, 100, 253, 254, 255)}
    view = view_with(kernels, terms)
    assert terms_like(kernels, view, [(PREFIX, longest, 0)]) == [longest]
    assert terms_like(kernels, view, [(WILDCARD, longest, 0)]) == [longest]
    assert terms_like(kernels, view, [(WILDCARD, "*" * PATTERN_CHARACTERS, 0)]) == in_order(terms)
    assert terms_like(kernels, view, [(FUZZY, longest, 1)]) == in_order({longest[1:], longest})
    assert terms_like(kernels, view, [(FUZZY, longest, 2)]) == in_order(
        {longest[2:], longest[1:], longest}
    )


@on_both
def test_a_term_may_have_as_many_characters_as_bytes(kernels: SimpleNamespace) -> None:
    longest = "x" * MAX_TERM_BYTES
    view = view_with(kernels, {"x", longest})
    assert terms_like(kernels, view, [(WILDCARD, "x*?", 0)]) == [longest]
    assert terms_like(kernels, view, [(PREFIX, "x" * PATTERN_CHARACTERS, 0)]) == [longest]
    assert terms_like(kernels, view, [(FUZZY, "xx", 2)]) == ["x"]


@given(TERMS, st.lists(PATTERNS, max_size=3), st.integers(0, 9))
@example({"a"}, [], 0)
def test_kernel_and_twin_give_the_same_lists(terms: set[str], patterns: list, limit: int) -> None:
    answers = []
    for kernels in (COMPILED, REFERENCE):
        found: set[bytes] = set()
        view = view_with(kernels, terms)
        lists, complete = kernels.expand(view, [0, 0], patterns, limit, found)
        answers.append((len(lists), lists.documents, lists.postings, complete, found))
    assert answers[0] == answers[1]


@on_both
def test_names_are_given_only_if_asked_for(kernels: SimpleNamespace) -> None:
    view = view_with(kernels, {"fog"}, set(), {"fog", "frog"})
    lists, complete = kernels.expand(view, [0, 1, 2], [(PREFIX, "f", 0)], UNLIMITED, None)
    assert (len(lists), complete) == (3, True)
    lists, complete = kernels.expand(view, [1], [(WILDCARD, "*", 0)], 0, None)
    assert (len(lists), complete) == (0, True)
