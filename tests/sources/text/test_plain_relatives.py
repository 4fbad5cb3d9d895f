"""Texts that say in other ways than saved pages what they are; in doubt it stays in the body."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article, Caption
from searchkit.sources.text.text_heads import parse_text
from tests.sources.conftest import HEADLINE, ReadFile

DAY = datetime(2020, 2, 20, tzinfo=timezone.utc)


def article_of(read_file: ReadFile, text: str) -> Article:
    result = read_file("a.txt", text)
    assert result.notices == []
    return result.article


class TestFirstLines:
    @pytest.mark.parametrize(
        "line",
        [
            f"{HEADLINE} | News | Harbour Post | 20.02.2020",
            f"{HEADLINE} - News - Harbour Post - 20 February 2020",
            f"20 Feb 2020 – {HEADLINE} – News – Harbour Post",
            f"Published: 20 February 2020 | {HEADLINE} | News | Harbour Post",
            f"Datum: 20.02.2020  {HEADLINE} · News · Harbour Post",
            f"date 20.02.2020  {HEADLINE} | News | Harbour Post",
            f"2020-02-20 {HEADLINE} :: News :: Harbour Post",
            f"{HEADLINE} — News — Harbour Post — Thursday, February 20, 2020",
            f"Harbour Post » News » {HEADLINE} » 2020-02-20",
            f"20.02.2020 | Harbour Post | News | {HEADLINE}",
        ],
    )
    def test_dates_and_separators_of_many_makes(self, read_file: ReadFile, line: str) -> None:
        article = article_of(read_file, f"{line}\n\nNews\n\n{HEADLINE}\n\nText.\n")
        assert article.headline == HEADLINE
        assert (article.section, article.publisher) == ("News", "Harbour Post")
        assert article.published == DAY
        assert article.body == "Text."

    def test_several_lead_pictures_with_credits(self, read_file: ReadFile) -> None:
        article = article_of(
            read_file,
            f"{HEADLINE} - Harbour Post\n\n{HEADLINE}\n\nTugs (Reuters/J. Iversen)\n\n"
            "Fog (AP/Ann Lee)\n\nText.\n\nEels in a net (AP/Ann Lee)\n\nAuthor: Ida Brandt\n",
        )
        assert article.captions == (
            Caption(text="Tugs", credit="Reuters/J. Iversen"),
            Caption(text="Fog", credit="AP/Ann Lee"),
        )
        assert article.body == "Text.\n\nEels in a net (AP/Ann Lee)"
        assert article.authors == ("Ida Brandt",)

    @pytest.mark.parametrize(
        "text",
        [
            "Fog - a warning\n\nNo ferry.",
            "The ferry | News | Post\n\nNo ferry.",
            "20 February 2020 was a Thursday\n\nIt rained.",
            "date: 2020-02-20 | News\n\nNo ferry.",
        ],
    )
    def test_a_headline_that_is_not_repeated_leaves_all_as_it_is(
        self, read_file: ReadFile, text: str
    ) -> None:
        article = article_of(read_file, text)
        assert f"{article.headline}\n\n{article.body}" == text
        assert article.published is None


class TestKeysAndValues:
    def test_every_key_goes_where_it_belongs(self, read_file: ReadFile) -> None:
        article = article_of(
            read_file,
            """
Title: Fog over Skarholm
Author: Ida Brandt and J. Iversen
Date: 20 February 2020
Source: Harbour Post
Section: News
URL: https://post.example/fog
Language: en
Word count: 2
Caption: The quay
Photo: Ann Lee/AP

No ferry: none.

