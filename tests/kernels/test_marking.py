from __future__ import annotations

from array import array
from itertools import pairwise
from types import SimpleNamespace

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchkit.kernels import HEADS
from tests.kernels.test_text import texts
from tests.kernels.twins import COMPILED, REFERENCE, on_both

MANY = 0x80000000
ALL = 0xFFFFFFFF


def heads_of(*beginnings: str) -> array[int]:
    heads = array("I", bytes(4 * HEADS))
    for first, second in beginnings:
        heads[ord(first)] |= 1 << (ord(second) & 31)
    return heads


def found(
    kernels: SimpleNamespace, text: str, heads: array[int], positional: bool = False
) -> list[tuple[str, int, int, int]]:
    """Each candidate with its place among all surfaces and its characters."""
    surfaces = kernels.Surfaces()
    flat, ends = kernels.candidates(surfaces, [text], 0, heads, positional)
    assert list(ends) == [len(flat)]
    names = surfaces.surfaces()[1]
    rows, place = [], -1
    for begin in range(0, len(flat), 4):
        number, before, start, end = flat[begin : begin + 4]
        place += before + 1
        rows.append((names[number], place if positional else 0, start, end))
    return rows


@on_both
@pytest.mark.parametrize(
    ("text", "beginnings", "candidates"),
    [
        ("The fog, a ferry, FERRIES.", ["fe"], "ferry ferries"),
        ("fog a b f fj", ["f\0"], "f"),
        ("ferry’s don't won’t far", ["fe"], "ferry’s"),
        ("l'eau d’eau leau", ["ea"], "l'eau d’eau"),
        ("COVID-19 U.S F-16 1,000 #one @two", ["u\0"], "u.s"),
        ("COVID-19 #one", ["1\0"], "covid-19"),
        ("école a-École ecole", ["xx"], "école a-École"),
        ("東京 tokyo", ["xx"], "東京 京"),
        ("x" * 300 + " xa", ["xx"], "x" * 255),
    ],
)
def test_surfaces_that_begin_otherwise_are_passed_over(
    kernels: SimpleNamespace, text: str, beginnings: list[str], candidates: str
) -> None:
    names = [name for name, *_ in found(kernels, text, heads_of(*beginnings))]
    assert " ".join(names) == candidates


@on_both
def test_where_positions_count_all_are_seen_that_may_take_several(
    kernels: SimpleNamespace,
) -> None:
    text = "The COVID-19 wards, O'Brien’s 3.5 col·labora #two U.S AT&T a_b"
    names = [name for name, *_ in found(kernels, text, heads_of("xx"), True)]
    assert names == ["covid-19", "3.5", "#two", "u.s", "at&t", "a_b"]


BEGINNINGS = ("a\0", "aa", "az", "9\0", "b0", "c+", "wl", "we", "u.", "t東")
heads = st.lists(st.sampled_from(BEGINNINGS), max_size=4).map(lambda each: heads_of(*each))


@example("C#x a@b 1#" + "a" * 250, heads_of("cy"), False)
@given(texts, heads, st.booleans())
def test_the_twins_find_the_same_candidates(text: str, heads: array[int], positional: bool) -> None:
    compiled = found(COMPILED, text, heads, positional)
    reference = found(REFERENCE, text, heads, positional)
    assert [row for row in compiled if row in set(reference)] == reference
    more = set(compiled) - set(reference)
    assert all(name.isascii() and name.isalnum() and heads[ord(name[0])] for name, *_ in more)


@on_both
@given(text=texts)
def test_places_and_characters_are_those_of_all_surfaces(
    kernels: SimpleNamespace, text: str
) -> None:
    rows = found(kernels, text, array("I", [ALL] * HEADS), True)
    bounds = [place for _, _, start, end in rows for place in (start, end)]
    assert array("I", bounds) == kernels.locate(text)
    assert [place for _, place, *_ in rows] == list(range(len(rows)))


