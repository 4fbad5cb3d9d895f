"""Plain lines give the records that the articles of a RecordReader would."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import searchkit
from searchkit import Article, Caption
from searchkit.record import Record, record_of
from searchkit.sources.fields.records import _ALIASES, RecordReader
from searchkit.sources.json.plain_lines import PlainLines
from tests.conftest import ROOT

CORPORA = ROOT.parent / "shared" / "corpora"

# Fields of which a line that has them is not plain, as its body is made of several.
INTO_THE_BODY = ("standfirst", "summary")


def as_always(line: bytes, mapping: Mapping[str, str] | None = None) -> Record:
    """The record of a line of which nothing has to be told. Raises ValueError for any other."""
    remarks: list[tuple[str, str]] = []
    article = RecordReader(mapping).read(orjson.loads(line), remarks, is_sound=True)
    if remarks or not (article.headline.strip() or article.body.strip() or article.captions):
        raise ValueError(remarks)
    return record_of(article)


def plain(
    record: Mapping[str, Any] | bytes, mapping: Mapping[str, str] | None = None
) -> Record | None:
    """What the kernel makes of a record, which is what is always made of it, or nothing."""
    line = record if isinstance(record, bytes) else json.dumps(record).encode()
    # The second time most of the answers are known.
    first, second = PlainLines(RecordReader(mapping)).read([line, line])
    assert first == second
    if first is not None:
        assert first == as_always(line, mapping)
    return first


# -- records of files


def spellings(alias: str) -> list[str]:
    """A key as it may be written, to the same effect."""
    return [alias, alias.upper(), f"{alias[:1]}_{alias[1:]}", f"{alias[:1]} {alias[1:].title()}"]


USUAL: dict[str, Any] = {
    "id": "a-1",
    "headline": "Fog",
    "body": "The ferry.\n\nIn fog.",
    "captions": ["Tugs", "A harbour"],
    "published": "1978-11-03T04:30:00+01:00",
    "section": "News",
    "publisher": "Harbour Post",
    "authors": "By Ida Brandt and Piers O’Brien",
    "agencies": "AP, Reuters",
    "language": "en",
    "url": "https://harbourpost.example/1978/ferry",
    "keywords": "Skarholm; shipping",
    "bias": 1,  # so that it is no article's own form
}


@pytest.mark.parametrize("field", [field for field in _ALIASES if field not in INTO_THE_BODY])
def test_a_field_is_read_under_all_its_names(field: str) -> None:
    usual = {key: value for key, value in USUAL.items() if key != field}
    for alias in _ALIASES[field]:
        for key in spellings(alias):
            found = plain({key: USUAL[field], **usual})
            assert found, key
            assert found == plain(USUAL)


@pytest.mark.parametrize("field", INTO_THE_BODY)
def test_what_goes_into_the_body_is_left_to_the_reader(field: str) -> None:
    for alias in _ALIASES[field]:
        assert plain({**USUAL, "body": "", alias: "In fog."}) is None
        plain({**USUAL, alias: "In fog."})


short = st.text('ab ,;:é\n\t\\"/\u3000\x1f😀.', max_size=8)
names = st.sampled_from(
    [
        *("Ida Brandt", "Brandt, Ida", "By Ida Brandt", " by  Ida Brandt and Piers O’Brien, dpa"),
        *(
            "AP",
            "dpa/epd",
            "Reuters; AFP",
            "Ortega y Gasset",
            "Doe, Jr.",
            "",
            " ",
            "a\u2028b",
            "\0",
        ),
    ]
)
addresses = st.sampled_from(
    [
        *("https://a.example/b", "https://a.example/b#c", "https://a.example", "a b", "http://["),
        *("https://a.example/é", " https://a.example/ b ", "/a/b.jpg", "a.png", " ", "", "x" * 300),
    ]
)
times = st.sampled_from(
    [
        *("2020-02-20", "2020-02-20T10:30:00", "2020-02-20 10:30:00+05:30", "2020-02-20T10:30:00Z"),
        *("2020-02-20T10:30:00.123456+01:00", "2020-02-20T10:30", "20 February 2020", "20200220"),
        *("2020-02-30", "2020-02-20T24:00:00", "10/02/2020", "soon", "1582194600", "1", ""),
        *("Thu, 20 Feb 2020 10:30:00 +0100", "0001-01-01T00:00:00+01:00", "9999-12-31"),
    ]
)
numbers = st.sampled_from([0, 1, -5, 1.5, 2020, 1582194600, 1582194600000, 10**16, 10**18, 2**63])
caption_objects = st.dictionaries(
    st.sampled_from(["text", "caption", "title", "credit", "alt", "gallery", "url", "Copyright"]),
    short | names | st.none() | numbers,
    max_size=4,
)
captions = st.lists(short | caption_objects | addresses | names, max_size=4) | short | addresses
anything = st.recursive(
    st.none() | st.booleans() | numbers | short | names | addresses | times,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "text", "$date", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
usual_values = {
    "id": st.just("a")
    | st.sampled_from(["a b", " a", "é", 7, 0, "x" * 512, "x" * 513, "é" * 256, "", None]),
    "captions": captions,
    "published": st.just("2020-02-20") | times,
    "authors": names | st.lists(names, max_size=3),
    "agencies": names | st.lists(names, max_size=2),
    "url": st.just("https://a.example/b") | addresses,
    "keywords": short | st.lists(short, max_size=3),
}


usual_fields = st.sampled_from([*[field for field in USUAL if field != "bias"] * 3, *_ALIASES, ""])


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Lines with records as files have them, and with values that do not belong there."""
    fields = draw(st.lists(usual_fields, max_size=8, unique_by=lambda field: field or object()))
    pairs = {}
    for field in fields:
        alias = draw(st.sampled_from(_ALIASES.get(field, ("bias", "place", "é", ""))))
        kind = anything if draw(st.integers(0, 15)) == 15 else usual_values.get(field, short)
        pairs[draw(st.sampled_from(spellings(alias)))] = draw(kind)
    for field in ("id", "body"):
        if draw(st.integers(0, 5)) and field not in fields:
            pairs[field] = "a"
    text = json.dumps(
        pairs,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
    )
    return text.replace("/", draw(st.sampled_from(["/", "\\/"]))).encode()


