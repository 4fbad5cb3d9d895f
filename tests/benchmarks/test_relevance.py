"""``python -m benchmarks relevance``: what is measured, and the formula that it is held against."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.brute_force import BruteForce
from benchmarks.corpus import CorpusError
from benchmarks.judged import MEASURES, read_collection, score
from searchkit.ranking import Ranking

# A library that warns on some Python is still to be measured.
pytestmark = pytest.mark.filterwarnings("default")

ARTICLES = [
    ("1", "The ferry", "The ferry and the harbour. A ferry of the harbour master."),
    ("2", "Gannets", "Gannets. A hard-won rest; no ferry."),
    ("3", "A hard won harbour", "A hard won harbour at last."),
    ("4", "Fog", "Fog."),
]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    directory = tmp_path / "tiny"
    directory.mkdir()
    records = [{"id": key, "title": title, "text": text} for key, title, text in ARTICLES]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (directory / "docs.jsonl").write_text(lines, encoding="utf-8")
    (directory / "queries.tsv").write_text("1\tThe FERRY?\n2\thard-won harbour .\n")
    (directory / "qrels.txt").write_text("1 0 1 1\n1 0 2 0\n2 0 3 1\n")
    return directory


def test_queries_are_words_without_what_is_around_and_between_them(collection: Path) -> None:
    read = read_collection(collection)
    assert read.queries == {"1": ("the", "ferry"), "2": ("hard", "won", "harbour")}
    assert read.judgements == {"1": {"1": 1, "2": 0}, "2": {"3": 1}}
    assert read.titled


def test_grades_come_before_yes_and_no(collection: Path) -> None:
    (collection / "qrels_graded.txt").write_text("1 0 1 4\n")
    assert read_collection(collection).judgements == {"1": {"1": 4}}


def test_what_is_no_collection_is_an_error_with_a_remedy(collection: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No such file"):
        read_collection(tmp_path)
    (collection / "queries.tsv").write_text("no tab\n")
    with pytest.raises(CorpusError, match=r"it must have docs.jsonl, queries.tsv and qrels.txt"):
        read_collection(collection)
    result = CliRunner().invoke(main, ["relevance", "--collection", str(tmp_path)])
    assert (result.exit_code, "Traceback" in result.output) == (2, False)


def test_what_comes_first_is_what_counts(collection: Path) -> None:
    read = read_collection(collection)
    right = score(read, {"1": {"1": 2.0, "2": 1.0}, "2": {"3": 1.0}})
    assert right == pytest.approx({"AP@1000": 1, "nDCG@10": 1, "P@10": 0.1, "R@100": 1})
    assert tuple(right) == MEASURES
    wrong = score(read, {"1": {"1": 1.0, "2": 2.0}, "2": {}})
    assert wrong["AP@1000"] == pytest.approx(0.25)


def test_brute_force_is_the_formula_by_hand() -> None:
    articles = {
        "1": {"headline": "Night ferry", "body": "ferry ferry, fog"},
        "2": {"headline": "Gannets", "body": "a ferry"},
        "3": {"headline": "", "body": "fog fog fog fog"},
    }
    ranking = Ranking(k1=1.2, b=0.75, weights={"headline": 3.0})
    headline = 3 * 1 / (0.25 + 0.75 * 2 / 1.5)  # two have one
    body = 2 / (0.25 + 0.75 * 3 / 3)
    amount = headline + body
    shorter = 1 / (0.25 + 0.75 * 2 / 3)
    idf = math.log(1 + 1.5 / 2.5)
    assert BruteForce(articles).rank(["ferry"], ranking) == pytest.approx(
        {"1": idf * amount / (1.2 + amount), "2": idf * shorter / (1.2 + shorter)}
    )


def test_brute_force_knows_phrases_and_leaves_stop_words_out() -> None:
    reference = BruteForce({key: {"body": text} for key, _, text in ARTICLES})
    ranking = Ranking()
    assert reference.rank(["hard-won"], ranking).keys() == {"2", "3"}
    assert reference.rank(["the", "fog"], ranking, {"the"}).keys() == {"4"}
    assert reference.rank(["the"], ranking, {"the"}).keys() == {"1"}


def test_a_collection_gives_table_and_json(collection: Path, tmp_path: Path) -> None:
    pytest.importorskip("ir_measures")
    out = tmp_path / "results"
    arguments = ["relevance", "--collection", str(collection), "--out", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {"results.json", "table.md"}
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert document["collections"] == [{"name": "tiny", "articles": 4, "queries": 2}]
    own = [row for row in document["rows"] if row["difference"] is not None]
    assert {(row["fielded"], row["stop_words"]) for row in own} == {
        (fielded, kept) for fielded in (False, True) for kept in (False, True)
    }
    for row in own:
        assert row["difference"] < 1e-6
        assert row["measures"]["R@100"] == 1
    table = (out / "table.md").read_text(encoding="utf-8")
    assert "| **tiny, fielded** |" in table
    assert "| SQLite FTS5 | kept |" in table
