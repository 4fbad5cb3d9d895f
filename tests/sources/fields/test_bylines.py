"""Bylines, agency lines and credits give the names that are in them."""

from __future__ import annotations

import pytest

from searchkit.sources.fields.bylines import (
    is_agency,
    labelled_names,
    looks_like_names,
    split_agencies,
    split_byline,
    unlabelled_names,
)
from searchkit.sources.fields.credits import split_credit


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Jane Doe", ["Jane Doe"]),
        ("By Jane Doe", ["Jane Doe"]),
        ("by: Jane Doe", ["Jane Doe"]),
        ("By Jane Doe and John Roe", ["Jane Doe", "John Roe"]),
        ("BY JANE DOE AND JOHN ROE", ["JANE DOE", "JOHN ROE"]),
        ("Ann Lee, Bo Ek and Cy Oz", ["Ann Lee", "Bo Ek", "Cy Oz"]),
        ("Ann Lee, Bo Ek, and Cy Oz", ["Ann Lee", "Bo Ek", "Cy Oz"]),
        ("Anna Weiß und Jörg Böök", ["Anna Weiß", "Jörg Böök"]),
        ("Von Anna Weiß", ["Anna Weiß"]),
        ("Von Trapp", ["Von Trapp"]),
        ("Par Zoé Léger et Luc Roux", ["Zoé Léger", "Luc Roux"]),
        ("Ana Gil y Luis Paz", ["Ana Gil", "Luis Paz"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Ann Lee & Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Doe, Jane", ["Doe, Jane"]),
        ("Doe, Jane; Roe, John", ["Doe, Jane", "Roe, John"]),
        ("Ann Lee, Jr., Bo Ek, PhD", ["Ann Lee, Jr.", "Bo Ek, PhD"]),
        ("Ann Lee | Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Ann Lee / Bo Ek", ["Ann Lee", "Bo Ek"]),
        ('"Ann Lee", Bo Ek', ["Ann Lee", "Bo Ek"]),
        ("Ann  Lee,\n Ann Lee", ["Ann Lee"]),
        ("", []),
        (" , and ", ["and"]),
    ],
)
def test_a_byline_is_split_into_its_authors(text: str, authors: list[str]) -> None:
    assert list(split_byline(text).authors) == authors


def test_agencies_in_a_byline_are_no_authors() -> None:
    byline = split_byline("By Jane Doe, Reuters and dpa")
    assert byline.authors == ("Jane Doe",)
    assert byline.agencies == ("Reuters", "dpa")
    assert split_byline("Doe, AP").agencies == ("AP",)


@pytest.mark.parametrize(
    "text", ["AP, Reuters", "AP/Reuters", "AP und Reuters", "AP; Reuters", "AP et Reuters"]
)
def test_lists_of_agencies_are_split(text: str) -> None:
    assert split_agencies(text) == ("AP", "Reuters")


@pytest.mark.parametrize("name", ["AP", "dpa", "Agence France-Presse", "the Associated Press"])
def test_news_agencies_are_known_however_they_are_written(name: str) -> None:
    assert is_agency(name)
    assert not is_agency("Harbour Post")


@pytest.mark.parametrize(
    "line",
    [
        "Author: Ann Lee",
        "Authors: Ann Lee",
        "AUTHOR : Ann Lee",
        "By: Ann Lee",
        "Written by: Ann Lee",
        "Autor: Ann Lee",
        "Autorin: Ann Lee",
        "Autoren: Ann Lee",
        "Auteur: Ann Lee",
        "Auteurs : Ann Lee",
        "Autrice: Ann Lee",
        "Autora: Ann Lee",
        "Autore: Ann Lee",
        "Redacción: Ann Lee",
        "Redaktion: Ann Lee",
    ],
)
def test_author_lines_are_known_by_their_label(line: str) -> None:
    assert labelled_names(line) == "Ann Lee"


@pytest.mark.parametrize(
    "line",
    [
        "Ann Lee",
        "The author: Ann Lee",
        "By: the time the fire brigade came it was too late",
        "Author: " + "Ann Lee, " * 40,
        "Author:",
    ],
)
def test_other_lines_are_no_author_lines(line: str) -> None:
    assert labelled_names(line) is None


def test_a_line_that_begins_with_by_is_a_byline_when_only_names_follow() -> None:
    assert unlabelled_names("By Ann Lee and Bo van der Ek") == "Ann Lee and Bo van der Ek"
    assert unlabelled_names("By Monday the fog had gone") is None
    assert unlabelled_names("By Ann") is None


def test_names_are_capitalised_words() -> None:
    assert looks_like_names("Valéry Giscard d’Estaing")
    assert looks_like_names("Museum of the Sea")
    assert not looks_like_names("see above")
    assert not looks_like_names("Reuters")


CAPTION = "A ferry leaves the harbour at dusk"


@pytest.mark.parametrize(
    "credit",
    [
        "picture-alliance/AP Photo/G. Alsayed",
        "Reuters/H. McKay",
        "AFP/Getty Images",
        "Getty Images",
        "imago/ZUMA Press",
        "Photo: Ann Lee",
        "photo by Ann Lee",
        "Foto: Jörg Böök (Archiv)",
        "© Ann Lee",
        "Harbour Post/Ann Lee",
        "Lee/Harbour Post",
        "Courtesy of the Museum",
        "Ann Lee, AP",
        "Jim Ott/Pool via AP",
    ],
)
@pytest.mark.parametrize("follows", [True, False])
def test_a_credit_is_parted_from_its_caption(credit: str, follows: bool) -> None:
    found = split_credit(f"{CAPTION} ({credit})", follows_standfirst=follows)
    assert found == (CAPTION, credit)


@pytest.mark.parametrize("credit", ["Reuters", "dpa", "The Associated Press"])
def test_an_agency_alone_is_a_credit_unless_a_sentence_ends_before_it(credit: str) -> None:
    assert split_credit(f"{CAPTION} ({credit})", follows_standfirst=False) == (CAPTION, credit)
    sentence = f"“It was late,” the captain said. ({credit})"
    assert split_credit(sentence, follows_standfirst=True) is None


def test_a_name_alone_is_a_credit_only_where_the_picture_stands() -> None:
    paragraph = f"{CAPTION} (Wendshire Sailing Society)"
    assert split_credit(paragraph, follows_standfirst=True) is not None
    assert split_credit(paragraph, follows_standfirst=False) is None


@pytest.mark.parametrize(
    "paragraph",
    [
        f"{CAPTION} (see above)",
        f"{CAPTION} (see picture on page 3)",
        f"{CAPTION} (pictured)",
        f"{CAPTION} (links im Bild)",
        f"{CAPTION} (and/or later)",
        f"{CAPTION} (90 km/h)",
        f"{CAPTION} (after extra time)",
        f"{CAPTION} (Reuters).",
        f"{CAPTION} (Reuters) yesterday",
        f"{CAPTION}",
        "(Reuters)",
        f"{CAPTION} ()",
        f"{CAPTION} Reuters)",
        f"The minister said so in parliament. {CAPTION}. (dpa/AFP)",
        "Sentence after sentence. " * 40 + f"{CAPTION} (Harbour Post/Ann Lee)",
        "",
        ")",
    ],
)
def test_other_parentheses_are_left_in_the_text(paragraph: str) -> None:
    assert split_credit(paragraph, follows_standfirst=True) is None
