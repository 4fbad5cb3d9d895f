from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from uniseg.wordbreak import word_break, words

from searchkit.kernels import text as compiled
from searchkit.kernels import unicode_classes
from searchkit.kernels.reference import text as reference
from searchkit.kernels.unicode_classes import CharacterClass, class_of

# What a tokeniser could stumble over: joiners, signs and suffixes in every place, both forms
# of accents, scripts with marks, scripts without spaces, and UTF-8 of one to four bytes.
MARKED = "é e\u0301 \u0301 \u00ad \u200b \u200d ß İ ſ ² ½ ٣ ٬ م \u064e צ ה क \u094d \u093f"
UNSPACED = "東 京 カ ｶ ﾞ か\u3099 한 \u1112 \u1161 \u11ab ไ ท \u0e35"
ASTRAL = "𝒳 𠀀 😀 \U0001f3fb \U000e0001"
PIECES = [
    *"aZ09 .,'’\uff07&_-\u2010\u2011·\u2027\u05f4#@+\n:/\0",
    *f"{MARKED} {UNSPACED} {ASTRAL} Ⓐ well U.S COVID ++ Turkey’s".split(),
]
# Characters that no version of Unicode in use lacks, since the table has one and Python another.
known = st.characters(codec="utf-8").filter(
    lambda char: unicodedata.ucd_3_2_0.category(char) != "Cn"
)
pieces = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
# Around the bounds of a machine word, and of what is kept of a surface.
lengths = st.sampled_from([1, 7, 8, 9, 15, 16, 17, 246, 247, 248, 249, 254, 255, 256, 257])
long_words = st.builds(lambda piece, length: piece * length, st.sampled_from(PIECES), lengths)
texts = st.lists(pieces | long_words | st.text(known, max_size=6), max_size=5).map("".join)


on_both = pytest.mark.parametrize("kernel", [compiled, reference], ids=["compiled", "reference"])


def found(kernel: ModuleType, text: str) -> list[str]:
    table = kernel.Surfaces()
    tokens, _ = table.tokenize([text], b"\0")
    surfaces = table.surfaces()[1]
    return [surfaces[number] for number in tokens]


def pairs(flat: Iterable[int]) -> list[tuple[int, int]]:
    numbers = iter(flat)
    return list(zip(numbers, numbers, strict=True))


@on_both
@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("", ""),
        ("... — & '' # @ ++ _ -", ""),
        ("The quick, brown fox.", "the quick brown fox"),
        ("O'Brien’s 1990's ’twas rock'n'roll'", "o'brien’s 1990's twas rock'n'roll"),
        ("U.S. e.g. Idlib.The a..b v1.5 3.5m", "u.s e.g idlib.the a b v1.5 3.5m"),
        ("1,000 a,b 1,a 1.000.000,5", "1,000 a b 1 a 1.000.000,5"),
        ("AT&T R&D 3&4 col·labora", "at&t r&d 3 4 col·labora"),
        ("foo_bar_1 _x_", "foo_bar_1 x"),
        ("F-35 COVID-19-related mid-1990s", "f-35 covid-19 related mid-1990s"),
        ("e-mail T-shirt well-known 9-11 2-a", "e-mail t-shirt well known 9 11 2 a"),
        ("F\u201135 X\u2010ray a–b a--1", "f\u201135 x\u2010ray a b a 1"),
        ("#MeToo @jane_doe ##x #1 me@b.com #-x", "#metoo @jane_doe #x #1 me b.com x"),
        ("C++ C# F#, C++11 C#x AB# @c#", "c++ c# f# c 11 c x ab @c"),
        ("12:30 and/or", "12 30 and or"),
        ("東京都", "東京 京都 都"),
        ("東 京2020年", "東 京 2020 年"),
        ("한국 カﾞー", "한국 국 カﾞー ー"),
        ("\u1112\u1161\u11ab\u1100\u116e", "\u1112\u1161\u11ab\u1100\u116e \u1100\u116e"),
        ("ไทย", "ไท ทย ย"),
        ("CAFÉ cafe\u0301 \u0301x", "cafÉ cafe\u0301 x"),
        ("हिन्दी العَرَبية", "हिन्दी العَرَبية"),
        ("CO₂ 10½ ٣٬٥٠٠", "co₂ 10½ ٣٬٥٠٠"),
        ("👨\u200d👩 a😀b", "a b"),
    ],
)
def test_what_is_a_surface(kernel: ModuleType, text: str, surfaces: str) -> None:
    assert " ".join(found(kernel, text)) == surfaces


