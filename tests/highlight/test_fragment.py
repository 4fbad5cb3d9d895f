from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Fragment, harmless


@given(st.text())
def test_html_escapes_everything_but_its_own_marks(text: str) -> None:
    fragment = Fragment(text, ((0, len(text)),) if text else ())
    markup = fragment.html()
    assert not re.search("[<>\"']", re.sub("</?mark>", "", markup))
    assert html.unescape(re.sub("</?mark>", "", markup)) == html.unescape(html.escape(text))


def test_html_marks_with_another_tag_on_request() -> None:
    assert Fragment('a "b" & c', ((2, 5),)).html("em") == "a <em>&quot;b&quot;</em> &amp; c"


@pytest.mark.parametrize(
    "attack",
    ["\x1b[2J", "\x9b31m", "\u202eevil", "\x07", "\r", "\x00", "\u2066x", "\u200e", "\x7f"],
)
def test_nothing_in_a_text_commands_the_terminal(attack: str) -> None:
    shown = Fragment(f"fog {attack} fog", ((0, 3),)).ansi()
    assert shown.startswith("\x1b[1mfog\x1b[0m ")
    rest = shown.removeprefix("\x1b[1mfog\x1b[0m")
    assert all(char.isprintable() or char == " " for char in rest)


@given(st.text())
def test_harmless_text_keeps_its_length_and_its_printable_characters(text: str) -> None:
    safe = harmless(text)
    assert len(safe) == len(text)
    assert all(a == b for a, b in zip(text, safe, strict=True) if a.isprintable())
    assert harmless(safe) == safe
