"""Articles of several languages in one index: how each is stemmed, found and stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import searchkit
from searchkit import Article, Index
from tests.analysis.test_language_detection import BODIES


def found(index: Index, query: str, **options: object) -> list[str]:
    return sorted(hit.article.id for hit in index.search(query, **options))  # type: ignore[arg-type]


def write_lines(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def several(fresh_index: Index) -> Index:
    fresh_index.add(
        [
            Article(id="en", body=f"{BODIES['en']} Two ferries collided."),
            Article(id="de", body=f"{BODIES['de']} Es gab zwei Bergungen."),
            Article(id="fr", body=f"{BODIES['fr']} Les autres navires sont au large."),
            Article(id="ja", body=BODIES["ja"]),
            Article(id="short", body="Bergungen"),
        ]
    )
    return fresh_index


def test_a_query_in_one_language_finds_words_in_all(several: Index) -> None:
    assert found(several, "ferry") == ["en"]
    # Bergungen has the stem of Bergung in German, and not in English.
    assert found(several, "Bergung") == ["de"]
    assert found(several, "Bergungen") == ["de", "short"]
    assert found(several, "navire") == ["fr"]
    assert found(several, "ferry OR Bergung OR navire") == ["de", "en", "fr"]
    assert found(several, "フェリーは霧の中で砂州に乗り上げたが") == ["ja"]


def test_what_is_detected_is_stored_and_filtered_by(several: Index) -> None:
    assert [several.get(each).language for each in ("en", "de", "short")] == ["en", "de", ""]
    assert found(several, "*", language="de") == ["de"]
    facets = several.search("*", facets=["language"]).facets["language"]
    assert facets == {"de": 1, "en": 1, "fr": 1, "ja": 1}


def test_what_is_stored_is_highlighted_in_its_language(several: Index) -> None:
    (hit,) = several.search("Bergung")
    assert "<mark>Bergungen</mark>" in hit.highlights["body"][0].html()


@pytest.mark.parametrize("name", ["de", "de-AT", "de_CH", "German", "deu", "ger", "DE"])
def test_languages_that_sources_name_are_stemmed_in(fresh_index: Index, name: str) -> None:
    fresh_index.add([Article(id="a", body="Bergungen", language=name)])
    assert found(fresh_index, "Bergung") == ["a"]
    assert fresh_index.get("a").language == name


def test_detection_can_be_left_out(fresh_index: Index, tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "a.jsonl", {"id": "line", "body": BODIES["de"]})
    article = Article(id="object", body=BODIES["de"])
    fresh_index.add([article], detect_language=False)
    fresh_index.add(searchkit.read(lines), detect_language=False)
    with fresh_index.transaction() as changes:
        changes.add(Article(id="change", body=BODIES["de"]), detect_language=False)
    assert [fresh_index.get(each).language for each in ("line", "object", "change")] == [""] * 3
    assert fresh_index.get("object") == article


@pytest.mark.parametrize("workers", [1, 2])
def test_whole_files_are_told_their_language_too(tmp_path: Path, workers: int) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for language in ("en", "de"):
        (folder / f"{language}.txt").write_text(f"Lindmouth\n\n{BODIES[language]}\n" * 2)
    for detects, told in ((True, ["de", "en"]), (False, ["", ""])):
        with searchkit.create(tmp_path / f"{detects}.idx") as index:
            index.add(searchkit.read(folder, workers=workers), detect_language=detects)
            assert sorted(article.language for article in index.articles()) == told


def test_an_index_without_stemming_stays_so(tmp_path: Path) -> None:
    with searchkit.create(tmp_path / "none.idx", language="none") as index:
        index.add([Article(id="de", body=f"{BODIES['de']} Bergungen")])
        assert index.get("de").language == "de"
        assert found(index, "Bergung") == []
        assert found(index, "Bergungen", language="de") == ["de"]


RECORD = {
    "id": "a",
    "headline": 'Nebel, "url":"x",',
    "body": BODIES["de"],
    "captions": ["Schlepper", 'A ,"keywords":["k"]'],
    "authors": ["Ida Brandt"],
    "url": "https://harbourpost.example/1978/nebel",
    "keywords": ["Nebel"],
}


@pytest.mark.parametrize("left_out", [(), ("url",), ("keywords",), ("url", "keywords", "authors")])
def test_the_same_article_is_unchanged_however_it_comes(
    fresh_index: Index, tmp_path: Path, left_out: tuple[str, ...]
) -> None:
    record = {key: value for key, value in RECORD.items() if key not in left_out}
    article = Article.from_dict(record)
    assert fresh_index.add([article]).added == 1
    line = write_lines(tmp_path / "line.jsonl", record)
    # Not plain, so that an Article is made of it.
    other = write_lines(tmp_path / "other.jsonl", {**record, "other": 1e5})
    stored = fresh_index.get("a")
    assert stored is not None
    assert stored.language == "de"
    for again in (searchkit.read(line), searchkit.read(other), [article], [stored]):
        report = fresh_index.add(again)
        assert (report.unchanged, report.updated, report.rejected) == (1, 0, [])
    assert fresh_index.get("a") == stored
    assert searchkit.verify(fresh_index.path).whole


def test_an_article_that_names_its_language_later_is_updated(fresh_index: Index) -> None:
    fresh_index.add([Article(id="a", body=BODIES["de"])])
    assert fresh_index.add([Article(id="a", body=BODIES["de"], language="nds")]).updated == 1
    assert fresh_index.get("a").language == "nds"
