from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from searchkit_cli import findings

import searchkit
from searchkit import Article
from tests.cli.program import run, run_json
from tests.conftest import captions


def test_search_shows_rank_headline_date_publisher_score_and_matches(archive: Path) -> None:
    result = run(archive, "search", "ferry")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[0] == "1  Night ferry runs aground off Skarholm"
    assert re.fullmatch(r"3 Nov 1978 · Harbour Post · News · score \d+\.\d\d", lines[1])
    assert "The ferry struck a sandbank in fog." in lines[2]
    assert lines[3] == "caption 1: Tugs beside the ferry · Harbour Post/J. Iversen"
    assert "id ferry-1" in lines
    assert re.fullmatch(r"1 article, \d+ ms", lines[-1])


def test_the_words_of_a_query_need_no_quotes(archive: Path) -> None:
    assert run_json(archive, "search", "ferry", "fog", "--limit", "3")["query"] == "ferry fog"


def test_search_as_json_has_the_documented_shape(archive: Path) -> None:
    found = run_json(archive, "search", "ferry fog")
    assert set(found) == {
        "query", "total", "complete", "took_ms", "hits", "interpretation",
    }  # fmt: skip
    assert found["query"] == "ferry fog"
    assert found["total"] == 1
    (hit,) = found["hits"]
    assert hit.pop("score") > 0
    assert hit == {
        "rank": 1,
        "id": "ferry-1",
        "headline": "Night ferry runs aground off Skarholm",
        "published": "1978-11-03T04:30:00+01:00",
        "publisher": "Harbour Post",
        "section": "News",
        "highlights": {
            "headline": ["Night <mark>ferry</mark> runs aground off Skarholm"],
            "body": ["The <mark>ferry</mark> struck a sandbank in <mark>fog</mark>. …"],
            "captions": [
                "Tugs beside the <mark>ferry</mark>\nHarbour Post/J. Iversen",
                (
                    "The night of the <mark>ferry</mark>\n<mark>Fog</mark> over the sound\n"
                    "Visibility was thirty metres.\nA grey sea without a horizon"
                ),
            ],
        },
    }


def test_nothing_found_is_status_1_with_advice_and_still_json(archive: Path) -> None:
    result = run(archive, "search", "iceberg")
    assert result.exit_code == 1
    assert "No article matches iceberg" in result.stdout
    assert "OR between them" in result.stdout
    result = run(archive, "search", "iceberg", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["hits"] == []


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--section", "weather"], ["fog"]),
        (["--section", "weather", "--section", "news", "--sort", "date"], ["ferry-1", "fog"]),
        (["--publisher", "harbour post"], ["ferry-1"]),
        (["--author", "Ida Brandt"], ["ferry-1"]),
        (["--agency", "ap"], ["ferry-1"]),
        (["--language", "en"], ["ferry-1"]),
        (["--keyword", "shipping"], ["ferry-1"]),
        (["--since", "1978-11", "--until", "1978-11-03"], ["ferry-1"]),
        (["--since", "1979"], []),
        (["--limit", "1", "--sort", "date"], ["ferry-1"]),
        (["--limit", "1", "--offset", "1", "--sort", "date"], ["fog"]),
        (["--limit", "0"], []),
    ],
)
def test_search_options(archive: Path, options: list[str], ids: list[str]) -> None:
    assert [hit["id"] for hit in run_json(archive, "search", "fog", *options)["hits"]] == ids


def test_a_page_tells_where_the_next_begins(archive: Path) -> None:
    assert "1 to 1 of 2 articles" in run(archive, "search", "fog", "--limit", "1").stdout
    assert "the next: --offset 1" in run(archive, "search", "fog", "--limit", "1").stdout


