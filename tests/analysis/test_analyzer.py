from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import LanguageError
from searchkit.analysis import LANGUAGES, analyzer_for, fold, language_code
from searchkit.analysis.analyzer import MAX_TERM_CHARACTERS

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
    "word", ["U.S.", "AT&T", "R&D", "C++", "C#", "1,000", "3.5", "O'Brien", "e.g.", "don't"]
)
def test_news_tokens_are_one_word(word: str) -> None:
    assert len(english.terms(word)) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("C++", "C"), ("U.S.", "u"), ("R&D", "R"), ("3.5", "35"), ("1,000", "1")]
)
def test_news_tokens_are_not_confused_with_their_parts(one: str, other: str) -> None:
    assert english.terms(one) != english.terms(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Idlib.The next", 3),
        ("F-35 jets", 3),
        ("@handle #tag", 2),
        ("_emphasis_", 1),
        ("well—known", 2),
        ("東京都", 3),
        ("", 0),
        ("— & …", 0),
        ("'quoted'", 1),
    ],
)
def test_the_number_of_words(text: str, words: int) -> None:
    assert len(english.terms(text)) == words


def test_the_language_decides_about_stems() -> None:
    assert same("Häuser", "Haus", "de")
    assert same("l’armée", "armée", "fr")
    assert same("lluvias", "lluvia", "es")
    assert not same("airstrike", "airstrikes", "none")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_stems(language: str) -> None:
    assert analyzer_for(language).terms("Skarholm 1978") != []


@pytest.mark.parametrize(
    ("name", "code"), [("German", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("EN", "en")]
)
def test_languages_go_by_code_locale_or_name(name: str, code: str) -> None:
    assert language_code(name) == code


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LanguageError, match="en \\(english\\)"):
        language_code("klingon")


@given(st.text())
def test_tokens_are_the_terms_with_their_places_in_order(text: str) -> None:
    tokens = list(english.tokens(text))
    assert [token.term for token in tokens] == english.terms(text)
    assert all(token.term for token in tokens)
    position = 0
    for token in tokens:
        assert position <= token.start < token.end <= len(text)
        assert english.terms(text[token.start : token.end])[0] == token.term or len(text) > 1
        position = token.end


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    covered = set()
    for token in english.tokens(text):
        covered.update(range(token.start, token.end))
    assert covered == set(range(len(text)))


@given(st.text())
def test_folding_is_idempotent_and_blind_to_composition(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_a_word_of_a_megabyte_is_cut() -> None:
    (term,) = english.terms("x" * 1_000_000)
    assert len(term) <= MAX_TERM_CHARACTERS


def test_threads_share_an_analyzer() -> None:
    words = [f"running{number}s walkings" for number in range(2_000)]
    expected = [analyzer_for("en").terms(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(type(english)("en").terms, words)) == expected
