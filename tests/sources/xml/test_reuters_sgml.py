"""Documents of the Reuters-21578 collection become articles."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from searchkit.sources.xml import reuters_sgml
from tests.sources.conftest import ReadFile, headlines

DOCUMENT = """<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" OLDID="5544" NEWID="1">
<DATE>26-FEB-1987 15:01:01.79</DATE>
<TOPICS><D>herring</D><D>cod</D></TOPICS>
<PLACES><D>skarholm</D></PLACES>
<PEOPLE></PEOPLE>
<UNKNOWN>
&#5;&#5;&#5;C T
&#22;f0704&#31;reute</UNKNOWN>
<TEXT>&#2;
<TITLE>HERRING &lt;HRG> PRICES RISE
  IN SKARHOLM</TITLE>
<AUTHOR>    By Ida Brandt, Reuters</AUTHOR>
<DATELINE>    SKARHOLM, Feb 26 - </DATELINE><BODY>Herring &amp; cod
are dear, the caf\xe9 said.
    There was none
on Friday.
 Reuter
&#3;</BODY></TEXT>
</REUTERS>
"""
FILE = '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n' + DOCUMENT
SHORT = '<REUTERS NEWID="{}"><TEXT><TITLE>{}</TITLE></TEXT></REUTERS>\n'


def test_every_part_goes_where_it_belongs(read_file: ReadFile) -> None:
    result = read_file("reut.data", FILE.encode("latin-1"))
    article = result.article
    assert result.notices == []
    assert article.id == "reuters21578-1"
    assert article.headline == "HERRING <HRG> PRICES RISE IN SKARHOLM"
    assert article.body == (
        "SKARHOLM, Feb 26 - Herring & cod are dear, the café said.\n\nThere was none on Friday."
    )
    assert article.authors == ("Ida Brandt",)
    assert article.agencies == ("Reuters",)
    assert article.keywords == ("herring", "cod", "skarholm")
    moment = datetime(1987, 2, 26, 15, 1, 1, 790_000, tzinfo=timezone.utc)
    assert article.published == moment


def test_text_that_was_not_processed_is_the_body(read_file: ReadFile) -> None:
    text = '<TEXT TYPE="UNPROC">&#2;\n SKARHOLM FISH\nHERRING 14.2\n    COD 3\n</TEXT>'
    article = read_file("a.sgm", f'<REUTERS NEWID="7">{text}</REUTERS>').article
    assert article.body == "SKARHOLM FISH HERRING 14.2\n\nCOD 3"


def test_a_title_alone_is_an_article(read_file: ReadFile) -> None:
    article = read_file("a.sgm", SHORT.format(7, "FOG")).article
    assert (article.id, article.headline, article.body) == ("reuters21578-7", "FOG", "")


def test_a_document_without_text_is_rejected_with_its_line(read_file: ReadFile) -> None:
    result = read_file("a.sgm", SHORT.format(1, "A") + SHORT.format(2, "") + SHORT.format(3, "C"))
    assert headlines(result) == ["A", "C"]
    (reject,) = result.rejects
    assert reject.line == 2


def test_a_document_without_an_end_costs_only_itself(read_file: ReadFile) -> None:
    open_one = '<REUTERS NEWID="2">\n<TEXT>\n'
    result = read_file("a.sgm", SHORT.format(1, "A") + open_one + SHORT.format(3, "C") + open_one)
    assert headlines(result) == ["A", "C"]
    assert [reject.line for reject in result.rejects] == [2, 5]


def test_one_that_never_ends_is_not_held(
    read_file: ReadFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reuters_sgml, "_LARGEST", 1000)
    result = read_file("a.sgm", SHORT.format(1, "A") + '<REUTERS NEWID="2">' + "x" * 10_000)
    assert headlines(result) == ["A"]
    assert "</REUTERS>" in result.rejects[0].reason


def test_a_date_that_cannot_be_read_is_told(read_file: ReadFile) -> None:
    result = read_file("a.sgm", DOCUMENT.replace("26-FEB-1987", "99-FEB-1987"))
    assert result.article.published is None
    assert "99-FEB-1987" in result.notice.reason


def test_documents_of_many_pieces_come_whole(read_file: ReadFile) -> None:
    result = read_file("a.sgm", "".join(SHORT.format(n, f"T{n}") for n in range(30_000)))
    assert headlines(result) == [f"T{n}" for n in range(30_000)]


def test_another_encoding_can_be_declared(read_file: ReadFile) -> None:
    result = read_file("a.sgm", SHORT.format(1, "Möwe"), encoding="utf-8")
    assert result.article.headline == "Möwe"
