"""The text of a fragment of HTML."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.sources.fields.markup import plain_text_of, text_and_pictures


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Otters return.</p><p>They like it.</p>", "Otters return.\n\nThey like it."),
        ("<p>Otters <b>re</b>turn", "Otters return"),
        ("<h2>The Lind</h2>\n<ul><li>one</li>\n<li>two</ul>", "The Lind\n\none\n\ntwo"),
        ("One line<br>and the next<br/>one", "One line\nand the next\none"),
        ("caf&eacute; &amp; bar &#8211; &lt;b&gt; AT&T", "café & bar – <b> AT&T"),
        ("a<script>if (a < b) x('</p>')</script>b<style>p{}</style>c", "abc"),
        ("before<svg><svg>x</svg>y</svg>after", "beforeafter"),
        ("one<!-- not this -->two", "onetwo"),
        ("  spread \n over\tlines ", "spread over lines"),
        ("no markup, 1 < 2", "no markup, 1 < 2"),
        ("cut short &amp; then <b", "cut short & then <b"),
        ("", ""),
        ("<p> </p>", ""),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text_of(markup) == text


@given(st.text(alphabet="<>/&;!-ab p\n\"'=#x", max_size=200))
def test_any_text_is_taken(markup: str) -> None:
    assert "<p>" not in plain_text_of(markup.replace("&", ""))


@pytest.mark.parametrize(
    "piece", ["<div>", "</p>", "<svg>", "<b a=", "<!--", "&#", "<a href='", "<"]
)
def test_deep_and_broken_markup_takes_little_time(piece: str) -> None:
    begun = time.perf_counter()
    plain_text_of(piece * 100_000 + "text")
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(
    ("figure", "text", "pictures"),
    [
        (
            "<figure><img alt='Two  tugs'><figcaption>Tugs <i>at</i> sea</figcaption></figure>",
            "",
            [{"text": "Tugs at sea", "alt": "Two tugs"}],
        ),
        ("<figure><figcaption>Tugs</figcaption><img></figure>", "", [{"text": "Tugs"}]),
        ("<figure><img alt='Tugs'></figure>", "", [{"alt": "Tugs"}]),
        ("<figure><img></figure>", "", []),
        (
            "<figure><table><tr><td>1</table><figcaption>Tides</figcaption></figure>",
            "1\n\nTides",
            [],
        ),
        (
            "<figure><figure><img alt='a'></figure><figure><img alt='b'></figure></figure>",
            "",
            [{"alt": "a"}, {"alt": "b"}],
        ),
        ("<figure><img alt='a'><figcaption>cut", "", [{"text": "cut", "alt": "a"}]),
        ("</figcaption></figure><figcaption>Tugs</figcaption>", "Tugs", []),
    ],
)
def test_figures_are_taken_apart(figure: str, text: str, pictures: list[dict[str, str]]) -> None:
    assert text_and_pictures(figure) == (text, pictures)
    whole = f"<p>One</p>{figure}"
    if not figure.endswith("cut"):
        whole += "<p>Two</p>"
        assert text_and_pictures(whole)[0] == "\n\n".join(filter(None, ["One", text, "Two"]))


@given(st.lists(st.sampled_from(["<figure>", "</figure>", "<figcaption>", "</figcaption>"])))
def test_no_text_of_broken_figures_is_lost(tags: list[str]) -> None:
    markup = "".join(f"{tag}{number}<img>" for number, tag in enumerate(tags))
    text, pictures = text_and_pictures(markup)
    found = " ".join([text, *(picture["text"] for picture in pictures)])
    assert sorted(map(int, found.split())) == list(range(len(tags)))
