"""Words of news as people type them, found where they are printed, and marked there."""

from __future__ import annotations

import pytest

from searchkit import Article, Index

PRINTED = {
    "abbreviations": "The U.S. Treasury, the N.A.T.O. council and, e.g., John F. Kennedy Jr.",
    "companies": "AT&T’s R&D spending; Q&A with Procter & Gamble",
    "languages": "Written in C++ and C#, not in C.",
    "jets": "Two F-35s and one F-35 flew over; a Su\u201127 followed.",
    "virus": "COVID-19-related deaths since the mid-1990s",
    "mail": "Send an e-mail with X-ray pictures to ida@post.example.com",
    "numbers": "It cost 1,000 dollars, 3.5 percent of 2,500,000, on 24.12.2019.",
    "names": "Erdoğan met O’Brien at a café; Turkey’s ministers stayed away",
    "social": "#MeToo said @jane_doe, the well-known critic",
    "tokyo": "東京都の新しい地下鉄",
    "seoul": "서울특별시 소식",
    "thai": "รถไฟใต้ดินกรุงเทพ",
    "french": "L’homme d’affaires aujourd’hui",
}


@pytest.fixture
def archive(fresh_index: Index) -> Index:
    fresh_index.add(Article(id=key, body=text) for key, text in PRINTED.items())
    return fresh_index


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("U.S.", "abbreviations"),
        ("US", "abbreviations"),
        ("us treasury", "abbreviations"),
        ('"U.S. treasury"', "abbreviations"),
        ('"us treasury"', "abbreviations"),
        ("NATO", "abbreviations"),
        ("AT&T", "companies"),
        ("at&t's", "companies"),
        ('"AT&T R&D spending"', "companies"),
        ("R&D -ferry", "companies"),
        ('"procter gamble"', "companies"),
        ("Procter & Gamble", "companies"),
        ("C++", "languages"),
        ("+C++", "languages"),
        ("c#", "languages"),
        ("F-35", "jets"),
        ("f35", "jets"),
        ('"F-35 flew"', "jets"),
        ("Su-27", "jets"),
        ("35", "jets"),
        ("COVID-19", "virus"),
        ("covid19", "virus"),
        ("covid", "virus"),
        ('"covid 19 related"', "virus"),
        ('"COVID-19-related"', "virus"),
        ("covid-19-related", "virus"),
        ("covid*", "virus"),
        ("covid-1*", "virus"),
        ("e-ma*", "mail"),
        ("well-known*", "social"),
        ("東京都の*", "tokyo"),
        ("1990s", "virus"),
        ("e-mail", "mail"),
        ("email", "mail"),
        ("e-mails", "mail"),
        ("x-rays", "mail"),
        ("xray", "mail"),
        ("post.example.com", "mail"),
        ("example", "mail"),
        ("ida@post.example.com", "mail"),
        ("1,000", "numbers"),
        ("1000", "numbers"),
        ("3.5", "numbers"),
        ("2500000", "numbers"),
        ("24.12.2019", "numbers"),
        ("2019", "numbers"),
        ("erdogan", "names"),
        ("Erdog\u0306an", "names"),
        ("O'Brien", "names"),
        ("cafe", "names"),
        ("turkey", "names"),
        ("#MeToo", "social"),
        ("metoo", "social"),
        ("@jane_doe", "social"),
        ("@Jane_Doe -@john", "social"),
        ("jane_doe", "social"),
        ("doe", "social"),
        ("well-known", "social"),
        ("東京", "tokyo"),
        ("京都", "tokyo"),
        ("京", "tokyo"),
        ("鉄", "tokyo"),
        ("地下鉄", "tokyo"),
        ('"新しい 地下鉄"', ""),
        ("서울", "seoul"),
        ("특별", "seoul"),
        ("소식", "seoul"),
        ("ใต้ดิน", "thai"),
        ("กรุงเทพ", "thai"),
        ("aujourd'hui", "french"),
        ("F-36", ""),
        ("COVID-20", ""),
        ("example.org", ""),
        ("#covid", ""),
        ("@metoo", ""),
        ("A&T", ""),
        ("100", ""),
        ("上海", ""),
        ("京東", ""),
    ],
)
def test_news_words_are_found_as_they_are_typed(archive: Index, query: str, found: str) -> None:
    assert {hit.article.id for hit in archive.search(query)} == ({found} if found else set())


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("covid", "[COVID]-19-related deaths since the mid-1990s"),
        ("COVID-19", "[COVID-19]-related deaths since the mid-1990s"),
        ('"19 related"', "COVID-[19]-[related] deaths since the mid-1990s"),
        ("metoo", "#[MeToo] said @jane_doe, the well-known critic"),
        ("#metoo", "[#MeToo] said @jane_doe, the well-known critic"),
        ("well-known doe", "#MeToo said @jane_[doe], the [well]-[known] critic"),
        ("京都", "東[京都]の新しい地下鉄"),
        ("地下鉄", "東京都の新しい[地下鉄]"),
        ("turkey", "Erdoğan met O’Brien at a café; [Turkey’s] ministers stayed away"),
    ],
)
def test_what_was_typed_is_marked_where_it_is_printed(
    archive: Index, query: str, marked: str
) -> None:
    (hit,) = archive.search(query)
    assert [fragment.plain("[", "]") for fragment in hit.highlights["body"]] == [marked]


def test_each_article_is_found_in_the_inflections_of_its_own_language(fresh_index: Index) -> None:
    fresh_index.add(
        [
            Article(id="en", body="Houses by the harbour", language="en"),
            Article(id="de", body="Die Häuser am Hafen", language="de-DE"),
            Article(id="fr", body="L’homme au chapeau", language="French"),
            Article(id="xx", body="Houses in Klingon", language="tlh"),
        ]
    )
    found = {
        query: {
            hit.article.id: [each.plain("[", "]") for each in hit.highlights["body"]]
            for hit in fresh_index.search(query)
        }
        for query in ("haus", "hommes", "house", '"am häusern"', '"häuser am"')
    }
    assert found == {
        "haus": {"de": ["Die [Häuser] am Hafen"]},
        "hommes": {"fr": ["[L’homme] au chapeau"]},
        "house": {"en": ["[Houses] by the harbour"], "xx": ["[Houses] in Klingon"]},
        '"am häusern"': {},
        '"häuser am"': {"de": ["Die [Häuser] [am] Hafen"]},
    }
