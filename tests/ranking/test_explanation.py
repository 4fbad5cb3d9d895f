"""The arithmetic of a score adds up, from the leaves to the score of the hit."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from searchkit.ranking import Explanation, Ranking, Recency, inverse_document_frequency
from searchkit.schema import FIELD_WEIGHTS
from tests.conftest import captions

NOW = datetime(2020, 2, 20, tzinfo=timezone.utc)
QUERIES = [
    "ferry",
    "ferry OR fog^2.5 OR harbour",
    '"night ferry" OR tug',
    "harb* OR ferry",
    "(ferry w/5 fog) OR headline:ferry",
]
RANKINGS = [
    Ranking(),
    Ranking(k1=1.2, b=0.75, weights={"headline": 5}),
    Ranking(recency=Recency(timedelta(days=365), NOW)),
    Ranking("whoosh"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[searchkit.Index]:
    """Forty articles in two segments, some dated, some with captions."""
    articles = [
        Article(
            id=f"{number}",
            headline="Night ferry in fog" if number % 3 else "Harbour master retires",
            body=f"{'The ferry left. ' * (number % 4)}Fog lay over the harbour {number}.",
            captions=captions("A tug beside the ferry, and fog") if number % 5 == 0 else (),
            published=NOW - timedelta(days=100 * number) if number % 2 else None,
        )
        for number in range(40)
    ]
    path = tmp_path_factory.mktemp("explanation") / "archive.idx"
    with searchkit.create(path) as index:
        index.add(articles[:25])
        index.add(articles[25:])
        yield index


def explained(
    archive: searchkit.Index, query: str, ranking: Ranking
) -> Iterator[tuple[searchkit.Hit, Explanation]]:
    results = archive.search(query, limit=None, ranking=ranking, stop_words=None, highlight=False)
    assert results.total > 5
    for hit in results:
        yield hit, hit.explain()


@pytest.mark.parametrize("ranking", RANKINGS)
@pytest.mark.parametrize("query", QUERIES)
def test_recomputed_from_its_leaves_it_is_the_score(
    archive: searchkit.Index, query: str, ranking: Ranking
) -> None:
    for hit, explanation in explained(archive, query, ranking):
        k1, b = explanation.k1, explanation.b
        total = 0.0
        for word in explanation.words:
            amount = sum(
                each.weight * each.frequency / (1 - b + b * each.length / each.average)
                for each in word.fields
            )
            assert word.amount == pytest.approx(amount)
            assert word.share == pytest.approx(word.boost * word.idf * amount / (k1 + amount))
            total += word.share
        factor = 1 if ranking.recency is None else ranking.recency.factor(hit.article.published)
        assert (explanation.recency is None) == (ranking.recency is None)
        assert explanation.score == pytest.approx(hit.score, abs=1e-6)
        assert total * factor == pytest.approx(hit.score, abs=1e-6)


def test_it_has_the_facts_of_the_index(archive: searchkit.Index) -> None:
    _, explanation = next(explained(archive, "tug", Ranking()))
    [word] = explanation.words
    assert (explanation.articles, word.articles) == (40, 8)
    assert word.idf == pytest.approx(inverse_document_frequency(40, 8))
    [field] = word.fields
    assert (field.field, field.frequency, field.length) == ("captions", 1, 7)
    assert (field.average, field.weight) == (7, FIELD_WEIGHTS["captions"])


def test_a_phrase_has_the_idf_of_its_terms_together(archive: searchkit.Index) -> None:
    _, explanation = next(explained(archive, '"night ferry"', Ranking()))
    [phrase] = explanation.words
    nights = sum(1 for number in range(40) if number % 3)
    ferries = archive.search("ferry", highlight=False).total
    expected = sum(inverse_document_frequency(40, count) for count in (nights, ferries))
    assert phrase.idf == pytest.approx(expected)
    assert phrase.articles is None


def test_json_has_all_of_it(archive: searchkit.Index) -> None:
    _, explanation = next(explained(archive, QUERIES[1], RANKINGS[2]))
    record = json.loads(json.dumps(explanation.to_dict()))
    assert record["score"] == explanation.score
    assert record["recency"] == explanation.recency
    assert [word["share"] for word in record["words"]] == [w.share for w in explanation.words]
    assert record["words"][0]["fields"][0].keys() == {
        *("field", "frequency", "length", "average", "weight", "amount")
    }


@pytest.mark.parametrize("ranking", RANKINGS)
def test_the_numbers_of_the_text_add_up(archive: searchkit.Index, ranking: Ranking) -> None:
    for hit, explanation in explained(archive, QUERIES[1], ranking):
        # Two spaces are before what a number is of; the lines between have their own arithmetic.
        shown = re.findall(r"(?m)^ *([\d.]+)(?:  |× )(.+)$", str(explanation))
        numbers = [float(number) for number, _ in shown]
        names = [name for _, name in shown]
        words = len(explanation.words)
        assert names[:words] == [word.typed for word in explanation.words]
        assert names[words:] == (["for its age"] if ranking.recency else []) + ["score"]
        shares, factors, score = numbers[:words], numbers[words:-1], numbers[-1]
        assert score == pytest.approx(sum(shares) * math.prod(factors), abs=1e-3)
        assert score == pytest.approx(hit.score, abs=1e-4)


def test_the_ranking_of_whoosh_gives_the_scores_of_whoosh(
    archive: searchkit.Index, tmp_path: Path
) -> None:
    from whoosh import index, query
    from whoosh.scoring import BM25F

    with index.open_dir(str(archive.path)).searcher(weighting=BM25F()) as searcher:
        for word, term in (("ferry", "ferri"), ("fog", "fog"), ("tug", "tug")):
            fields = [query.Term(name, term, boost) for name, boost in FIELD_WEIGHTS.items()]
            found = searcher.search(query.Or(fields), limit=None)
            expected = {hit["id"]: hit.score for hit in found}
            own = archive.search(word, limit=None, ranking="whoosh", highlight=False)
            scores = {hit.article.id: hit.score for hit in own}
            assert scores == pytest.approx(expected, abs=1e-6)


def test_so_it_does_where_a_field_is_nearly_always_empty(tmp_path: Path) -> None:
    from whoosh import index, query
    from whoosh.scoring import BM25F

    with searchkit.create(tmp_path / "sparse.idx") as archive:
        archive.add(
            Article(id=f"{n}", body="Fog.", captions=captions("A tug") if n == 3 else ())
            for n in range(20)
        )
        [hit] = archive.search("tug", ranking="whoosh", highlight=False)
        with index.open_dir(str(archive.path)).searcher(weighting=BM25F()) as searcher:
            [expected] = searcher.search(query.Term("captions", "tug", FIELD_WEIGHTS["captions"]))
            assert hit.score == pytest.approx(expected.score, abs=1e-6)
