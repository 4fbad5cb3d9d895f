"""What people are told of how their query was read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from searchkit import Article, Index
from searchkit.query import parse
from searchkit.query.interpretation import Terms
from searchkit.query.tree import Pattern, leaves

FIELDS = (
    "headline", "body", "captions", "section", "publisher", "authors", "agencies", "language",
    "keywords", "published", "id", "since", "until", "length",
)  # fmt: skip


@pytest.mark.parametrize(
    ("query", "place", "text"),
    [
        ("(fog", "(", "this bracket has no partner"),
        ("fog)^2", ")^2", "this bracket has no partner"),
        ("fog ()", ")", "there is nothing between these brackets"),
        ('fog "', '"', "this quote has no partner"),
        ("fog AND", "AND", "a word here, with nothing after it to work on"),
        ("OR fog", "OR", "a word here, with nothing before it to work on"),
        ("fog -(", "-", "this sign has nothing after it"),
        ("fog & ferry", "&", "has no letter or digit to search for"),
        ("fog -5", "-5", "read without its minus; to leave a word out write NOT before it"),
        ("nowhere:fog", "nowhere:", f"no field, hence text; fields are {', '.join(FIELDS)}"),
        ("headlien:fog", "headlien:", "no field, hence text; write headline: if you mean it"),
        ("Author:fog", "Author:", "no field, hence text; write author: if you mean it"),
        ('autor:"ida"', "autor:", "no field, hence text; write author: if you mean it"),
        ("who?", "who?", "? after a word is a question mark; * is for any ending"),
        ("fog **", "**", "** by itself is no word, and left out"),
        ('"har* fire"', '"har* fire"',
         "* is no wildcard in or after quotes; write one word pre/1 another*"),
        ("=fog*", "=fog*", "* and ? are no wildcards after ="),
        ('="The Who"~3', '="The Who"~3', "a phrase after = is found as it is written, without ~"),
        ("to~", "to~", "~1 is read as ~0, for 2 letters"),
        ("storm~2", "storm~2", "~2 is read as ~1, for 5 letters"),
        ("a:b~", "a:b~", "~ is for single words, and this is several; they are read without"),
        ('"a b"~5000', '"a b"~5000', "distances are from 1 to 999; this is read as 999"),
        ("a w/0 b", "w/0", "distances are from 1 to 999; this is read as 1"),
        ("a w/5 section:b", "w/5",
         "this is for words, phrases and OR of them, in one field; read as AND"),
        ("a not w/5 *", "not w/5",
         "this is for words, phrases and OR of them, in one field; read as AND NOT"),
        ("atleast3(fo*)", "atleast3",
         "words and phrases are counted, nothing else; read without"),
        ("some3(a b)", "some3", "read as some2: there are no more"),
        ("fog^0", "fog^0", "boosts are held between 0.001 and 1000"),
        ("(fog ferry)^5000", ")^5000", "boosts are held between 0.001 and 1000"),
        ("section:sport^2 a", "sport^2", "~ and ^ have no meaning in section"),
        ('author:"" a', '""', "has no value to compare with"),
        ("the fog", "the",
         "left out, as it stands in nearly every article; +the demands it"),
    ],
)  # fmt: skip
def test_what_is_ignored_or_read_otherwise_is_noted_with_its_place(
    query: str, place: str, text: str
) -> None:
    notes = parse(query, ("en",), stop_words=frozenset({"the"})).interpretation.notes
    assert (place, text) in [(query[note.start : note.end], note.text) for note in notes]


@pytest.mark.parametrize(
    "query",
    [
        "ferry fog", '"harbour fire"~5 -smoke', "C++ R&D AT&T U.S. don't F-35 #tag @who",
        "to be or not to be", "Re: budget", "http://example.com/a", "10:30", "東京",
        "headline:(idlib OR aleppo) since:2020 length:>800 captions:*", "a w/5 (b OR c)",
        "=Fog atleast3(ferry) harb* h?rb* harbour~ fog^2", '5" pipe',
    ],
)  # fmt: skip
def test_of_what_is_plain_there_is_nothing_to_note(query: str) -> None:
    assert parse(query, ("en",)).interpretation.notes == ()


def test_terms_tell_what_each_word_is_looked_for_by() -> None:
    query = 'Running COVID-19 "The Houses" airstrikes* h?rb* harbour~2 running =Fog -ferries'
    assert parse(query, ("en", "de")).interpretation.terms == (
        Terms("Running", ("run", "running")),
        Terms("COVID-19", ("covid19", "covid 19")),
        Terms("The Houses", ("the hous",)),
        Terms("airstrikes*", ("airstrikes*", "airstrik")),
        Terms("h?rb*", ("h?rb*",)),
        Terms("harbour~2", ("harbour~2", "harbour")),
        Terms("running", ("run", "running")),
        Terms("Fog", ("fog",)),
        Terms("ferries", ("ferri",)),
    )


def test_what_only_an_index_knows_is_put_in_later() -> None:
    interpretation = parse("harb* feryr", ("en",)).interpretation
    (pattern, _) = leaves(interpretation.tree)
    assert isinstance(pattern, Pattern)
    known = replace(
        interpretation, expansions={pattern: 12}, did_you_mean={"feryr": ("ferry", "fery")}
    )
    assert [terms.expansions for terms in known.terms] == [12, None]
    assert json.loads(json.dumps(known.to_dict())) == {
        "query": "harb* feryr",
        "reading": "harb* AND feryr",
        "notes": [],
        "terms": [
            {"typed": "harb*", "meanings": ["harb*"], "expansions": 12},
            {"typed": "feryr", "meanings": ["feryr"], "expansions": None},
        ],
        "relaxed": None,
        "did_you_mean": {"feryr": ["ferry", "fery"]},
    }


@pytest.fixture
def archive(fresh_index: Index) -> Index:
    fresh_index.add(
        [
            Article(id="1", headline="Ferry", body="fog and rain on the sound"),
            Article(id="2", headline="Ferry", body="fog and wind on the sound"),
            Article(id="3", headline="Train", body="late", section="Sport"),
        ]
    )
    return fresh_index


def found(archive: Index, query: str, **options: str) -> set[str]:
    return {hit.article.id for hit in archive.search(query, **options)}  # type: ignore[arg-type]


def test_where_no_article_has_all_words_those_with_most_are_found_and_it_is_said(
    archive: Index,
) -> None:
    results = archive.search("ferry fog rain hail")
    assert [hit.article.id for hit in results] == ["1"]
    assert results.hits[0].highlights["headline"]
    relaxed = results.interpretation.relaxed
    assert relaxed
    assert str(relaxed) == "no article has all 4 words; these have 3 of them"
    assert relaxed.reading == "some3(ferry fog rain hail)"
    assert results.interpretation.to_dict()["relaxed"] == {
        "words": 4,
        "required": 3,
        "reading": "some3(ferry fog rain hail)",
        "text": "no article has all 4 words; these have 3 of them",
    }
    assert found(archive, "ferry hail snow") == {"1", "2"}
    assert archive.search("ferry fog").interpretation.relaxed is None
    nothing = archive.search("hail snow")
    assert (nothing.total, nothing.interpretation.relaxed) == (0, None)


def test_a_mode_says_what_is_wanted_of_plain_words(archive: Index) -> None:
    assert found(archive, "ferry rain hail", mode="all") == set()
    assert found(archive, "ferry rain train", mode="any") == {"1", "2", "3"}
    assert found(archive, "+rain ferry hail") == {"1"}
    assert found(archive, "train rain section:sport") == {"3"}


def test_deleting_never_takes_what_has_most_of_the_words_only(archive: Index) -> None:
    assert archive.delete_matching("ferry fog hail") == 0
    assert archive.delete_matching("ferry rain") == 1
