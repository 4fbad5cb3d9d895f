from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article, Caption
from searchkit.analysis.language_detection import language_of_texts, with_language
from searchkit.analysis.telling_words import TELLING_WORDS
from searchkit.kernels import TELLING_WORD

BODIES = {
    "en": "The ferry struck a sandbank in the fog, and the harbour master said that nobody was "
    "hurt. It will be towed to the yard, where they have been waiting for it since noon.",
    "de": "Die Fähre ist im Nebel auf eine Sandbank gelaufen, und der Hafenmeister sagte, dass "
    "niemand verletzt wurde. Sie wird nicht vor dem Abend in die Werft geschleppt werden.",
    "fr": "Le bac a heurté un banc de sable dans la brume, et le capitaine du port est sur place. "
    "Les passagers ont été conduits à terre avec une vedette, qui est repartie pour le large.",
    "es": "El transbordador chocó con un banco de arena en la niebla y los pasajeros fueron "
    "llevados a tierra. Según el capitán del puerto, la nave fue remolcada cuando subió la marea.",
    "it": "Il traghetto è finito su un banco di sabbia nella nebbia, ma i passeggeri non sono "
    "stati feriti. La nave è stata portata nel porto dalla guardia costiera dopo la mezzanotte.",
    "pt": "A balsa bateu num banco de areia e não havia feridos, disse o capitão do porto. Os "
    "passageiros foram levados para terra em uma lancha, que também já voltou ao mar com ele.",
    "nl": "Het veer is in de mist op een zandbank gelopen, maar de passagiers zijn niet gewond. "
    "Volgens de havenmeester wordt het schip naar de werf gesleept voor het donker wordt.",
    "sv": "Färjan gick på ett sandgrund i dimman, och hamnkaptenen säger att ingen är skadad. "
    "Fartyget ska bogseras till varvet när det är ljust, för att inte hindra trafiken från norr.",
    # Without words that tell.
    "da": "Færgen stødte på en sandbanke i tågen, og havnefogeden siger, at ingen kom til skade. "
    "Skibet bliver slæbt til værftet i aften, og i morgen sejler der en anden færge.",
    "pl": "Prom wszedł w nocy na mieliznę we mgle, ale nikt nie został ranny, jak powiedział "
    "kapitan portu. Statek zostanie odholowany do stoczni, gdy tylko podniesie się woda.",
    "ru": "Паром сел на мель в тумане, но никто не пострадал, сообщил капитан порта. Судно "
    "отбуксируют на верфь вечером.",
    "el": "Το πλοίο προσάραξε μέσα στην ομίχλη, αλλά κανείς δεν τραυματίστηκε, είπε ο λιμενάρχης.",
    "ja": "フェリーは霧の中で砂州に乗り上げたが、けが人はいなかったと港長は語った。"
    "船は夕方に造船所へ曳航される。",
    "he": "המעבורת עלתה על שרטון בערפל, אך איש לא נפגע, אמר מנהל הנמל. הספינה תיגרר למספנה בערב.",
}


def told(body: str, headline: str = "", captions: tuple[str, ...] = ()) -> str:
    return language_of_texts(headline.encode(), body.encode(), captions)


@pytest.mark.parametrize("language", BODIES)
def test_the_language_of_a_text_is_told(language: str) -> None:
    assert told(BODIES[language]) == language


def test_headline_and_captions_tell_where_there_is_no_body() -> None:
    assert told("", headline=BODIES["da"]) == "da"
    assert told("", captions=tuple(BODIES["de"].split(". "))) == "de"
    assert told("", "Nebel", (BODIES["de"],)) == "de"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "Fog", "TOKYO BOND MARKET CLOSES HIGHER", "12.5 17 0.4 " * 50, "\0\x01\x7f"),
        "Herring loss 12.4 vs profit 8.1, revenue 190.3 vs 177.6 mln, coal profit 33.2 vs 31.9",
    ],
)
def test_what_is_too_short_or_mostly_numbers_tells_nothing(text: str) -> None:
    assert told(text) == ""
    assert told("", text) == ""
    assert told("", "", (text,)) == ""


def test_a_few_numbers_among_words_do_not_hide_the_language() -> None:
    assert told("Rates: " + BODIES["da"] + " 1898, 12.40 og 8") == "da"


def test_of_two_languages_in_one_text_none_is_told() -> None:
    assert told("\n".join((BODIES["ru"], BODIES["ja"], BODIES["el"]))) == ""


def test_control_characters_do_no_harm() -> None:
    assert told(BODIES["da"].replace(" ", " \x02\x7f\x85\ufffe", 3)) == "da"


def test_a_text_may_be_cut_anywhere() -> None:
    for size in range(580, 605):
        assert told("x" * (size % 7) + " " + BODIES["ja"] * 8, "é" * (size // 40)) in ("ja", "")


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_text_has_a_code_or_none(headline: str, body: str, captions: list[str]) -> None:
    code = told(body, headline, tuple(captions))
    assert code == "" or code.split("-")[0].isalpha()


def test_an_article_keeps_the_language_that_it_names() -> None:
    article = Article(id="a", body=BODIES["de"], language="Plattdeutsch")
    assert with_language(article) is article


def test_an_article_gets_the_language_of_its_texts() -> None:
    article = Article(body=BODIES["de"], keywords=("Nebel",))
    assert with_language(article) == replace(article, language="de")
    captioned = Article(id="a", captions=(Caption(text=BODIES["es"]),))
    assert with_language(captioned).language == "es"
    unclear = Article(id="a", headline="Fog")
    assert with_language(unclear) is unclear


def test_no_word_tells_two_languages() -> None:
    words = [word for listed in TELLING_WORDS.values() for word in listed.split()]
    assert len(words) == len(set(words)) <= 300
    assert all(len(word.encode()) <= TELLING_WORD and word == word.lower() for word in words)


def test_what_is_clear_needs_no_library() -> None:
    program = (
        "import sys; from searchkit.analysis.language_detection import language_of_texts as told\n"
        f"assert told(b'', {BODIES['en'].encode()!r}) == 'en'; assert 'pycld2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
