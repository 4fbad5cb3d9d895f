"""How queries are read: each is followed by its reading, the same query with nothing left to guess.

A word stands for itself here; what words stand for is tested with the analysis.
"""

from __future__ import annotations

import pytest

from searchkit import QueryError, QueryTooComplexError, QueryTooLongError, parse_query
from searchkit.query import parse
from searchkit.query import tree as t
from searchkit.query.parse import MAX_QUERY_CHARACTERS
from searchkit.query.scan import MAX_DEPTH, MAX_PARTS

WORDS = [
    ("ferry", "ferry"),
    ("  Ferry   FOG ", "Ferry AND FOG"),
    ("ferry\nfog\tharbour\u2003sea", "ferry AND fog AND harbour AND sea"),
    ("#MeToo @jane_doe", "#MeToo AND @jane_doe"),
    ("don't don’t", "don't AND don’t"),
    ("R&D AT&T F-35 1,000", 'R&D AND AT&T AND F-35 AND "1,000"'),
    ("C++ U.S. e.g.", '"C++" AND U.S AND e.g'),
    ("and/or a,b 10:30", '"and/or" AND "a,b" AND "10:30"'),
    ("to be or not to be", 'to AND be AND "or" AND "not" AND to AND be'),
    ("Re: budget, 2020.", "Re AND budget AND 2020"),
    ("http://example.com/a?b=c*d", '"http://example.com/a?b=c*d"'),
    ("東京 서울 ไทย", "東京 AND 서울 AND ไทย"),
    ("Who?", "Who"),
    ("What is it?", "What AND is AND it"),
    ("$5 50% [a] {b} <c>", "5 AND 50 AND a AND b AND c"),
    ('5" pipe 6\'2" צה"ל', '5 AND pipe AND 6\'2 AND "צה ל"'),
]
PHRASES = [
    ('"harbour fire"', '"harbour fire"'),
    ("“harbour fire” „harbour fire“", '"harbour fire" AND "harbour fire"'),
    ("«harbour fire» ”harbour fire”", '"harbour fire" AND "harbour fire"'),
    ('"  harbour,  fire! "', '"harbour, fire"'),
    ('"ferry"', "ferry"),
    ('"AND"', '"AND"'),
    ('"harbour fire"~5', '"harbour fire"~5'),
    ('"harbour fire"~', '"harbour fire"'),
    ('"harbour fire"~5^2', '"harbour fire"~5^2'),
    ('fog"harbour fire"fog', '"fog harbour" AND "fire fog"'),
    ('fog "harbour fire"fog', 'fog AND "harbour fire" AND fog'),
    ('"(a OR b)"', '"a OR b"'),
]
OPERATORS = [
    ("a AND b AND c", "a AND b AND c"),
    ("a OR b OR c", "a OR b OR c"),
    ("a b OR c d", "(a AND b) OR (c AND d)"),
    ("a OR b AND c", "a OR (b AND c)"),
    ("(a OR b) c", "(a OR b) AND c"),
    ("((a b) (c d))", "a AND b AND c AND d"),
    ("(a OR (b OR c))", "a OR b OR c"),
    ("a(b)c", "a AND b AND c"),
    ("a NOT b", "a AND (NOT b)"),
    ("a AND NOT b OR NOT c", "(a AND (NOT b)) OR (NOT c)"),
    ("NOT a b", "(NOT a) AND b"),
    ("NOT (a b)", "NOT (a AND b)"),
    ("NOT NOT a", "a"),
    ("NOT (NOT a)", "a"),
    ("-ferry", "NOT ferry"),
    ("a -b", "a AND (NOT b)"),
    ('a -"b c" -(d e) -#f -headline:g',
     'a AND (NOT "b c") AND (NOT (d AND e)) AND (NOT #f) AND (NOT headline:g)'),
    ("+a +(b OR c) +1984", "a AND (b OR c) AND 1984"),
    ("a and b", 'a AND "and" AND b'),
]  # fmt: skip
FIELDS = [
    ("headline:fire smoke", "headline:fire AND smoke"),
    ("headline: fire", "headline:fire"),
    ('title:fire caption:"harbour fire"', 'headline:fire AND captions:"harbour fire"'),
    ("headline:(idlib OR aleppo)", "headline:idlib OR headline:aleppo"),
    ("headline:(a (b body:c))", "headline:a AND headline:b AND body:c"),
    ("headline:(a -b)", "headline:a AND (NOT headline:b)"),
    ("section:Sport", 'section:"sport"'),
    ('section: "Sport & Leisure"', 'section:"sport & leisure"'),
    ("section:(sport OR news)", 'section:"sport" OR section:"news"'),
    ('author:"Ida Brandt" agency:AP', 'authors:"ida brandt" AND agencies:"ap"'),
    ("keyword:Skar* keywords:ferry", 'keywords:"skar"* AND keywords:"ferry"'),
    ('author:"ida b"*', 'authors:"ida b"*'),
    ("-language:en a", '(NOT language:"en") AND a'),
    ("id:Ferry-1 id:fer*", 'id:"Ferry-1" AND id:"fer"*'),
    ("headline:* section:* published:* id:*",
     "headline:* AND section:* AND published:* AND id:*"),
    ("*", "*"),
    ("* -ferry", "* AND (NOT ferry)"),
]  # fmt: skip
PATTERNS = [
    ("harb* h?rb* *bour", "harb* AND h?rb* AND *bour"),
    ("headline:harb*", "headline:harb*"),
    ("smith.john*", "smith.john*"),
    ("well-know*", "well pre/1 know*"),
    ("東京* fog", "東京 AND fog"),
    ("harbour~ harbour~1 harbour~2", "harbour~1 AND harbour~1 AND harbour~2"),
    ("fog~2 to~ harbour~0", "fog~1 AND to AND harbour"),
    ("#fog~", "#fog~1"),
    ("foo:bar~", '"foo:bar"'),
]
PROXIMITY = [
    ("a w/5 b", "a w/5 b"),
    ("a W/5 b PRE/3 c", "(a w/5 b) pre/3 c"),
    ("a w/5 b w/5 c", "a w/5 b w/5 c"),
    ("a w/5 (b w/5 c)", "a w/5 (b w/5 c)"),
    ("a not w/5 b", "a not w/5 b"),
    ("a NOT  w/5 b", "a not w/5 b"),
    ('"a b" w/5 c', '"a b" w/5 c'),
    ("(a OR b*) pre/5 (c~ OR d)", "(a OR b*) pre/5 (c OR d)"),
    ("(a w/2 b) not w/5 c", "(a w/2 b) not w/5 c"),
    ("x a w/5 b y", "x AND (a w/5 b) AND y"),
    ("NOT a w/5 b", "NOT (a w/5 b)"),
    ("a w/5 b OR c", "(a w/5 b) OR c"),
    ("(a b) w/5 c", "(a w/5 c) AND (b w/5 c)"),
    ("a w/5 (b c)", "(a w/5 b) AND (a w/5 c)"),
    ("headline:a w/5 b", "headline:a w/5 b"),
    ("headline:(a w/5 b)", "headline:a w/5 headline:b"),
    ("(a w/5 b)^2", "(a w/5 b)^2"),
]  # fmt: skip
COUNTS_AND_EXACT = [
    ("=Fog", "=Fog"),
    ('="The Who" headline:=fog', '="The Who" AND headline:=fog'),
    ("+=Fog -=fog", "=Fog AND (NOT =fog)"),
    ("atleast3(ferry)", "atleast3(ferry)"),
    ('ATLEAST2("harbour fire"^2)', 'atleast2("harbour fire")^2'),
    ("headline:atleast3(fire)", "headline:atleast3(fire)"),
    ("atleast3(a b)", "atleast3(a) AND atleast3(b)"),
    ("atleast3(a OR =b)", "atleast3(a) OR atleast3(=b)"),
    ("atleast1(a)", "a"),
    ("atleast(a) atleast3 (b)", "atleast AND a AND atleast3 AND b"),
    ("some2(a b c)", "some2(a b c)"),
    ('some2(a OR "b c" OR -d)', 'some2(a "b c" (NOT d))'),
    ("headline:some1(a (b c))", "some1(headline:a (headline:b AND headline:c))"),
]
DATES_AND_LENGTHS = [
    ("published:2020", "published:2020"),
    ("published:2020-02", "published:2020-02"),
    ("published:2020-02-20", "published:2020-02-20"),
    ("published:2020..2020", "published:2020"),
    ("published:2020-02-01..2020-02-20", "published:2020-02-01..2020-02-20"),
    ("published:2020.. published:..2020", "published:2020-01-01.. AND published:..2020-12-31"),
    ("published:>=2020 published:>2020", "published:2020-01-01.. AND published:2021-01-01.."),
    ("published:<=2020 published:<2020", "published:..2020-12-31 AND published:..2019-12-31"),
    ('published:"2020-02-20T10:30:00+01:00"', "published:2020-02-20T09:30:00+00:00"),
    ("published:(2020 OR 2022)", "published:2020 OR published:2022"),
    ("since:2020 until:2020-06", "published:2020-01-01.. AND published:..2020-06-30"),
    ("length:800", "length:800"),
    ("length:>800 length:>=800", "length:801.. AND length:800.."),
    ("length:<800 length:<=800", "length:..799 AND length:..800"),
    ("length:100..200 length:1,000..", "length:100..200 AND length:1000.."),
]
BOOSTS = [
    ("word^2 word^0.5", "word^2 AND word^0.5"),
    ("(a b^3)^2", "a^2 AND b^6"),
    ("(a OR b^2)^0.5", "a^0.5 OR b"),
    ("headline:(a)^2", "headline:a^2"),
    ("harb*^2 harbour~^2", "harb*^2 AND harbour~1^2"),
    ("(section:sport a)^2", 'section:"sport" AND a^2'),
    ("word^ word^x ^2 a", 'word AND "word^x" AND 2 AND a'),
]
NO_SYNTAX = [
    ("AND", '"AND"'),
    ("a OR", 'a AND "OR"'),
    ("NOT a AND", '(NOT a) AND "AND"'),
    ("OR a", '"OR" AND a'),
    ("a AND OR b", 'a AND "OR" AND b'),
    ("a w/5", 'a AND "w/5"'),
    ("w/5 a w/x b", '"w/5" AND a AND "w/x" AND b'),
    ("a w/5 NOT b", 'a AND "w/5" AND (NOT b)'),
    ("(a", "a"),
    ("a) OR (b", "a OR b"),
    ("((a) b", "a AND b"),
    ("() a (())", "a"),
    (":( :) a", "a"),
    ('a "b', "a AND b"),
    ('"a" b c"', "a AND b AND c"),
    ("headline: AND a", 'headline:"AND" AND a'),
    ("headline:body:fire", "headline AND body:fire"),
    ("atleast3(", "atleast3"),
    ("a & b - c + d | e ~ f ^ g", "a AND b AND c AND d AND e AND f AND g"),
    ("a -5 --b", "a AND 5 AND b"),
    ("** a ?? * *", "a AND * AND *"),
    ("nowhere:fog Headline:fog", '"nowhere:fog" AND "Headline:fog"'),
    ('foo:"bar baz" foo:(a b)', 'foo AND "bar baz" AND foo AND a AND b'),
    ("a 🎉 b", "a AND b"),
    ("a\x00b \ud800c", '"a\x00b" AND c'),
]
# What cannot be near each other is wanted anywhere.
UNLIKE = [
    ("headline:a w/5 body:b", "headline:a AND body:b"),
    ("a w/5 section:sport", 'a AND section:"sport"'),
    ("a w/5 *", "a AND *"),
    ("a w/5 &", "a"),
    ("& not w/5 a OR b", "b"),
    ("a not w/5 (b c)", "a AND (NOT (b AND c))"),
    ("(a NOT b) w/5 c", "a AND (NOT b) AND c"),
    ("atleast3(a*)", "a*"),
    ("some5(a b)", "some2(a b)"),
]
# In the mode "any"; in the others all are demanded.
ANY = [
    ("a b c", "a OR b OR c"),
    ('a "b c" d* headline:e', 'a OR "b c" OR d* OR headline:e'),
    ("+a b c", "some0(b c) AND a"),
    ("+a", "a"),
    ("a b -c", "(a OR b) AND (NOT c)"),
    ("a b section:sport since:2020",
     '(a OR b) AND section:"sport" AND published:2020-01-01..'),
    ("a AND b c d", "some0(c d) AND a AND b"),
    ("a AND b", "a AND b"),
    ("(a b) AND c", "(a OR b) AND c"),
    ("a b OR c d", "a OR b OR c OR d"),
    ("-a -b", "(NOT a) AND (NOT b)"),
]  # fmt: skip


