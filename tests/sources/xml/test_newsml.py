"""Items of NewsML-G2 become articles."""

from __future__ import annotations

from datetime import datetime, timezone

from searchkit import Caption
from tests.sources.conftest import ReadFile, headlines

NAR = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'

TEXT = f"""<newsItem {NAR} guid="urn:newsml:lna.example:20200220:1" version="2" xml:lang="en">
  <catalogRef href="http://127.0.0.1:1/catalog.xml"/>
  <itemMeta>
    <itemClass qcode="ninat:text"/>
    <provider qcode="nprov:LNA"><name>Lindmouth News</name></provider>
    <versionCreated>2020-02-20T10:30:00+01:00</versionCreated>
    <service qcode="svc:env"><name>Environment</name></service>
  </itemMeta>
  <contentMeta>
    <contentCreated>2020-02-19T10:30:00Z</contentCreated>
    <creator literal="desk"/>
    <infoSource literal="Reuters"/>
    <by>By Ida Brandt and J. Iversen</by>
    <language tag="en-GB"/>
    <subject qcode="medtop:06000000"><name xml:lang="en">nature</name></subject>
    <subject qcode="medtop:06000001"/>
    <keyword>otters</keyword>
    <headline>Otters return to the River Lind</headline>
    <dateline>LINDMOUTH, Feb. 20</dateline>
    <description role="drol:summary">Otters are back.</description>
  </contentMeta>
  <contentSet>{{}}</contentSet>
</newsItem>
"""

XHTML = """<inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Otters</title></head><body>
<p>They fish <b>again</b>.</p><figure><img src="o.jpg" alt="A wet otter"/>
<figcaption>An otter eats.</figcaption></figure><p>The eels hide.</p></body></html></inlineXML>"""

NITF = """<inlineXML contenttype="application/nitf+xml"><nitf
 xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.head><hedline><hl1>Other</hl1></hedline>
</body.head><body.content><p>They fish again.</p><media media-type="image"><media-caption>An otter
</media-caption><media-producer>Ann Lee</media-producer></media></body.content></body></nitf>
</inlineXML>"""

PICTURE = f"""<newsItem {NAR} guid="urn:p:1"><itemMeta><itemClass qcode="ninat:picture"/>
<provider literal="AP"/><versionCreated>2020-02-20</versionCreated></itemMeta>
<contentMeta><creator><name>Ann Lee</name></creator><creditline>AP</creditline>
<headline>Otter</headline><description role="drol:caption">An otter eats an eel.</description>
</contentMeta><contentSet><remoteContent href="o.jpg"/></contentSet></newsItem>
"""


def test_every_part_of_an_item_goes_where_it_belongs(read_file: ReadFile) -> None:
    result = read_file("a.xml", TEXT.format(XHTML))
    article = result.article
    assert result.notices == []
    assert article.id == "urn:newsml:lna.example:20200220:1"
    assert article.headline == "Otters return to the River Lind"
    assert article.body == "LINDMOUTH, Feb. 20\n\nThey fish again.\n\nThe eels hide."
    assert article.captions == (Caption(text="An otter eats.", alt="A wet otter"),)
    assert article.published == datetime(2020, 2, 20, 9, 30, tzinfo=timezone.utc)
    assert article.authors == ("Ida Brandt", "J. Iversen")
    assert article.agencies == ("Reuters",)
    assert (article.section, article.publisher) == ("Environment", "Lindmouth News")
    assert article.language == "en-GB"
    assert article.keywords == ("nature", "otters")


def test_the_text_may_be_nitf(read_file: ReadFile) -> None:
    article = read_file("a.xml", TEXT.format(NITF)).article
    assert article.headline == "Otters return to the River Lind"
    assert article.body == "LINDMOUTH, Feb. 20\n\nThey fish again."
    assert article.captions == (Caption(text="An otter", credit="Ann Lee"),)


def test_the_text_may_be_plain(read_file: ReadFile) -> None:
    text = "LINDMOUTH, Feb. 20 - They fish.\n\nSo."
    data = f'<inlineData contenttype="text/plain">\n{text}\n</inlineData>'
    assert read_file("a.xml", TEXT.format(data)).article.body == text


def test_the_text_may_be_html_within_text(read_file: ReadFile) -> None:
    data = '<inlineData contenttype="text/html">&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.</inlineData>'
    article = read_file("a.xml", TEXT.format(data)).article
    assert article.body.endswith("One.\n\nTwo.")


def test_what_describes_a_picture_is_its_caption(read_file: ReadFile) -> None:
    article = read_file("a.xml", PICTURE).article
    assert article.headline == "Otter"
    assert article.captions == (Caption(text="An otter eats an eel.", credit="Ann Lee/AP"),)
    assert article.agencies == ("AP",)
    assert article.body == ""


def test_a_message_holds_many_items(read_file: ReadFile) -> None:
    message = f"""<newsMessage {NAR}><header><sent>2020-02-20</sent></header><itemSet>
    {TEXT.format(XHTML)}<packageItem><headline>x</headline></packageItem>{PICTURE}
    <newsItem/></itemSet></newsMessage>"""
    result = read_file("a.xml", message)
    assert headlines(result) == ["Otters return to the River Lind", "Otter"]
    (reject,) = result.rejects
    assert "the newsItem has no headline" in reject.reason


def test_without_a_text_the_summary_is_the_body(read_file: ReadFile) -> None:
    article = read_file("a.xml", TEXT.format("")).article
    assert article.body == "LINDMOUTH, Feb. 20\n\nOtters are back."
