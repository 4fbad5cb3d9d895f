"""A file of NITF is one article."""

from __future__ import annotations

from datetime import datetime, timezone

from searchkit import Caption
from tests.sources.conftest import ReadFile

NITF = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "http://www.nitf.org/IPTC/NITF/3.3/specification/dtd/nitf-3-3.dtd">
<nitf xml:lang="en">
  <head>
    <title>Otters</title>
    <meta name="dsk" content="Nature Desk"/>
    <tobject><tobject.subject tobject.subject.type="Environment"/></tobject>
    <docdata>
      <doc-id regsrc="LNA" id-string="n-4711"/>
      <date.issue norm="20200220T103000+0100"/>
      <key-list><keyword key="otters"/><keyword key="rivers"/></key-list>
      <identified-content><location>Lindmouth</location></identified-content>
    </docdata>
    <pubdata name="The Lindmouth Courier" date.publication="20200221"/>
  </head>
  <body>
    <body.head>
      <hedline><hl1>Otters return to the <em>River</em> Lind</hl1>
        <hl2>They were gone for a century</hl2></hedline>
      <byline>By <person>Ida Brandt</person><byttl>Nature reporter</byttl></byline>
      <distributor>Reuters</distributor>
      <dateline><location>LINDMOUTH</location>, Feb. 20</dateline>
    </body.head>
    <body.content>
      <block>
        <p>The otters fish again.</p>
        <media media-type="image">
          <media-reference source="o.jpg" alternate-text="A wet otter"/>
          <media-caption><p>An otter eats.</p></media-caption>
          <media-producer>Ann Lee</media-producer>
        </media>
        <media media-type="video"><media-caption>A film</media-caption></media>
        <p>The eels do not.</p>
      </block>
    </body.content>
    <body.end><tagline>Reporting by J. Iversen</tagline></body.end>
  </body>
</nitf>
"""


def test_every_part_goes_where_it_belongs(read_file: ReadFile) -> None:
    result = read_file("a.xml", NITF)
    article = result.article
    assert result.notices == []
    assert article.id == "LNA:n-4711"
    assert article.headline == "Otters return to the River Lind"
    assert article.body == (
        "They were gone for a century\n\nLINDMOUTH, Feb. 20\n\nThe otters fish again.\n\n"
        "The eels do not.\n\nReporting by J. Iversen"
    )
    assert article.captions == (
        Caption(text="An otter eats.", credit="Ann Lee", alt="A wet otter"),
    )
    assert article.published == datetime(2020, 2, 20, 9, 30, tzinfo=timezone.utc)
    assert article.authors == ("Ida Brandt",)
    assert article.agencies == ("Reuters",)
    assert (article.section, article.publisher) == ("Nature Desk", "The Lindmouth Courier")
    assert article.keywords == ("otters", "rivers", "Lindmouth", "Environment")
    assert article.language == "en"


def test_a_beginning_that_is_repeated_stands_in_the_body_once(read_file: ReadFile) -> None:
    article = read_file(
        "a.nitf",
        "<nitf><body><body.head><hedline><hl1>Fog</hl1><hl2 class='online'>FOG</hl2></hedline>"
        "<byline>By Ann Lee</byline><byline class='normalized_byline'>Lee, Ann</byline>"
        "<abstract><p>No ferry.</p></abstract></body.head><body.content>"
        "<block class='lead'><p>No ferry.</p></block>"
        "<block class='full'><p>No ferry.</p><p>None at all.</p></block>"
        "</body.content></body></nitf>",
    ).article
    assert article.body == "No ferry.\n\nNone at all."
    assert article.authors == ("Ann Lee",)


def test_text_without_paragraphs_is_text(read_file: ReadFile) -> None:
    article = read_file(
        "a.nitf", "<nitf><body><body.content>Fog &amp; <em>ice</em>.</body.content></body></nitf>"
    ).article
    assert article.body == "Fog & ice."


def test_one_without_text_is_rejected(read_file: ReadFile) -> None:
    reject = read_file("a.nitf", "<?xml version='1.0'?>\n<nitf><body/></nitf>").reject
    assert "the nitf has no headline" in reject.reason
    assert reject.line == 2


def test_a_broken_one_is_rejected_with_line_and_column(read_file: ReadFile) -> None:
    reject = read_file("a.nitf", NITF.replace("</hl1>", "")).reject
    assert reject.line == 19
    assert "column" in reject.reason