def reading(query: str, **options: object) -> str:
    return parse(query, ("none",), **options).interpretation.reading  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        *WORDS,
        *PHRASES,
        *OPERATORS,
        *FIELDS,
        *PATTERNS,
        *PROXIMITY,
        *COUNTS_AND_EXACT,
        *DATES_AND_LENGTHS,
        *BOOSTS,
        *NO_SYNTAX,
        *UNLIKE,
    ],
)
def test_a_query_is_read_so(query: str, expected: str) -> None:
    assert reading(query) == expected
    assert reading(query, mode="all") == expected


@pytest.mark.parametrize(("query", "expected"), ANY)
def test_any_of_the_words_is_enough_in_the_mode_any(query: str, expected: str) -> None:
    assert reading(query, mode="any") == expected


def test_the_tree_has_what_words_stand_for_in_every_language() -> None:
    (word,) = [parse("running", ("en", "de", "fr")).tree]
    assert isinstance(word, t.Word)
    assert [" ".join(each.terms) for each in word.variants] == ["run", "running"]
    assert word.fields == ("headline", "body", "captions")
    exact = parse('body:="The Houses"', ("en",)).tree
    assert exact == t.Word(("body",), exact.variants, "The Houses", exact=True)  # type: ignore[union-attr]


def test_a_pattern_keeps_what_its_beginning_stands_for_as_a_word() -> None:
    prefix = parse("Airstrikes*", ("en",)).tree
    assert isinstance(prefix, t.Pattern)
    assert (prefix.kind, prefix.text, prefix.typed) == ("prefix", "airstrikes", "Airstrikes*")
    assert [each.terms for each in prefix.stems] == [("airstrik",)]
    fuzzy = parse("Häuser~2", ("de",)).tree
    assert isinstance(fuzzy, t.Pattern)
    assert (fuzzy.kind, fuzzy.text, fuzzy.distance) == ("fuzzy", "hauser", 2)
    assert [each.terms for each in fuzzy.stems] == [("haus",)]


