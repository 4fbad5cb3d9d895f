from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchkit.kernels import IMAGES_FIELD, MAX_RECORD_KEYS, NO_TIME, RECORD_FIELDS
from tests.kernels.lines import TELLING, Answers, line_holding, line_with, lines, row_of, rows_of
from tests.kernels.twins import COMPILED, REFERENCE

# -- any lines


@given(st.lists(lines(), max_size=5), st.booleans())
@example([b'{"id":"a","headline":" "}', b'{"id":"a","headline":" ","captions":["b"]}'], True)
def test_both_twins_make_the_same_of_any_lines(drawn: list[bytes], tells_language: bool) -> None:
    rows_of(drawn, tells_language=tells_language)


@given(st.lists(lines(), max_size=3), st.data())
def test_both_twins_make_the_same_of_damaged_lines(drawn: list[bytes], data: st.DataObject) -> None:
    damaged = []
    for line in drawn:
        start, size = data.draw(st.integers(0, len(line))), data.draw(st.integers(0, 3))
        damaged.append(line[:start] + data.draw(st.binary(max_size=3)) + line[start + size :])
    rows_of(damaged)


SAMPLE = (
    '{"id": "a-1", "headline": "Fog\\u00e9 — \\ud83d\\ude00", "body":"Möwe\\n\\n\\"x\\" 日 😀.",\t'
    '"captions": ["One", "Zwei\\/\\u0001"], "published": "2020-02-20T10:30:00+01:00", '
    '"authors":["A",{"b":[1.5,-2,true,null]}], "url":"http://a.b/c","keywords":[]}'
).encode()


def test_the_sample_is_plain() -> None:
    assert row_of(SAMPLE) == (
        b"a-1",
        "Fogé — 😀".encode(),
        'Möwe\n\n"x" 日 😀.'.encode(),
        ("One", "Zwei/\x01"),
        9_287_089_824_654_775_808,  # microseconds since the year 1, and 2**63
        (),
        (),
        ('["A",{"b":[1.5,-2,true,null]}]',),
        (),
        (),
        (),
        '{"id":"a-1","headline":"Fogé — 😀","body":"Möwe\\n\\n\\"x\\" 日 😀.","captions":'
        '[{"text":"One"},{"text":"Zwei/\\u0001"}],"published":"2020-02-20T10:30:00+01:00",'
        '"authors": [0, "[\\"A\\",{\\"b\\":[1.5,-2,true,null]}]"],"url":"http://a.b/c"}'.encode(),
        8 + 14,
    )


def test_every_byte_may_be_another() -> None:
    others = b'\0\t\x1f "\\/:,{}[]0e.-un\x7f\x80\xa0\xc0\xe2\xed\xf4\xff'
    changed = [
        SAMPLE[:place] + bytes((byte,)) + SAMPLE[place + 1 :]
        for place in range(len(SAMPLE))
        for byte in others
    ]
    found = rows_of(changed)
    assert 0.1 < sum(row is None for row in found) / len(found) < 0.9


def test_a_line_may_end_anywhere() -> None:
    found = rows_of([SAMPLE[:end] for end in range(len(SAMPLE))])
    assert found == [None] * len(SAMPLE)
    rows_of([SAMPLE[start:] for start in range(len(SAMPLE))])


# -- what is plain


SEVENTEEN = "12345678901234567"


@pytest.mark.parametrize("around", ["@", "[@ ]"])
def test_numbers_are_those_that_keep_all_their_digits(around: str) -> None:
    plain = f"0 -0 7 -7 10 0.5 -0.50 0.0 {SEVENTEEN} -{SEVENTEEN}.{SEVENTEEN}"
    for number in plain.split():
        assert row_of(line_holding(around.replace("@", number))), number
    others = f"{SEVENTEEN}8 1.{SEVENTEEN}8 1e5 1E5 1.5e-3 01 -01 1. .5 +1 - --1 1_0 0x1 NaN"
    for number in [*others.split(), "Infinity", "-Infinity", "1 2"]:
        assert row_of(line_holding(around.replace("@", number))) is None, number


