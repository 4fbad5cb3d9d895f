from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article, Fragment, Index, harmless
from searchkit.analysis import Phrase, Targets, analyzer_for
from searchkit.highlight import highlight_article
from tests.conftest import captions

english = analyzer_for("en")
FILLER = "Nothing else of note took place on the quay that week. "


def highlights(article: Article, *terms: str, phrase: tuple[str, ...] = ()) -> dict[str, list[str]]:
    phrases = (Phrase(phrase),) if phrase else ()
    wanted = Targets(frozenset(english.terms(" ".join(terms))), phrases=phrases)
    found = highlight_article(
        article, dict.fromkeys(("headline", "body", "captions"), wanted), "en"
    )
    return {name: [each.plain("[", "]") for each in found[name]] for name in found}


def test_every_match_in_a_short_text_is_marked() -> None:
    article = Article(headline="Fog and ferries", body="A ferry in fog; FOG, the Ferry’s bane.")
    assert highlights(article, "fog", "ferry") == {
        "headline": ["[Fog] and [ferries]"],
        "body": ["A [ferry] in [fog]; [FOG], the [Ferry’s] bane."],
        "captions": [],
    }


def test_a_phrase_is_marked_only_where_it_stands() -> None:
    article = Article(body="harbour fire, then fire in the harbour, and a harbour fire again")
    assert highlights(article, phrase=("harbour", "fire"))["body"] == [
        "[harbour] [fire], then fire in the harbour, and a [harbour] [fire] again"
    ]


def test_the_captions_that_match_are_given_whole_with_their_number() -> None:
    article = Article(captions=captions("A quay", FILLER * 20 + "fog", "Fog"))
    wanted = Targets(frozenset({"fog"}))
    found = highlight_article(article, {"captions": wanted}, "en")["captions"]
    assert [(each.caption, each.text) for each in found] == [
        (1, article.captions[1].text),
        (2, "Fog"),
    ]


def test_the_best_fragments_show_all_terms_in_the_order_of_the_text() -> None:
    body = FILLER * 9 + "A ferry here. " + FILLER * 9 + "A ferry in fog. " + FILLER * 9 + "A storm."
    fragments = highlights(Article(body=body), "ferry", "fog", "storm")["body"]
    assert len(fragments) == 3
    assert "[ferry] here" in fragments[0]
    assert "[ferry] in [fog]" in fragments[1]
    assert "[storm]." in fragments[2]


def test_a_match_at_the_end_of_three_megabytes_is_found() -> None:
    body = FILLER * (3_000_000 // len(FILLER)) + "And then the fog lifted."
    (fragment,) = highlights(Article(body=body), "fog")["body"]
    assert fragment.startswith("… ")
    assert fragment.endswith("And then the [fog] lifted.")


words = st.sampled_from(["fog", "ferry", "storm", "quay", "<b>", "a" * 300, "\n\n", "“x”"])


@given(st.lists(words, max_size=200).map(" ".join))
def test_fragments_are_stretches_of_the_text_that_do_not_overlap(body: str) -> None:
    wanted = Targets(frozenset({"fog", "ferri"}), phrases=(Phrase(("storm", "quay")),))
    found = highlight_article(Article(body=body), {"body": wanted}, "en")["body"]
    matches = wanted.find(english.tokens(body))
    assert bool(found) == bool(matches)
    position = 0
    for fragment in found:
        place = body.find(fragment.text, position)
        assert place >= 0
        assert fragment.before == (place > 0) or body[:place].strip() == ""
        position = place + len(fragment.text)
        assert fragment.spans
        # Every match that shows is marked, as far as it shows.
        assert list(fragment.spans) == [
            (max(match.start, place) - place, min(match.end, position) - place)
            for match in matches
            if match.start < position and match.end > place
        ]


@given(st.text())
def test_html_escapes_everything_but_its_own_marks(text: str) -> None:
    fragment = Fragment(text, ((0, len(text)),) if text else ())
    markup = fragment.html()
    assert not re.search("[<>\"']", re.sub("</?mark>", "", markup))
    assert html.unescape(re.sub("</?mark>", "", markup)) == html.unescape(html.escape(text))


def test_html_marks_with_another_tag_on_request() -> None:
    assert Fragment('a "b" & c', ((2, 5),)).html("em") == "a <em>&quot;b&quot;</em> &amp; c"


@pytest.mark.parametrize(
    "attack",
    ["\x1b[2J", "\x9b31m", "\u202eevil", "\x07", "\r", "\x00", "\u2066x", "\u200e", "\x7f"],
)
def test_nothing_in_a_text_commands_the_terminal(attack: str) -> None:
    shown = Fragment(f"fog {attack} fog", ((0, 3),)).ansi()
    assert shown.startswith("\x1b[1mfog\x1b[0m ")
    rest = shown.removeprefix("\x1b[1mfog\x1b[0m")
    assert all(char.isprintable() or char == " " for char in rest)


@given(st.text())
def test_harmless_text_keeps_its_length_and_its_printable_characters(text: str) -> None:
    safe = harmless(text)
    assert len(safe) == len(text)
    assert all(a == b for a, b in zip(text, safe, strict=True) if a.isprintable())
    assert harmless(safe) == safe


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