def test_proximity_is_looked_for_in_the_fields_that_all_words_share() -> None:
    near = parse("headline:a w/5 (b OR c)", ("en",)).tree
    assert isinstance(near, t.Near)
    assert near.fields == ("headline",)


# -- which plain words can be done without


@pytest.mark.parametrize(
    ("query", "optional", "relaxed"),
    [
        ("a b c", 3, "some2(a b c)"),
        ("a b^2 C++", 3, 'some2(a b^2 "C++")'),
        ('a b "c d" -e section:sport', 2, 'some2(a b) AND "c d" AND (NOT e) AND section:"sport"'),
        ("+a b c", 2, "some2(b c) AND a"),
        ("a AND b c d", 2, "some2(c d) AND a AND b"),
        ("a b (c OR d)", 2, "some2(a b) AND (c OR d)"),
        ("a b c*", 2, "some2(a b) AND c*"),
    ],
)
def test_of_plain_words_most_may_do_and_all_else_stays_demanded(
    query: str, optional: int, relaxed: str
) -> None:
    parsed = parse(query, ("none",))
    assert parsed.optional == optional
    interpretation = parsed.relaxed_interpretation(2)
    assert interpretation.relaxed
    assert interpretation.relaxed.reading == relaxed
    assert interpretation.relaxed.tree == parsed.relaxed(2)
    assert str(interpretation.relaxed) == (
        f"no article has all {optional} words; these have 2 of them"
    )


