"""Items of RSS and Atom become articles."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from searchkit import Caption
from tests.sources.conftest import ReadFile, headlines

RSS = """
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
  <title>The Lindmouth Courier</title>
  <link>https://courier.example/</link>
  <language>en-GB</language>
  <image><title>Our logo</title></image>
  <item>
    <title>Otters &amp; eels return</title>
    <link>https://courier.example/otters</link>
    <guid isPermaLink="false">4711</guid>
    <description>Otters are &lt;b&gt;back&lt;/b&gt;.</description>
    <c:encoded><![CDATA[<p>Otters are back.</p><p>The eels caf&eacute; hides.</p>]]></c:encoded>
    <dc:creator>Ida Brandt and J. Iversen, Reuters</dc:creator>
    <pubDate>Thu, 20 Feb 2020 10:30:00 +0000</pubDate>
    <category>Nature</category><category domain="x">Rivers</category>
    <media:content url="o.jpg" medium="image">
      <media:title type="plain">An otter</media:title>
      <media:description type="html">It &lt;i&gt;eats&lt;/i&gt;.</media:description>
      <media:credit role="photographer">Ann Lee</media:credit>
    </media:content>
    <media:content url="o.mp4" medium="video"><media:description>Film</media:description>
    </media:content>
  </item>
  <item>
    <title>Fog</title>
    <guid>https://courier.example/fog</guid>
    <author>fog@courier.example (Piers Holm)</author>
    <description>No ferry.</description>
    <media:description>The quay</media:description><media:credit>AP</media:credit>
  </item>
</channel>
</rss>
"""

ATOM = """<?xml version="1.0"?>
<!-- made by hand -->
<a:feed xmlns:a="http://www.w3.org/2005/Atom" xml:lang="de">
  <a:title>Küstenblatt</a:title>
  <a:author><a:name>Ole Hansen</a:name></a:author>
  <a:entry>
    <a:title type="html">Nebel &amp;amp; Eis</a:title>
    <a:id>tag:kuestenblatt.example,2020:1</a:id>
    <a:link rel="enclosure" href="https://k.example/a.mp3"/>
    <a:link rel="alternate" type="application/json" href="https://k.example/1.json"/>
    <a:link href="https://k.example/1"/>
    <a:updated>2020-02-21T00:00:00Z</a:updated>
    <a:published>2020-02-20T10:30:00Z</a:published>
    <a:category term="eis" label="Eis"/><a:category term="nebel"/>
    <a:content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Es ist <em>kalt</em>.</p>
      <p>Sehr<br/>kalt &lt; gestern.</p></div></a:content>
  </a:entry>
  <a:entry>
    <a:title>Wind</a:title>
    <a:id>tag:kuestenblatt.example,2020:2</a:id>
    <a:author><a:name>Ida Brandt</a:name></a:author>
    <a:author><a:name>J. Iversen</a:name></a:author>
    <a:updated>2020-02-21T00:00:00Z</a:updated>
    <a:summary>Wenig &lt;b&gt; Wind.</a:summary>
  </a:entry>
