from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import Place, Variant
from searchkit.query import spans
from searchkit.query.spans import Scene, places_of, spans_of
from searchkit.query.tree import And, Near, NotNear, Or, Pattern, Tree, Word
from tests.query.ways import ways_to_hold

BODY = ("body",)

pattern = Pattern(BODY, "prefix", "ab", 0, (Variant(("c", "d")),), "ab*")


def word(*phrases: str, slop: int = 1, fields: tuple[str, ...] = BODY) -> Word:
    variants = tuple(Variant(tuple(phrase.split())) for phrase in phrases)
    return Word(fields, variants, " ".join(phrases), slop)


def near(*members: Tree, distance: int = 1, ordered: bool = False) -> Near:
    return Near(members, distance, ordered, BODY)


def scene(terms: list[str], field: str = "body") -> Scene:
    """A text in which each term is a character and a position of its own."""
    places: dict[str, list[Place]] = {}
    for position, term in enumerate(terms):
        places.setdefault(term, []).append((term, position, position + 1, position))
    expansions = {pattern: frozenset("ab")}
    exact = {"a": [(at, at) for at in range(0, len(terms), 2) if terms[at] == "a"]}
    return Scene(field, places, expansions, lambda word: exact[word.typed])


terms = st.sampled_from("abcd")
words = st.builds(
    lambda phrases, slop: word(*phrases, slop=slop),
    st.lists(st.lists(terms, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=2),
    st.integers(1, 3),
)
trees = st.recursive(
    words | st.just(pattern),
    lambda inner: (
        st.builds(
            lambda members, distance, ordered: near(*members, distance=distance, ordered=ordered),
            st.lists(inner, min_size=2, max_size=3),
            st.integers(1, 4),
            st.booleans(),
        )
        | st.builds(NotNear, inner, inner, st.integers(1, 3))
        | st.lists(inner, min_size=2, max_size=2).map(lambda members: Or(tuple(members)))
    ),
    max_leaves=4,
)


@settings(max_examples=400)
@given(trees, st.lists(terms, max_size=10))
def test_spans_and_what_makes_them_are_all_that_hold(tree: Tree, terms: list[str]) -> None:
    found = spans_of(tree, scene(terms))
    tokens = [(term, position) for position, term in enumerate(terms)]
    expected = ways_to_hold(tree, tokens, {pattern: frozenset("ab")})
    assert {(span.first, span.last) for span in found} == {each[:2] for each in expected}
    assert [span.first for span in found] == sorted(span.first for span in found)
    places = list(places_of(found))
    assert {(place[0], place[3]) for _, place in places} == {
        token for _, _, tokens in expected for token in tokens
    }


def marked(tree: Tree, text: str) -> str:
    """The text's terms, in capitals where they make the tree hold."""
    terms = text.split()
    at = {place[3] for _, place in places_of(spans_of(tree, scene(terms)))}
    return " ".join(term.upper() if position in at else term for position, term in enumerate(terms))


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (word("a b"), "A B x a x b A B"),
        (word("a b", slop=2), "A B x A x B x a x x b"),
        (word("a a"), "A A A x a"),
        (near(word("a"), word("b"), distance=2), "B x A x a x x b"),
        (near(word("a"), word("b"), distance=2, ordered=True), "b x A x B"),
        (near(word("a b"), word("c"), distance=1), "C A B x a b x c"),
        (near(word("a"), word("a"), distance=3), "A x A x x x a"),
        (near(word("a"), word("b"), word("c"), distance=1), "C A B x a b x c"),
        (NotNear(word("a"), word("b"), 1), "a b a x b x A"),
        (NotNear(word("a"), word("a b"), 1), "a b x A"),
        (Or((word("a"), near(word("b"), word("c")))), "A b x B C"),
        (near(Or((word("a"), word("b"))), word("c")), "A C B x b"),
        (And((word("a"), word("b"))), "a b"),
        (word("a", fields=("headline",)), "a b"),
    ],
)
def test_words_are_marked_where_they_make_it_hold(tree: Tree, text: str) -> None:
    assert marked(tree, text.lower()) == text


def test_a_prefix_stands_for_the_terms_that_begin_so() -> None:
    tree = Word(BODY, (Variant(("fo",), is_prefix=True),), "fo")
    assert marked(tree, "fo fog of foo") == "FO FOG of FOO"


def test_an_exact_word_is_where_the_text_has_it_as_typed() -> None:
    tree = Word(BODY, (Variant(("a",)),), "a", exact=True)
    assert marked(tree, "a a b a a") == "A a b a A"
    assert marked(near(tree, word("b")), "a a b a a") == "a a b a a"
    assert marked(near(tree, word("b"), distance=2), "a a b a a") == "A a B a A"


def test_each_place_is_given_once_with_its_word() -> None:
    tree = near(word("a"), word("b"), distance=5)
    found = list(places_of(spans_of(tree, scene(list("abab")))))
    assert sorted(place[3] for _, place in found) == [0, 1, 2, 3]
    assert {leaf for leaf, _ in found} == {word("a"), word("b")}


def test_words_that_stand_thousands_of_times_are_looked_at_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terms = ["a", "b"] * 2_000
    tree = near(word("a"), word("b"), word("a"), distance=999)
    monkeypatch.setattr(spans, "_MAX_PAIRS", 5_000)
    found = spans_of(tree, scene(terms))
    assert 0 < len(found) < 20_000
    assert marked(word("a b"), " ".join(terms)) == " ".join(terms).upper()
