from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import LanguageError
from searchkit.analysis import LANGUAGES, analyzer_for, language_code, language_of
from searchkit.analysis.expansion import MAX_TERM_CHARACTERS

english = analyzer_for("en")


def same(one: str, other: str, language: str = "en") -> bool:
    return analyzer_for(language).terms(one) == analyzer_for(language).terms(other) != []


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("erdogan", "Erdoğan"),
        ("cafe", "Café"),
        ("cafe", "cafe\u0301"),
        ("o'brien", "O’Brien"),
        ("turkey", "Turkey’s"),
        ("airstrike", "airstrikes"),
        ("strasse", "STRAẞE"),
        ("lodz", "Łódź"),
        ("fire", "\ufb01re"),
        ("istanbul", "İstanbul"),
        ("soft", "so\u00adft"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_words_are_found_as_people_type_them(typed: str, printed: str) -> None:
    assert same(typed, printed)


@pytest.mark.parametrize(
    ("one", "other"), [("C++", "C"), ("C#", "C"), ("3.5", "35"), ("1,000", "1")]
)
def test_news_tokens_are_not_confused_with_their_parts(one: str, other: str) -> None:
    assert english.terms(one) != english.terms(other)


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("Idlib.The next", 3),
        ("F-35 jets", 3),
        ("U.S. jets", 2),
        ("@handle #tag", 2),
        ("_emphasis_", 1),
        ("well—known", 2),
        ("東京都", 3),
        ("'quoted'", 1),
    ],
)
def test_how_many_positions_a_text_takes(text: str, positions: int) -> None:
    places = [token.position for token in english.tokens(text)]
    assert sorted(set(places)) == list(range(positions))
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["", "— & …"])
def test_a_text_without_words_has_no_terms(text: str) -> None:
    assert english.terms(text) == []


def test_parts_have_their_own_characters_and_joined_forms_all() -> None:
    text = "😀 COVID-19’s @Jane_Doe"
    assert [(token.term, text[token.start : token.end]) for token in english.tokens(text)] == [
        ("covid", "COVID"),
        ("covid19", "COVID-19’s"),
        ("19", "19’s"),
        ("jane", "Jane"),
        ("@jane_doe", "@Jane_Doe"),
        ("jane_doe", "Jane_Doe"),
        ("doe", "Doe"),
    ]


def test_the_language_decides_about_stems() -> None:
    assert same("Häuser", "Haus", "de")
    assert same("l’armée", "armée", "fr")
    assert same("lluvias", "lluvia", "es")
    assert not same("airstrike", "airstrikes", "none")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_stems(language: str) -> None:
    assert analyzer_for(language).terms("Skarholm 1978") != []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("German", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("EN", "en"), (" en_US.UTF ", "en")),
        *(("deu", "de"), ("ger", "de"), ("fre-CA", "fr"), ("English (US)", "en"), ("nb", "no")),
        ("None", "none"),
    ],
)
def test_languages_go_by_code_locale_or_name(name: str, code: str) -> None:
    assert language_code(name) == code


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LanguageError, match="en \\(english\\)"):
        language_code("klingon")


@pytest.mark.parametrize("name", ["", "-", "de-", "x-de", "germ", "nones", "12", "日本語"])
def test_what_is_no_language_with_a_stemmer_leaves_the_default(name: str) -> None:
    assert language_of(name, "fr") == ("de" if name == "de-" else "fr")


@given(st.text())
def test_tokens_stand_in_the_order_of_the_text(text: str) -> None:
    tokens = list(english.tokens(text))
    assert [token.term for token in tokens] == english.terms(text)
    assert all(token.term for token in tokens)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    first: dict[int, int] = {}
    for token in tokens:
        first.setdefault(token.position, token.start)
    assert list(first) == list(range(len(first)))
    assert list(first.values()) == sorted(first.values())


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    covered: set[int] = set()
    for token in english.tokens(text):
        covered.update(range(token.start, token.end))
    assert covered == set(range(len(text)))


@pytest.mark.parametrize(
    ("name", "default", "code"),
    [
        ("de", "en", "de"),
        ("de-AT", "en", "de"),
        ("English", "de", "en"),
        ("", "en", "en"),
        ("klingon", "en", "en"),
        ("de", "none", "none"),
    ],
)
def test_an_article_is_analysed_in_its_language_where_that_has_a_stemmer(
    name: str, default: str, code: str
) -> None:
    assert language_of(name, default) == code


def test_what_is_no_text_in_any_encoding_is_no_word() -> None:
    assert english.terms("fog\ud800bank") == ["fog", "bank"]


def test_a_word_of_a_megabyte_is_cut() -> None:
    (term,) = english.terms("x" * 1_000_000)
    assert len(term) <= MAX_TERM_CHARACTERS


def test_threads_share_an_analyzer() -> None:
    words = [f"running{number}s walkings" for number in range(2_000)]
    expected = [analyzer_for("en").terms(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(type(english)("en").terms, words)) == expected
