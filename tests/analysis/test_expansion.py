from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchkit.analysis import LANGUAGES
from searchkit.analysis.expansion import MAX_TERM_CHARACTERS, Expander, Expansion
from searchkit.kernels.text import Surfaces

expanders = {language: Expander(language) for language in (*LANGUAGES, "none")}


def written(surface: str, language: str = "en") -> str:
    """An expansion as one would draw it: terms of one position joined by |, then the width."""
    expansion = expanders[language].expand(surface)
    places: list[list[str]] = [[] for _ in range(expansion.width)]
    for part in expansion.parts:
        places[part.offset].append(part.term)
    return " ".join("|".join(place) for place in places)


@pytest.mark.parametrize(
    ("surface", "terms"),
    [
        ("airstrikes", "airstrik"),
        ("turkey's", "turkey"),
        ("turkey’s", "turkey"),
        ("o’brien’s", "o'brien"),
        ("1990s", "1990s"),
        ("1990's", "1990"),
        ("covid-19", "covid|covid19 19"),
        ("covid\u201119’s", "covid|covid19 19"),
        ("f-35", "f|f35 35"),
        ("x-rays", "x|xray ray"),
        ("u.s", "u.s|us"),
        ("a.i.d.s", "a.i.d.s|aid"),
        ("idlib.the", "idlib|idlib.the the"),
        ("ph.d", "ph|ph.d d"),
        ("at&t", "at|at&t t"),
        ("foo_bars", "foo|foo_bars bar"),
        ("#marches", "march|#marches"),
        ("@potus", "potus|@potus"),
        ("@jane_doe", "jane|@jane_doe|jane_doe doe"),
        ("1,000", "1000"),
        ("1,234,567.89", "1234567.89"),
        ("1.000.000", "1000000"),
        ("1,000th", "1000th"),
        ("3.5", "3.5"),
        ("3.5m", "3.5m"),
        ("24.12.2019", "24|24.12.2019 12 2019"),
        ("3,5", "3|3,5 5"),
        ("c++", "c++"),
        ("c#", "c#"),
        ("東京", "東京"),
        ("cafÉ", "cafe"),
    ],
)
def test_the_terms_of_a_surface_by_position(surface: str, terms: str) -> None:
    assert written(surface) == terms


@pytest.mark.parametrize(
    ("language", "surface", "term"),
    [
        ("fr", "l’homme", "homm"),
        ("fr", "d'autres", "autr"),
        ("fr", "qu'il", "il"),
        ("fr", "aujourd'hui", "aujourd'hui"),
        ("it", "dell'arte", "arte"),
        ("ca", "l'home", "home"),
        ("none", "l'homme", "l'homme"),
        ("none", "turkey's", "turkey's"),
        ("de", "hÄuser", "haus"),
    ],
)
def test_the_language_decides_what_a_word_loses(language: str, surface: str, term: str) -> None:
    stemmed = expanders[language].expand(term).parts[0].term
    assert written(surface, language) in (term, stemmed)


@pytest.mark.parametrize(
    ("surface", "meanings"),
    [
        ("airstrikes", ["airstrik"]),
        ("covid-19", ["covid19", "covid 19"]),
        ("e-mail", ["email", "e mail"]),
        ("at&t", ["at&t"]),
        ("u.s", ["u.s"]),
        ("example.com", ["example.com"]),
        ("#metoo", ["#metoo"]),
        ("1,000", ["1000"]),
    ],
)
def test_what_a_surface_means_when_it_is_typed(surface: str, meanings: list[str]) -> None:
    found = expanders["en"].expand(surface).meanings
    assert [" ".join(meaning) for meaning in found] == meanings


def test_parts_stand_for_their_own_characters_and_joined_forms_for_all() -> None:
    surface = "@covid-19"
    parts = expanders["en"].expand(surface).parts
    assert {part.term: surface[part.start : part.end] for part in parts} == {
        "covid": "covid",
        "@covid-19": "@covid-19",
        "covid19": "covid-19",
        "19": "19",
    }


texts = st.text() | st.text(alphabet="abzé東\u0301 s19'’.,&_-\u2010#@+·ﷺ", max_size=12)
long_texts = texts.map(lambda text: "a" * 253 + text)


@example("\u02bc \u02bcs a-\u02bcs ŀ a⒈b.c ⒈", "en")
@given(texts | long_texts, st.sampled_from(sorted(expanders)))
def test_whatever_the_text_the_expansions_of_its_surfaces_are_sound(
    text: str, language: str
) -> None:
    table = Surfaces()
    table.tokenize([text], b"\0")
    for surface in table.surfaces()[1]:
        check(surface, expanders[language].expand(surface))


def check(surface: str, expansion: Expansion) -> None:
    offsets = [part.offset for part in expansion.parts]
    assert offsets == sorted(offsets)
    assert set(offsets) == set(range(expansion.width))
    assert len(expansion.sequence) == expansion.width
    assert len({(part.term, part.offset) for part in expansion.parts}) == len(expansion.parts)
    for part in expansion.parts:
        assert 0 < len(part.term) <= MAX_TERM_CHARACTERS
        assert 0 <= part.start < part.end <= len(surface)
    found = {part.term for part in expansion.parts}
    assert all(found.issuperset(meaning) for meaning in expansion.meanings)
    assert found.issuperset(expansion.sequence)


def test_terms_are_no_longer_than_they_may_be_even_when_folding_lengthens_them() -> None:
    for surface in ("#" + "ﷺ" * 200, "x" * 255, "ﷺ" * 255):
        for part in expanders["en"].expand(surface).parts:
            assert len(part.term) <= MAX_TERM_CHARACTERS