@pytest.mark.parametrize("around", ["@", "[@]", '{"a": @}'])
def test_values_are_strictly_json(around: str) -> None:
    for value in ("[[ ] ]", '{"": {"" : ""}}', '["]", "}"]', '[1, {"a": [true, null], "a": -1.5}]'):
        assert row_of(line_holding(around.replace("@", value))), value
    open_ones = ["[", "{", '"', '["a', "[[1]", '{"a"', '{"a":', '{"a": 1', '{"a": 1,', "tru"]
    wrong_ones = ["]", "[}", "{]", "[,]", "[1,]", "[1 1]", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}"]
    wrong_ones += ["{1:1}", '{"a" 1}', "''", "// 1", "1 // 1", "[1\v]", "[1\u00a0]", "nulll"]
    wrong_strings = [r"\ud83d", r"\ude00", r"\ud83d\n", r"\q", r"\u12", r"\u00g0", "\x1f", "\0"]
    for value in [*open_ones, *wrong_ones, *(f'"{text}"' for text in wrong_strings)]:
        assert row_of(line_holding(around.replace("@", value))) is None, value


@pytest.mark.parametrize("after", [b"", b"abcdefghijkl", "é".encode()])
def test_a_line_that_is_not_utf_8_is_not_plain(after: bytes) -> None:
    damages = "80 c080 c1bf e09fbf eda080 f08fbfbf f4908080 f5808080 c3 e282 f09f98 ff c3c3 e28261"
    for damaged in map(bytes.fromhex, damages.split()):
        for line in (line_with(body="@"), line_holding('["@"]'), line_with(**{"@": 1})):
            assert row_of(line)
            assert row_of(line.encode().replace(b"@", damaged + after)) is None


@pytest.mark.parametrize("character", ["\x7f", "\x80", "\u07ff", "\u0800", "\ud7ff", "\ue000"])
@pytest.mark.parametrize("other", ["", "\uffff", "\U00010000", "\U0010ffff"])
def test_a_text_may_hold_every_character_and_its_escape(character: str, other: str) -> None:
    text = f"a{character}{other}b"
    for ascii_only in (True, False):
        line = json.dumps({"id": "a", "headline": text, "body": text}, ensure_ascii=ascii_only)
        row = row_of(line)
        assert row is not None
        assert row[1].decode() == row[2].decode() == text
        assert json.loads(row[11]) == {"id": "a", "headline": text, "body": text}
        assert row[12] == 2 * len(text)


@pytest.mark.parametrize("brackets", ["[]", "{}"])
@pytest.mark.parametrize(("depth", "plain"), [(31, True), (32, True), (33, False), (50_000, False)])
def test_values_are_nested_up_to_a_limit(brackets: str, depth: int, plain: bool) -> None:
    opening = "[" if brackets == "[]" else '{"a":'
    inner = "1" if depth < 50_000 else ""
    text = opening * (depth - 1) + (f"{opening}{inner}" + brackets[1] * depth if inner else "")
    assert (row_of(line_holding(text)) is not None) == plain
    empty = opening * (depth - 1) + brackets + brackets[1] * (depth - 1)
    assert (row_of(line_holding(empty)) is not None) == plain


@pytest.mark.parametrize(("count", "plain"), [(64, True), (65, False), (300, False)])
def test_an_object_has_so_many_keys_at_most(count: int, plain: bool) -> None:
    others = {str(number): number for number in range(count - 2)}
    assert (row_of(line_with(**others)) is not None) == plain == (count <= MAX_RECORD_KEYS)