@given(records())
def test_plain_records_are_those_of_the_reader(line: bytes) -> None:
    plain(line)


mappings = st.dictionaries(
    st.sampled_from([field for field in USUAL if field != "bias"]),
    st.sampled_from(["k", "title", "body", "image", "id", "missing"]),
    max_size=3,
)


@given(records(), mappings)
def test_so_they_are_under_a_mapping(line: bytes, mapping: dict[str, str]) -> None:
    plain(line, mapping)


def test_a_key_that_is_mapped_to_two_fields_is_not_plain() -> None:
    record = {"id": "a", "t": "Fog", "body": "b"}
    assert plain(record, {"headline": "t"})
    assert plain(record, {"headline": "t", "section": "t"}) is None
    assert plain(record, {"headline": "t", "section": "other"})


def test_two_keys_for_one_field_are_not_plain() -> None:
    assert plain({"id": "a", "title": "Fog", "headline": ""}) is None
    assert plain(b'{"id": "a", "title": "Fog", "title": "Rain"}') is None
    assert plain(b'{"id": "a", "title": "Fog", "bias": 1, "bias": 2}') is None


def test_the_keys_of_a_mapping_are_missed_until_a_line_has_them() -> None:
    reader = RecordReader({"headline": "hl", "section": "rubrik", "body": "txt"})
    lines = PlainLines(reader)
    assert lines.read([b'{"id": "a", "hl": "Fog"}', b"no JSON"])[0]
    assert reader.missing == [("section", "rubrik"), ("body", "txt")]
    assert lines.read([b'{"id": "b", "hl": "Fog", "rubrik": null}'])[0]
    assert reader.missing == [("body", "txt")]


@pytest.mark.parametrize("url", ["https://a.example/b", "https://a.example/b?c#d", "a.example/b"])
def test_an_id_that_is_missing_comes_from_the_address(url: str) -> None:
    for nothing in ("", None, []):
        found = plain({"id": nothing, "headline": "Fog", "url": url})
        assert (found is None) == (url == "a.example/b")
        if found:
            assert found.id.decode() == Article(headline="Rain", url=url).id


@pytest.mark.parametrize(
    "given_id", ["a", "a b", "a  b", " a", "a\n", "é", "a\u200bb", "a\x7f", "\\", "a/b", '"']
)
def test_ids_of_any_characters(given_id: str) -> None:
    plain({"id": given_id, "headline": "Fog", "url": "https://a.example/b"})
    plain({"id": given_id * 512, "headline": "Fog", "url": "https://a.example/b"})