def test_hostile_articles_do_not_reach_the_terminal(archive: Path) -> None:
    for arguments in (["search", "storm"], ["show", "evil"], ["search", "\x1b[31m"]):
        shown = run(archive, *arguments).output
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown), arguments
    for arguments in (["search", "storm", "--json"], ["show", "evil", "--json"]):
        shown = run(archive, *arguments).output
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown), arguments
    (hit,) = run_json(archive, "search", "storm")["hits"]
    assert hit["highlights"]["body"] == ["&lt;b&gt;<mark>storm</mark>&lt;/b&gt; &amp; \x9b2J"]
    assert run_json(archive, "show", "evil")["headline"] == "Storm \x1b[31mred\x1b[0m \u202egnorw"


def test_of_many_captions_the_first_are_shown_and_json_has_all(tmp_path: Path) -> None:
    with searchkit.create(tmp_path / "x") as index:
        index.add([Article(headline="Album", captions=captions(*(f"fog {n}" for n in range(9))))])
    assert "and 4 more captions" in run(tmp_path / "x", "search", "fog").stdout
    (hit,) = run_json(tmp_path / "x", "search", "fog")["hits"]
    assert len(hit["highlights"]["captions"]) == 9


FIELDS = (
    "headline, body, captions, section, publisher, authors, agencies, language, keywords, "
    "published, id, since, until, length"
)


def test_search_tells_how_the_query_was_read(archive: Path) -> None:
    result = run(archive, "search", "ferries hail nowhere:x", "--explain-query")
    assert [line.strip() for line in result.output.splitlines()[:8]] == [
        'read as: ferries AND hail AND "nowhere:x"',
        "but: no article has all 3 words; these have 1 of them",
        'run as: some1(ferries hail "nowhere:x")',
        f"note on 'nowhere:': no field, hence text; fields are {FIELDS} (character 14)",
        "ferries: ferri",
        "hail: hail",
        "nowhere:x: nowher x",
        "",
    ]
    found = run_json(archive, "search", "ferries hail")
    assert found["interpretation"]["relaxed"]["required"] == 1
    assert found["interpretation"]["terms"][0] == {
        "typed": "ferries",
        "meanings": ["ferri"],
        "expansions": None,
    }


def test_search_says_when_articles_have_most_of_the_words_only(archive: Path) -> None:
    assert run(archive, "search", "ferry hail").output.startswith(
        "No article has all 2 words; these have 1 of them."
    )
    assert run(archive, "search", "--mode", "all", "ferry hail").exit_code == 1
    assert "No article has" not in run(archive, "search", "--mode", "any", "ferry hail").output


def test_what_was_ignored_and_what_may_have_been_meant_is_said_when_nothing_is_found(
    archive: Path,
) -> None:
    shown = run(archive, "search", "skarhom nowhere:x", "--mode", "all").stdout.splitlines()
    assert shown[:2] == [
        "No article matches skarhom nowhere:x",
        "Did you mean skarholm instead of skarhom?",
    ]
    assert shown[2].startswith("note on 'nowhere:': no field, hence text;")
    relaxed = run(archive, "search", "skarhom fog").stdout.splitlines()
    assert relaxed[1] == "Did you mean skarholm instead of skarhom?"
    assert run(archive, "search", "skarhom OR fog").stdout.splitlines()[0].startswith("  1  ")


def test_filters_are_mentioned_where_they_may_be_why_nothing_is_found(archive: Path) -> None:
    assert "`searchkit info` lists them" in run(archive, "search", "fog", "--section", "x").stdout
    assert "`searchkit info`" not in run(archive, "search", "zeppelin").stdout


def test_explain_shows_the_arithmetic_below_each_hit(archive: Path) -> None:
    shown = run(archive, "search", "fog", "--explain").stdout
    (hit, _) = run_json(archive, "search", "fog", "--explain")["hits"]
    for line in str(searchkit.open(archive).search("fog")[0].explain()).splitlines():
        assert line.strip() in shown
    assert shown.count("  score\n") == 2
    assert hit["explanation"]["score"] == pytest.approx(hit["score"], abs=1e-5)
    assert hit["explanation"]["words"][0]["typed"] == "fog"


