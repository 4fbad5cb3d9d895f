"""Of a web page the headline, the body, the captions and the metadata are told apart."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import Article
from searchkit.errors import Notice, Reject
from searchkit.sources.files import Document, Options
from searchkit.sources.html import read_html
from searchkit.sources.html.mhtml import read_mhtml

FIRST = (
    "The night ferry ran aground off Skarholm in thick fog early on Friday, and its ninety "
    "passengers had to wait four hours until the lifeboats came."
)
SECOND = (
    "Nobody was hurt, the harbour master said in the morning; the ship would be towed to the yard "
    "at Lindmouth as soon as the tide allowed it."
)


CARDS = "".join(
    f'<li class="item"><a href="/{number}">Storm number {number} of this autumn</a> '
    "and what it did to the roofs of the town</li>"
    for number in range(6)
)


def page(body: str, head: str = "", attributes: str = 'lang="en"') -> str:
    return f"<!DOCTYPE html><html {attributes}><head>{head}</head><body>{body}</body></html>"


def article_page(*more: str, head: str = "") -> str:
    return page(
        f"<article><h1>Night ferry runs aground</h1><p>{FIRST}</p>{''.join(more)}"
        f"<p>{SECOND}</p></article>",
        head,
    )


def read(content: str | bytes, url: str = "", encoding: str | None = None) -> Article:
    data = content.encode() if isinstance(content, str) else content
    found = list(read_html(Document("page.html", data, url, encoding), Options()))
    assert isinstance(found[-1], Article), found
    return found[-1]


def linked(**fields: object) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


class TestBody:
    def test_is_the_paragraphs_of_the_article(self) -> None:
        article = read(article_page("<h2>The rescue</h2>"))
        assert article.headline == "Night ferry runs aground"
        assert article.body == f"{FIRST}\n\nThe rescue\n\n{SECOND}"

    @pytest.mark.parametrize(
        "other",
        [
            "<nav><a href=/a>News from the islands and the coast</a></nav>",
            "<aside><p>Our newsletter tells every morning what happened on the coast.</p></aside>",
            '<div class="related-articles"><p>Another ship ran aground here in spring.</p></div>',
            '<div class="comments"><p>I was on board of her, and it was no fun at all.</p></div>',
            "<footer><p>All that is written here belongs to the Harbour Post.</p></footer>",
            '<p hidden="">Nobody is meant to read this paragraph, which is not shown.</p>',
            '<p style="display: none">Nobody is meant to read this paragraph either.</p>',
            "<script>var text = 'this is no text of the article at all, but a program';</script>",
            '<p><a href="/b">Read more: how the lighthouse keeper saw the ship coming</a></p>',
            f"<ul>{CARDS}</ul>",
        ],
    )
    def test_has_nothing_of_what_stands_beside_it(self, other: str) -> None:
        body = f"{FIRST}\n\n{SECOND}"
        assert read(article_page(other)).body == body
        assert read(article_page().replace("</body>", f"{other}</body>")).body == body

    def test_is_found_without_any_names(self) -> None:
        content = page(f"<div><div><span>{FIRST}</span><br><br><span>{SECOND}</span></div></div>")
        assert read(content).body == f"{FIRST} {SECOND}"

    def test_may_be_in_a_form_or_named_otherwise(self) -> None:
        for opening, closing in (
            ("<form>", "</form>"),
            ('<div class="sidebar-layout">', "</div>"),
            ('<div class="comments-enabled author">', "</div>"),
        ):
            body = f"{opening}<p>{FIRST}</p><p>{SECOND}</p>{closing}"
            assert read(page(body)).body == f"{FIRST}\n\n{SECOND}"

    def test_is_what_linked_data_say_where_the_page_shows_a_beginning(self) -> None:
        whole = f"{FIRST}\n\n{SECOND}\n\n{FIRST}\n\n{SECOND}"
        head = linked(headline="Night ferry", articleBody=whole)
        assert read(page(f"<p>{FIRST}</p>", head)).body == whole

    def test_has_what_the_article_says_beside_the_greater_part_of_it(self) -> None:
        most = [FIRST] * 6
        content = page(
            f"<article><h1>Night ferry</h1><p>{SECOND}</p><div><p>{'</p><p>'.join(most)}</p></div>"
            f"<div><p>{SECOND}</p><p>More on the harbour</p></div></article>"
            f"<div><p>{SECOND}</p></div>"
        )
        assert read(content).body == "\n\n".join((SECOND, *most, SECOND))

    def test_has_the_rows_of_tables_whatever_they_are_named(self) -> None:
        table = "<table><tr class=player-1><td>Ida</td><tr class=rating><td>5</td></table>"
        assert read(article_page(table)).body == f"{FIRST}\n\nIda\n\n5\n\n{SECOND}"

    def test_has_quotations_that_are_figures(self) -> None:
        quotation = (
            "<figure><img src=a.jpg><blockquote><p>I saw nothing at all.</p></blockquote>"
            "<figcaption>The captain, on Friday</figcaption></figure>"
        )
        article = read(article_page(quotation))
        assert article.body == (
            f"{FIRST}\n\nI saw nothing at all.\n\nThe captain, on Friday\n\n{SECOND}"
        )
        assert article.captions == ()

    def test_does_not_repeat_the_headline(self) -> None:
        head = '<meta property="og:title" content="Night ferry runs aground">'
        content = page(
            f"<div><p>Night ferry runs aground</p><p>{FIRST}</p><p>{SECOND}</p></div>", head
        )
        assert read(content).body == f"{FIRST}\n\n{SECOND}"


class TestCaptions:
    @pytest.mark.parametrize(
        "picture",
        [
            "<figure><img src=a.jpg alt=Ship><figcaption>{}</figcaption></figure>",
            "<figure><picture><source><img></picture><figcaption><p>{}</p></figcaption></figure>",
            '<div><img src=a.jpg><p class="wp-caption-text">{}</p></div>',
            '<div class="img"><div><img src=a.jpg width=640></div><div>{}</div></div>',
            '<a href="a.jpg" data-caption="{}"><img src=a.jpg></a>',
            '<div class="carousel"><div class="slide"><img src=a.jpg><span>{}</span></div></div>',
        ],
    )
    def test_are_told_from_the_body(self, picture: str) -> None:
        article = read(article_page(picture.format("The ferry on the rocks of Skarholm")))
        assert [caption.text for caption in article.captions] == [
            "The ferry on the rocks of Skarholm"
        ]
        assert article.body == f"{FIRST}\n\n{SECOND}"

    @pytest.mark.parametrize(
        ("inner", "text", "credit"),
        [
            ("The ferry <span class=credit>Ida Brandt/AP</span>", "The ferry", "Ida Brandt/AP"),
            ("The ferry (Photo: Ida Brandt)", "The ferry", "Photo: Ida Brandt"),
            ("The ferry. Foto: Ida Brandt/dpa", "The ferry.", "Foto: Ida Brandt/dpa"),
            ("The ferry © Ida Brandt", "The ferry", "© Ida Brandt"),
            ("The ferry <small>Getty Images</small>", "The ferry", "Getty Images"),
        ],
    )
    def test_have_their_credits_apart(self, inner: str, text: str, credit: str) -> None:
        content = article_page(f"<figure><img src=a.jpg><figcaption>{inner}</figcaption></figure>")
        (caption,) = read(content).captions
        assert (caption.text, caption.credit) == (text, credit)

    def test_are_descriptions_only_where_there_is_no_caption(self) -> None:
        (caption,) = read(article_page('<figure><img alt="A ferry in fog"></figure>')).captions
        assert (caption.text, caption.alt) == ("", "A ferry in fog")

    @pytest.mark.parametrize(
        "target",
        ["big.jpg", "big.webp?size=2#top", "#big", "/ferry", "https://post.example/ferry#2"],
    )
    @pytest.mark.parametrize(
        "inner",
        [
            "<figure><img src=a.jpg><figcaption>{}</figcaption></figure>",
            "<img src=a.jpg width=640><span>{}</span>",
        ],
    )
    def test_may_be_in_links_to_a_picture_or_the_page_itself(self, inner: str, target: str) -> None:
        link = f'<div><a href="{target}">{inner.format("The ferry on the rocks")}</a></div>'
        head = '<link rel="canonical" href="https://post.example/ferry">'
        (caption,) = read(article_page(link, head=head)).captions
        assert caption.text == "The ferry on the rocks"

    @pytest.mark.parametrize(
        "picture",
        [
            '<a href="/o"><figure><img><figcaption>Another ship</figcaption></figure></a>',
            '<div class="card"><img src=b.jpg><h3><a href="/o">Another ship</a></h3></div>',
            '<div><img src="icon.svg"><span>Share this article with your friends</span></div>',
            '<figure class="video"><img src=b.jpg><figcaption>Watch the film</figcaption></figure>',
        ],
    )
    def test_of_other_articles_are_none(self, picture: str) -> None:
        assert read(article_page(picture)).captions == ()

    @pytest.mark.parametrize(
        ("picture", "shown"),
        [
            ("<div hidden><figure><img>{}</figure></div>", False),
            ("<div style='Display: none'><img>{}</div>", False),
            ("<figure><img><div style='visibility:hidden'>{}</div></figure>", False),
            ("<figure aria-hidden=true><img>{}</figure>", True),
            ("<i class='slide on'><img></i><i class='slide' hidden><img>{}</i>", True),
        ],
    )
    def test_are_none_that_are_hidden_but_the_slides_of_a_gallery(
        self, picture: str, shown: bool
    ) -> None:
        caption = "<figcaption>The ferry<b hidden>, enlarged</b></figcaption>"
        article = read(article_page(picture.format(caption)))
        assert [each.text for each in article.captions] == (["The ferry"] if shown else [])
        assert article.body == f"{FIRST}\n\n{SECOND}"

    @pytest.mark.parametrize(
        ("inner", "text"),
        [
            ("2 of 12 | The ferry", "The ferry"),
            ("<b>2</b><b>of</b><b>12</b>The ferry", "The ferry"),
            ("2 of 12 sailors on deck", "2 of 12 sailors on deck"),
            ("The <i>night <b>ferry</b></i>, aground", "The night ferry, aground"),
            ("<p>The ferry</p><p>aground</p>", "The ferry aground"),
        ],
    )
    def test_are_what_is_shown_without_the_number_of_the_slide(self, inner: str, text: str) -> None:
        content = article_page(f"<figure><img src=a.jpg><figcaption>{inner}</figcaption></figure>")
        assert [caption.text for caption in read(content).captions] == [text]

    def test_are_the_article_of_a_gallery(self) -> None:
        slides = "".join(
            f"<figure><img src={number}.jpg><figcaption>Wave {number} breaks</figcaption></figure>"
            for number in range(2)
        )
        article = read(page(f"<h1>Pictures of the storm</h1><div>{slides}</div>"))
        assert (article.headline, article.body) == ("Pictures of the storm", "")
        assert [each.text for each in article.captions] == ["Wave 0 breaks", "Wave 1 breaks"]

    def test_come_in_the_order_of_the_page_and_once(self) -> None:
        figure = "<figure><img src=a.jpg><figcaption>{}</figcaption></figure>"
        names = ("One ship", "Two ships", "One ship")
        article = read(article_page(*(figure.format(name) for name in names)))
        assert [caption.text for caption in article.captions] == ["One ship", "Two ships"]


class TestMetadata:
    def test_comes_from_linked_data(self) -> None:
        head = linked(
            headline="Ferry aground &amp; afloat again",
            datePublished="1978-11-03T04:30:00+01:00",
            author=[{"@type": "Person", "name": "Ida Brandt"}, {"name": "Reuters"}],
            publisher={"@type": "Organization", "name": "Harbour Post"},
            articleSection=["News"],
            keywords=["ferry", "fog"],
        )
        article = read(
            article_page(head=head + '<link rel="canonical" href="/1978/ferry">'),
            url="https://post.example/x",
        )
        assert article.headline == "Ferry aground & afloat again"
        assert article.published == datetime(1978, 11, 3, 3, 30, tzinfo=timezone.utc)
        assert (article.authors, article.agencies) == (("Ida Brandt",), ("Reuters",))
        assert (article.publisher, article.section) == ("Harbour Post", "News")
        assert article.keywords == ("ferry", "fog")
        assert (article.language, article.url) == ("en", "https://post.example/1978/ferry")

    @pytest.mark.parametrize("turned", [False, True])
    def test_names_whom_linked_data_only_refer_to(self, turned: bool) -> None:
        nodes = [
            {"@type": "NewsArticle", "headline": "Ferry aground", "author": {"@id": "#ida"}},
            {"@type": "Person", "@id": "#ida", "name": "Ida Brandt"},
            {"@type": "JobPosting", "headline": "Deck hand", "name": "Deck hand", "url": "/job"},
        ]
        data = {"@graph": nodes[::-1] if turned else nodes}
        head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
        article = read(article_page(head=head))
        assert (article.headline, article.authors) == ("Ferry aground", ("Ida Brandt",))

    def test_comes_from_meta_elements(self) -> None:
        head = """
            <meta property="og:title" content="Ferry aground | Harbour Post">
            <meta property="og:site_name" content="Harbour Post">
            <meta property="article:published_time" content="1978-11-03T04:30:00Z">
            <meta name="author" content="By Ida Brandt and Zoë Lind">
            <meta property="article:section" content="News">
            <meta name="keywords" content="ferry, fog">
            <meta property="og:url" content="https://post.example/ferry">
        """
        article = read(article_page(head=head))
        assert article.headline == "Ferry aground"
        assert article.published == datetime(1978, 11, 3, 4, 30, tzinfo=timezone.utc)
        assert article.authors == ("Ida Brandt", "Zoë Lind")
        assert (article.publisher, article.section) == ("Harbour Post", "News")
        assert (article.keywords, article.url) == (("ferry", "fog"), "https://post.example/ferry")

    def test_comes_from_what_is_shown(self) -> None:
        byline = '<p class="byline">By Ida Brandt</p><time datetime="1978-11-03">3 November</time>'
        article = read(article_page(byline))
        assert article.authors == ("Ida Brandt",)
        assert article.published == datetime(1978, 11, 3, tzinfo=timezone.utc)
        assert article.body == f"{FIRST}\n\n{SECOND}"

    def test_of_a_date_that_cannot_be_read_is_told(self) -> None:
        head = '<meta property="article:published_time" content="last Friday">'
        found = list(read_html(Document("page.html", article_page(head=head).encode()), Options()))
        assert isinstance(found[0], Notice)
        assert "last Friday" in found[0].reason

    def test_that_is_broken_does_no_harm(self) -> None:
        head = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>'
        assert read(article_page(head=head)).headline == "Night ferry runs aground"


class TestEncodings:
    text = "Fähre läuft auf Grund"

    def page(self, charset: str) -> str:
        return article_page(head=f'<meta charset="{charset}">').replace(
            "Night ferry runs aground", self.text
        )

    def test_are_those_that_the_page_declares(self) -> None:
        assert read(self.page("iso-8859-1").encode("cp1252")).headline == self.text
        assert read(self.page("windows-1250").encode("cp1250")).headline == self.text

    def test_are_those_of_the_server_and_the_byte_order_mark(self) -> None:
        content = self.page("utf-8")
        assert read(content.encode("cp1252"), encoding="windows-1252").headline == self.text
        assert read(content.encode("utf-16")).headline == self.text

    def test_are_utf_8_where_the_bytes_can_be_nothing_else(self) -> None:
        assert read(self.page("iso-8859-1").encode()).headline == self.text


class TestMessages:
    def test_are_read_as_the_page_in_them(self) -> None:
        message = (
            "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://post.example/ferry\r\n"
            'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            f"{article_page().replace('=', '=3D')}\r\n--b--\r\n"
        )
        (article,) = read_mhtml(Document("page.mhtml", message.encode()), Options())
        assert isinstance(article, Article)
        assert (article.body, article.url) == (f"{FIRST}\n\n{SECOND}", "https://post.example/ferry")

    def test_without_a_page_are_rejected(self) -> None:
        (reject,) = read_mhtml(Document("page.mhtml", b"Subject: none\r\n\r\nText"), Options())
        assert isinstance(reject, Reject)


class TestWhatIsNoArticle:
    @pytest.mark.parametrize(
        "content", [b"", b"\0\0\0\0", b"<html>", b"<p>Not found</p>", b"<" * 1000]
    )
    def test_is_rejected(self, content: bytes) -> None:
        (reject,) = read_html(Document("page.html", content), Options())
        assert isinstance(reject, Reject)

    @pytest.mark.parametrize(
        "content",
        [
            b"<html><body>" + b"<div>" * 300_000 + b"text " * 100,
            b"<html><body>" + b"<span>a" * 200_000,
            b"<html><body><p>" + b"<img src=x>" * 100_000,
            b"<html><body>" + b"<figure><img><figcaption>a b</figcaption></figure>" * 20_000,
            b"<html><body>" + b'<div class="caption"><img src=x>' * 20_000,
            b"<html><body><ul>" + b"<li class=a><a href=x>some long link text</a> b</li>" * 20_000,
            b"<html><body><div><div>" + b"<i class=caption>x</i>" * 50_000 + b"</div><img>",
            b"<html><body><figure><img>" + b"<b class=caption>x</b>" * 50_000,
            b"<html><body><figure><img>" + b"<figcaption>abc</figcaption>" * 50_000,
            b"<html><body><figure><img><figcaption>" + b"<small>x</small>" * 50_000,
            b"<html><body><div>" + b"<p><img></p>" * 50_000,
            b"<html><head><title>" + b"a | " * 50_000 + b"</title></head><h1>b</h1>" * 2,
            b'<script type="application/ld+json">' + b'{"a":' * 100_000,
            b"<!-- " * 100_000,
            b'<a href="' * 100_000,
        ],
    )
    def test_takes_seconds_at_most_however_it_is_made(self, content: bytes) -> None:
        started = time.monotonic()
        assert list(read_html(Document("page.html", content), Options()))
        assert time.monotonic() - started < 30

    @settings(deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                [
                    *(
                        "<p>",
                        "</p>",
                        "<div class=caption>",
                        "</div>",
                        "<figure>",
                        "</figure>",
                        "<a>",
                    ),
                    *(
                        "<img alt=x>",
                        "<figcaption>",
                        "<table>",
                        "<td>",
                        "<!--",
                        "-->",
                        "&#0;",
                        "<br>",
                    ),
                    *("<script>", "</script>", FIRST, "word", "\ud800", '<div data-caption="y">'),
                ]
            ),
            max_size=40,
        )
    )
    def test_gives_an_article_or_a_reject(self, pieces: list[str]) -> None:
        content = "".join(pieces).encode(errors="surrogatepass")
        found = list(read_html(Document("page.html", content), Options()))
        assert sum(isinstance(each, (Article, Reject)) for each in found) == 1