</a:feed>
"""


class TestRss:
    def test_every_part_of_an_item_goes_where_it_belongs(self, read_file: ReadFile) -> None:
        result = read_file("a.xml", RSS)
        article, _ = result.articles
        assert result.rejects == result.notices == []
        assert article.headline == "Otters & eels return"
        assert article.body == "Otters are back.\n\nThe eels café hides."
        assert article.authors == ("Ida Brandt", "J. Iversen")
        assert article.agencies == ("Reuters",)
        assert article.published == datetime(2020, 2, 20, 10, 30, tzinfo=timezone.utc)
        assert article.keywords == ("Nature", "Rivers")
        assert article.publisher == "The Lindmouth Courier"
        assert article.language == "en-GB"
        assert article.url == "https://courier.example/otters"
        assert article.captions == (Caption(title="An otter", text="It eats.", credit="Ann Lee"),)

    def test_what_stands_in_for_what_is_not_there(self, read_file: ReadFile) -> None:
        _, article = read_file("a.xml", RSS).articles
        assert article.url == "https://courier.example/fog"
        assert article.authors == ("Piers Holm",)
        assert article.body == "No ferry."
        assert article.captions == (Caption(text="The quay", credit="AP"),)

    def test_version_one_has_its_items_beside_the_channel(self, read_file: ReadFile) -> None:
        article = read_file(
            "a.xml",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<channel><title>Post</title><dc:language>en</dc:language></channel>"
            "<item><title>Fog</title><dc:date>2020-02-20</dc:date><dc:subject>Sea</dc:subject>"
            "</item></r:RDF>",
        ).article
        assert (article.headline, article.publisher, article.language) == ("Fog", "Post", "en")
        assert article.keywords == ("Sea",)

    def test_an_item_without_text_is_rejected_with_its_line(self, read_file: ReadFile) -> None:
        result = read_file("a.rss", "<rss><channel>\n<item><link>x</link></item>\n</channel></rss>")
        assert result.reject.line == 2
        assert "no headline, text or captions" in result.reject.reason

    def test_a_feed_without_items_is_told(self, read_file: ReadFile) -> None:
        assert "empty" in read_file("a.rss", "<rss><channel/></rss>").reject.reason

    def test_a_date_that_cannot_be_read_is_told(self, read_file: ReadFile) -> None:
        result = read_file(
            "a.rss", "<rss><item>\n<title>Fog</title><pubDate>soon</pubDate></item></rss>"
        )
        assert result.article.headline == "Fog"
        assert "'soon'" in result.notice.reason

    def test_a_number_is_no_id_and_a_name_for_good_is(self, read_file: ReadFile) -> None:
        item = "<item><title>{}</title><guid isPermaLink='false'>{}</guid></item>"
        first, second, third = read_file(
            "a.rss",
            "<rss>" + "".join(item.format(*x) for x in ["a1", "b1", ("c", "urn:x:1")]) + "</rss>",
        ).articles
        assert first.id != second.id
        assert third.id == "urn:x:1"


class TestAtom:
    def test_every_part_of_an_entry_goes_where_it_belongs(self, read_file: ReadFile) -> None:
        article, _ = read_file("a.xml", ATOM).articles
        assert article.headline == "Nebel & Eis"
        assert article.body == "Es ist kalt.\n\nSehr\nkalt < gestern."
        assert article.authors == ("Ole Hansen",)
        assert article.published == datetime(2020, 2, 20, 10, 30, tzinfo=timezone.utc)
        assert article.keywords == ("Eis", "nebel")
        assert article.publisher == "Küstenblatt"
        assert article.language == "de"
        assert article.url == "https://k.example/1"

    def test_plain_text_is_left_as_it_is(self, read_file: ReadFile) -> None:
        _, article = read_file("a.xml", ATOM).articles
        assert article.body == "Wenig <b> Wind."
        assert article.authors == ("Ida Brandt", "J. Iversen")
        assert article.id == "tag:kuestenblatt.example,2020:2"

    def test_an_entry_by_itself_is_a_feed(self, read_file: ReadFile) -> None:
        entry = '<entry xmlns="http://www.w3.org/2005/Atom"><title>Fog</title></entry>'
        article = read_file("a.xml", entry).article
        assert (article.headline, article.publisher) == ("Fog", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "cp1252", "shift_jis"])
def test_the_encoding_is_the_one_that_the_file_declares(read_file: ReadFile, encoding: str) -> None:
    title = "霧" if encoding == "shift_jis" else "Möwe"
    content = (
        f"<?xml version='1.0' encoding='{encoding}'?><rss><item><title>{title}</title></item></rss>"
    )
    result = read_file("a.xml", content.encode(encoding))
    assert result.article.headline == title
    assert result.notices == []


def test_of_a_broken_feed_what_comes_before_stays(read_file: ReadFile) -> None:
    result = read_file("a.xml", RSS.replace("<title>Fog</title>", "<title>Fog</titel>"))
    assert headlines(result) == ["Otters & eels return"]
    (reject,) = result.rejects
    assert reject.line == RSS[: RSS.index("<title>Fog")].count("\n") + 1
    assert "column" in reject.reason
    assert "item that begins in line" in reject.reason


def test_a_feed_that_is_cut_short_is_told(read_file: ReadFile) -> None:
    result = read_file("a.xml", RSS[: RSS.index("No ferry")])
    assert headlines(result) == ["Otters & eels return"]
    assert len(result.rejects) == 1
