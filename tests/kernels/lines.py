"""What the tests of records share: lines, plain or not, and what is made of them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from searchkit.kernels import IMAGES_FIELD, NO_TIME, OWN_FIELD, RECORD_FIELDS
from tests.kernels.twins import COMPILED, REFERENCE

Row = tuple[Any, ...]

# Of two languages; drawn bodies are of such letters.
TELLING = [[b"a"], [b"nebel"]]


class Answers:
    """Conversions that show in what they give what they were asked, and remember it.

    A key is the name of a field; `images` are captions. Where there is the key `own`, the
    object is an article's own form; where there is `unknown`, it is not plain. No more is a
    value with `odd` in it. The language of an article is known if it has a body.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def fields(self, keys: tuple[str, ...]) -> bytes | None:
        self.asked.append(keys)
        if "unknown" in keys or len(set(keys)) < len(keys) or {"captions", "images"} <= {*keys}:
            return None
        own = OWN_FIELD if "own" in keys else 0
        return bytes(own | _code_of(key) for key in keys)

    def value(self, field: str, flags: int, text: bytes) -> tuple[Any, bytes] | None:
        self.asked.append((field, flags, text))
        value = json.loads(text)
        if b"odd" in text:
            return None
        if not value:
            return {"published": NO_TIME, "authors": ((), ())}.get(field, ()), b""
        part = json.dumps({field: [flags, text.decode()]}).encode()[1:-1]
        if field == "authors":
            return ((text.decode(),), ("dpa",) if b"dpa" in text else ()), part
        if field == "url":
            return str(value), part
        return (len(text) if field == "published" else (text.decode(),)), part

    def id_of_url(self, url: str) -> bytes | None:
        self.asked.append(("url", url))
        return b"from " + url.encode() if url.startswith("http") else None

    def told(self, number: int) -> tuple[tuple[str, ...], bytes]:
        self.asked.append(("told", number))
        return (f"told {number}",), f'"language":"told {number}"'.encode()

    def language(
        self, headline: bytes, body: bytes, captions: tuple[str, ...]
    ) -> tuple[tuple[str, ...], bytes]:
        if not body:
            return (), b""
        told = f"{len(headline)} {len(body)} {len(captions)}"
        return (told,), f'"language":"{told}"'.encode()


def _code_of(key: str) -> int:
    if key == "images":
        return RECORD_FIELDS.index("captions") | IMAGES_FIELD
    return RECORD_FIELDS.index(key) if key in RECORD_FIELDS else 0


def rows_of(lines: list[bytes], *, tells_language: bool = False) -> list[Row | None]:
    """What both twins make of the lines."""
    ours, twins = (
        family.Records(Answers(), family.TellingWords(TELLING) if tells_language else None).read(
            lines
        )
        for family in (COMPILED, REFERENCE)
    )
    for line, row, wanted in zip(lines, ours, twins, strict=True):
        assert row == wanted, line
    return list(ours)


def row_of(line: bytes | str) -> Row | None:
    (row,) = rows_of([line.encode() if isinstance(line, str) else line])
    return row


def line_with(**members: Any) -> str:
    return json.dumps({"id": "a", "headline": "Fog", **members})


def line_holding(text: str) -> str:
    """A line with this JSON in a value that is for no field."""
    return f'{{"id": "a", "headline": "Fog", "other": {text}}}'


# Lines of which about 40 in 100 are plain.


def _sampled(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words.split())


_characters = st.sampled_from("aZ09 .,:/{}[]-\x7fé—😀\u2028\x85\xa0\u3000")
_escapes = _sampled(
    r"\b \f \n \r \t \" \/ \\ \u0000 \u001F \u0022 \u005c \u00e9 \u2028 \u3000 \ud83d\ude00 "
    r"\uD83D\uDE00 \udbff\udfff"
)
_broken = _sampled(r"\ud83d \ude00 \ud83d\u0041 \ud83d\\ude00 \x \u12 \u12g4 ") | st.sampled_from(
    ["\\", '"', "\t", "\0"]
)


def _string(parts: list[str]) -> str:
    return f'"{"".join(parts)}"'


def _array(parts: list[str]) -> str:
    return f"[{','.join(parts)}]"


def _object(pairs: list[tuple[str, str, str]]) -> str:
    return "{" + ",".join(f"{key}{white}:{white}{value}" for key, white, value in pairs) + "}"


_strings = st.lists(_characters | _characters | _escapes, max_size=12).map(_string)
_broken_strings = st.lists(_characters | _escapes | _broken, max_size=6).map(_string)
_numbers = _sampled(
    "0 -0 7 -12 1.5 0.0 12345678901234567 123456789012345678 01 1. .5 1e5 1E-5 - +1 "
    "1.12345678901234567 1.123456789012345678 NaN 0x1"
)
_words = _sampled('null null true false nul True [] {} ""') | st.just("[ ]")
_times = st.just('"2020-02-20T10:30:00+01:00"') | _sampled(
    '"2020-02-20" "2020-02-20T10:30:00" "2020-02-20T10:30:00-11:30" "2020-02-30" "1-02-20" '
    '"2020-02-20T24:00:00" "2020-02-20T10:30" "2020-02-20T10:30:00Z"'
)
_white = st.sampled_from([*[""] * 20, *[" ", "\t", "\r\n", "  "] * 5, "\v", "\u00a0"])
_values = st.recursive(
    _strings | _numbers | _words | _times | _broken_strings,
    lambda inner: (
        st.lists(inner, max_size=3).map(_array)
        | st.lists(st.tuples(_strings, _white, inner), max_size=3).map(_object)
    ),
    max_leaves=5,
)
_captions = st.lists(_strings, max_size=3).map(_array)
_usual = {
    **dict.fromkeys([*RECORD_FIELDS[1:13], "é", "k", "own"], _strings),
    "id": st.just('"a"'),
    "published": _times,
    "captions": _captions,
    "images": _captions,
}
_keys = st.sampled_from([*[*_usual] * 4, "standfirst", "summary", "unknown"])


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    members = []
    for key in draw(st.lists(_keys, max_size=8, unique=draw(st.integers(0, 9)) > 0)):
        kind = _values if draw(st.integers(0, 15)) == 15 else _usual.get(key, _strings)
        members.append((f'"{key}"', draw(_white), draw(kind)))
    for key in ('"id"', '"body"'):
        if draw(st.integers(0, 3)) and all(key != other for other, _, _ in members):
            members.append((key, "", '"a"'))
    white = draw(_white)
    return f"{white}{_object(members)}{white}".encode()