@settings(max_examples=300)
@example(["a" * 255 + "'s", "é" * 256, "a" * 254 + "é"])
@example(["1234567", "12345678", "123456789", "x1234567 y", "1234567\u0301"])
@given(st.lists(texts, max_size=4))
def test_the_twins_agree(drawn: list[str]) -> None:
    languages = bytes(number % 2 for number in range(len(drawn)))
    tables = compiled.Surfaces(), reference.Surfaces()
    assert tables[0].tokenize(drawn, languages) == tables[1].tokenize(drawn, languages)
    assert tables[0].surfaces() == tables[1].surfaces()
    for text in drawn:
        assert compiled.locate(text) == reference.locate(text)


@given(texts)
def test_located_characters_are_those_of_the_surfaces(text: str) -> None:
    lowered = [
        "".join(char.lower() if char.isascii() else char for char in text[start:end])[:255]
        for start, end in pairs(compiled.locate(text))
    ]
    assert lowered == found(compiled, text)


@given(texts)
def test_every_letter_and_digit_is_in_a_surface(text: str) -> None:
    covered: set[int] = set()
    for start, end in pairs(compiled.locate(text)):
        covered.update(range(start, end))
    missed = [char for place, char in enumerate(text) if place not in covered]
    assert not any(unicodedata.category(char)[0] in "LN" for char in missed if char not in "ﾞﾟ")


WITHOUT_SPACES = (CharacterClass.UNSPACED, CharacterClass.JAMO_TAIL)
EXTENDING = ("EXTEND", "FORMAT", "ZWJ")


def is_letter_or_digit(char: str) -> bool:
    return word_break(char).name in ("ALETTER", "HEBREW_LETTER", "NUMERIC")


def tailored(text: str) -> str:
    """`text` with a space for each character that we treat otherwise than UAX #29, on purpose."""
    kept: list[str] = []
    before = ""  # the kind of the last character that extends no other
    for place, char in enumerate(text):
        kind, category = word_break(char).name, unicodedata.category(char)
        extended = word_break(text[place + 1 : place + 2] or " ").name in EXTENDING
        otherwise = (
            # Bigrams of writing without spaces.
            class_of(ord(char)) in WITHOUT_SPACES
            or kind == "KATAKANA"
            # Our own joiners, signs and suffixes.
            or char in "&_#@+-\u2010\u2011"
            # Colons, semicolons and the rarer ones of the same effect break.
            or kind in ("EXTENDNUMLET", "DOUBLE_QUOTE")
            or (kind.startswith("MID") and char not in "'’.,\u00b7\u2027\u05f4\uff07\u066c")
            # CO₂ is a word; what is neither letter nor number by category is none.
            or (category[0] == "N") != (kind == "NUMERIC")
            or (kind == "ALETTER" and category[0] != "L" and category != "So")
            or category == "Cn"
            # Nor are emoji, which extend nothing and are extended by nothing.
            or (kind in ("OTHER", "EXTEND") and category[0] == "S")
            # Apostrophes join a number to letters (1990's), and do not close a Hebrew word.
            or (char in "'’\uff07" and before in ("NUMERIC", "HEBREW_LETTER"))
            # Marks extend what is in a word, not what joins it.
            or (kind.startswith(("MID", "SINGLE")) and extended)
        )
        kept.append(" " if otherwise else char)
        if kind not in EXTENDING:
            before = "" if otherwise else kind
    return "".join(kept)


