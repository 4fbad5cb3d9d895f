"""How well are articles taken out of web pages, and how fast, beside whom?"""

from __future__ import annotations

import gzip
import json
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import reduce
from importlib.util import find_spec
from multiprocessing import get_context
from operator import add
from pathlib import Path
from typing import Any

import click

from benchmarks.corpus import CorpusError
from benchmarks.extraction_rivals import EXTRACTORS, MODULES, Extracted
from benchmarks.extraction_scores import (
    Agreement,
    agreement_of_captions,
    agreement_of_texts,
    f1,
    mean_f1,
    normalised,
    share_within,
)
from benchmarks.machine import Circumstances
from benchmarks.session import CommandError, begin_session, out_option
from benchmarks.tables import Sheet

__all__ = ["Page", "Row", "extraction", "read_pages", "score", "sheet_of"]

_PROCESSES = 2
_HEADINGS = (
    *("Extractor", "Body F1", "precision", "recall", "Captions\nF1", "in the\nbody"),
    *("Headline", "Date", "Authors", "Pages/s"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page and what is in it; what nobody has looked for is None."""

    name: str
    content: bytes
    headline: str | None
    body: str | None
    captions: tuple[str, ...] | None
    date: str | None
    author: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """How well an extractor did: parts of 1; pages a second with so many processes. What it does
    not extract is None.
    """

    extractor: str
    body: tuple[float, float, float]
    captions: float | None = None
    caption_words_in_body: float | None = None
    headline: float | None = None
    date: float | None = None
    authors: float | None = None
    pages_per_s: float = 0.0


@click.command()
@click.option(
    "--pages",
    "source",
    metavar="DIRECTORY",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Saved pages: pages/*.html.gz, and expected.jsonl with what is in them.",
)
@click.option(
    "--body-pages",
    metavar="PREFIX",
    default="scraping-",
    show_default=True,
    help="Bodies are compared on the pages whose names begin so, all else on the others.",
)
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True,
              help="Times that each extractor is timed; the median counts.")  # fmt: skip
@out_option
@click.pass_context
def extraction(
    context: click.Context, source: Path, body_pages: str, rounds: int, out: Path | None
) -> None:
    """Measure how well bodies, captions and metadata are told apart, and the speed.

    Bodies are scored as in scrapinghub's article-extraction-benchmark, captions by how many
    are found and how many are none, metadata by how many are right.
    """
    with begin_session(context) as session:
        try:
            pages = read_pages(source)
        except CorpusError as error:
            raise CommandError(str(error)) from error
        rows = []
        for name, extract in EXTRACTORS.items():
            if find_spec(MODULES[name]) is None:
                session.tell(f"{name} is not installed; pip install 'searchkit[bench]'")
                continue
            session.tell(f"Extracting with {name} …")
            rows.append(score(name, pages, [extract(page.content) for page in pages], body_pages))
        session.tell("Timing …")
        speeds = _speeds([row.extractor for row in rows], pages, rounds)
        rows = [_with_speed(row, speeds[row.extractor]) for row in rows]
        results = {"pages": len(pages), "rows": [asdict(row) for row in rows]}
        session.keep(sheet_of(pages, rows, session.circumstances), results, out)


def read_pages(source: Path) -> list[Page]:
    """The pages of a directory. Raises CorpusError."""
    try:
        lines = (source / "expected.jsonl").read_text(encoding="utf-8").splitlines()
        return [_page(source, json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, KeyError) as error:
        raise CorpusError(f"{source} has no pages that can be read ({error})") from error


def _page(source: Path, expected: dict[str, Any]) -> Page:
    captions = expected["captions"]
    return Page(
        expected["page"],
        gzip.decompress((source / "pages" / expected["page"]).read_bytes()),
        expected["headline"],
        expected["body"],
        None if captions is None else tuple(captions),
        expected["date"],
        expected["author"],
    )


def score(
    extractor: str, pages: Sequence[Page], extracted: Sequence[Extracted], body_pages: str
) -> Row:
    """How well what was extracted of each page is what is in it."""
    both = list(zip(pages, extracted, strict=True))
    bodies = [
        agreement_of_texts(page.body, got.body)
        for page, got in both
        if page.body is not None and page.name.startswith(body_pages)
    ]
    others = [(page, got) for page, got in both if not page.name.startswith(body_pages)]
    captioned = [(page.captions, got) for page, got in others if page.captions is not None]
    counts = [
        agreement_of_captions(wanted, got.captions)
        for wanted, got in captioned
        if got.captions is not None
    ]
    inside, words = 0, 0
    for page, got in others:
        if page.captions:
            found, total = share_within(page.captions, got.body)
            # An article may say the same as a caption.
            rightly, _ = share_within(page.captions, page.body or "")
            inside, words = inside + max(found - rightly, 0), words + total
    return Row(
        extractor,
        mean_f1(bodies),
        captions=f1(reduce(add, counts, Agreement(0, 0, 0))) if counts else None,
        caption_words_in_body=inside / words if words else None,
        headline=_share(others, lambda page: page.headline, lambda got: got.headline, _same),
        date=_share(others, lambda page: page.date, lambda got: got.date, _same_day),
        authors=_share(others, lambda page: page.author, lambda got: got.authors, _same_names),
    )


def _share(
    pages: Sequence[tuple[Page, Extracted]],
    wanted_of: Callable[[Page], str | None],
    got_of: Callable[[Extracted], Any],
    are_same: Callable[[str, Any], bool],
) -> float | None:
    pairs = [(wanted_of(page), got_of(got)) for page, got in pages if wanted_of(page)]
    if not pairs or all(got is None for _, got in pairs):
        return None
    return sum(are_same(str(wanted), got) for wanted, got in pairs) / len(pairs)


def _same(wanted: str, got: str | None) -> bool:
    return normalised(wanted) == normalised(got or "")


def _same_day(wanted: str, got: str | None) -> bool:
    return bool(got) and wanted[:10] == str(got)[:10]


def _same_names(wanted: str, got: Sequence[str] | None) -> bool:
    return _names(wanted.split(",")) == _names(got or ())


def _names(names: Sequence[str]) -> set[str]:
    return set(filter(None, map(normalised, names)))


def _speeds(names: Sequence[str], pages: Sequence[Page], rounds: int) -> dict[str, float]:
    """Pages a second of each, with two processes each that have been warmed up."""
    contents = [page.content for page in pages]
    times: dict[str, list[float]] = {name: [] for name in names}
    for name in [name for _ in range(rounds) for name in names]:
        with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
            work = [(name, content) for content in contents]
            list(pool.map(_run, work[: 4 * _PROCESSES]))
            started = time.perf_counter()
            list(pool.map(_run, work, chunksize=4))
            times[name].append(len(work) / (time.perf_counter() - started))
    return {name: statistics.median(each) for name, each in times.items()}


def _run(work: tuple[str, bytes]) -> None:
    name, content = work
    EXTRACTORS[name](content)


def _with_speed(row: Row, pages_per_s: float) -> Row:
    return Row(**{**asdict(row), "pages_per_s": pages_per_s})


def sheet_of(pages: Sequence[Page], rows: Sequence[Row], circumstances: Circumstances) -> Sheet:
    """The table: an extractor in each row."""
    return Sheet(
        title="Extraction",
        headings=_HEADINGS,
        rows=tuple(map(_cells, rows)),
        notes=(
            f"{len(pages)} saved pages. Body: in runs of four words, the mean over the pages.",
            "Captions: found and no others, the same or 0.9 similar. In the body: of their words.",
            "Headline, date (the day) and authors: right ones, of the pages where they are known.",
            f"Pages/s: with {_PROCESSES} processes, all that the extractor gives.",
        ),
        circumstances=circumstances,
        emphasised=frozenset({0}),
        details=(),
    )


def _cells(row: Row) -> tuple[str, ...]:
    figures = (
        *row.body,
        row.captions,
        row.caption_words_in_body,
        row.headline,
        row.date,
        row.authors,
    )
    shown = ("" if figure is None else f"{figure:.4f}" for figure in figures)
    return row.extractor, *shown, f"{row.pages_per_s:.0f}"
