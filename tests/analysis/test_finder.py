from __future__ import annotations

import itertools
import random
import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis import LANGUAGES, Finder, Place, analyzer_for, finder
from searchkit.analysis.expansion import Expander
from searchkit.analysis.finder import head_of
from tests.kernels.test_text import texts as odd_texts

WORDS = (
    *(
        "COVID-19",
        "U.S.",
        "Häuser",
        "ferries",
        "ferry’s",
        "O'Brien",
        "1,000",
        "3.5",
        "#MeToo",
        "@x",
    ),
    *("C++", "AT&T", "F-35", "東京都", "l'eau", "qu’un", "École", "naïve", "dying", "die", "lying"),
    *("typing", "aed", "Aerzte", "e-mail", "a.b.c", "ties", "cry", "العربية", "Москва"),
)
texts = odd_texts | st.lists(st.sampled_from(WORDS)).map(" ".join)
languages = st.sampled_from([*LANGUAGES, "none"])


def places(text: str, language: str) -> list[Place]:
    return [tuple(token) for token in analyzer_for(language).tokens(text)]


@given(st.lists(texts, max_size=3), languages, st.data())
def test_the_places_of_terms_are_those_that_the_analyzer_finds(
    texts: list[str], language: str, data: st.DataObject
) -> None:
    expected = [places(text, language) for text in texts]
    known = sorted({place[0] for each in expected for place in each})
    chosen = st.sampled_from(known) if known else st.just("fog")
    terms = data.draw(st.sets(chosen | st.sampled_from(["fog", "x"]), max_size=4))
    prefixes = data.draw(st.sets(chosen.flatmap(lambda term: st.sampled_from([term, term[0]]))))
    prefixes = data.draw(st.sampled_from([set(), prefixes]))
    wanted = [
        [place for place in each if place[0] in terms or place[0].startswith(tuple(prefixes))]
        for each in expected
    ]
    assert Finder(terms, prefixes).find(texts, language) == wanted
    unplaced = Finder(terms, prefixes, positional=False).find(texts, language)
    assert [[place[:3] for place in each] for each in unplaced] == [
        [place[:3] for place in each] for each in wanted
    ]


@pytest.mark.parametrize("language", [*LANGUAGES, "none"])
def test_stems_begin_as_the_words_do(language: str) -> None:
    chosen = random.Random(1)
    letters = string.ascii_lowercase
    words = [
        "".join(word) for size in (1, 2, 3) for word in itertools.product(letters, repeat=size)
    ]
    words += ["".join(chosen.choices(letters, k=4 + index % 6)) for index in range(10_000)]
    words += ["".join(chosen.choices("aeiustnrldmg", k=4 + index % 6)) for index in range(10_000)]
    stems, _ = Expander(language).terms(words)
    heads = {stem: head_of(stem, language) for stem in set(stems)}
    for word, stem in zip(words, stems, strict=True):
        first, seconds = heads[stem]
        second = ord(word[1]) if len(word) > 1 else 0
        assert language in finder.ANY_HEAD or (
            first == ord(word[0]) and seconds >> (second & 31) & 1
        )


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "_MAX_REMEMBERED", 1 << 18)
    ferries = Finder(["ferri"], ["fog"])
    for first in range(0, 40_000, 4_000):
        text = " ".join(f"f{number}" for number in range(first, first + 4_000)) + " ferries foggy"
        assert [place[0] for place in ferries.find([text], "en")[0]] == ["ferri", "foggi"]
        assert finder._Memory.vocabulary.nbytes < 1 << 20


def test_threads_share_what_is_remembered() -> None:
    texts = [f"fog{number} ferries in the fog{number % 7}" for number in range(200)]

    def find(number: int) -> list[str]:
        wanted = Finder([f"fog{number % 7}"], ["ferr"])
        return [place[0] for place in wanted.find([texts[number]], "en")[0]]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(find, range(200)))
    assert found[7:] == [["ferri", f"fog{number % 7}"] for number in range(7, 200)]
