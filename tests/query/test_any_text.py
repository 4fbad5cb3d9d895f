"""Whatever somebody types is read, or refused with an error that says why."""

from __future__ import annotations

import re
import sys
from itertools import chain
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit import QueryError, QueryTooComplexError
from searchkit.query import ParsedQuery, parse
from searchkit.query import tree as t

LANGUAGES = ("en", "de")
STOP_WORDS = frozenset({"the", "and", "or", "not", "to", "be"})

TYPED = (
    "fog Ferry the and not to be C++ R&D AT&T U.S. don't -5 F-35 #tag @who http://x.y/?q=* 10:30 "
    'Re: well-known 東京 京 5" & … 🎉 \x00 \u0301 \ud800 ½ ʼ ﬁ İ ẞ 1,000 it’s a_b ไทย'
)
WORDS = TYPED.split(" ")
SIGNS = (
    "AND OR NOT + - -- ( ) (( )) ) ^2 )^0.5 ^ ~ ~2 \" “ ” ' = * ** ? w/5 W/3 pre/2 w/ pre/ "
    "atleast3( atleast1( some2( some0( some9( headline: body: title: captions:* author: section: "
    "published: since: until: length: id: nowhere: headlien:fog 2020 2020-02 2020..2021 >800 "
    "100..200 ..5 foo* h?rb* *ob* fo~ harbour~2 fog^3 =Fog C*++ o'b* x.ba* 東* 京都~ ａｂ* ﬁ~ İ~2 "
    "ẞ* author:ida* id:a-1"
)
SYNTAX = SIGNS.split(" ")
SPACED = (
    "not w/4", '="The Who"', '"harbour fire"', '"a b"~3', '"a b"^2', '""', 'keyword:"x"*',
    'section:"Sport & Leisure"',
)  # fmt: skip

queries = st.one_of(
    st.lists(
        st.tuples(
            st.sampled_from((*WORDS, *SYNTAX, *SPACED)), st.sampled_from([" ", " ", " ", ""])
        ),
        max_size=12,
    ).map(lambda drawn: "".join(chain.from_iterable(drawn))),
    st.text(max_size=30),
    st.text(alphabet='ab "()*~^?:+-=/w5ANDORT.', max_size=30),
)
options = st.fixed_dictionaries(
    {
        "mode": st.sampled_from([None, "all", "any"]),
        "stop_words": st.sampled_from([frozenset(), STOP_WORDS]),
    }
)


def read(query: str, **options: Any) -> ParsedQuery | None:
    """The query as it is read; None for one that is refused, with a remedy."""
    try:
        return parse(query, LANGUAGES, **options)
    except QueryError as error:
        refusal = str(error)
    assert ";" in refusal
    return None


@settings(max_examples=600)
@given(queries, options)
@example("a & -(", {})
@example("--not w/4 fog", {})
@example("(" * 40, {})
def test_what_is_read_is_written_so_that_it_is_read_the_same(
    query: str, options: dict[str, Any]
) -> None:
    parsed = read(query, **options)
    if parsed is None:
        return
    reading = parsed.interpretation.reading
    for mode in (None, "all", "any"):
        again = parse(reading, LANGUAGES, mode=mode, stop_words=STOP_WORDS)
        assert again.tree == parsed.tree, reading
        assert again.interpretation.reading == reading
    if parsed.optional:
        relaxed = parsed.relaxed_interpretation(1).relaxed
        assert relaxed
        assert parse(relaxed.reading, LANGUAGES).tree == relaxed.tree


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*WORDS, "(", ")", '"', "AND", "-", "~", "^"]), max_size=10), options
)
def test_no_word_is_lost_without_a_note(words: list[str], options: dict[str, Any]) -> None:
    query = " ".join(words)
    parsed = read(query, **options)
    if parsed is None:
        return
    kept = " ".join(
        leaf.typed for leaf in t.leaves(parsed.tree) if isinstance(leaf, (t.Word, t.Pattern))
    )
    for match in re.finditer(r"[^\W_]+", query):
        operator = match[0] in ("AND", "OR", "NOT")
        noted = any(
            note.start <= match.start() and match.end() <= note.end
            for note in parsed.interpretation.notes
        )
        assert match[0] in kept or noted or operator, match[0]


@settings(max_examples=200)
@given(queries)
def test_notes_stand_in_order_and_are_about_places_in_the_query(query: str) -> None:
    if parsed := read(query):
        notes = parsed.interpretation.notes
        assert all(0 <= note.start < note.end <= len(query) for note in notes)
        assert list(notes) == sorted(notes, key=lambda note: note.start)


@settings(max_examples=200)
@given(queries, options)
@example("*\xad", {})
def test_a_tree_keeps_its_promises(query: str, options: dict[str, Any]) -> None:
    parsed = read(query, **options)
    waiting = [parsed.tree] if parsed else []
    while waiting:
        match tree := waiting.pop():
            case t.Near():
                assert len(tree.members) > 1
                assert tree.fields == t.fields_of(tree) != ()
                assert all(map(t.is_positional, tree.members))
                waiting += tree.members
            case t.NotNear():
                assert t.fields_of(tree)
                assert t.is_positional(tree.wanted)
                assert t.is_positional(tree.unwanted)
            case t.And() | t.Or():
                assert len(tree.members) > 1
                assert not any(type(member) is type(tree) for member in tree.members)
                waiting += tree.members
            case t.Some():
                assert 0 <= tree.required <= len(tree.members)
                waiting += tree.members
            case t.Not():
                assert not isinstance(tree.member, t.Not)
                waiting.append(tree.member)
            case t.AtLeast():
                assert tree.times > 1
            case t.Word():
                assert tree.typed
                assert tree.variants
            case t.Pattern():
                assert tree.text.strip("*?")
                assert tree.distance in ((1, 2) if tree.kind == "fuzzy" else (0,))
            case _:
                assert t.is_condition(tree)


# -- in proportion to its length


def steps(query: str) -> int:
    """How many functions are called while a query is read."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        parse(query, LANGUAGES).interpretation.reading  # noqa: B018
    except QueryTooComplexError:
        pass
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "repeated",
    [
        "fog ", "fog OR ", "fog AND ", "NOT ", "fog w/5 ", "fog pre/1 (a OR b) OR ", "(fog) ", "( ",
        ") ", "-fog ", '"fog" ', '"', '=" ', "headline:fog ", "headline: ", "fo* ", "f?g* ", "fo~ ",
        "section:x OR ", "published:2020 ", "a:", "*a", "^1", "~1", 'a"', "+a", "not ",
        "atleast2(a) ", "some1(a) ", "foo:bar ",
    ],
)  # fmt: skip
def test_twice_the_query_takes_twice_the_steps(repeated: str) -> None:
    once, twice = (steps(f"x {repeated * count} x") for count in (100, 200))
    assert twice < 2.2 * once + 200