So be it.
""",
        )
        assert article.headline == "Fog over Skarholm"
        assert article.authors == ("Ida Brandt", "J. Iversen")
        assert article.published == DAY
        assert (article.publisher, article.section) == ("Harbour Post", "News")
        assert (article.url, article.language) == ("https://post.example/fog", "en")
        assert article.captions == (Caption(text="The quay", credit="Ann Lee/AP"),)
        assert article.body == "Word count: 2\n\nNo ferry: none.\n\nSo be it."

    def test_they_may_stand_below_the_headline(self, read_file: ReadFile) -> None:
        article = article_of(
            read_file, "Nebel\nAutorin: Ida Brandt\n\nDatum: 20.02.2020\nQuelle: dpa\n\nEis."
        )
        assert (article.headline, article.body) == ("Nebel", "Eis.")
        assert (article.authors, article.agencies) == (("Ida Brandt",), ("dpa",))
        assert article.published == DAY

    def test_without_a_title_the_next_line_is_it(self, read_file: ReadFile) -> None:
        text = "Date: 2020-02-20\nAuthor: Ida Brandt\n\nFog\n\nText: the rest."
        article = article_of(read_file, text)
        assert (article.headline, article.body) == ("Fog", "Text: the rest.")

    def test_the_text_may_have_a_key_too(self, read_file: ReadFile) -> None:
        text = "Headline: Fog\nAuthors: Ida Brandt\nBody: No ferry.\n\nNone."
        article = article_of(read_file, text)
        assert (article.headline, article.body) == ("Fog", "No ferry.\n\nNone.")

    @pytest.mark.parametrize(
        "text",
        [
            "Fog: no ferry\n\nDate: not known\n\nText.",
            "Section: seven\nSource: unknown\n\nText.",
            "Interview\n\nAnn: Why?\nBob: So.\n\nText.",
        ],
    )
    def test_what_is_no_head_is_left_as_it_is(self, read_file: ReadFile, text: str) -> None:
        article = article_of(read_file, text)
        assert f"{article.headline}\n{article.body}".replace("\n", "") == text.replace("\n", "")

    def test_a_second_title_stays_in_the_body(self, read_file: ReadFile) -> None:
        article = article_of(read_file, "Title: A\nTitle: B\nDate: 2020-02-20\n\nText.")
        assert (article.headline, article.body) == ("A", "Title: B\n\nText.")

    def test_a_date_that_cannot_be_read_is_told(self, read_file: ReadFile) -> None:
        result = read_file("a.txt", "Title: Fog\nDate: 10/02/2020\n\nText.")
        assert "10/02/2020" in result.notice.reason
        assert result.article.headline == "Fog"


class TestBylines:
    @pytest.mark.parametrize(
        "line",
        [
            "By Ida Brandt, 20 Feb 2020",
            "By Ida Brandt | February 20, 2020",
            "By Ida Brandt - 20.02.2020",
            "By Ida Brandt on 20 February 2020",
            "20 Feb 2020 · By Ida Brandt",
            "By Ida Brandt\nPublished: 20 February 2020",
            "Published on 20 February 2020\n\nAuthor: Ida Brandt",
            "Von Ida Brandt – 20.02.2020",
        ],
    )
    def test_a_byline_and_a_date_below_the_headline(self, read_file: ReadFile, line: str) -> None:
        article = article_of(read_file, f"Fog\n\nNo ferry.\n\n{line}\n\nText.")
        assert (article.headline, article.body) == ("Fog", "No ferry.\n\nText.")
        assert article.authors == ("Ida Brandt",)
        assert article.published == DAY

    @pytest.mark.parametrize(
        "line",
        ["By the way, it rained.", "By Friday, 20 Feb 2020", "On 20 Feb 2020 it rained.", "2020"],
    )
    def test_prose_is_left_in_the_body(self, read_file: ReadFile, line: str) -> None:
        assert article_of(read_file, f"Fog\n\n{line}\n\nText.").body == f"{line}\n\nText."

    def test_further_down_it_is_left_in_the_body(self, read_file: ReadFile) -> None:
        article = article_of(read_file, "Fog\n\nA.\n\nB.\n\nC.\n\nBy Ida Brandt")
        assert article.authors == ()
        assert article.body.endswith("By Ida Brandt")


class TestCaptionLines:
    @pytest.mark.parametrize(
        ("line", "caption"),
        [
            ("Caption: The quay", Caption(text="The quay")),
            ("Photo: The quay at night.", Caption(text="The quay at night.")),
            ("Foto: dpa/Ann Lee", Caption(credit="dpa/Ann Lee")),
            ("Bild: Der Kai (Foto: Ann Lee)", Caption(text="Der Kai", credit="Foto: Ann Lee")),
            ("Image 2: The quay", Caption(text="The quay")),
            ("Photo credit: Ann Lee", Caption(credit="Ann Lee")),
            ("Caption: The quay\nPhoto: Ann Lee", Caption(text="The quay", credit="Ann Lee")),
            ("Caption: The quay\n\nPhoto: Ann Lee", Caption(text="The quay", credit="Ann Lee")),
        ],
    )
    def test_a_label_announces_them(self, read_file: ReadFile, line: str, caption: Caption) -> None:
        article = article_of(read_file, f"Fog\n\nOne.\n\n{line}\n\nTwo.")
        assert article.captions == (caption,)
        assert article.body == "One.\n\nTwo."

    @pytest.mark.parametrize(
        "line", ["BILD: Warum?", "Photo: who took it?", "Photos: none", "Photo: x\nand more"]
    )
    def test_others_are_left_in_the_body(self, read_file: ReadFile, line: str) -> None:
        article = article_of(read_file, f"Fog\n\nOne.\n\n{line}\n\nTwo.")
        assert article.captions == ()
        assert article.body == f"One.\n\n{line}\n\nTwo."


labels = st.sampled_from(
    [
        *("Title: ", "Date: ", "Author: ", "By ", "Photo: ", "Caption: ", "Source: ", "URL: "),
        *("20 Feb 2020, ", "By Ann Lee, ", "X: ", "Body: ", "A | ", "    ", "", "", "\n", "\n\n"),
    ]
)
endings = st.sampled_from(["", ".", " Ann Lee", " (AP)", " (AP/Ann Lee)", "?", "\n"])


@given(st.lists(st.tuples(labels, endings), min_size=1, max_size=12))
def test_no_word_is_lost(parts: list[tuple[str, str]]) -> None:
    words = [f"Word{n}" for n in range(10, 10 + len(parts))]
    lines = [f"{a}{word}{b}" for (a, b), word in zip(parts, words, strict=True)]
    page = parse_text("\n".join(lines))
    kept = repr((page.article.to_dict(), page.remarks))
    for word in words:
        assert word in kept
