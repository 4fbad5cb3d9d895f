from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.kernels import (
    TELLING_BYTES,
    TELLING_LEAST,
    TELLING_RATIO,
    TELLING_SHARE,
    TELLING_STRIDE,
    TELLING_WORD,
)
from tests.kernels.twins import COMPILED, REFERENCE, on_both

LISTS = [[b"the", b"and", b"of"], [b"und", "für".encode(), "größe".encode()], ["и".encode()]]
LONGEST = b"x" * TELLING_WORD

PIECES = st.sampled_from(
    [
        *("the", "The", "AND", "of", "und", "für", "größe", "Größe", "и", "И", "x", "thex", "ther"),
        *(
            "日本",
            "naïve",
            "😀",
            "é",
            "É",
            " ",
            "’",
            "“",
            "«",
            "\u00a0",
            "-",
            ".",
            "'",
            "1",
            "the1",
        ),
        *("\0", "@", "[", "`", "{", "\u2fff"),
    ]
)


@given(st.lists(PIECES, max_size=200), st.sampled_from(["", " "]))
def test_both_twins_tell_the_same(pieces: list[str], between: str) -> None:
    text = between.join(pieces).encode()
    assert COMPILED.TellingWords(LISTS).number(text) == REFERENCE.TellingWords(LISTS).number(text)


@given(st.text(max_size=40), st.integers(1, 60))
def test_both_twins_tell_the_same_of_long_texts(text: str, times: int) -> None:
    lists = [[word.encode()] for word in {*text.lower().split()} if len(word.encode()) <= 8][:30]
    repeated = (f"{text} " * times).encode()
    ours, twins = (family.TellingWords(lists).number(repeated) for family in (COMPILED, REFERENCE))
    assert ours == twins


@on_both
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("the " * TELLING_LEAST, 0),
        ("the " * (TELLING_LEAST - 1), -1),
        ("THE.AND—of“The”And" + "’of" * TELLING_LEAST, 0),
        ("für\u00a0" * TELLING_LEAST, 1),
        ("größe " * TELLING_LEAST, 1),
        ("Für " * TELLING_LEAST, 1),
        ("и " * TELLING_LEAST, 2),
        ("thes " * TELLING_LEAST, -1),
        ("théthe " * TELLING_LEAST, -1),
        ("the1" * TELLING_LEAST, 0),
        ("", -1),
    ],
)
def test_words_are_runs_of_letters(kernels: SimpleNamespace, text: str, number: int) -> None:
    assert kernels.TellingWords(LISTS).number(text.encode()) == number


@on_both
def test_two_languages_are_not_told(kernels: SimpleNamespace) -> None:
    telling = kernels.TellingWords(LISTS)
    mostly = b"the " * (TELLING_LEAST * TELLING_RATIO)
    assert telling.number(mostly + b"und " * TELLING_LEAST) == 0
    assert telling.number(mostly[:-4] + b"und " * TELLING_LEAST) == (
        -1 if len(mostly) // 4 + TELLING_LEAST <= TELLING_STRIDE else 0
    )


@on_both
def test_few_among_many_words_tell_nothing(kernels: SimpleNamespace) -> None:
    telling = kernels.TellingWords(LISTS)
    fewest = b"word " * (TELLING_SHARE - 1) + b"the "
    assert telling.number(fewest * TELLING_LEAST) == 0
    assert telling.number((b"word " + fewest) * TELLING_LEAST) == -1


@on_both
def test_only_the_beginning_of_a_text_is_looked_at(kernels: SimpleNamespace) -> None:
    telling = kernels.TellingWords(LISTS)
    late = b"0" * (TELLING_BYTES - 4 * TELLING_LEAST)
    assert telling.number(late + b" the" * TELLING_LEAST) == 0
    # The last word is cut off.
    assert telling.number(late + b" the" * TELLING_LEAST + b"m") == -1
    assert telling.number(b"the" * TELLING_BYTES) == -1


@on_both
def test_the_first_clear_answer_stands(kernels: SimpleNamespace) -> None:
    telling = kernels.TellingWords(LISTS)
    assert telling.number(b"the " * TELLING_STRIDE + b"und " * TELLING_STRIDE) == 0


@on_both
def test_words_have_up_to_eight_bytes(kernels: SimpleNamespace) -> None:
    telling = kernels.TellingWords([[LONGEST], []])
    assert telling.number((LONGEST + b" ") * TELLING_LEAST) == 0
    assert telling.number((LONGEST + b"x ") * TELLING_LEAST) == -1
    assert kernels.TellingWords([]).number(b"the " * 100) == -1


@on_both
def test_hundreds_of_words_are_kept_apart(kernels: SimpleNamespace) -> None:
    words = [bytes(97 + int(digit) for digit in f"{number:03}") for number in range(300)]
    telling = kernels.TellingWords([words[first::30] for first in range(30)])
    for place, word in enumerate(words):
        assert telling.number((word + b" ") * TELLING_LEAST) == place % 30
    assert telling.number(b"zzz " * TELLING_LEAST) == -1
