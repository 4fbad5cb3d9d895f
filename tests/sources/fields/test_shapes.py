"""Objects of known vocabularies and interfaces become articles, with all that is in them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Caption
from searchkit.errors import ArticleError
from searchkit.sources.fields.records import RecordReader
from tests.sources.conftest import ReadFile

NOON = datetime(1978, 11, 3, 12, 0, tzinfo=timezone.utc)
HEADLINE = "Night ferry runs aground"
BODY = "The ferry ran aground.\n\nNobody was hurt."
MARKUP = "<p>The ferry ran <b>aground</b>.</p><p>Nobody was hurt.<script>x()</script></p>"
ADDRESS = "https://harbourpost.example/ferry"

SCHEMA = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "@id": f"{ADDRESS}#article",
    "headline": HEADLINE,
    "articleBody": BODY,
    "description": "A ferry has run aground.",
    "datePublished": "1978-11-03T12:00:00Z",
    "author": [
        {"@type": "Person", "name": "Ida Brandt", "url": "https://harbourpost.example/ida"},
        {"@type": "Organization", "name": "Reuters"},
    ],
    "publisher": {"@type": "NewsMediaOrganization", "name": "Harbour Post", "logo": {"url": "x"}},
    "image": [
        "https://harbourpost.example/a.jpg",
        {
            "@type": "ImageObject",
            "url": "https://harbourpost.example/b.jpg",
            "caption": "Tugs at the ferry",
            "creditText": "P. O’Brien",
        },
    ],
    "articleSection": ["News", "Shipping"],
    "keywords": ["ferry", {"@type": "DefinedTerm", "name": "Skarholm"}],
    "inLanguage": {"@type": "Language", "name": "en"},
    "mainEntityOfPage": {"@type": "WebPage", "@id": ADDRESS},
    "isAccessibleForFree": True,
}
NINJS = {
    "uri": "http://harbourpost.example/1978/ferry",
    "type": "text",
    "headline": HEADLINE,
    "body_xhtml": MARKUP,
    "byline": "By Ida Brandt, Reuters",
    "versioncreated": "1978-11-03T12:00:00+00:00",
    "firstcreated": "1978-11-03T11:00:00+00:00",
    "subject": [{"code": "1", "name": "ferry"}, {"code": "2", "name": "Skarholm"}],
    "service": [{"code": "n", "name": "News"}],
    "language": "en",
    "copyrightholder": "Harbour Post",
    "slugline": "ferry-aground",
    "urgency": 3,
    "associations": {
        "featuremedia": {
            "type": "picture",
            "headline": "Aground",
            "description_text": "Tugs at the ferry",
            "creditline": "P. O’Brien",
            "renditions": {"original": {"href": "x"}},
        },
        "related": {"type": "text", "headline": "Another article"},
    },
    "canonicalurl": ADDRESS,
}
NINJS_2 = {
    "uri": "http://harbourpost.example/1978/ferry",
    "headlines": [{"role": "main", "value": HEADLINE}],
    "bodies": [{"role": "main", "contentType": "text/html", "value": MARKUP}],
    "by": "Ida Brandt, Reuters",
    "versionCreated": "1978-11-03T12:00:00+00:00",
    "subjects": [{"name": "ferry"}, {"name": "Skarholm"}],
    "section": "News",
    "language": "en",
    "copyrightHolder": "Harbour Post",
    "associations": [
        {
            "name": "main",
            "type": "picture",
            "headlines": [{"value": "Aground"}],
            "descriptions": [{"role": "caption", "value": "Tugs at the ferry"}],
            "creditline": "P. O’Brien",
        }
    ],
    "url": ADDRESS,
}
NEWS_API = {
    "source": {"id": "harbour-post", "name": "Harbour Post"},
    "author": "Ida Brandt, Reuters",
    "title": HEADLINE,
    "description": "A ferry has run aground.",
    "url": ADDRESS,
    "urlToImage": "https://harbourpost.example/a.jpg",
    "publishedAt": "1978-11-03T12:00:00Z",
    "content": f"{BODY}… [+1234 chars]",
}
GUARDIAN = {
    "id": "news/1978/nov/03/ferry",
    "type": "article",
    "sectionId": "news",
    "sectionName": "News",
    "webPublicationDate": "1978-11-03T12:00:00Z",
    "webTitle": "Night ferry aground",
    "webUrl": ADDRESS,
    "apiUrl": "https://api.harbourpost.example/ferry",
    "fields": {
        "headline": HEADLINE,
        "trailText": "A ferry has run <em>aground</em>.",
        "byline": "Ida Brandt",
        "body": MARKUP,
        "publication": "Harbour Post",
        "lang": "en",
    },
    "tags": [
        {"id": "a", "type": "keyword", "webTitle": "ferry"},
        {"id": "b", "type": "keyword", "webTitle": "Skarholm"},
        {"id": "c", "type": "contributor", "webTitle": "Ida Brandt"},
        {"id": "d", "type": "tone", "webTitle": "News"},
    ],
    "elements": [
        {
            "type": "image",
            "relation": "main",
            "assets": [
                {
                    "type": "image",
                    "file": f"{width}.jpg",
                    "typeData": {
                        "caption": "Tugs at the <i>ferry</i>",
                        "credit": "P. O’Brien",
                        "altText": "Two tugs",
                        "width": width,
                    },
                }
                for width in ("140", "500")
            ],
        },
        {"type": "video", "assets": []},
    ],
}
TIMES = {
    "_id": "harbour://article/1",
    "abstract": "A ferry has run aground.",
    "lead_paragraph": BODY,
    "snippet": "A ferry",
    "web_url": ADDRESS,
    "source": "Harbour Post",
    "headline": {"main": HEADLINE, "kicker": None, "print_headline": "Ferry"},
    "byline": {
        "original": "By IDA BRANDT",
        "person": [{"firstname": "Ida", "middlename": None, "lastname": "Brandt", "rank": 1}],
        "organization": None,
    },
    "multimedia": [
        {"type": "image", "subtype": kind, "caption": "Tugs at the ferry", "credit": "P. O’Brien"}
        for kind in ("xlarge", "thumbnail")
    ],
    "pub_date": "1978-11-03T12:00:00+0000",
    "section_name": "News",
    "news_desk": "Foreign",
    "keywords": [
        {"name": "subject", "value": "ferry", "rank": 1},
        {"name": "glocations", "value": "Skarholm", "rank": 2},
    ],
    "document_type": "article",
    "word_count": 7,
}
SHAPES: dict[str, dict[str, Any]] = {
    "schema.org": SCHEMA,
    "ninjs": NINJS,
    "ninjs 2": NINJS_2,
    "NewsAPI": NEWS_API,
    "Guardian": GUARDIAN,
    "New York Times": TIMES,
}
WITHOUT_PICTURES = {"NewsAPI"}
LANGUAGE_IS_NAMED = {"schema.org", "ninjs", "ninjs 2", "Guardian"}


@pytest.mark.parametrize("layout", ["a line", "several lines", "in a list", "in an answer"])
@pytest.mark.parametrize("name", SHAPES)
def test_an_object_gives_its_article(read_file: ReadFile, name: str, layout: str) -> None:
    record = SHAPES[name]
    written = {
        "a line": json.dumps(record),
        "several lines": json.dumps(record, indent=2),
        "in a list": json.dumps([record]),
        "in an answer": json.dumps({"status": "ok", "response": {"results": [record]}}),
    }[layout]
    result = read_file("x.json", written)
    assert result.rejects == result.notices == []
    article = result.article
    assert article.headline == HEADLINE
    assert article.body.endswith(BODY)
    assert article.published == NOON
    assert article.publisher == "Harbour Post"
    assert article.authors == ("Ida Brandt",)
    assert article.url == ADDRESS
    if name not in WITHOUT_PICTURES:
        assert len(article.captions) == 1
        assert article.captions[0].text == "Tugs at the ferry"
        assert article.captions[0].credit == "P. O’Brien"
        assert article.section == "News"
        assert article.keywords == ("ferry", "Skarholm")
    if name in LANGUAGE_IS_NAMED:
        assert article.language == "en"


@pytest.mark.parametrize("name", ["schema.org", "ninjs", "ninjs 2", "NewsAPI"])
def test_agencies_are_told_from_authors(read_file: ReadFile, name: str) -> None:
    assert read_file("x", json.dumps(SHAPES[name])).article.agencies == ("Reuters",)


def test_a_standfirst_begins_the_body_and_a_summary_stands_in_for_it(read_file: ReadFile) -> None:
    assert read_file("x", json.dumps(GUARDIAN)).article.body.startswith("A ferry has run aground.")
    short = {**SCHEMA, "articleBody": None}
    assert read_file("x", json.dumps(short)).article.body == "A ferry has run aground."


def test_alternative_texts_are_kept(read_file: ReadFile) -> None:
    (caption,) = read_file("x", json.dumps(GUARDIAN)).article.captions
    assert caption == Caption(text="Tugs at the ferry", credit="P. O’Brien", alt="Two tugs")


class TestSchema:
    def test_a_graph_gives_its_article_and_what_it_names(self, read_file: ReadFile) -> None:
        graph = {
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebSite", "@id": "#site", "name": "Harbour Post"},
                {"@type": "Person", "@id": "#ida", "name": "Ida Brandt"},
                {"@type": "ImageObject", "@id": "#image", "caption": "Tugs at the ferry"},
                {
                    "@type": ["Article", "NewsArticle"],
                    "headline": HEADLINE,
                    "author": {"@id": "#ida"},
                    "publisher": {"@id": "#site"},
                    "image": {"@id": "#image"},
                    "inLanguage": "en",
                },
            ],
        }
        article = read_file("x", json.dumps(graph)).article
        assert (article.headline, article.publisher) == (HEADLINE, "Harbour Post")
        assert (article.authors, article.language) == (("Ida Brandt",), "en")
        assert article.captions == (Caption(text="Tugs at the ferry"),)

    @pytest.mark.parametrize("indent", [None, 1])
    def test_a_graph_of_several_articles_gives_each(
        self, read_file: ReadFile, indent: int | None
    ) -> None:
        graph = [
            {"@type": "NewsArticle", "headline": "One", "author": {"@id": "#ida"}},
            {"@type": "Person", "@id": "#ida", "name": "Ida Brandt"},
            {"@type": "NewsArticle", "section": "News"},
            {"@type": "NewsArticle", "headline": "Two", "author": [{"@id": "#ida"}, {"@id": 1}]},
        ]
        result = read_file("x", json.dumps({"@context": "x", "@graph": graph}, indent=indent))
        assert [(each.headline, each.authors) for each in result.articles] == [
            ("One", ("Ida Brandt",)),
            ("Two", ("Ida Brandt",)),
        ]
        assert len(result.rejects) == 1

    def test_a_language_is_told_by_its_code(self, read_file: ReadFile) -> None:
        language = {"@type": "Language", "name": "German", "alternateName": "de"}
        record = {**SCHEMA, "inLanguage": language}
        assert read_file("x", json.dumps(record)).article.language == "de"

    def test_a_site_or_a_person_is_no_article(self, read_file: ReadFile) -> None:
        nodes = [
            {"@type": "WebSite", "@context": "https://schema.org", "name": "Harbour Post"},
            {"@type": "Person", "name": "Ida Brandt", "description": "writes"},
            SCHEMA,
        ]
        result = read_file("x", json.dumps(nodes))
        assert result.article.headline == HEADLINE
        assert len(result.rejects) == 2


def test_what_wordpress_gives_is_plain_text(read_file: ReadFile) -> None:
    post = {
        "id": 17,
        "date": "1978-11-03T13:00:00",
        "date_gmt": "1978-11-03T12:00:00",
        "guid": {"rendered": "https://harbourpost.example/?p=17"},
        "link": ADDRESS,
        "title": {"rendered": "Night ferry runs aground &#8211; <em>again</em>"},
        "content": {"rendered": MARKUP, "protected": False},
        "excerpt": {"rendered": "<p>A ferry has run aground.</p>"},
        "_embedded": {
            "author": [{"id": 3, "name": "Ida Brandt"}],
            "wp:featuredmedia": [
                {"caption": {"rendered": "<p>Tugs at the ferry</p>"}, "alt_text": "Two tugs"}
            ],
            "wp:term": [
                [{"taxonomy": "category", "name": "News"}],
                [{"taxonomy": "post_tag", "name": "R&amp;D"}, {"taxonomy": "post_tag"}],
            ],
        },
    }
    article = read_file("x.json", json.dumps([post])).article
    assert article.headline == "Night ferry runs aground – again"
    assert (article.body, article.url, article.published) == (BODY, ADDRESS, NOON)
    assert (article.section, article.authors) == ("News", ("Ida Brandt",))
    assert article.keywords == ("R&D",)
    assert article.captions == (Caption(text="Tugs at the ferry", alt="Two tugs"),)
    assert article.id != "17"  # which is another article's of another site


def test_figures_in_a_body_are_captions_where_there_are_no_others(read_file: ReadFile) -> None:
    figure = "<figure><img src='a' alt='Two tugs'><figcaption>Tugs</figcaption></figure>"
    fields = {**GUARDIAN["fields"], "body": figure + MARKUP, "bodyText": "Without paragraphs"}  # type: ignore[dict-item]
    article = read_file("x", json.dumps({**GUARDIAN, "fields": fields})).article
    assert article.body.endswith(BODY)
    assert "Tugs" not in article.body
    assert [caption.text for caption in article.captions] == ["Tugs at the ferry"]
    article = read_file("y", json.dumps({**GUARDIAN, "fields": fields, "elements": []})).article
    assert article.captions == (Caption(text="Tugs", alt="Two tugs"),)


def test_items_of_a_feed_in_json_are_plain_text(read_file: ReadFile) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour Post",
        "items": [
            {
                "id": "7",
                "title": HEADLINE,
                "content_html": MARKUP,
                "date_published": "1978-11-03T12:00:00Z",
                "authors": [{"name": "Ida Brandt"}],
            },
            {"id": "8", "content_text": "Fog."},
        ],
    }
    one, two = read_file("x.json", json.dumps(feed)).articles
    assert (one.headline, one.body, one.published) == (HEADLINE, BODY, NOON)
    assert one.authors == ("Ida Brandt",)
    assert two.body == "Fog."


def test_hits_of_a_search_engine_are_unwrapped(read_file: ReadFile) -> None:
    answer = {
        "took": 3,
        "hits": {
            "total": {"value": 2},
            "hits": [
                {"_index": "news", "_id": "7", "_source": {"title": "One", "text": "Fog."}},
                {"_index": "news", "_id": "8", "_source": GUARDIAN},
            ],
        },
    }
    first, second = read_file("x", json.dumps(answer)).articles
    assert (first.id, first.headline, first.body) == ("7", "One", "Fog.")
    assert (second.headline, second.section) == (HEADLINE, "News")


@pytest.mark.parametrize("name", SHAPES)
def test_a_mapping_takes_the_place_of_a_field(read_file: ReadFile, name: str) -> None:
    record = {**SHAPES[name], "extra": {"title": "Mapped"}}
    result = read_file("x.jsonl", json.dumps(record), fields={"headline": "extra.title"})
    assert result.article.headline == "Mapped"
    assert result.article.body.endswith(BODY)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("<p>&a/ ", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)


def spoilt(value: Any, data: st.DataObject) -> Any:
    """The value with something else somewhere in it."""
    if not isinstance(value, (dict, list)) or not value or not data.draw(st.integers(0, 3)):
        return data.draw(anything)
    place = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else [0]))
    copy = value.copy()
    copy[place] = spoilt(value[place], data)
    return copy


@pytest.mark.parametrize("name", [*SHAPES, "Elasticsearch"])
@given(data=st.data())
def test_any_values_are_taken(name: str, data: st.DataObject) -> None:
    record = SHAPES.get(name, {"_id": "1", "_source": {"title": "One"}})
    place = data.draw(st.sampled_from(sorted(record)))
    record = {**record, place: spoilt(record[place], data)}
    with suppress(ArticleError):
        RecordReader().read(record, [])
