"""How fast are answers, beside whom, and what else is asked of an index?"""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.answers import Answers, Shown, compare, percentiles
from benchmarks.corpus import Corpus, CorpusError, prepare_parts
from benchmarks.process import WorkerError, run_task
from benchmarks.questions import (
    PATTERNS,
    Question,
    common_word,
    headline_queries,
    make_patterns,
    questions_of,
    read_queries,
)
from benchmarks.search_sheet import sheet_of
from benchmarks.search_work import HOSTILE
from benchmarks.session import (
    CommandError,
    Session,
    begin_session,
    corpus_option,
    described,
    limit_option,
    out_option,
    runs_option,
)
from benchmarks.starting import start_times
from benchmarks.systems import SYSTEMS, Missing

__all__ = ["search"]

# Of fewer, eight segments would be merged whatever their sizes.
_MADE_UP_ARTICLES = 8_000
_RUNS = 5
_SEGMENTS = "1,8"
_SHOWN: tuple[Shown, ...] = ("ids", "snippets")
_HEADLINES = 200
_PATTERNS = 200
# Matches of the word by which counting over all matches is measured.
_MATCHES = 30_000
_QUESTIONS_OF_MEMORY = 1_000
# Whoosh takes some hundred times as long as the others: it is asked one question of so many, of an
# index of one segment.
_SPARED = 20


@click.command()
@corpus_option
@limit_option(_MADE_UP_ARTICLES)
@click.option(
    "--queries",
    "queries",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Queries of words, one in a line, asked beside those made of headlines.",
)
@click.option(
    "--segments",
    metavar="N,N,…",
    default=_SEGMENTS,
    show_default=True,
    help="How many segments the indexes have.",
)
@runs_option(_RUNS, "to ask all questions")
@out_option
@click.pass_context
def search(
    context: click.Context,
    sources: tuple[Path, ...],
    limit: int | None,
    queries: Path | None,
    segments: str,
    runs: int,
    out: Path | None,
) -> None:
    """Measure searching: searchkit beside tantivy, SQLite FTS5 and Whoosh.

    Every system gets the same words: all of them, any, and as a phrase, in three fields. They are
    timed from words to the ids of the ten best with the exact total, and again with snippets, in
    a fresh process for every run, of an index of one segment and of several. Then of searchkit
    alone: words half written, filters, facets, the command from its start, memory, and queries
    that nobody types.
    """
    counts = _read_segments(segments)
    with begin_session(context) as session:
        corpus = session.prepare(sources, limit, _MADE_UP_ARTICLES)
        questions = _questions(corpus, queries)
        try:
            answers = _ask_all(session, corpus, questions, counts, runs)
            index = str(_directory(session, "searchkit", counts[0]))
            alone = _measure_alone(session, corpus, questions, index)
        except WorkerError as error:
            raise CommandError(f"a step failed: {error}; mend that, then run this again") from error
        times, imports = start_times(index, next(iter(corpus.check_words)))
        alone["start"] = times
        differences = compare(answers)
        sheet = sheet_of(corpus, answers, alone, differences, session.circumstances)
        results = {
            "corpus": described(corpus),
            "answers": [each.results() for each in answers],
            "totals_that_differ": differences,
            **alone,
        }
        directory = session.keep(sheet, results, out)
        (directory / "imports.txt").write_text(imports, encoding="utf-8")


def _read_segments(given: str) -> list[int]:
    try:
        counts = sorted({int(each) for each in given.split(",")})
    except ValueError:
        counts = []
    if not counts or counts[0] < 1:
        raise CommandError(f"--segments {given}: no numbers of segments; write {_SEGMENTS}")
    return counts


def _questions(corpus: Corpus, queries: Path | None) -> list[Question]:
    """All questions, in one order by chance, so that what disturbs the machine meets all."""
    questions = questions_of("headlines", headline_queries(corpus, _HEADLINES))
    if queries:
        try:
            questions += questions_of("queries", read_queries(queries))
        except CorpusError as error:
            raise CommandError(str(error)) from error
    random.Random(len(questions)).shuffle(questions)
    return questions


def _ask_all(
    session: Session,
    corpus: Corpus,
    questions: list[Question],
    counts: Sequence[int],
    runs: int,
) -> list[Answers]:
    """Every system, `runs` times: the first run of each, then the second of each, and so on."""
    answers = []
    for segments in counts:
        for name in _systems(segments):
            session.tell(f"Indexing, {SYSTEMS[name].TITLE}, segments: {segments} …")
            _index(session, corpus, name, segments)
            asked = questions[::_SPARED] if name == "whoosh" else questions
            answers += [Answers(name, segments, shown, asked) for shown in _SHOWN]
    for number in range(1, runs + 1):
        session.tell(f"Run {number} …")
        for each in answers:
            directory = _directory(session, each.system, each.segments)
            path = _written(session, "questions", [[one.how, one.words] for one in each.questions])
            done, _ = run_task(
                session.scratch, "ask", each.system, str(directory), path, each.shown
            )
            each.add(done["totals"], done["seconds"])
    return answers


def _systems(segments: int) -> list[str]:
    """Those that are installed and have positions."""
    return [
        name
        for name, system in SYSTEMS.items()
        if system.POSITIONS
        and not isinstance(system.available(), Missing)
        and (segments == 1 or name != "whoosh")
    ]


def _index(session: Session, corpus: Corpus, name: str, segments: int) -> None:
    directory = _directory(session, name, segments)
    directory.mkdir()
    parts = prepare_parts(corpus, session.scratch, segments)
    run_task(session.scratch, "parts", name, str(directory), *map(str, parts))
    for part in parts:
        part.unlink()


def _directory(session: Session, name: str, segments: int) -> Path:
    return session.scratch / f"{name}-{segments}"


def _written(session: Session, name: str, content: object) -> str:
    """The path of a file of JSON with this content."""
    path = session.scratch / f"{name}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def _measure_alone(
    session: Session, corpus: Corpus, questions: Sequence[Question], index: str
) -> dict[str, Any]:
    """What is measured of searchkit without rivals."""

    def step(name: str, argument: str) -> dict[str, Any]:
        return run_task(session.scratch, "search", name, index, argument)[0]

    def endured(name: str) -> dict[str, Any]:
        try:
            return step("hostile", name)
        except WorkerError as error:
            return {"outcome": f"crashed, {error}", "seconds": None}

    session.tell("Words half written …")
    made = make_patterns(corpus, _PATTERNS)
    patterns = {kind: step("patterns", _written(session, kind, made[kind])) for kind in PATTERNS}
    session.tell("Filters and facets …")
    word = common_word(corpus, _MATCHES)
    aggregate = {"word": word, **step("aggregate", word)}
    session.tell("Memory …")
    asked = [[one.how, one.words] for one in questions]
    enough = (asked * (_QUESTIONS_OF_MEMORY // len(asked) + 1))[:_QUESTIONS_OF_MEMORY]
    memory = step("memory", _written(session, "memory", enough))
    session.tell("Queries that nobody types …")
    return {
        "patterns": {
            kind: {
                "patterns": len(found["totals"]),
                "found": statistics.median(found["totals"]),
                "seconds": percentiles([statistics.median(each) for each in found["seconds"]]),
            }
            for kind, found in patterns.items()
        },
        "aggregate": aggregate,
        "memory": memory,
        "hostile": {name: endured(name) for name in HOSTILE},
    }