@on_both
def test_texts_are_kept_apart_and_surfaces_by_language(kernels: SimpleNamespace) -> None:
    surfaces = kernels.Surfaces()
    heads = heads_of("fo")
    assert kernels.candidates(surfaces, ["a fog", "", "fog"], 0, heads, False) == (
        array("I", [0, 0, 2, 5, 0, 0, 0, 3]),
        array("I", [4, 4, 8]),
    )
    assert kernels.candidates(surfaces, ["fog"], 3, heads, False)[0] == array("I", [1, 0, 0, 3])
    assert surfaces.surfaces() == (b"\0\3", ["fog", "fog"])


@on_both
def test_candidates_that_cannot_be_found_are_refused(kernels: SimpleNamespace) -> None:
    surfaces = kernels.Surfaces()
    with pytest.raises(ValueError, match="3 heads, expected 256"):
        kernels.candidates(surfaces, ["fog"], 0, array("I", [0, 0, 0]), False)
    with pytest.raises(UnicodeEncodeError):
        kernels.candidates(surfaces, ["\ud800"], 0, heads_of("fo"), False)
    assert kernels.candidates(surfaces, [], 0, heads_of("fo"), False) == (array("I"), array("I"))


@on_both
def test_marks_are_the_wanted_terms_with_their_characters_and_positions(
    kernels: SimpleNamespace,
) -> None:
    single = array("I", [0, MANY, 2])
    # covid, covid19 over both, 19; they take two positions.
    multiple = array("I", [3, 2, 3, 0, 0, 5, 4, 0, 0, 8, 5, 1, 6, 8])
    candidates = array("I", [0, 2, 10, 13, 1, 0, 14, 22, 2, 3, 30, 31, 2, 0, 0, 1])
    ends = array("I", [12, 12, 16])
    assert kernels.marks(candidates, ends, single, multiple, bytearray(b"\1\0\1\0\1\1")) == (
        array("I", [0, 10, 13, 2, 4, 14, 22, 3, 5, 20, 22, 4, 2, 30, 31, 8, 2, 0, 1, 0]),
        array("I", [16, 16, 20]),
    )
    assert kernels.marks(candidates, ends, single, multiple, bytearray(b"\1"))[0] == array(
        "I", [0, 10, 13, 2]
    )


parts = st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=3)
expansions = st.lists(st.integers(0, 9) | st.tuples(parts, st.integers(1, 4)), min_size=1)


@given(expansions, st.data())
def test_the_twins_find_the_same_marks(
    expansions: list[int | tuple[list[tuple[int, ...]], int]], data: st.DataObject
) -> None:
    single, multiple = array("I"), array("I")
    for each in expansions:
        if isinstance(each, int):
            single.append(each)
            continue
        single.append(MANY | len(multiple))
        multiple.extend((len(each[0]), each[1], *(number for part in each[0] for number in part)))
    candidate = st.tuples(st.integers(0, len(single) - 1), *[st.integers(0, 50)] * 3)
    lists = data.draw(st.lists(st.lists(candidate, max_size=5), max_size=3))
    flat, ends = array("I"), array("I")
    for each in lists:
        flat.extend(number for row in each for number in row)
        ends.append(len(flat))
    wanted = bytearray(data.draw(st.lists(st.integers(0, 1), max_size=10)))
    results = [twin.marks(flat, ends, single, multiple, wanted) for twin in (COMPILED, REFERENCE)]
    assert results[0] == results[1]


ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
bodies = st.lists(
    st.sampled_from(['"', "\\", "\n", "é", "東京", "fog, ", "\x01", "😀", '","body":"'])
).map("".join)


@given(ids, st.none() | bodies, bodies, st.lists(bodies, max_size=2))
def test_a_body_is_taken_out_of_an_article_as_it_is_stored(
    article_id: str, headline: str | None, body: str, keywords: list[str]
) -> None:
    article = {"id": article_id, "headline": headline, "body": body, "keywords": keywords}
    stored = orjson.dumps({key: value for key, value in article.items() if value})
    for twin in (COMPILED, REFERENCE):
        rest, taken = twin.without_body(stored)
        assert taken == body.encode()
        assert orjson.loads(rest) == {**orjson.loads(stored), **({"body": ""} if body else {})}