@pytest.mark.parametrize("number", [1, -1, 0, 7.0, 1.5, 10**16, 10**17, 10**18, 2**64, True])
def test_ids_that_are_numbers(number: float) -> None:
    found = plain({"id": number, "headline": "Fog"})
    if type(number) is int and number and abs(number) < 10**17:
        assert found
        assert found.id == str(number).encode()


# -- an article's own form

own_captions = st.builds(
    Caption, text=short, title=short, credit=st.just(""), alt=short, gallery=st.just("")
)
articles = st.builds(
    Article,
    id=st.sampled_from(["", "a", "a  b"]),
    headline=short,
    body=short,
    captions=st.lists(own_captions, max_size=2).map(tuple),
    published=st.none() | st.datetimes(timezones=st.timezones() | st.just(timezone.utc)),
    section=short,
    publisher=short,
    authors=st.lists(names, max_size=2).map(tuple),
    agencies=st.lists(names, max_size=2).map(tuple),
    url=addresses,
    keywords=st.lists(short, max_size=3).map(tuple),
)


@given(articles)
def test_an_article_in_its_own_form_stays_as_it_is(article: Article) -> None:
    found = plain(article.to_dict())
    assert found is None or found == record_of(article)


@given(articles, st.sampled_from([*USUAL]), anything)
def test_an_own_form_with_another_value_is_read_as_always(
    article: Article, field: str, value: Any
) -> None:
    plain({**article.to_dict(), field: value})


def test_usual_articles_in_their_own_form_are_plain(ferry: Article) -> None:
    assert plain(ferry.to_dict()) == record_of(ferry)
    found = plain(Article(headline="Fog", url="https://a.example/b").to_dict() | {"id": ""})
    assert found == record_of(Article(headline="Fog", url="https://a.example/b"))


# -- times

zones = st.sampled_from(
    ["", "Z", "+00:00", "-00:00", "+14:00", "-23:59", "+0100", " UTC", "+24:00"]
)


@given(st.datetimes(), st.sampled_from("T "), st.sampled_from(["seconds", "auto"]), zones)
def test_times_of_all_years(moment: datetime, between: str, exactly: str, zone: str) -> None:
    for year in (1, 2, moment.year, 9998, 9999):
        for day in (1, 31):
            time = moment.replace(year=year, month=1 if day == 1 else 12, day=day)
            written = time.isoformat(between, exactly) + zone
            for published in (written, written[:10], [written], {"$date": written}):
                plain({"id": "a", "title": "Fog", "date": published})


# -- files


@pytest.mark.parametrize("name", ["captioned", "reuters21578", "whitehouse"])
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not part of the project")
def test_nearly_all_lines_of_real_files_are_plain(name: str) -> None:
    with gzip.open(CORPORA / f"{name}.jsonl.gz") as file:
        lines = [line.rstrip(b"\n") for line in islice(file, 400)]
    found = PlainLines(RecordReader()).read(lines)
    assert sum(record is None for record in found) <= 4
    for line, record in zip(lines, found, strict=True):
        assert record is None or record == as_always(line)


def test_an_index_has_the_same_of_plain_lines_and_of_articles(tmp_path: Path) -> None:
    records = [
        {"id": "a", "title": "Fog", "text": "é", "tags": "a; b", "date": "2020-02-20T10:30:00Z"},
        {
            "id": 7,
            "title": " Rain ",
            "text": "x\n\ny",
            "images": ["a.jpg", "Rain."],
            "author": "AP",
        },
        {"url": "https://a.example/b", "body": "b", "captions": ["A tug", "Fog"], "lang": "de"},
        {"headline": "No id", "published": "soon"},
        Article(headline="Own", body="form").to_dict(),
    ]
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    articles = list(searchkit.read(path))
    of_lines = searchkit.create(tmp_path / "lines.idx")
    of_articles = searchkit.create(tmp_path / "articles.idx")
    with of_lines, of_articles:
        assert of_lines.add(searchkit.read(path)).added == len(records)
        assert of_articles.add(articles).added == len(records)
        for article in articles:
            assert of_lines.get(article.id) == of_articles.get(article.id) == article
        assert of_lines.add(articles).unchanged == len(records)
        assert of_articles.add(searchkit.read(path)).unchanged == len(records)
        for query in ("fog", "author:ap", "keyword:b", "published:2020", '"a tug"', "lang:de"):
            found = [
                [hit.article for hit in each.search(query)] for each in (of_lines, of_articles)
            ]
            assert found[0] == found[1]
