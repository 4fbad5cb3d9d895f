"""A news page saved as text is taken apart, and nothing of it is lost."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article, Caption
from searchkit.sources.text.saved_page import parse_saved_page
from tests.sources.conftest import FIRST_LINE, HEADLINE, page, parsed

PAGE = f"""{FIRST_LINE}

News

{HEADLINE}

The captain blamed the fog. The fog could not be reached for comment.

Tugs beside the ferry at first light (Reuters/J. Iversen)

The ferry struck a sandbank at four in the morning, the pilot said (see map).

Nobody was hurt.

  • A grey sea without a horizon, seen from the bridge

    The night of the ferry

    Fog over the sound

    Visibility was thirty metres. The pilot had asked for a horn.

  • Passengers in blankets on the quay

    The night of the ferry

    Tea for four hundred

    The café opened at five.

    Author: Ida Brandt and Piers O’Brien


ib/po (AP, Reuters)

"""


class TestTheWholePage:
    def test_headline_section_and_publisher(self) -> None:
        article = parsed(PAGE)
        assert article.headline == HEADLINE
        assert article.section == "News"
        assert article.publisher == "Harbour Post"

    def test_the_pages_own_date_counts_not_that_of_saving(self) -> None:
        assert parsed(PAGE).published == datetime(1978, 11, 3, tzinfo=timezone.utc)

    def test_authors_and_agencies(self) -> None:
        assert parsed(PAGE).authors == ("Ida Brandt", "Piers O’Brien")
        assert parsed(PAGE).agencies == ("AP", "Reuters")

    def test_the_body_is_standfirst_and_running_text(self) -> None:
        assert parsed(PAGE).body.split("\n\n") == [
            "The captain blamed the fog. The fog could not be reached for comment.",
            "The ferry struck a sandbank at four in the morning, the pilot said (see map).",
            "Nobody was hurt.",
        ]

    def test_captions_keep_their_parts_apart_and_the_gallerys_title_comes_once(self) -> None:
        assert parsed(PAGE).captions == (
            Caption(text="Tugs beside the ferry at first light", credit="Reuters/J. Iversen"),
            Caption(
                alt="A grey sea without a horizon, seen from the bridge",
                gallery="The night of the ferry",
                title="Fog over the sound",
                text="Visibility was thirty metres. The pilot had asked for a horn.",
            ),
            Caption(
                alt="Passengers in blankets on the quay",
                title="Tea for four hundred",
                text="The café opened at five.",
            ),
        )

    @pytest.mark.parametrize(
        "changed",
        [
            PAGE.replace("    ", "\t").replace("  •", "\t•"),
            PAGE.replace("\n", "\n\n"),
            PAGE.replace(" ", "\u00a0"),
            PAGE.strip(),
            "\n\n" + PAGE,
            PAGE.replace(" date", "Date").replace("  Night", "\tNight"),
            PAGE.replace("\n\nib/po", "\nib/po"),
            PAGE.replace("    Author", "Author"),
        ],
        ids=["tabs", "more lines", "nbsp", "strip", "before", "date", "desk", "author"],
    )
    def test_white_space_of_another_kind_makes_no_difference(self, changed: str) -> None:
        def content(article: Article) -> Article:
            record = article.to_dict() | {"id": "-"}
            return Article.from_json(Article.from_dict(record).to_json().replace("\u00a0", " "))

        assert content(parsed(changed)) == content(parsed(PAGE))

    @pytest.mark.parametrize("bullet", "•‣▪●·*-–")
    def test_bullets_may_have_other_shapes(self, bullet: str) -> None:
        assert parsed(PAGE.replace("•", bullet)).captions == parsed(PAGE).captions


class TestTheFirstLine:
    @pytest.mark.parametrize(
        ("rest", "section", "publisher"),
        [
            ("News | Harbour Post | 03.11.1978", "News", "Harbour Post"),
            ("News | Harbour Post", "News", "Harbour Post"),
            ("News | 03.11.1978", "News", ""),
            ("Harbour Post | 03.11.1978", "News", "Harbour Post"),
            ("03.11.1978", "News", ""),
            ("News | Europe | Harbour Post | 03.11.1978", "News | Europe", "Harbour Post"),
            ("Harbour Post | 2 November 1978", "News", "Harbour Post"),
            ("News | 1843 | 03.11.1978", "News", "1843"),
        ],
    )
    def test_may_have_fewer_or_more_parts(self, rest: str, section: str, publisher: str) -> None:
        article = page("Text.", first_line=f" date 1978-11-05  {HEADLINE} | {rest}")
        assert article.headline == HEADLINE
        assert article.section == section
        assert article.publisher == publisher
        assert article.body in ("Text.", "News\n\nText.")

    def test_without_a_date_of_the_page_that_of_saving_counts(self) -> None:
        article = page("Text.", first_line=f" date 1978-11-05  {HEADLINE} | News | Harbour Post")
        assert article.published == datetime(1978, 11, 5, tzinfo=timezone.utc)

    @pytest.mark.parametrize("date", ["31.02.1978", "03/11/1978", "3.11.78"])
    def test_a_date_that_cannot_be_read_is_told_and_replaced(self, date: str) -> None:
        result = parse_saved_page(f" date 1978-11-05  {HEADLINE} | News | Post | {date}\n\nText.")
        assert result is not None
        assert result.article.published == datetime(1978, 11, 5, tzinfo=timezone.utc)
        assert date in result.remarks[0]
        assert result.article.publisher == "Post"

    def test_two_dates_that_cannot_be_read_leave_it_open(self) -> None:
        result = parse_saved_page(f" date 1978-99-05  {HEADLINE} | News | Post | 31.02.1978\n")
        assert result is not None
        assert result.article.published is None
        assert len(result.remarks) == 2

    def test_a_bar_in_the_headline_is_known_by_the_headline_below(self) -> None:
        first_line = " date 1978-11-05  Fog | A view from the bridge | Post"
        article = parsed(f"{first_line}\n\nFog | A view from the bridge\n\nText.")
        assert article.headline == "Fog | A view from the bridge"
        assert (article.section, article.publisher) == ("", "Post")

    def test_a_bar_in_the_headline_is_known_by_the_other_parts(self) -> None:
        article = parsed(" date 1978-11-05  Fog | A view | News | Post | 03.11.1978\n\nText.")
        assert article.headline == "Fog | A view"
        assert (article.section, article.publisher) == ("News", "Post")

    def test_alone_makes_an_article(self) -> None:
        article = parsed(FIRST_LINE)
        assert article.headline == HEADLINE
        assert article.body == ""

    def test_a_shortened_headline_is_completed_from_the_page(self) -> None:
        first_line = " date 1978-11-05  Night ferry runs aground… | News | Harbour Post"
        article = page("Text.", first_line=first_line)
        assert article.headline == HEADLINE
        assert article.body == "Text."

    def test_other_quotes_and_capitals_below_are_the_same_headline(self) -> None:
        first_line = " date 1978-11-05  the 'ferry' - lost | News | Post"
        article = parsed(f"{first_line}\n\nNEWS\n\nThe ‘Ferry’ – Lost\n\nText.")
        assert article.headline == "The ‘Ferry’ – Lost"
        assert article.section == "News"
        assert article.body == "Text."

    def test_a_headline_that_is_not_repeated_costs_no_paragraph(self) -> None:
        article = parsed(f"{FIRST_LINE}\n\nNews\n\nThe captain blamed the fog.\n\nNobody was hurt.")
        assert article.headline == HEADLINE
        assert article.body == "The captain blamed the fog.\n\nNobody was hurt."

    def test_a_page_without_its_section_costs_no_paragraph(self) -> None:
        article = parsed(f"{FIRST_LINE}\n\n{HEADLINE}\n\nThe captain blamed the fog.")
        assert article.section == "News"
        assert article.body == "The captain blamed the fog."

    def test_a_line_between_section_and_headline_stays_in_the_body(self) -> None:
        article = parsed(f"{FIRST_LINE}\n\nNews\n\nShipping\n\n{HEADLINE}\n\nText.")
        assert article.body == "Shipping\n\nText."


class TestAuthorsAndDesk:
    @pytest.mark.parametrize(
        ("line", "agencies"),
        [
            ("ib/po (AP, Reuters)", ("AP", "Reuters")),
            ("ib (dpa, epd)", ("dpa", "epd")),
            ("IB/PO (AFP)", ("AFP",)),
            ("ég/mc (AFP)", ("AFP",)),
            ("(Reuters)", ("Reuters",)),
            ("ib/po (Harbour News Agency)", ("Harbour News Agency",)),
            ("ib/po", ()),
            ("ib", ()),
        ],
    )
    def test_the_desk_line_gives_the_agencies(self, line: str, agencies: tuple[str, ...]) -> None:
        article = page("Text.", "Author: Ida Brandt", line)
        assert article.agencies == agencies
        assert article.authors == ("Ida Brandt",)
        assert article.body == "Text."

    @pytest.mark.parametrize(
        "line",
        ["(Applause)", "ib (see above)", "Correction (AP)", "End.", "Yesterday", "Fish, chips"],
    )
    def test_other_last_lines_are_body(self, line: str) -> None:
        article = page("One.", "Two.", line)
        assert article.agencies == ()
        assert article.body == f"One.\n\nTwo.\n\n{line}"

    def test_the_author_may_come_after_the_desk_line(self) -> None:
        article = page("Text.", "ib/po (AP)", "Autorin: Ida Brandt")
        assert article.authors == ("Ida Brandt",)
        assert article.agencies == ("AP",)
        assert article.body == "Text."

    def test_an_agency_among_the_authors_is_an_agency(self) -> None:
        article = page("Text.", "Author: Ida Brandt, Reuters", "ib (AP, Reuters)")
        assert article.authors == ("Ida Brandt",)
        assert article.agencies == ("Reuters", "AP")

    def test_no_author_and_no_desk_line(self) -> None:
        article = page("Text.")
        assert (article.authors, article.agencies, article.body) == ((), (), "Text.")

    def test_a_label_in_the_running_text_is_left_there(self) -> None:
        book = "Author: Ann Lee"
        article = page("One.", "Two.", "Three.", book, "Four.")
        assert article.authors == ()
        assert book in article.body


class TestOtherTexts:
    @pytest.mark.parametrize(
        "text",
        [
            "Just a headline\n\nand a text",
            "date 2020-02-20 was a Thursday\n\nand it rained",
            "The date 2020-02-20 | News | Post",
            "date 20.02.2020  Headline | News | Post",
            "date: 2020-02-20 | News\n",
            "",
            "\n\n",
        ],
    )
    def test_are_not_mistaken_for_a_page(self, text: str) -> None:
        assert parse_saved_page(text) is None

    def test_a_first_line_without_bars_counts_when_the_headline_follows(self) -> None:
        article = parsed(f" date 1978-11-05  {HEADLINE}\n\n{HEADLINE}\n\nText.")
        assert article.headline == HEADLINE
        assert article.body == "Text."


paragraphs = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1),
    max_size=8,
)


@given(paragraphs, st.sampled_from(["", "  • ", "    ", "\t", "  - "]))
def test_nothing_of_a_page_is_lost(words: list[str], indent: str) -> None:
    article = page(*(f"{indent}{word}" for word in words))
    kept = " ".join(
        [
            article.body,
            article.headline,
            *(caption.searchable for caption in article.captions),
            *article.authors,
            *article.agencies,
        ]
    )
    for word in words[:-1]:  # the last line may be the initials of the desk
        for part in word.replace("(", " ").replace(")", " ").split():
            assert part in kept or part in "•‣▪◦●·*–-"
