from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import Article, Index
from searchkit.analysis import LANGUAGES, analyzer_for, variants_of
from searchkit.highlight import Highlighter
from searchkit.query.tree import (
    And,
    AtLeast,
    Everything,
    Near,
    Not,
    NotNear,
    Or,
    Pattern,
    Some,
    Tree,
    Value,
    Word,
)
from searchkit.record import Texts, decode_texts, encode_article
from searchkit.schema import TEXT_FIELDS
from tests.conftest import captions
from tests.query.ways import ways_to_hold

FILLER = "Nothing else of note took place on the quay that week. "


def texts_of(article: Article) -> Texts:
    return decode_texts(encode_article(article))


def word(typed: str, *fields: str, language: str = "en", slop: int = 1) -> Word:
    return Word(fields or TEXT_FIELDS, tuple(variants_of(typed, [language])), typed, slop)


def marked(
    article: Article, tree: Tree, terms: frozenset[str] = frozenset()
) -> dict[str, list[str]]:
    """The fragments of each field; `terms` are those of every pattern."""
    patterns = dict.fromkeys([PREFIX], terms)
    found = Highlighter(tree, patterns, "en").highlight(texts_of(article))
    return {name: [each.plain("[", "]") for each in found[name]] for name in found}


PREFIX = Pattern(TEXT_FIELDS, "prefix", "visib", 0, (), "visib*")


def test_every_match_in_a_short_text_is_marked() -> None:
    article = Article(headline="Fog and ferries", body="A ferry in fog; FOG, the Ferry’s bane.")
    assert marked(article, And((word("fog"), word("ferry")))) == {
        "headline": ["[Fog] and [ferries]"],
        "body": ["A [ferry] in [fog]; [FOG], the [Ferry’s] bane."],
        "captions": [],
    }


@pytest.mark.parametrize(
    ("tree", "body"),
    [
        (word("harbour fire"), "[harbour] [fire], then fire in the harbour, a [harbour] [fire]"),
        (
            Near((word("fire"), word("harbour")), 1, False, TEXT_FIELDS),
            "[harbour] [fire], then fire in the harbour, a [harbour] [fire]",
        ),
        (
            Near((word("fire"), word("harbour")), 3, True, TEXT_FIELDS),
            "harbour fire, then [fire] in the [harbour], a harbour fire",
        ),
        (
            NotNear(word("harbour"), word("fire"), 2),
            "harbour fire, then fire in the [harbour], a harbour fire",
        ),
        (
            NotNear(word("harbour"), word("fire"), 3),
            "harbour fire, then fire in the harbour, a harbour fire",
        ),
        (
            Some((word("harbour"), Not(word("fire"))), 1),
            "[harbour] fire, then fire in the [harbour], a [harbour] fire",
        ),
        (
            AtLeast(word("harbour"), 2),
            "[harbour] fire, then fire in the [harbour], a [harbour] fire",
        ),
        (
            Or((word("harbour fire"), word("then"))),
            "[harbour] [fire], [then] fire in the harbour, a [harbour] [fire]",
        ),
    ],
)
def test_words_are_marked_where_the_query_holds(tree: Tree, body: str) -> None:
    article = Article(body=body.replace("[", "").replace("]", ""))
    expected = [body] if "[" in body else []
    assert marked(article, tree)["body"] == expected


def test_conditions_and_what_is_not_wanted_mark_nothing(ferry: Article) -> None:
    for tree in (Everything(), Value("section", "news"), Not(word("ferry"))):
        assert marked(ferry, tree) == {"headline": [], "body": [], "captions": []}


def test_a_pattern_marks_the_terms_that_it_stands_for() -> None:
    article = Article(body="Nobody visits; nothing visible, no vision.")
    assert marked(article, PREFIX, frozenset({"visibl"}))["body"] == [
        "Nobody visits; nothing [visible], no vision."
    ]


def test_a_prefix_stands_for_all_that_begins_so() -> None:
    article = Article(body="東京都と京都")
    assert marked(article, word("京"))["body"] == ["東[京都]と[京都]"]


def test_words_that_overlap_are_marked_as_one() -> None:
    article = Article(body="The COVID-19 wards; 19 wards of Covid")
    tree = Or((word("COVID-19"), word("19 wards"), word("covid")))
    assert marked(article, tree)["body"] == ["The [COVID-19] [wards]; [19] [wards] of [Covid]"]


def test_the_captions_that_match_are_given_whole_with_their_number() -> None:
    article = Article(captions=captions("A quay", FILLER * 20 + "fog", "Fog"))
    found = Highlighter(word("fog", "captions"), {}, "en").highlight(texts_of(article))["captions"]
    assert [(each.caption, each.text) for each in found] == [
        (1, article.captions[1].text),
        (2, "Fog"),
    ]


def test_a_phrase_does_not_reach_from_one_text_into_the_next() -> None:
    article = Article(headline="harbour", body="fire", captions=captions("harbour", "fire"))
    assert not any(marked(article, word("harbour fire")).values())


def test_articles_are_read_in_their_own_language() -> None:
    german = Article(body="Die Häuser der Stadt", language="de")
    highlighter = Highlighter(word("Haus", language="de"), {}, "en")
    assert (
        highlighter.highlight(texts_of(german))["body"][0].plain("[", "]")
        == "Die [Häuser] der Stadt"
    )
    assert not highlighter.highlight(texts_of(Article(body="Häuser")))["body"]


