from __future__ import annotations

import pytest

from searchkit.analysis import variants_of


def written(text: str, *languages: str) -> list[str]:
    variants = variants_of(text, languages or ("en",))
    return [" ".join(variant.terms) + "*" * variant.is_prefix for variant in variants]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("airstrikes", ["airstrik"]),
        ("F-35", ["f35", "f 35"]),
        ("AT&T", ["at&t"]),
        ("U.S.", ["u.s"]),
        ("well-known", ["well known"]),
        ("COVID-19/H1N1", ["covid 19 h1n1"]),
        ("AT&T stadium", ["at t stadium"]),
        ("U.S. troops", ["u.s troop"]),
        ("#MeToo movement", ["#metoo movement"]),
        ("東", ["東*"]),
        ("東京", ["東京"]),
        ("東京都", ["東京 京都"]),
        ("東京 tower", ["東京 京 tower"]),
        ("tower 東京", ["tower 東京"]),
        ("&", []),
        ("", []),
    ],
)
def test_what_is_typed_stands_for_phrases(typed: str, meant: list[str]) -> None:
    assert written(typed) == meant


def test_each_language_of_the_index_has_its_say_once() -> None:
    assert written("Häuser", "en", "de", "none") == ["hauser", "haus"]
    assert written("l'homme", "en", "fr") == ["l'homm", "homm"]
    assert written("fog", "en", "de", "fr") == ["fog"]