@on_both
@given(text=bodies | texts, first=st.integers(0, 12), more=st.integers(0, 12))
def test_characters_are_those_of_the_text(
    kernels: SimpleNamespace, text: str, first: int, more: int
) -> None:
    assert kernels.characters(text.encode(), first, first + more) == text[first : first + more]


@on_both
@given(text=texts, heads=heads, positional=st.booleans())
def test_texts_may_be_bytes(
    kernels: SimpleNamespace, text: str, heads: array[int], positional: bool
) -> None:
    found = [
        kernels.candidates(kernels.Surfaces(), [each], 0, heads, positional)
        for each in (text, text.encode())
    ]
    assert found[0] == found[1]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), st.integers(1, 9)), max_size=30),
    st.dictionaries(st.integers(0, 6), st.sampled_from([1, 2, 1 << 63]), max_size=5),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_matches_are_in_order_and_those_that_overlap_are_one(
    places: list[tuple[int, int, int]], shows: dict[int, int], before: int, after: int
) -> None:
    rows = [(number, start, start + length, 0) for number, start, length in places]
    found = array("I", [number for row in rows for number in row])
    begin, end = 4 * min(before, len(rows)), max(4 * len(rows) - 4 * after, 0)
    end = max(begin, end)
    shown = array("I", sorted(shows)), array("Q", [shows[term] for term in sorted(shows)])
    results = [twin.matches(found, begin, end, *shown) for twin in (COMPILED, REFERENCE)]
    assert results[0] == results[1]
    starts, ends, words = results[0]
    assert all(stop <= start for stop, start in zip(ends, starts[1:], strict=False))
    covered = {
        place for start, stop in zip(starts, ends, strict=True) for place in range(start, stop)
    }
    wanted = [row for row in rows[begin // 4 : end // 4] if row[0] in shows]
    assert covered == {place for row in wanted for place in range(row[1], row[2])}
    assert all(words)


def arrays_of(
    matches: list[tuple[int, int, int]],
) -> tuple[array[int], array[int], array[int]]:
    starts, ends, words = zip(*matches, strict=True) if matches else ((), (), ())
    return array("I", starts), array("I", ends), array("Q", words)


ONE_EACH = array("d", [1.0] * 64)


@on_both
def test_runs_show_words_that_are_not_shown_yet_then_words_then_matches(
    kernels: SimpleNamespace,
) -> None:
    matches = arrays_of(
        [(0, 3, 1), (5, 8, 1), (100, 103, 2), (104, 107, 1), (200, 203, 4), (300, 309, 4)]
    )
    assert kernels.best_runs(*matches, ONE_EACH, 20, 1) == [(2, 4)]
    assert kernels.best_runs(*matches, ONE_EACH, 20, 2) == [(2, 4), (4, 5)]
    assert kernels.best_runs(*matches, ONE_EACH, 20, 3) == [(0, 2), (2, 4), (4, 5)]
    assert kernels.best_runs(*matches, array("d", [1.0, 0.5, 9.0]), 20, 1) == [(4, 5)]
    assert kernels.best_runs(*matches, ONE_EACH, 2, 9) == [(each, each + 1) for each in range(6)]
    assert kernels.best_runs(*arrays_of([]), ONE_EACH, 20, 3) == []


steps = st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from([1, 2, 3, 4, 1 << 63]))


@given(st.lists(steps, max_size=40), st.integers(1, 60), st.integers(0, 4))
def test_the_twins_choose_the_same_runs(
    steps: list[tuple[int, int, int]], length: int, most: int
) -> None:
    matches, place = [], 0
    for gap, size, words in steps:
        matches.append((place + gap, place + gap + size, words))
        place += gap + size
    weights = array("d", [1.0 + bit % 3 for bit in range(64)])
    runs = COMPILED.best_runs(*arrays_of(matches), weights, length, most)
    assert runs == REFERENCE.best_runs(*arrays_of(matches), weights, length, most)
    assert len(runs) == min(most, len(runs))
    assert bool(runs) == bool(matches and most)
    for first, stop in runs:
        fits = matches[stop - 1][1] - matches[first][0] <= length
        assert first < stop
        assert fits or stop == first + 1
    assert all(before[1] <= after[0] for before, after in pairwise(runs))
