"""``python -m benchmarks search``: what is asked, how it is measured, and what is made of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import searchkit
from benchmarks.__main__ import main
from benchmarks.answers import Answers, compare, percentiles
from benchmarks.asking import passes_over
from benchmarks.corpus import Corpus, CorpusError, prepare_parts
from benchmarks.questions import (
    PATTERNS,
    Question,
    common_word,
    headline_queries,
    make_patterns,
    questions_of,
    read_queries,
    words_of,
)
from benchmarks.search_work import HOSTILE, STEPS
from tests.benchmarks.conftest import ARTICLES, run_here

# A library that warns on some Python is still to be measured.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def directory(tiny_corpus: Corpus, tmp_path: Path) -> Path:
    with searchkit.create(tmp_path / "index") as index:
        index.add(searchkit.read(str(tiny_corpus.path)), workers=1)
    return tmp_path / "index"


def test_words_are_what_every_system_understands() -> None:
    assert words_of(" “Hard-won” peace: O'Brien's U.S. visit — ") == (
        *("hard", "won", "peace", "o'brien's", "u.s", "visit"),
    )


def test_queries_come_one_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "queries.txt"
    path.write_text("night ferry\n\nFog!\n", encoding="utf-8")
    assert read_queries(path) == [("night", "ferry"), ("fog",)]
    with pytest.raises(CorpusError, match="cannot read the queries"):
        read_queries(tmp_path / "absent.txt")


def test_queries_of_headlines_are_the_same_stretches_every_time(tiny_corpus: Corpus) -> None:
    queries = headline_queries(tiny_corpus, 20)
    assert queries == headline_queries(tiny_corpus, 20)
    assert len(queries) == 20
    for words in queries:
        assert 2 <= len(words) <= 5
        assert " ".join(words) in " ".join(("harbour", "council", "meets", "part", *words[-1:]))
    assert len(headline_queries(tiny_corpus, 1_000)) == ARTICLES


def test_words_are_half_written_in_each_way(tiny_corpus: Corpus) -> None:
    patterns = make_patterns(tiny_corpus, 3)
    assert patterns == make_patterns(tiny_corpus, 3)
    assert tuple(patterns) == PATTERNS
    assert all(each.endswith("*") and len(each) >= 4 for each in patterns["prefix"])
    assert all(set("?*") & set(each[2:-1]) for each in patterns["wildcard"])
    assert {each[-2:] for each in patterns["fuzzy"]} == {"~1"}


def test_the_common_word_is_in_as_many_articles_as_wanted(tiny_corpus: Corpus) -> None:
    assert common_word(tiny_corpus, 10) in ("a", "gannet", "unhurt")
    assert common_word(tiny_corpus, 1_000) in ("the", "mayor", "spoke")


def test_parts_have_every_article_once_and_the_last_is_the_least(
    tiny_corpus: Corpus, tmp_path: Path
) -> None:
    parts = prepare_parts(tiny_corpus, tmp_path, 4)
    lines = [part.read_bytes().splitlines() for part in parts]
    assert {line for each in lines for line in each} == set(
        tiny_corpus.path.read_bytes().splitlines()
    )
    assert [len(each) for each in lines] == [9, 8, 7, 6]


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles([3.0, 1.0, 2.0]) == {"p50": 2.0, "p90": 3.0, "p99": 3.0}
    assert percentiles(range(1, 1001))["p99"] == 990


def test_what_takes_long_is_done_once_and_what_does_not_more_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[int] = []
    assert len(passes_over([lambda: done.append(1)])[0]) == len(done) == 5
    monkeypatch.setattr("benchmarks.asking._ENOUGH_SECONDS", 1e-9)
    assert len(passes_over([lambda: done.append(1)])[0]) == 1


def answers_of(system: str, totals: list[int]) -> Answers:
    questions = questions_of("headlines", [("night", "ferry"), ("fog",)])
    answers = Answers(system, 1, "ids", questions[: len(totals)])
    answers.add(totals, [[1.0, 3.0] for _ in totals])
    return answers


def test_of_a_question_the_median_of_all_runs_counts() -> None:
    answers = answers_of("searchkit", [1, 5, 0, 2, 2, 2])
    answers.add([1, 5, 0, 2, 2, 2], [[9.0] for _ in range(6)])
    assert answers.medians("headlines", "or") == [3.0, 3.0]
    [first, *_] = answers.results()["classes"]
    assert (first["how"], first["questions"], first["passes"]) == ("and", 2, 3)
    with pytest.raises(RuntimeError, match="something else than in the run before"):
        answers.add([0, 5, 0, 2, 2, 2], [[9.0] for _ in range(6)])


def test_totals_are_compared_question_by_question() -> None:
    own = answers_of("searchkit", [1, 5, 0, 2, 2, 2])
    # Asked half of the questions only.
    rows = compare([own, answers_of("whoosh", [1, 4, 0])])
    assert {(row["system"], row["how"]): (row["alike"], row["questions"]) for row in rows} == {
        **{("searchkit", how): (2, 2) for how in ("and", "or", "phrase")},
        **{("whoosh", how): (how != "or", 1) for how in ("and", "or", "phrase")},
    }
    [differs] = [row for row in rows if row["alike"] < row["questions"]]
    assert (differs["found"], differs["own"]) == (4, 5)
    assert compare([answers_of("whoosh", [1])]) == []


def test_every_step_answers(directory: Path, tmp_path: Path) -> None:
    given = tmp_path / "given.json"
    given.write_text('["gann*", "gan?et", "gannte~1"]')
    assert STEPS["patterns"](directory, str(given))["totals"] == [10, 10, 10]
    aggregate = STEPS["aggregate"](directory, "mayor")
    assert aggregate["found"] == ARTICLES
    assert all(min(seconds) > 0 for seconds in aggregate["seconds"].values())
    given.write_text('[["and", ["gannet", "mayor"]]]')
    memory = STEPS["memory"](directory, str(given))
    assert (memory["questions"], memory["after"] >= memory["before"]) == (1, True)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_nobody_types_is_answered_or_refused(name: str, directory: Path) -> None:
    became = STEPS["hostile"](directory, name)
    assert (became["outcome"] == "refused") == (became["error"] is not None)
    assert became["seconds"] > 0


def test_a_small_run_gives_table_json_and_imports(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.searching.run_task", run_here)
    monkeypatch.setattr("benchmarks.starting._TIMES", 1)
    monkeypatch.setattr("benchmarks.asking._MOST_PASSES", 1)
    queries = tmp_path / "queries.txt"
    queries.write_text("gannet ferry\n")
    out = tmp_path / "results"
    result = CliRunner().invoke(
        main,
        [
            *("search", "--corpus", str(tiny_file), "--queries", str(queries)),
            *("--segments", "1,2", "--runs", "2", "--out", str(out)),
        ],
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {"results.json", "table.md", "imports.txt"}
    text = (out / "results.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert {(each["system"], each["segments"]) for each in document["answers"]} >= {
        ("searchkit", 1),
        ("searchkit", 2),
        ("fts5", 1),
        ("fts5", 2),
    }
    for row in document["totals_that_differ"]:
        assert row["alike"] == row["questions"], row
    assert document["hostile"]["10⁶ words"]["outcome"] == "refused"
    assert "import time:" in (out / "imports.txt").read_text(encoding="utf-8")
    table = (out / "table.md").read_text(encoding="utf-8")
    assert "| **ids, 2 segments** |" in table
    assert "| queries, or |" in table
    # What was asked is nobody's business.
    assert "gannet ferry" not in text + table


def test_numbers_of_segments_are_asked_for(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["search", "--segments", "some"])
    assert (result.exit_code, result.output) == (
        2,
        "Error: --segments some: no numbers of segments; write 1,8\n",
    )


def test_a_question_is_a_word_list_with_a_way() -> None:
    assert questions_of("queries", [["fog"]]) == [
        Question("queries", how, ("fog",)) for how in ("and", "or", "phrase")
    ]
