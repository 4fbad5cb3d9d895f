from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article, ArticleError, Caption

text = st.text(max_size=30)
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
captions = st.builds(Caption, text=text, title=text, credit=text, alt=text, gallery=text)
articles = st.builds(
    Article,
    headline=text,
    body=text,
    captions=st.lists(captions, max_size=3).map(tuple),
    published=st.none() | st.datetimes(timezones=zones),
    section=text,
    publisher=text,
    authors=st.lists(text, max_size=3).map(tuple),
    agencies=st.lists(text, max_size=3).map(tuple),
    language=text,
    url=text,
    keywords=st.lists(text, max_size=3).map(tuple),
)


@given(articles)
def test_an_article_survives_the_way_through_json(article: Article) -> None:
    assert Article.from_json(article.to_json()) == article
    assert Article.from_dict(json.loads(json.dumps(article.to_dict()))) == article


@given(articles)
def test_the_offset_from_utc_survives_too(article: Article) -> None:
    if article.published:
        back = Article.from_dict(article.to_dict()).published
        assert back is not None
        assert back.utcoffset() == article.published.utcoffset()


def test_the_same_article_gets_the_same_id_and_another_gets_another() -> None:
    record = {"headline": "Fog", "body": "Thick.", "publisher": "Harbour Post"}
    assert Article.from_dict(record).id == Article.from_dict(record).id
    others = [{**record, key: value + "!"} for key, value in record.items()]
    others += [{**record, "captions": ["Fog"]}, {**record, "published": "1978-11-03"}]
    ids = {Article.from_dict(other).id for other in [record, *others]}
    assert len(ids) == len(others) + 1


def test_a_corrected_page_keeps_the_id_that_its_address_gives() -> None:
    url = "https://harbourpost.example/1978/ferry"
    first = Article(headline="Ferry aground", url=url)
    assert Article(headline="Ferry afloat", url=url + "#comments").id == first.id
    assert Article(headline="Ferry aground", url=url + "?page=2").id != first.id


def test_the_address_of_a_whole_site_identifies_no_article() -> None:
    url = "https://harbourpost.example/"
    assert Article(headline="One", url=url).id != Article(headline="Two", url=url).id


def test_an_address_that_is_none_identifies_no_article() -> None:
    one = Article(headline="One", url="http://[half/page")
    assert one.id != Article(headline="Two", url="http://[half/page").id


def test_an_id_of_the_source_is_kept() -> None:
    assert Article(id="reuters:42", headline="x").id == "reuters:42"


@given(articles, articles)
def test_digests_differ_when_articles_do(one: Article, other: Article) -> None:
    assert (one.digest == other.digest) == (one.to_dict() == other.to_dict())


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        ({"headline": 3}, "headline is of type int"),
        ({"body": None}, "body is of type NoneType"),
        ({"captions": "x"}, "captions is of type str"),
        ({"captions": [3]}, "captions holds a value of type int"),
        ({"captions": [{"txt": "x"}]}, "unknown field 'txt'"),
        ({"captions": [{"text": 3}]}, "captions.text is of type int"),
        ({"authors": "Jane"}, "authors is of type str"),
        ({"authors": [1]}, "authors is of type int"),
        ({"published": "yesterday"}, "'yesterday' is not an ISO 8601 time"),
        ({"published": 5}, "published is of type int"),
        ({"titel": "x"}, "unknown field 'titel'"),
        ({"id": "a\nb"}, "control characters"),
        ({"id": "x" * 513}, "longer than 512 bytes"),
        ({"body": "\ud800"}, "half a surrogate pair at character 0"),
    ],
)
def test_a_record_that_is_no_article_is_refused_with_the_field_named(
    record: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ArticleError, match=complaint):
        Article.from_dict(record)


def test_a_time_without_a_zone_is_taken_as_utc_from_a_record_and_refused_from_a_program() -> None:
    read = Article.from_dict({"published": "2020-02-20T10:30:00"}).published
    assert read == datetime(2020, 2, 20, 10, 30, tzinfo=timezone.utc)
    assert Article.from_dict({"published": "2020-02-20T10:30:00Z"}).published == read
    with pytest.raises(ArticleError, match="has no zone"):
        Article(published=datetime(2020, 2, 20))


@pytest.mark.parametrize("text", ["[]", "{", "", "3", '"x"'])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ArticleError):
        Article.from_json(text)
