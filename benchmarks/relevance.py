"""How good is what comes first, beside whom, and is it what the formula says?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import click

import searchkit
from benchmarks.brute_force import BruteForce
from benchmarks.corpus import CorpusError
from benchmarks.judged import MEASURES, Collection, Ranked, read_collection, score
from benchmarks.machine import Circumstances
from benchmarks.session import CommandError, Session, begin_session, out_option
from benchmarks.systems import SYSTEMS, Missing
from benchmarks.tables import Sheet
from searchkit import Index
from searchkit.analysis import fold
from searchkit.ranking import Model, Ranking, stop_words

__all__ = ["Row", "relevance", "sheet_of"]

# As many as the measures look at.
_LIMIT = 1_000

# The values of the textbooks and of most engines, then those of Anserini.
_PARAMETERS = ((1.2, 0.75), (0.9, 0.4))

_MODELS: tuple[Model, ...] = ("bm25f", "whoosh")

_STOP_WORDS = stop_words("en")

_HEADINGS = ("System", "Stop\nwords", *MEASURES, "Off by")


@dataclass(frozen=True, slots=True)
class Row:
    """How well a system ranked a collection.

    `fielded`: with titles as headlines; else everything is in the body. `stop_words`: whether
    they were wanted as any other word. `difference` is the greatest between a score and what
    `BruteForce` makes of it, of all articles for all queries; None where that is another formula.
    """

    collection: str
    fielded: bool
    system: str
    stop_words: bool
    measures: dict[str, float]
    difference: float | None = None


@click.command()
@click.option(
    "--collection",
    "sources",
    metavar="DIRECTORY",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A test collection: docs.jsonl, queries.tsv, qrels.txt; may be given again.",
)
@out_option
@click.pass_context
def relevance(context: click.Context, sources: tuple[Path, ...], out: Path | None) -> None:
    """Measure how good the rankings are, on collections for which people have judged that.

    Each query asks for any of its words. searchkit's rankings are held against their formula
    beside, worked out word by word over every article.
    """
    with begin_session(context) as session:
        try:
            collections = [read_collection(source) for source in sources]
        except CorpusError as error:
            raise CommandError(str(error)) from error
        rows: list[Row] = []
        for collection in collections:
            for fielded in (False, True) if collection.titled else (False,):
                session.tell(f"Ranking {_label(collection.name, fielded)} …")
                corpus = session.scratch / "collection.jsonl"
                collection.write(corpus, fielded=fielded)
                rows += _own(session, collection, fielded, corpus)
                rows += _rivals(session, collection, fielded, corpus)
        sheet = sheet_of(collections, rows, session.circumstances)
        results = {
            "collections": [
                {
                    "name": each.name,
                    "articles": len(each.articles),
                    "queries": len(each.queries),
                }
                for each in collections
            ],
            "rows": [asdict(row) for row in rows],
        }
        session.keep(sheet, results, out)


def sheet_of(
    collections: Sequence[Collection], rows: Sequence[Row], circumstances: Circumstances
) -> Sheet:
    """The table: for each collection the systems, with a heading above them."""
    lines: list[tuple[str, ...]] = []
    emphasised = set()
    for name, fielded in dict.fromkeys((row.collection, row.fielded) for row in rows):
        emphasised.add(len(lines))
        lines.append((_label(name, fielded), *[""] * (len(_HEADINGS) - 1)))
        here = [row for row in rows if (row.collection, row.fielded) == (name, fielded)]
        lines += [_cells(row) for row in sorted(here, key=lambda row: not row.stop_words)]
    sizes = "; ".join(
        f"{each.name} has {len(each.articles):,} articles and {len(each.queries):,} queries"
        for each in collections
    )
    return Sheet(
        title="Relevance",
        headings=_HEADINGS,
        rows=tuple(lines),
        notes=(
            f"Queries ask for any of their words. {sizes}.",
            f"Stop words are {len(_STOP_WORDS)}; out: left out of the queries, though indexed.",
            "searchkit: with k1 and b; sum: the sum of scores over fields that Whoosh calls BM25F.",
            "Off by: how far scores are from BM25F by brute force, at most.",
        ),
        circumstances=circumstances,
        emphasised=frozenset(emphasised),
        details=(
            "fielded: the title is the headline, with a weight of 3; otherwise all is in the body.",
            "bm25s has no fields, and takes them as one text.",
            *(f"{system.TITLE}: {system.SETTINGS}." for system in SYSTEMS.values()),
        ),
    )


def _own(session: Session, collection: Collection, fielded: bool, corpus: Path) -> Iterator[Row]:
    """searchkit with each ranking."""
    reference = BruteForce(collection.fields(fielded=fielded))
    with (
        tempfile.TemporaryDirectory(dir=session.scratch) as directory,
        searchkit.create(directory) as index,
    ):
        index.add(searchkit.read(str(corpus)))
        for wanted, (k1, b), model in product((True, False), _PARAMETERS, _MODELS):
            ranking = Ranking(model, k1, b)
            left_out = frozenset() if wanted else _STOP_WORDS
            found = {
                query: _search(index, words, ranking, wanted)
                for query, words in collection.queries.items()
            }
            difference = None
            if model == "bm25f":
                difference = max(
                    _difference(found[query], reference.rank(words, ranking, left_out))
                    for query, words in collection.queries.items()
                )
            measures = score(collection, _best(found))
            name = f"searchkit {k1}, {b}" + (", sum" if model == "whoosh" else "")
            yield Row(collection.name, fielded, name, wanted, measures, difference)


def _search(index: Index, words: Iterable[str], ranking: Ranking, wanted: bool) -> dict[str, float]:
    found = index.search(
        " ".join(words),
        limit=None,
        mode="any",
        ranking=ranking,
        stop_words=None if wanted else "auto",
        highlight=False,
    )
    return {hit.id: hit.score for hit in found.hits}


def _best(found: Ranked) -> Ranked:
    return {query: dict(list(scores.items())[:_LIMIT]) for query, scores in found.items()}


def _difference(one: dict[str, float], other: dict[str, float]) -> float:
    """The greatest between two scores of an article; what is not found has 0."""
    return max(
        (abs(one.get(article, 0.0) - other.get(article, 0.0)) for article in one.keys() | other),
        default=0.0,
    )


def _rivals(session: Session, collection: Collection, fielded: bool, corpus: Path) -> Iterator[Row]:
    for name, system in SYSTEMS.items():
        if name == "searchkit":
            continue
        available = system.available()
        if isinstance(available, Missing):
            session.tell(f"{system.TITLE}: {available.reason}")
            continue
        with tempfile.TemporaryDirectory(dir=session.scratch) as directory:
            system.index_parts([corpus], Path(directory))
            searcher = system.searcher(Path(directory))
            for wanted in (True, False):
                ranked = {
                    query: dict(searcher.search(_kept(words, wanted), "or", _LIMIT).hits)
                    for query, words in collection.queries.items()
                }
                measures = score(collection, ranked)
                yield Row(collection.name, fielded, system.TITLE, wanted, measures)


def _kept(words: Sequence[str], wanted: bool) -> Sequence[str]:
    """The words without stop words, unless these are wanted or all there is."""
    if wanted:
        return words
    return [word for word in words if fold(word) not in _STOP_WORDS] or words


def _label(name: str, fielded: bool) -> str:
    return f"{name}, fielded" if fielded else name


def _cells(row: Row) -> tuple[str, ...]:
    figures = (f"{row.measures[name]:.4f}" for name in MEASURES)
    difference = "" if row.difference is None else f"{row.difference:.1e}"
    return row.system, "kept" if row.stop_words else "out", *figures, difference
