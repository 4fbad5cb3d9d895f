"""A mapping says where records have an article's fields, however deep."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.sources.fields.paths import at_end, path_of
from tests.sources.conftest import ReadFile

RECORD = {
    "meta": {"titel": {"haupt": "Fog"}, "autoren": [{"n": "Ida Brandt"}, {"n": "Piers O’Brien"}]},
    "teile": [{"absatz": "One."}, {"anzeige": 1}, {"absatz": "Two."}],
    "bilder": [
        {"zeilen": [{"text": "Tugs"}], "foto": "P. O’Brien"},
        {"zeilen": [{"text": "A harbour"}, {"text": "A pier"}]},
    ],
    "a.b": "with a point",
    "x[]": "with brackets",
    "orte": ["Skarholm", "Lindmouth"],
}
FIELDS = {
    "headline": "meta.titel.haupt",
    "authors": "meta.autoren[].n",
    "body": "teile[].absatz",
    "captions": "bilder[].zeilen[].text",
    "section": "orte[-1]",
    "publisher": "a.b",
    "language": "x[]",
    "keywords": "orte",
}


@pytest.mark.parametrize("indent", [None, 1])
def test_paths_lead_into_objects_and_lists(read_file: ReadFile, indent: int | None) -> None:
    result = read_file("x.json", json.dumps(RECORD, indent=indent), fields=FIELDS)
    article = result.article
    assert result.notices == []
    assert article.headline == "Fog"
    assert article.body == "One.\n\nTwo."
    assert article.authors == ("Ida Brandt", "Piers O’Brien")
    assert [caption.text for caption in article.captions] == ["Tugs", "A harbour", "A pier"]
    assert (article.section, article.publisher) == ("Lindmouth", "with a point")
    assert (article.language, article.keywords) == ("with brackets", ("Skarholm", "Lindmouth"))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("meta.titel", {"haupt": "Fog"}),
        ("meta.titel.haupt.x", None),
        ("teile[0].absatz", "One."),
        ("teile[1].absatz", None),
        ("teile[-1].absatz", "Two."),
        ("teile[3].absatz", None),
        ("teile[]", RECORD["teile"]),
        ("meta[]", None),
        ("bilder[].foto", ["P. O’Brien"]),
        ("bilder[1].zeilen[1].text", "A pier"),
        ("nothing.here", None),
    ],
)
def test_what_is_at_the_end_of_a_path(path: str, found: Any) -> None:
    steps = path_of(path)
    assert steps is not None
    assert at_end(steps, RECORD) == found


@pytest.mark.parametrize("key", ["title", "a b", "", ".", "a.", ".a", "a..b", "[]", "a[b]", "a]["])
def test_anything_else_is_a_key(read_file: ReadFile, key: str) -> None:
    assert path_of(key) is None
    result = read_file("x.jsonl", json.dumps({key: "Fog"}), fields={"headline": key})
    assert result.article.headline == "Fog"


def test_a_key_with_points_comes_before_the_path(read_file: ReadFile) -> None:
    lines = '{"a.b": "key", "a": {"b": "path"}}\n{"a": {"b": "path"}}\n'
    result = read_file("x.jsonl", lines, fields={"headline": "a.b"})
    assert [article.headline for article in result.articles] == ["key", "path"]


def test_a_path_that_no_record_has_is_told(read_file: ReadFile) -> None:
    result = read_file("x.jsonl", '{"title": "One"}\n' * 3, fields={"captions": "images[].caption"})
    assert len(result.articles) == 3
    assert "'images[].caption'" in result.notice.reason


def test_other_fields_keep_their_usual_keys(read_file: ReadFile) -> None:
    line = '{"hed": {"text": "One"}, "body": "Fog.", "tags": ["a"]}'
    article = read_file("x.jsonl", line, fields={"headline": "hed.text"}).article
    assert (article.headline, article.body, article.keywords) == ("One", "Fog.", ("a",))


@pytest.mark.parametrize("name", ["x.csv", "x.tsv"])
def test_paths_lead_into_json_in_cells(read_file: ReadFile, name: str) -> None:
    between = "," if name.endswith("csv") else "\t"
    cells = ["One", '"[{""t"": ""Tugs""}, {""t"": ""A pier""}]"']
    content = f"title{between}media\n{between.join(cells)}\n"
    article = read_file(name, content, fields={"captions": "media[].t"}).article
    assert [caption.text for caption in article.captions] == ["Tugs", "A pier"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("ab"), inner),
    ),
    st.text("ab.[]0-", max_size=12),
)
def test_any_path_leads_somewhere_or_nowhere(value: Any, text: str) -> None:
    path = path_of(text)
    if path is not None:
        at_end(path, {"a": value, "b": value})