@pytest.mark.parametrize("query", ["a", "a +b", "a AND b", "a OR b", "(a b)", '"a" "b"', "=a =b"])
def test_what_is_demanded_in_so_many_words_is_never_done_without(query: str) -> None:
    assert parse(query, ("en",)).optional == 0


@pytest.mark.parametrize("mode", ["all", "any"])
def test_a_mode_that_is_given_is_kept(mode: str) -> None:
    assert parse("a b", ("en",), mode=mode).optional == 0  # type: ignore[arg-type]


# -- stop words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("the fire in THE harbour", "fire AND harbour"),
        ("+the fire", "the AND fire"),
        ('"the" fire "in the harbour"', 'the AND fire AND "in the harbour"'),
        ("the in", "the AND in"),
        ("the who", "who"),
        ("the harb*", "harb*"),
        ("the -fire", "the AND (NOT fire)"),
        ("the section:sport", 'the AND section:"sport"'),
        ("the AND fire", "the AND fire"),
        ("the OR fire in", "the OR fire"),
        ("the fire OR in the smoke", "fire OR (in AND smoke)"),
        ("headline:the fire", "headline:the AND fire"),
        ("headline:(the fire)", "headline:the AND headline:fire"),
        ("=the fire the*", "=the AND fire AND the*"),
        ("(the fire) smoke", "fire AND smoke"),
        ("some1(the fire)", "some1(the fire)"),
        ("a w/5 the fire", "(a w/5 the) AND fire"),
    ],
)
def test_plain_stop_words_are_left_out_while_something_else_ranks(
    query: str, expected: str
) -> None:
    assert reading(query, stop_words=frozenset({"the", "in"})) == expected