@pytest.mark.parametrize(("size", "plain"), [(4096, True), (4097, False), (70_000, False)])
def test_its_keys_have_so_many_bytes_at_most(size: int, plain: bool) -> None:
    others = "é" * ((size - len("id headline  ")) // 2)
    key = others + "x" * (size - len(f"id headline {others} ".encode()))
    line = json.dumps({"id": "a", "headline": "Fog", key: 1}, ensure_ascii=False)
    assert (row_of(line) is not None) == plain


@pytest.mark.parametrize("key", ["\\u0069d", "a\\n", "\\", 'a"', "a\0", "a\t"])
def test_a_key_has_no_escapes(key: str) -> None:
    assert row_of(f'{{"id": "a", "headline": "Fog", "{key}": 1}}') is None


@pytest.mark.parametrize(
    "line",
    ["", " ", "{", "{}", "[]", "null", '"a"', "1", '{"id": "a", "headline": "Fog"},', "\0", '{"id'],
)
def test_a_line_that_is_no_object_is_not_plain(line: str) -> None:
    assert row_of(line) is None


@pytest.mark.parametrize("around", [" ", "\t\n\r ", "\r"])
def test_white_space_may_stand_around_the_object(around: str) -> None:
    assert row_of(around + line_with() + around) == row_of(line_with())
    assert row_of("\ufeff" + line_with()) is None


def id_of(given_id: str) -> bytes | None:
    row = row_of(f'{{"url": "http://a/b", "id": {given_id}, "headline": "Fog"}}')
    assert row is None or json.loads(row[11])["id"] == row[0].decode()
    return row[0] if row else None


@pytest.mark.parametrize("text", ["a", "a b", "~!@[]^{}'/", "x" * 512, "7", "null"])
def test_an_id_is_a_line(text: str) -> None:
    assert id_of(f'"{text}"') == text.encode()


@pytest.mark.parametrize(
    "text", [" ", " a", "a ", "a  b", "é", "a\x7f", r"a\\b", r"a\/b", r"\u0061", "x" * 513]
)
def test_a_text_that_is_no_line_is_no_id(text: str) -> None:
    assert id_of(f'"{text}"') is None


def test_an_id_is_an_integer_or_that_of_the_url() -> None:
    for number in ("7", "-12", SEVENTEEN):
        assert id_of(number) == number.encode()
    for nothing in ("null", '""', "[]", "{}", "[ ]"):
        assert id_of(nothing) == b"from http://a/b"
    for other in ("0", "-0", "1.5", "true", "false", '["a"]', '{"a": 1}'):
        assert id_of(other) is None


@pytest.mark.parametrize("url", ["", '"a/b"', "null", '["http://a/b"]', '"http://a/b "', "1"])
def test_without_an_id_the_url_gives_one_or_the_line_is_not_plain(url: str) -> None:
    row = row_of(f'{{"url": {url or "null"}, "headline": "Fog"}}')
    assert (row[0] if row else None) == (b"from http://a/b " if url.endswith(' "') else None)


def test_the_id_of_an_own_form_is_a_text() -> None:
    assert row_of(line_with(own=1))
    assert row_of('{"own": 1, "id": 7, "headline": "Fog"}') is None


@pytest.mark.parametrize("white", [" ", "\n", "\t", "\x1c", "\x85", "\xa0", "\u1680", "\u2000"])
@pytest.mark.parametrize("more", ["", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"])
def test_white_space_is_taken_off_a_headline(white: str, more: str) -> None:
    for ascii_only in (True, False):
        text = json.dumps(f"{white}{more}Fog\u200b{more}at 8{more}{white}", ensure_ascii=ascii_only)
        row = row_of(f'{{"id": "a", "headline": {text}}}')
        assert row is not None
        assert row[1].decode() == f"Fog\u200b{more}at 8"
        assert row_of(f'{{"id": "a", "headline": {text}, "own": 1}}') is None
        only = json.dumps(white + more, ensure_ascii=ascii_only)
        assert row_of(f'{{"id": "a", "headline": {only}}}') is None
        assert row_of(f'{{"id": "a", "headline": "Fog", "body": {only}}}') is None
        row = row_of(f'{{"id": "a", "headline": {only}, "body": "b"}}')
        assert row is not None
        assert row[1:3] == (b"", b"b")


@pytest.mark.parametrize("field", ["headline", "body"])
@pytest.mark.parametrize("value", [0, 1, 1.5, True, False, ["a"], {"a": "b"}])
def test_a_headline_or_body_that_is_no_text_is_not_plain(field: str, value: object) -> None:
    assert row_of(line_with(**{"headline": "Fog", field: value})) is None


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_what_is_empty_is_not_asked_for(nothing: object) -> None:
    line = line_with(**dict.fromkeys(RECORD_FIELDS[3:], nothing)).encode()
    for family in (COMPILED, REFERENCE):
        answers = Answers()
        (row,) = family.Records(answers).read([line])
        assert row[4] == NO_TIME
        assert row[11] == b'{"id":"a","headline":"Fog"}'
        assert len(answers.asked) == 1


def test_a_summary_that_is_not_needed_is_plain_and_a_standfirst_is_not() -> None:
    assert row_of(line_with(body="b", summary="s"))
    assert row_of(line_with(body="b", summary=["s"])) is None
    assert row_of(line_with(summary="s")) is None
    assert row_of(line_with(body="b", standfirst="s")) is None


def test_agencies_may_stand_in_one_place_only() -> None:
    row = row_of(line_with(authors="Doe, dpa"))
    assert row is not None
    assert row[8] == ("dpa",)
    assert row_of(line_with(authors="Doe", agencies="AP"))
    assert row_of(line_with(authors="Doe, dpa", agencies="AP")) is None
    assert row_of(line_with(authors="Doe, dpa", agencies=[]))


def test_a_value_that_is_none_makes_the_line_not_plain() -> None:
    for field in ("section", "captions", "published", "url", "keywords"):
        assert row_of(line_with(**{field: ["fine", 1]}))
        assert row_of(line_with(**{field: ["odd", 1]})) is None


# -- captions


@pytest.mark.parametrize(
    "captions",
    [["a"], ["a", "b"], ["é — 😀", 'q"\\\n/'], ["a"] * 500, ["a  b"], ["\u200b"], ["x" * 300]],
)
def test_captions_that_are_texts_are_not_asked_for(captions: list[str]) -> None:
    for ascii_only in (True, False):
        answers = Answers()
        whole = {"captions": captions, "id": "a"}
        line = json.dumps(whole, ensure_ascii=ascii_only, indent=1).encode()
        (row,) = COMPILED.Records(answers).read([line])
        assert [row] == rows_of([line])
        assert row[3] == tuple(captions)
        assert json.loads(row[11])["captions"] == [{"text": caption} for caption in captions]
        assert len(answers.asked) == 1


@pytest.mark.parametrize(
    "captions",
    ["a", [""], ["a", ""], ["a", " b"], ["a\n"], ["a\u3000"], ["a", 1], [{"text": "a"}], [["a"]]],
)
def test_any_other_captions_are_asked_for_each_time(captions: object) -> None:
    for family in (COMPILED, REFERENCE):
        answers = Answers()
        rows = family.Records(answers).read([line_with(captions=captions).encode()] * 2)
        assert rows[0][3] == (json.dumps(captions),)
        assert len(answers.asked) == 3


def test_images_are_asked_for() -> None:
    row = row_of(line_with(images=["a"]))
    assert row is not None
    assert row[3] == ('["a"]',)
    assert json.loads(row[11])["captions"] == [IMAGES_FIELD, '["a"]']


# -- times


@pytest.mark.parametrize("day", ["0001-01-01", "0002-01-01", "1900-02-28", "1900-02-29"])
def test_times_are_read_or_asked_for(day: str) -> None:
    times = """
        T00:00:00 T23:59:59 T24:00:00 T10:60:00 T10:30:60 t10:30:00 T10:30 T1:30:00+01:00
        T10:30:00Z T10:30:00.5 T10:30:00+00:00 T10:30:00-00:00 T23:59:59-23:59 T00:00:00+23:59
        T00:00:00+24:00 T00:00:00+10:60 T00:00:00+1030 T00:00:00.000000
    """
    for time in ["", " 10:30:00", " ", *times.split()]:
        row_of(line_with(published=day + time))


@given(st.dates(), st.sampled_from(["", "T10:30:00", " 01:02:03-23:59"]))
def test_every_day_of_the_calendar_is_read_but_for_the_ends(day: date, time: str) -> None:
    row = row_of(line_with(published=f"{day.isoformat()}{time}"))
    assert row is not None
    assert (row[4] > 1 << 63) == (1 < day.year < 9999)  # else it is what the fake has given


@given(st.integers(0, 10_000), st.integers(0, 13), st.integers(0, 32))
@example(2000, 2, 29)
@example(2100, 2, 29)
@example(9998, 12, 31)
def test_every_other_day_is_asked_for(year: int, month: int, day: int) -> None:
    row_of(line_with(published=f"{year:04}-{month:02}-{day:02}"))


# -- language


@pytest.mark.parametrize("given_language", ["", ',"language":null', ',"language":""'])
def test_the_language_of_a_record_that_names_none_is_asked_for(given_language: str) -> None:
    line = f'{{"keywords":["k"],"captions":["One"],"id":"a","body":"Nebel"{given_language}}}'
    (row,) = rows_of([line.encode()], tells_language=True)
    assert row is not None
    assert row[9] == ("0 5 1",)
    assert row[11].endswith(b',"language":"0 5 1","keywords": [0, "[\\"k\\"]"]}')
    (row,) = rows_of([line.encode()])
    assert row is not None
    assert row[9] == ()
    assert b"language" not in row[11]


def test_the_language_that_the_words_of_a_body_tell_is_asked_for_once() -> None:
    line = b'{"id":"a","body":"Nebel, nebel. NEBEL: nebel nebel","captions":["a a a a a a"]}'
    (row,) = rows_of([line], tells_language=True)
    assert row is not None
    assert row[9] == ("told 1",)
    assert row[11].endswith(b',"language":"told 1"}')
    records = COMPILED.Records(answers := Answers(), COMPILED.TellingWords(TELLING))
    assert records.read([line, line]) == [row, row]
    assert records.read([line]) == [row]
    assert answers.asked.count(("told", 1)) == 1


def test_a_language_that_is_named_stays() -> None:
    (row,) = rows_of([b'{"id":"a","body":"a a a a a","language":"de"}'], tells_language=True)
    assert row is not None
    assert row[9] == ('"de"',)
