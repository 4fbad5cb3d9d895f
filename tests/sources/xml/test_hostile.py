"""XML that means harm, or is only broken, takes little time and memory and is told."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import Reject
from searchkit.sources.files import OpenFile, Options
from searchkit.sources.xml import parsing as xml_parsing
from searchkit.sources.xml.parsing import root_name, xml_records
from tests.sources.conftest import ReadFile, headlines

ITEM = "<item><title>Fog</title></item>"


def read_pieces(*pieces: bytes) -> list[object]:
    """What is found in XML that comes in these pieces, which may go on for long."""
    waiting = iter(pieces)
    return list(xml_records(OpenFile("x", lambda _: next(waiting, b"")), Options(), ["item"], {}))


def measured(function: Callable[[], object]) -> tuple[float, int]:
    """The seconds and the bytes that it takes."""
    tracemalloc.start()
    start = time.perf_counter()
    function()
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak


@pytest.mark.parametrize(
    "declarations",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
        '<!ENTITY b SYSTEM "http://127.0.0.1:1/">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"><!ENTITY b "c">',
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "a.rss"])
def test_entities_of_its_own_are_refused(read_file: ReadFile, declarations: str, name: str) -> None:
    content = f"<!DOCTYPE rss [{declarations}]><rss a='&b;'>{ITEM}<item>&b;</item></rss>"
    assert "declares entities" in read_file(name, content).reject.reason


def test_a_document_type_is_not_fetched(read_file: ReadFile, tmp_path: Path) -> None:
    (tmp_path / "x.dtd").write_text('<!ENTITY fog "Fog">')
    content = f'<!DOCTYPE rss SYSTEM "{tmp_path}/x.dtd"><rss><item><title>A &fog; B</title></item>'
    assert read_file("a.xml", content + "</rss>").article.headline == "A &fog; B"


def test_the_entities_of_html_are_known(read_file: ReadFile) -> None:
    content = "<rss><item><title>Caf&eacute;&nbsp;&hellip;</title></item></rss>"
    assert read_file("a.xml", content).article.headline == "Café …"


def test_elements_too_deep_are_told_and_what_comes_before_stays(read_file: ReadFile) -> None:
    result = read_file("a.rss", f"<rss>{ITEM}<item>" + "<b>" * 1_000_000)
    assert headlines(result) == ["Fog"]
    assert "within one another" in result.rejects[0].reason


@pytest.mark.parametrize("begin", [b"<b a='", b"<!-- ", b"<?p ", b"<b" + b" " * 100])
def test_a_tag_without_an_end_takes_little(begin: bytes) -> None:
    pieces = [b"<rss>" + begin, *[b"x" * 500_000] * 200]
    found: list[object] = []
    seconds, peak = measured(lambda: found.extend(read_pieces(*pieces)))
    (reject,) = found
    assert isinstance(reject, Reject)
    assert seconds < 10
    assert peak < 60_000_000


def test_text_around_the_items_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parsing, "_LARGEST_AROUND", 100_000)
    pieces = [b"<rss>", *[b"<a>text</a>" * 10_000] * 5, ITEM.encode(), b"</rss>"]
    found: list[object] = []
    _, peak = measured(lambda: found.extend(read_pieces(*pieces)))
    assert len(found) == 1
    assert peak < 5_000_000


def test_an_item_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parsing, "_LARGEST_RECORD", 100_000)
    large = [b"<rss>\n<item>", *[b"<p>text</p>" * 10_000] * 5, b"</item>"]
    found: list[object] = []
    _, peak = measured(lambda: found.extend(read_pieces(*large, ITEM.encode(), b"</rss>")))
    reject, record = found
    assert isinstance(reject, Reject)
    assert reject.line == 2
    assert "larger than" in reject.reason
    assert isinstance(record, tuple)
    assert peak < 5_000_000


def test_bytes_that_do_not_fit_are_told(read_file: ReadFile) -> None:
    result = read_file("a.rss", f"<rss>\n{ITEM}\n<item><title>M\xf6we".encode("latin-1"))
    assert headlines(result) == ["Fog"]
    assert result.rejects[0].line == 3
    declared = "<rss><item><title>M\xf6we</title></item></rss>".encode("latin-1")
    assert read_file("a.rss", declared, encoding="latin-1").article.headline == "Möwe"


def test_an_unknown_encoding_is_told(read_file: ReadFile) -> None:
    result = read_file("a.rss", f"<?xml version='1.0' encoding='x-none'?><rss>{ITEM}</rss>")
    assert "x-none" in result.reject.reason


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                *("<rss>", "</rss>", "<item>", "</item>", "<title>", "</title>", "x", "&amp;", "&"),
                *(
                    "<![CDATA[",
                    "]]>",
                    "<!--",
                    "-->",
                    "<?xml?>",
                    "<a:b>",
                    "\n",
                    "<!DOCTYPE rss",
                    ">",
                ),
                *("&#0;", "&#xD800;", "\0", "\x0b", "é", "]]", '<x y="', '"'),
            ]
        )
    ),
    st.integers(1, 9),
)
def test_nothing_makes_it_fail(parts: list[str], size: int) -> None:
    content = "".join(parts).encode()
    root_name(content, {})
    pieces = [content[n : n + size] for n in range(0, len(content), size)]
    for found in read_pieces(*pieces):
        assert isinstance(found, (Reject, tuple))


def test_white_space_between_items_does_not_add_up() -> None:
    found = read_pieces(b"<rss>\n", *[ITEM.encode() + b"\n"] * 100, b"</rss>")
    assert len(found) == 100
    assert isinstance(found[-1], tuple)
    _, around = found[-1]
    assert around.children == []