PIECES = (
    *("fog", "ferry", "ferries", "Ferry’s", "don't", "COVID-19", "covid", "19", "U.S.", "us", "@x"),
    *("e-mail", "AT&T", "1,000", "#fog", "the", "a", "École", "l'eau", "東京都", "京", "한국어"),
    *("ไทย", "مدينة", "naïve", "a.b.c", "F-35", ".", ","),
)
texts = st.lists(st.sampled_from(PIECES), max_size=15).map(" ".join) | st.text(max_size=12)
phrases = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join)


trees = st.recursive(
    st.builds(lambda typed, slop: Word(TEXT_FIELDS, (), typed, slop), phrases, st.integers(1, 2)),
    lambda inner: (
        st.builds(
            lambda members, distance, ordered: Near(members, distance, ordered, TEXT_FIELDS),
            st.tuples(inner, inner),
            st.integers(1, 5),
            st.booleans(),
        )
        | st.builds(NotNear, inner, inner, st.integers(1, 3))
        | st.tuples(inner, inner).map(Or)
    ),
    max_leaves=3,
)


def spoken(tree: Tree, language: str) -> Tree:
    """The tree with what its words stand for in a language."""
    match tree:
        case Word():
            return word(tree.typed, language=language, slop=tree.slop)
        case Near() | Or():
            return replace(tree, members=tuple(spoken(each, language) for each in tree.members))
        case NotNear():
            return NotNear(
                spoken(tree.wanted, language), spoken(tree.unwanted, language), tree.distance
            )
        case _:
            raise AssertionError(tree)


@settings(max_examples=400)
@given(st.sampled_from([*LANGUAGES, "none"]), texts, trees)
def test_what_is_marked_is_what_the_analyzer_and_the_tree_say(
    language: str, text: str, tree: Tree
) -> None:
    tree = spoken(tree, language)
    tokens = list(analyzer_for(language).tokens(text))
    ways = ways_to_hold(tree, [(token.term, token.position) for token in tokens], {})
    holding = {each for _, _, terms in ways for each in terms}
    characters = {
        place
        for token in tokens
        if (token.term, token.position) in holding
        for place in range(token.start, token.end)
    }
    found = Highlighter(tree, {}, language).highlight(texts_of(Article(headline=text)))["headline"]
    shown = {place for each in found for span in each.spans for place in range(*span)}
    assert shown == characters
    assert all(each.text == text for each in found)


def test_ten_thousand_matches_give_three_fragments() -> None:
    body = (FILLER * 2 + "Fog. ") * 10_000
    near = Near((word("quay"), word("week")), 3, True, TEXT_FIELDS)
    fragments = marked(Article(body=body), Or((word("fog"), word("note took"), near)))["body"]
    assert len(fragments) == 3
    for fragment in fragments:
        assert "[Fog]" in fragment
        assert "[note] [took] place on the [quay] that [week]" in fragment


def test_the_rarer_words_are_shown_first_if_their_weights_are_known() -> None:
    names = ["ferry", "storm", "fog", "tug", "fog"]
    body = (FILLER * 9).join(f"A {name}. " for name in names)
    words = tuple(word(name) for name in names[:4])
    weights = dict(zip(words, (0.5, 4.0, 3.0, 1.0), strict=True))
    found = Highlighter(Or(words), {}, "en", weights).highlight(texts_of(Article(body=body)))[
        "body"
    ]
    shown = [each.text[slice(*span)] for each in found for span in each.spans]
    assert shown == ["storm", "fog", "tug"]


def test_of_four_words_a_hit_shows_the_three_that_are_rare_in_the_archive(
    fresh_index: Index,
) -> None:
    names = ["ferry", "storm", "fog", "tug"]
    body = (FILLER * 9).join(f"A {name}. " for name in names)
    common = [Article(id=f"{number}", body="A storm.") for number in range(20)]
    fresh_index.add([Article(id="all", body=body), *common])
    (hit,) = fresh_index.search("ferry storm fog tug")
    spans = [each.text[slice(*span)] for each in hit.highlights["body"] for span in each.spans]
    assert spans == ["ferry", "fog", "tug"]


def test_hits_carry_the_marks_of_the_query(fresh_index: Index, ferry: Article) -> None:
    fresh_index.add(ferry)
    (hit,) = fresh_index.search('ferries "nobody was hurt" visib* -iceberg')
    marked = {
        name: [each.plain("[", "]") for each in hit.highlights[name]] for name in hit.highlights
    }
    assert marked == {
        "headline": ["Night [ferry] runs aground off Skarholm"],
        "body": [
            (
                "The [ferry] struck a sandbank in fog.\n\n"
                "[Nobody] [was] [hurt], the harbour master said."
            ),
        ],
        "captions": [
            "Tugs beside the [ferry]\nHarbour Post/J. Iversen",
            (
                "The night of the [ferry]\nFog over the sound\n[Visibility] was thirty metres.\n"
                "A grey sea without a horizon"
            ),
        ],
    }


def test_a_word_wanted_in_one_field_is_marked_there_only(
    fresh_index: Index, ferry: Article
) -> None:
    fresh_index.add(ferry)
    (hit,) = fresh_index.search("headline:ferry")
    assert hit.highlights["headline"]
    assert not hit.highlights["body"]
    assert not hit.highlights["captions"]