def test_the_ranking_can_be_that_of_whoosh(archive: Path) -> None:
    def scores(*options: str) -> list[float]:
        return [hit["score"] for hit in run_json(archive, "search", "fog", *options)["hits"]]

    with searchkit.open(archive) as index:
        wanted = [hit.score for hit in index.search("fog", ranking="whoosh")]
    assert scores("--ranking", "whoosh") == pytest.approx(wanted, abs=1e-5)
    assert scores("--ranking", "bm25f") == scores() != scores("--ranking", "whoosh")


def test_common_words_are_demanded_on_request(archive: Path) -> None:
    query = "the fog"
    assert run_json(archive, "search", query, "--mode", "all")["total"] == 2
    demanded = run_json(archive, "search", query, "--mode", "all", "--no-stop-words")
    assert [hit["id"] for hit in demanded["hits"]] == ["ferry-1"]


def test_a_search_that_ran_out_of_time_says_so(archive: Path) -> None:
    result = run(archive, "search", "fog", "--timeout", "0.000000001")
    assert result.stdout.startswith("Time was up before all was looked at")
    assert "No article" not in result.stdout
    assert result.exit_code == 1
    assert run_json(archive, "search", "fog", "--timeout", "0.000000001")["complete"] is False
    found = run_json(archive, "search", "fog", "--timeout", "600")
    assert (found["complete"], found["total"]) == (True, 2)
    assert run(archive, "search", "fog", "--timeout", "0").exit_code == 2


@pytest.mark.parametrize("missing", ["counted", "complete"])
def test_a_total_that_is_a_lower_bound_is_called_so(
    archive: Path, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with searchkit.open(archive) as index:
        found = index.search("fog")
        setattr(found, missing, False)
        findings.hits(found, filtered=False, explain=False, explain_query=False, json=False)
    assert "\nat least 2 articles, " in capsys.readouterr().out


@pytest.fixture
def agency(tmp_path: Path) -> Path:
    """One story on three sites, and another."""
    text = " ".join(f"word{number}" for number in range(40))
    with searchkit.create(tmp_path / "agency.idx") as index:
        index.add(
            [Article(id=f"a{n}", headline=f"Fog {n}", body=text, url=f"/{n}") for n in range(3)]
            + [Article(id="b", headline="Fog", body="Another story")]
        )
    return tmp_path / "agency.idx"


def test_near_copies_are_folded(agency: Path) -> None:
    lines = [line.strip() for line in run(agency, "search", "fog", "--fold").stdout.splitlines()]
    assert lines.count("and 2 more") == 1
    assert re.fullmatch(r"4 articles, 2 folded, \d+ ms", lines[-1])
    assert "and 2 more" not in run(agency, "search", "fog").stdout


def test_pages_of_folded_hits_say_what_follows(agency: Path) -> None:
    first = run(agency, "search", "fog", "--fold", "--limit", "1", "--sort", "date").stdout
    assert re.search(r"^1 to 1 of 4 articles, 2 folded, \d+ ms; the next: --offset 1$", first, re.M)
    second = run(agency, "search", "fog", "--fold", "--offset", "1", "--sort", "date").stdout
    assert re.search(r"^2 to 2 of 4 articles, \d+ ms$", second, re.M)


def test_what_is_folded_is_in_the_json_and_not_among_the_ids(agency: Path) -> None:
    found = run_json(agency, "search", "fog", "--fold", "--sort", "date")
    assert [(hit["id"], hit.get("folded")) for hit in found["hits"]] == [("a0", 2), ("b", None)]
    assert found["hits"][0]["folded_ids"] == ["a1", "a2"]
    assert (found["total"], found["left"]) == (4, 0)
    ids = run(agency, "search", "fog", "--fold", "--ids", "--sort", "date").stdout
    assert ids.split() == ["a0", "b"]
