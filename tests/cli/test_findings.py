"""What is said of all that a search finds, and of a dictionary: numbers, ids, bars."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

import searchkit
from tests.cli.program import SEARCHKIT, in_terminal, run, run_json

DATES = ["2019-11-30", "2020-02-01", "2020-02-20", "2020-02-29", "2022-01-01", None]


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,206 articles on fog: six with DATES, the rest of the year 1999."""
    path = tmp_path_factory.mktemp("dated") / "news.idx"
    with searchkit.create(path) as index:
        index.add(
            {
                "id": f"a{number}",
                "headline": "Fog",
                "published": date,
                "section": "Weather" if number % 3 else "News",
                "authors": [f"Writer {number % 12}", "Ida\x1b[31m Brandt"],
            }
            for number, date in enumerate([*DATES, *itertools.repeat("1999-05-05", 1200)])
        )
    return path


def in_terminal_of(columns: int, index: Path, *arguments: str) -> list[str]:
    """The lines that a terminal shows, without colours."""
    written = in_terminal(*SEARCHKIT, "--index", str(index), *arguments, COLUMNS=str(columns))
    return re.sub("\x1b\\[[0-9;]*m", "", written).splitlines()


# -- --count


def test_count_is_the_number_alone(dated: Path) -> None:
    result = run(dated, "search", "fog", "--count")
    assert (result.stdout, result.stderr, result.exit_code) == ("1206\n", "", 0)
    assert in_terminal_of(80, dated, "search", "fog", "--count") == ["1,206"]
    assert run_json(dated, "search", "fog", "--count")["total"] == 1206


def test_count_of_nothing_is_0_and_status_1(dated: Path) -> None:
    result = run(dated, "search", "hail", "--count")
    assert (result.stdout, result.exit_code) == ("0\n", 1)


def test_what_is_to_be_said_beside_a_number_goes_to_standard_error(dated: Path) -> None:
    result = run(dated, "search", "fog hail", "--count")
    assert result.stdout == "1206\n"
    assert result.stderr == "No article has all 2 words; these have 1 of them.\n"
    assert "Time was up" in run(dated, "search", "fog", "--count", "--timeout", "1e-9").stderr


# -- --ids


def test_ids_are_all_of_them_unless_there_is_a_limit(dated: Path) -> None:
    everything = run(dated, "search", "fog", "--ids").stdout.splitlines()
    assert sorted(everything) == sorted(f"a{number}" for number in range(1206))
    dates = ["--ids", "--sort", "date"]
    assert run(dated, "search", "fog", *dates, "--limit", "2").stdout == "a4\na3\n"
    page = run_json(dated, "search", "fog", *dates, "--limit", "2", "--offset", "1")
    assert (page["ids"], page["total"]) == (["a3", "a2"], 1206)
    assert run(dated, "search", "hail", "--ids").stdout == ""
    assert run(dated, "search", "hail", "--ids").exit_code == 1


def test_ids_are_made_harmless_even_of_a_forged_index(
    dated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchkit.Results, "ids", lambda _: iter(["evil\x1b[31m\n", "b\u202e"]))
    assert run(dated, "search", "fog", "--ids").stdout == "evil\ufffd[31m \nb\ufffd\n"
    assert run_json(dated, "search", "fog", "--ids")["ids"] == ["evil\x1b[31m\n", "b\u202e"]


def test_ids_can_be_handed_to_another_command(dated: Path) -> None:
    command = f"{' '.join(map(repr, SEARCHKIT))} --index {dated} search fog --ids | head -n 1"
    shell = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert shell.stderr == ""
    assert run(dated, "show", shell.stdout.strip()).exit_code == 0


# -- --timeline


def test_a_timeline_in_a_pipe_has_a_line_for_each_period_that_has_any(dated: Path) -> None:
    for by, lines in [
        ("year", ["1999\t1200", "2019\t1", "2020\t3", "2022\t1"]),
        ("month", ["1999-05\t1200", "2019-11\t1", "2020-02\t3", "2022-01\t1"]),
        ("day", ["1999-05-05\t1200"] + [f"{date}\t1" for date in DATES if date]),
    ]:
        assert run(dated, "search", "fog", "--timeline", by).stdout.splitlines() == lines


def test_a_timeline_on_a_terminal_has_bars_as_wide_as_it_is(dated: Path) -> None:
    for columns in (40, 100):
        shown = in_terminal_of(columns, dated, "search", "fog", "--timeline", "year")
        full = "█" * (columns - len("1999  1,200  "))
        assert shown[0] == f"1999  1,200  {full}"
        assert shown[1] == "… 19 years without an article"
        assert shown[2:6] == ["2019      1  ▏", "2020      3  ▏", "2021      0", "2022      1  ▏"]
        assert " ".join(shown[6:]).startswith("1,206 articles, 1 of them without a date, ")


def test_empty_months_and_days_are_shown_or_counted(dated: Path) -> None:
    command = ["search", "fog", "--since", "2019", "--timeline"]
    months = in_terminal_of(80, dated, *command, "month")
    assert [line.split("  ")[:2] for line in months[:4]] == [
        ["2019-11", "1"], ["2019-12", "0"], ["2020-01", "0"], ["2020-02", "3"],
    ]  # fmt: skip
    assert months[4] == "… 22 months without an article"
    days = in_terminal_of(80, dated, *command, "day")
    assert days[1] == "… 62 days without an article"
    assert [line.split()[0] for line in days[4:14]] == [
        "2020-02-20" if number == 20 else f"2020-02-{number}" for number in range(20, 30)
    ]


