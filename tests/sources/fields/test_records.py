"""JSON objects of many makes become articles."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article, Caption
from searchkit.errors import ArticleError
from searchkit.sources.fields.records import RecordReader

DAY = datetime(2020, 2, 20, tzinfo=timezone.utc)

text = st.text(st.characters(codec="utf-8"), max_size=40)
names = st.lists(text, max_size=3).map(tuple)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
captions = st.builds(Caption, text=text, title=text, credit=text, alt=text, gallery=text)
articles = st.builds(
    Article,
    id=st.from_regex(r"\w[\w .:/-]{0,20}\w", fullmatch=True) | st.just(""),
    headline=text,
    body=text,
    captions=st.lists(captions, max_size=3).map(tuple),
    published=st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones),
    section=text,
    publisher=text,
    authors=names,
    agencies=names,
    language=text,
    url=st.just("") | st.just("https://harbourpost.example/a?b#c") | text,
    keywords=names,
).filter(lambda a: bool(a.headline or a.body or any(c.searchable for c in a.captions)))


def mapped(record: dict[str, Any], **fields: str) -> Article:
    remarks: list[tuple[str, str]] = []
    article = RecordReader(fields).read(record, remarks)
    assert remarks == []
    return article


def remarks(record: dict[str, Any]) -> list[str]:
    """The fields of which something was left out."""
    told: list[tuple[str, str]] = []
    RecordReader().read(record, told)
    return [field for field, _ in told]


class TestSearchkitsOwnShape:
    @given(articles)
    def test_comes_back_exactly(self, article: Article) -> None:
        assert mapped(json.loads(article.to_json())) == article

    def test_with_a_foreign_date_is_read_all_the_same(self, ferry: Article) -> None:
        record = ferry.to_dict() | {"published": "20 February 2020"}
        assert mapped(record).published == DAY
        assert mapped(record).captions == ferry.captions


class TestFieldNames:
    @pytest.mark.parametrize(
        ("field", "keys"),
        [
            ("headline", "headline title hed head Title HEADLINE Head-line"),
            ("body", "body text content article articleBody article_body full_text maintext"),
            ("section", "section category desk section_name"),
            ("publisher", "publisher source site outlet source_name newspaper"),
            ("language", "language lang"),
            ("url", "url link canonical_url web_url URL"),
            ("id", "id _id guid uuid article_id articleId"),
        ],
    )
    def test_text_is_known_by_many_names(self, field: str, keys: str) -> None:
        for key in keys.split():
            article = mapped({"headline": "h", "body": "b", field: "", key: "harbour"})
            assert getattr(article, field) == "harbour", key

    @pytest.mark.parametrize(
        "key",
        [
            *("published", "date", "pub_date", "pubDate", "Pub-Date", "published_at"),
            *("publishedAt", "datePublished", "date_publish", "timestamp", "created_at"),
        ],
    )
    def test_the_date_is_known_by_many_names(self, key: str) -> None:
        assert mapped({"title": "h", key: "2020-02-20"}).published == DAY

    @pytest.mark.parametrize("key", ["keywords", "tags", "topics", "Tags"])
    def test_keywords_are_known_by_many_names(self, key: str) -> None:
        assert mapped({"title": "h", key: ["fog", "ferries"]}).keywords == ("fog", "ferries")

    def test_the_first_name_in_the_table_that_has_a_value_wins(self) -> None:
        record: dict[str, Any] = {
            "text": "t",
            "title": "low",
            "headline": " ",
            "hed": "lower",
            "body": None,
        }
        assert mapped(record).headline == "low"
        assert mapped(record).body == "t"
        record = {"content": ["c"], "body": "b", "created_at": "2001-01-01", "date": "2020-02-20"}
        assert mapped(record).body == "b"
        assert mapped(record).published == DAY

    def test_unknown_fields_are_ignored(self) -> None:
        assert mapped({"title": "h", "bias": 3, "x" * 10_000: {}, "": [], "_": 1}).headline == "h"

    def test_a_mapping_overrides_the_names_of_its_fields_only(self) -> None:
        record = {"headline": "h", "hl": "mapped", "txt": "b", "section": "s", "source": "p"}
        article = mapped(record, headline="hl", body="txt", section="rubrik")
        assert (article.headline, article.body) == ("mapped", "b")
        assert (article.section, article.publisher) == ("", "p")

    def test_a_mapped_key_is_not_used_for_another_field(self) -> None:
        article = mapped({"title": "s", "headline": "h", "subtitle": "u"}, section="title")
        assert (article.headline, article.section) == ("h", "s")
        assert mapped({"subtitle": "h", "body": "b"}, headline="subtitle").body == "b"


class TestBodies:
    def test_lists_are_paragraphs(self) -> None:
        assert mapped({"body": ["One.", "", "Two."]}).body == "One.\n\nTwo."

    def test_a_standfirst_comes_first_unless_it_is_there_already(self) -> None:
        assert mapped({"body": "One.", "standfirst": "Zero."}).body == "Zero.\n\nOne."
        assert mapped({"body": "Zero.\n One.", "dek": "Zero. One."}).body == "Zero.\n One."
        assert mapped({"title": "h", "subtitle": "Zero."}).body == "Zero."

    def test_a_summary_takes_the_place_of_a_missing_body(self) -> None:
        assert mapped({"title": "h", "description": "d"}).body == "d"
        assert mapped({"title": "h", "abstract": "d", "body": "b"}).body == "b"
        assert mapped({"title": "h", "summary": "d", "lead": "l", "body": " "}).body == "l\n\nd"

    def test_blocks_without_text_are_passed_over(self) -> None:
        blocks = [{"type": "p", "text": "One."}, {"type": "image"}, None, {"content": "Two."}]
        assert mapped({"body": blocks}).body == "One.\n\nTwo."

    def test_text_is_left_as_it_is(self) -> None:
        body = "<p>One &amp; two</p>\n\n\u00a0Three "
        assert mapped({"body": body}).body == body

    def test_text_may_be_wrapped(self) -> None:
        assert mapped({"title": {"rendered": "h"}, "content": {"rendered": "b"}}).body == "b"
        assert mapped({"headline": {"main": "h"}, "body": 12}).body == "12"


class TestCaptions:
    def test_are_strings_or_objects_with_various_names(self) -> None:
        record = {
            "captions": [
                "Tugs",
                {"caption": "Fog", "photographer": "Ann Lee", "alt_text": "Grey"},
                {"description": "Quay", "title": "Tea", "credit": "AP", "gallery": "Night"},
                {"text": "Dawn", "gallery": "Night"},
                {"url": "https://harbourpost.example/1.jpg", "width": 640},
                "",
            ]
        }
        assert mapped(record).captions == (
            Caption(text="Tugs"),
            Caption(text="Fog", credit="Ann Lee", alt="Grey"),
            Caption(text="Quay", title="Tea", credit="AP", gallery="Night"),
            Caption(text="Dawn"),
        )

    @pytest.mark.parametrize("key", ["images", "pictures", "photos", "image", "caption"])
    def test_stand_with_pictures_too(self, key: str) -> None:
        assert mapped({key: {"caption": "Tugs"}}).captions == (Caption(text="Tugs"),)

    def test_addresses_of_pictures_are_no_captions(self) -> None:
        record = {
            "title": "h",
            "images": ["https://harbourpost.example/1", "/i/2.png", "tugs.jpg", "Note: tugs"],
        }
        assert mapped(record).captions == (Caption(text="Note: tugs"),)

    def test_what_is_odd_in_one_does_not_cost_the_others(self) -> None:
        record = {"images": [{"caption": "Tugs", "source": {"x": 1}}, True, "Fog at sea"]}
        assert mapped(record).captions == (Caption(text="Tugs"), Caption(text="Fog at sea"))

    def test_the_first_name_that_has_any_wins(self) -> None:
        record = {"captions": [], "images": ["https://a.example/1"], "photos": [{"alt": "Tugs"}]}
        assert mapped(record).captions == (Caption(alt="Tugs"),)


class TestNames:
    @pytest.mark.parametrize(
        ("value", "authors"),
        [
            ("By Jane Doe and John Roe", ("Jane Doe", "John Roe")),
            (["Jane Doe", "John Roe"], ("Jane Doe", "John Roe")),
            (["Doe, Jane", "By John Roe and Ann Lee"], ("Doe, Jane", "John Roe", "Ann Lee")),
            ({"name": "Jane Doe"}, ("Jane Doe",)),
            ([{"name": "Jane Doe"}, {"firstname": "John", "lastname": "Roe"}],) * 2,
            (["Jane Doe", {"x": 1}, True], ("Jane Doe",)),
            ({"original": "By Jane Doe"}, ("Jane Doe",)),
            ("", ()),
            ([], ()),
            ([None, ""], ()),
        ],
    )
    def test_of_authors(self, value: Any, authors: Any) -> None:
        wanted = ("Jane Doe", "John Roe") if isinstance(authors, list) else authors
        assert mapped({"title": "h", "byline": value}).authors == wanted

    def test_of_agencies_in_a_byline_are_agencies(self) -> None:
        article = mapped({"title": "h", "author": "by Jane Doe, Reuters", "agencies": "AP, dpa"})
        assert article.authors == ("Jane Doe",)
        assert article.agencies == ("AP", "dpa", "Reuters")

    def test_of_publishers_may_be_objects(self) -> None:
        record = {"title": "h", "source": {"id": "hp", "name": "Harbour Post"}}
        assert mapped(record).publisher == "Harbour Post"

    def test_of_keywords_may_be_one_string_or_objects(self) -> None:
        assert mapped({"title": "h", "tags": "fog, ferries; fog"}).keywords == ("fog", "ferries")
        tags = [{"name": "place", "value": "Skarholm"}, "fog"]
        assert mapped({"title": "h", "tags": tags}).keywords == ("Skarholm", "fog")


class TestOddValues:
    def test_numbers_become_ids(self) -> None:
        assert mapped({"id": 17, "title": "h"}).id == "17"
        assert mapped({"_id": {"$oid": "5e4e"}, "title": "h"}).id == "5e4e"

    @pytest.mark.parametrize("value", ["a\nb\x00", "x" * 600, ["\x07"]])
    def test_an_id_that_cannot_be_used_is_derived_with_a_notice(self, value: Any) -> None:
        record = {"id": value, "title": "h"}
        article = RecordReader().read(record, [])
        if value != "a\nb\x00":
            assert len(article.id) == 20
        assert remarks(record) == ["id"]

    def test_dates_in_other_wrappings_are_read(self) -> None:
        assert mapped({"title": "h", "date": {"$date": "2020-02-20"}}).published == DAY
        assert mapped({"title": "h", "date": 1582156800}).published == DAY

    def test_an_unreadable_date_gives_a_notice(self) -> None:
        record = {"title": "h", "published": "10/02/2020"}
        assert RecordReader().read(record, []).published is None
        assert remarks(record) == ["published"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("section", True),
            ("section", {"x": 1}),
            ("authors", {"x": 1}),
            ("authors", True),
            ("keywords", [True]),
            ("captions", True),
            ("url", {"href": "x"}),
            ("date", ["a", "b"]),
        ],
    )
    def test_an_odd_value_of_a_lesser_field_gives_a_notice(self, field: str, value: Any) -> None:
        assert RecordReader().read({"title": "h", field: value}, []).headline == "h"
        assert len(remarks({"title": "h", field: value})) == 1

    def test_an_address_that_is_none_is_kept_as_it_is(self) -> None:
        record = {"title": "h", "url": "http://[half"}
        assert RecordReader().read(record, []).url == "http://[half"
        assert remarks(record) == []

    @pytest.mark.parametrize(
        "record",
        [
            {},
            {"id": "1", "section": "News"},
            {"headline": "", "body": " \n", "captions": [{"url": "x"}]},
            {"headline": True},
            {"headline": "h", "body": {"x": 1}},
        ],
    )
    def test_without_text_there_is_no_article(self, record: dict[str, Any]) -> None:
        with pytest.raises(ArticleError):
            RecordReader().read(record, [])

    @given(
        st.dictionaries(
            st.sampled_from(
                ["id", "title", "body", "images", "date", "author", "desk", "tags", "url", "dek"]
            ),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | text,
                lambda inner: (
                    st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3)
                ),
                max_leaves=6,
            ),
        )
    )
    def test_any_object_is_an_article_or_an_article_error(self, record: dict[str, Any]) -> None:
        try:
            article = RecordReader().read(record, [])
        except ArticleError:
            return
        assert Article.from_json(article.to_json()) == article