# -- refusals


@pytest.mark.parametrize(
    "query", ["", "  ", "&", '""', "((", "()", "…", "-", ":", "**", "🎉", "NOT &", "& OR -", '"'],
)  # fmt: skip
def test_a_query_that_means_nothing_says_so(query: str) -> None:
    with pytest.raises(QueryError, match="no word to search for; write one or more words"):
        parse(query, ("en",))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("published:soon", "published 'soon' is not a date; write 2020"),
        ("since:2020-13", "since '2020-13' is not a date"),
        ("until:*", r"until '\*' is not a date"),
        ("published:2021..2020", "since 2021 is later than until 2020; exchange the two"),
        ("length:long", "length 'long' is not a number of words; write length:800"),
        ("length:200..100", "no length is 200..100; exchange the numbers"),
        ("length:<0", "no length is <0"),
        ("published:" + "9" * 100, "published '9{40}…' is not a date"),
    ],
)
def test_a_date_or_length_that_is_none_is_named(query: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse(query, ("en",))


def test_a_mode_that_is_none_is_named() -> None:
    with pytest.raises(QueryError, match="mode is 'most'; it must be 'all', 'any' or None"):
        parse("a", ("en",), mode="most")  # type: ignore[arg-type]


def test_a_query_that_is_too_long_is_refused() -> None:
    with pytest.raises(QueryTooLongError, match=f"the limit is {MAX_QUERY_CHARACTERS:,}; search"):
        parse("x" * (MAX_QUERY_CHARACTERS + 1), ("en",))
    parse("x" * MAX_QUERY_CHARACTERS, ("en",))


def test_a_query_of_too_many_parts_is_refused() -> None:
    parse("a " * MAX_PARTS, ("en",))
    for query in (
        "a " * (MAX_PARTS + 1),
        "(" * (MAX_PARTS + 1),
        '"' + "a " * (MAX_PARTS + 1) + '"',
        "a:" * (MAX_PARTS + 1),
        "東京" * MAX_PARTS,
        f"({'a ' * 100}) w/5 ({'b ' * 100})",
    ):
        with pytest.raises(QueryTooComplexError, match=f"more than {MAX_PARTS:,} words"):
            parse(query, ("en",))


def test_a_query_that_is_nested_too_deeply_is_refused() -> None:
    parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, ("en",))
    parse("(" * 1000 + "a", ("en",))
    parse("NOT " * 1000 + "a", ("en",))
    parse("a w/5 " * 1000 + "a", ("en",))
    for query in (
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "a w/5 b w/6 " * MAX_DEPTH + "c",
        "a not w/5 " * (MAX_DEPTH + 2) + "b",
    ):
        with pytest.raises(QueryTooComplexError, match=f"more than {MAX_DEPTH} levels deep"):
            parse(query, ("en",))


def test_the_library_hands_the_parser_on() -> None:
    parsed = parse_query("houses -ferry", mode="any")
    assert parsed.tree == parse("houses -ferry", ("en",), mode="any").tree
    assert "hous" in repr(parsed.to_whoosh())