def test_a_timeline_as_json_has_the_periods_among_the_facets(dated: Path) -> None:
    found = run_json(dated, "search", "fog", "--timeline", "year", "--facet", "section")
    assert found["facets"]["year"] == {"1999": 1200, "2019": 1, "2020": 3, "2022": 1}
    assert found["facets"]["section"] == {"Weather": 804, "News": 402}
    assert "hits" not in found


def test_a_timeline_of_nothing_says_so_on_standard_error(dated: Path) -> None:
    result = run(dated, "search", "hail", "--timeline", "day")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert result.stderr == "No article matches hail\n"


# -- --facet


def test_facets_follow_the_hits_with_the_most_frequent_values(dated: Path) -> None:
    shown = run(dated, "search", "fog", "--limit", "1", "--facet", "section", "--facet", "author")
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("  1  Fog")
    assert lines[lines.index("section") :][:4] == ["section", "Weather\t804", "News\t402", ""]
    authors = lines[lines.index("author") :]
    assert authors[1] == "Ida\ufffd[31m Brandt\t1206"
    assert len(authors) == 1 + 10 + 1
    assert authors[-1] == "and 3 more"
    found = run_json(dated, "search", "fog", "--facet", "author", "--limit", "0")
    assert len(found["facets"]["author"]) == 13
    assert found["hits"] == []


def test_facets_of_periods_are_the_most_frequent_too(dated: Path) -> None:
    lines = run(dated, "search", "fog", "--limit", "0", "--facet", "month").stdout.splitlines()
    assert lines[lines.index("month") + 1 :][:2] == ["1999-05\t1200", "2020-02\t3"]


def test_facets_on_a_terminal_have_small_bars(dated: Path) -> None:
    command = ["search", "fog", "--limit", "0", "--facet", "section", "--facet", "author"]
    shown = in_terminal_of(80, dated, *command)
    assert shown[shown.index("section") :][1:3] == [
        f"Weather  804  {'█' * 20}",
        f"News     402  {'█' * 10}",
    ]
    assert "and 3 more" in shown
    assert all(len(line) <= 30 for line in in_terminal_of(30, dated, *command))


def test_a_facet_without_values_says_so(dated: Path) -> None:
    assert "no article has any" in run(dated, "search", "fog", "--facet", "agency").stdout


@pytest.mark.parametrize(
    "options",
    [
        "--count --ids",
        "--count --timeline day",
        "--ids --timeline day",
        "--count --limit 10",
        "--count --facet section",
        "--timeline day --offset 1",
        "--ids --explain",
        "--ids --explain-query",
    ],
)
def test_options_that_contradict_each_other_are_refused(dated: Path, options: str) -> None:
    result = run(dated, "search", "fog", *options.split())
    assert result.exit_code == 2
    first, second = re.findall("--[a-z-]+", options)
    assert f"{first} and {second} contradict; leave one of them out" in result.stderr


# -- terms


def test_terms_lists_a_dictionary_in_order(dated: Path) -> None:
    lines = run(dated, "terms", "author").stdout.splitlines()
    assert lines[0] == "ida\ufffd[31m brandt\t1206"
    assert lines[1:4] == ["writer 0\t101", "writer 1\t101", "writer 10\t100"]
    assert run(dated, "terms", "author", "Writer 1").stdout.count("\n") == 3
    assert run(dated, "terms", "author", "--limit", "2").stdout.count("\n") == 2
    assert run(dated, "terms", "headline", "FÓ").stdout == "fog\t1206\n"
    assert "fog  1,206" in in_terminal_of(80, dated, "terms", "headline")


def test_terms_as_json(dated: Path) -> None:
    assert run_json(dated, "terms", "section", "w") == {
        "field": "section",
        "prefix": "w",
        "terms": {"weather": 804},
    }


def test_no_such_term_is_status_1_and_no_such_field_2(dated: Path) -> None:
    assert run(dated, "terms", "headline", "hail").exit_code == 1
    result = run(dated, "terms", "hat")
    assert result.exit_code == 2
    assert "there is no field 'hat' with terms; write headline, body" in result.stderr


@pytest.mark.parametrize("arguments", [["terms", "body"], ["search", "word0*", "--ids"]])
def test_a_reader_may_stop_reading_early(tmp_path: Path, arguments: list[str]) -> None:
    with searchkit.create(tmp_path / "x") as index:
        index.add({"id": f"{n:060}", "body": f"word{n:05} word0{n}" * 2} for n in range(3000))
    command = [*SEARCHKIT, "--index", str(tmp_path / "x"), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


# -- start-up


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "fog", "--facet", "author"],
        ["search", "fogs hail", "--explain", "--json"],
        ["search", "fog", "--timeline", "month"],
        ["terms", "headline"],
    ],
)
def test_a_search_imports_what_it_needs_and_no_more(dated: Path, arguments: list[str]) -> None:
    probe = (
        "import sys\nfrom searchkit_cli.main import main\n"
        f"main(['--index', {str(dated)!r}, *{arguments!r}], standalone_mode=False)\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", probe]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = set(done.stderr.split())
    assert "searchkit.index" in imported
    needless = {
        "whoosh", "numpy", "rich", "charset_normalizer", "concurrent.futures",
        "importlib.metadata", "hashlib", "pickle", "searchkit.sources", "searchkit.writing",
        "searchkit.codec.verify",
    }  # fmt: skip
    assert not needless & imported


def test_rich_is_imported_for_a_terminal(dated: Path) -> None:
    probe = (
        "import sys\nfrom searchkit_cli.main import main\n"
        f"main(['--index', {str(dated)!r}, 'search', 'fog'], standalone_mode=False)\n"
        "print('rich' in sys.modules, 'whoosh' in sys.modules)"
    )
    assert in_terminal(sys.executable, "-c", probe).splitlines()[-1] == "True False"