@settings(max_examples=300)
@given(pieces | st.text(known, max_size=8))
def test_surfaces_are_the_words_of_uax_29(text: str) -> None:
    plain = tailored(text)
    expected = [word for word in words(plain) if any(map(is_letter_or_digit, word))]
    assert [plain[start:end] for start, end in pairs(compiled.locate(plain))] == expected


@on_both
def test_places_are_counted_in_characters_whatever_bytes_they_take(kernel: ModuleType) -> None:
    text = "😀 é F-35 𝒳yz 東京 x"
    assert [(text[start:end], start) for start, end in pairs(kernel.locate(text))] == [
        ("é", 2),
        ("F-35", 4),
        ("𝒳yz", 9),
        ("東京", 13),
        ("京", 14),
        ("x", 16),
    ]


@on_both
def test_an_overlong_surface_is_cut_and_still_ends_where_it_ends(kernel: ModuleType) -> None:
    for word in ("x" * 300, "é" * 300, "x" * 254 + "-35", "東" + "\u0301" * 300):
        assert found(kernel, word) == [word[:255]]
        assert kernel.locate(word) == array("I", [0, len(word)])


@on_both
def test_surfaces_are_numbered_as_they_come_and_by_language(kernel: ModuleType) -> None:
    table = kernel.Surfaces()
    assert table.tokenize(["the fog", "", "The internationally"], b"\0\0\1") == (
        array("I", [0, 1, 2, 3]),
        array("I", [2, 2, 4]),
    )
    assert table.tokenize(["fog", "internationally"], b"\0\1")[0] == array("I", [1, 3])
    assert table.surfaces(1) == (b"\0\1\1", ["fog", "the", "internationally"])
    assert (len(table), table.surfaces(4)) == (4, (b"", []))
    assert table.tokenize([], b"") == (array("I"), array("I"))


def test_a_table_grows_without_mixing_up_its_surfaces() -> None:
    table = compiled.Surfaces()
    size = table.nbytes
    words = [f"{kind}{number}" for number in range(20_000) for kind in ("a", "internationally")]
    assert table.tokenize([" ".join(words)], b"\0")[0] == array("I", range(len(words)))
    assert table.tokenize([" ".join(words)], b"\0")[0] == array("I", range(len(words)))
    assert table.surfaces()[1] == words
    assert table.nbytes > size + 24 * len(words)


@on_both
def test_what_cannot_be_tokenised_is_refused(kernel: ModuleType) -> None:
    table = kernel.Surfaces()
    with pytest.raises(ValueError, match="2 texts and the languages of 1"):
        table.tokenize(["a", "b"], b"\0")
    with pytest.raises(UnicodeEncodeError):
        table.tokenize(["\ud800"], b"\0")
    with pytest.raises(UnicodeEncodeError):
        kernel.locate("\ud800")
    with pytest.raises(IndexError, match="surface 1 of 0"):
        table.surfaces(1)
    assert table.tokenize(["fog"], b"\0")[0] == array("I", [0])


def test_two_threads_cannot_damage_a_table() -> None:
    table = compiled.Surfaces()
    texts = [" ".join(f"word{n}" for n in range(first, first + 9_999)) for first in range(40)]

    def tokenize(text: str) -> int | str:
        try:
            return len(table.tokenize([text], b"\0")[0])
        except RuntimeError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        results = set(pool.map(tokenize, texts))
    refused = "this table of surfaces is in use by another thread; make one each"
    assert 9_999 in results <= {9_999, refused}
    assert len(set(table.surfaces()[1])) == len(table)


def test_the_compiled_classes_are_those_of_unicodedata() -> None:
    written = unicode_classes.TABLE.read_text(encoding="utf-8")
    if f"# Unicode {unicodedata.unidata_version}." in written:
        assert written == unicode_classes.generate()
    for code_point in range(0x20, 0x3000):
        kind, char = class_of(code_point), chr(code_point)
        if unicodedata.ucd_3_2_0.category(char) != "Cn":
            expected = kind in (CharacterClass.LETTER, CharacterClass.DIGIT, *WITHOUT_SPACES)
            assert bool(found(compiled, char)) == expected, hex(code_point)
