"""The captions of a saved page are told from its running text."""

from __future__ import annotations

from searchkit import Caption
from tests.sources.conftest import page


def gallery(*slides: str) -> tuple[Caption, ...]:
    return page("Standfirst.", *slides).captions


def slide(description: str, *parts: str) -> str:
    return "\n\n".join([f"  • {description}", *(f"    {part}" for part in parts)])


class TestTheLeadPicture:
    def test_may_stand_before_the_text_without_a_standfirst(self) -> None:
        article = page("Tugs beside the ferry (Reuters/J. Iversen)", "Nobody was hurt.")
        assert article.captions == (
            Caption(text="Tugs beside the ferry", credit="Reuters/J. Iversen"),
        )
        assert article.body == "Nobody was hurt."

    def test_may_be_missing(self) -> None:
        article = page("The captain blamed the fog.", "Nobody was hurt (AP).", "It was late.")
        assert article.captions == ()
        assert (
            article.body == "The captain blamed the fog.\n\nNobody was hurt (AP).\n\nIt was late."
        )

    def test_is_one_of_the_first_two_paragraphs(self) -> None:
        third = "Tugs beside the ferry (Reuters/J. Iversen)"
        article = page("One.", "Two.", third)
        assert article.captions == ()
        assert article.body == f"One.\n\nTwo.\n\n{third}"

    def test_is_only_one(self) -> None:
        article = page("Tugs (Reuters/J. Iversen)", "Fog (AP/Ann Lee)", "Text.")
        assert len(article.captions) == 1
        assert article.body == "Fog (AP/Ann Lee)\n\nText."

    def test_follows_a_byline(self) -> None:
        article = page("By Ida Brandt", "Standfirst.", "Tugs (Reuters/J. Iversen)", "Text.")
        assert article.authors == ("Ida Brandt",)
        assert article.captions[0].credit == "Reuters/J. Iversen"
        assert article.body == "Standfirst.\n\nText."


class TestGalleries:
    def test_slides_without_a_headline_of_their_own(self) -> None:
        first, second = gallery(
            slide("One", "The night", "It was late."), slide("Two", "The night", "It was dark.")
        )
        assert first == Caption(alt="One", gallery="The night", text="It was late.")
        assert second == Caption(alt="Two", text="It was dark.")

    def test_slides_without_a_text(self) -> None:
        first, second = gallery(
            slide("One", "The night", "Fog"), slide("Two", "The night", "More fog")
        )
        assert first == Caption(alt="One", gallery="The night", title="Fog")
        assert second == Caption(alt="Two", title="More fog")

    def test_slides_of_a_description_only(self) -> None:
        assert gallery(slide("One"), slide("Two")) == (Caption(alt="One"), Caption(alt="Two"))

    def test_a_description_and_a_text(self) -> None:
        first, second = gallery(slide("One", "It was late."), slide("Two", "It was dark."))
        assert first == Caption(alt="One", text="It was late.")
        assert second == Caption(alt="Two", text="It was dark.")

    def test_a_gallery_without_a_title(self) -> None:
        first, second = gallery(
            slide("One", "Fog", "It was late."), slide("Two", "More fog", "It was dark.")
        )
        assert first == Caption(alt="One", title="Fog", text="It was late.")
        assert second == Caption(alt="Two", title="More fog", text="It was dark.")

    def test_several_paragraphs_on_a_slide(self) -> None:
        first, _ = gallery(
            slide("One", "The night", "Fog", "It was late.", "It was dark."),
            slide("Two", "The night", "More fog", "It was cold."),
        )
        assert first.title == "Fog"
        assert first.text == "It was late.\n\nIt was dark."

    def test_of_a_single_slide_position_decides(self) -> None:
        (only,) = gallery(slide("One", "The night", "Fog", "It was late."))
        assert only == Caption(alt="One", gallery="The night", title="Fog", text="It was late.")
        (only,) = gallery(slide("One", "The night", "It was late."))
        assert only == Caption(alt="One", gallery="The night", text="It was late.")
        (only,) = gallery(slide("One", "It was late."))
        assert only == Caption(alt="One", text="It was late.")

    def test_two_galleries_one_after_the_other(self) -> None:
        captions = gallery(
            slide("One", "The night", "Fog", "It was late."),
            slide("Two", "The night", "More fog", "It was dark."),
            slide("Three", "The day", "Sun", "It was early."),
            slide("Four", "The day", "More sun", "It was light."),
        )
        assert [caption.gallery for caption in captions] == ["The night", "", "The day", ""]
        assert [caption.title for caption in captions] == ["Fog", "More fog", "Sun", "More sun"]

    def test_the_title_counts_in_the_place_in_which_it_repeats(self) -> None:
        first, second = gallery(
            slide("One", "Fog", "The night", "It was late."),
            slide("Two", "More fog", "The night", "It was dark."),
        )
        assert first == Caption(alt="One", gallery="The night", title="Fog", text="It was late.")
        assert second == Caption(alt="Two", title="More fog", text="It was dark.")

    def test_wrapped_lines_are_joined(self) -> None:
        (only,) = gallery("  • A grey sea\n    without a horizon\n\n    The night")
        assert only == Caption(alt="A grey sea without a horizon", gallery="The night")

    def test_what_follows_unindented_is_body(self) -> None:
        article = page("One.", slide("Fog", "The night", "It was late."), "Two.", "Three.")
        assert article.body == "One.\n\nTwo.\n\nThree."
        assert len(article.captions) == 1

    def test_the_author_below_a_gallery_is_not_its_text(self) -> None:
        article = page(slide("Fog", "It was late."), "    Author: Ida Brandt", "Two.", "ib/po (AP)")
        assert article.authors == ("Ida Brandt",)
        assert article.captions[0].text == "It was late."
        assert article.body == "Two."
        assert article.agencies == ("AP",)

    def test_a_list_is_body(self) -> None:
        article = page("They want:", "  • more horns\n  • less fog", "That is all.")
        assert article.captions == ()
        assert article.body == "They want:\n\n• more horns\n• less fog\n\nThat is all."
        assert page("They want:", "  - more horns", "  - less fog").captions == ()

    def test_bullets_without_an_indent_are_body(self) -> None:
        article = page("They want:", "• more horns", "• less fog")
        assert article.captions == ()
        assert article.body == "They want:\n\n• more horns\n\n• less fog"

    def test_stars_that_part_sections_are_no_gallery(self) -> None:
        article = page("One.", "  * * *", "Two.")
        assert article.captions == ()
        assert article.body == "One.\n\n* * *\n\nTwo."
