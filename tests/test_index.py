from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import searchkit
from searchkit import Article, Index


def test_the_sample_articles_are_found_with_their_captions(fresh_index: Index, seeds: Path) -> None:
    report = fresh_index.add(searchkit.read([seeds]))
    assert report.added == len(list(seeds.glob("*.txt"))) >= 20
    assert report.rejected == []
    results = fresh_index.search("idlib airstrike", limit=10)
    assert results.total >= 1
    assert results[0].article.headline.startswith("Airstrikes follow rebel push in Idlib")
    assert any("airstrike" in fragment.text for fragment in results[0].highlights["captions"])


def test_results_are_a_sequence(fresh_index: Index) -> None:
    fresh_index.add({"id": str(number), "headline": "Fog"} for number in range(5))
    results = fresh_index.search("fog", limit=3, offset=1)
    assert results.total == 5
    assert len(results) == 3
    assert [hit.rank for hit in results] == [2, 3, 4]
    assert results[-1] == list(results)[-1]
    assert results[:2] == results.hits[:2]
    assert results.took_ms > 0


def test_scores_fall(fresh_index: Index, seeds: Path) -> None:
    fresh_index.add(searchkit.read(seeds))
    scores = [hit.score for hit in fresh_index.search("lindmouth harbour", limit=None)]
    assert len(scores) > 5
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_highlights_can_be_left_out(fresh_index: Index) -> None:
    fresh_index.add(Article(headline="Fog"))
    (hit,) = fresh_index.search("fog", highlight=False)
    assert not any(hit.highlights.values())


def test_an_empty_index_answers(fresh_index: Index) -> None:
    assert fresh_index.search("fog").total == 0
    assert fresh_index.search("*", sort="date").total == 0
    assert len(fresh_index) == 0
    assert fresh_index.info().articles == 0
    assert "x" not in fresh_index
    assert 3 not in fresh_index
    assert fresh_index  # an index is true, empty or not


def test_a_closed_index_opens_again_when_it_is_searched(fresh_index: Index) -> None:
    fresh_index.add(Article(headline="Fog"))
    assert fresh_index.search("fog").total == 1
    fresh_index.close()
    fresh_index.close()
    assert fresh_index.search("fog").total == 1


def test_info_counts(fresh_index: Index, ferry: Article) -> None:
    fresh_index.add([ferry, Article(headline="Fog", section="Weather"), Article(id="x", body="y")])
    fresh_index.delete("x")
    info = fresh_index.info()
    assert (info.articles, info.segments, info.language) == (2, 1, "en")
    assert info.values["section"] == {"news": 1, "weather": 1}
    assert info.terms["headline"] == len(
        {"night", "ferri", "run", "aground", "off", "skarholm", "fog"}
    )
    assert info.size == sum(file.stat().st_size for file in fresh_index.path.iterdir())


def test_threads_share_an_index_while_it_changes(fresh_index: Index) -> None:
    words = ["fog", "storm", "rain", "snow"]
    fresh_index.add(
        {"id": str(number), "headline": words[number % 4], "body": "common " * (number % 7 + 1)}
        for number in range(400)
    )

    def search(number: int) -> tuple[int, set[str]]:
        if number % 20 == 0:
            fresh_index.add([{"id": f"new{number}", "headline": "other"}])
        results = fresh_index.search(f"{words[number % 4]} common", limit=None)
        return results.total, {hit.article.headline for hit in results}

    with ThreadPoolExecutor(8) as pool:
        for number, found in enumerate(pool.map(search, range(100))):
            assert found == (100, {words[number % 4]})


def test_the_index_is_where_it_says(tmp_path: Path) -> None:
    with searchkit.create(str(tmp_path / "x"), language="fr") as index:
        assert index.path == tmp_path / "x"
        assert index.language == "fr"
        assert repr(index) == f"<searchkit.Index {str(tmp_path / 'x')!r}>"


@pytest.mark.skipif(
    not (Path(__file__).parents[2] / "shared" / "seeds").is_dir(),
    reason="the original sample page is not beside the project",
)
def test_the_original_sample_names_the_caption_that_matches(fresh_index: Index) -> None:
    fresh_index.add(searchkit.read(Path(__file__).parents[2] / "shared" / "seeds"))
    (hit,) = fresh_index.search("captions:smoke captions:airstrike")
    (fragment,) = (each for each in hit.highlights["captions"] if "Smoke" in each.text)
    assert fragment.caption == 6
    assert "<mark>Smoke</mark> rises from an <mark>airstrike</mark>" in fragment.html()
