"""Which articles are near copies, how well do signatures tell, and what do they cost?"""

from __future__ import annotations

import itertools
import re
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import orjson
import xxhash

import searchkit
from benchmarks.corpus import Corpus
from benchmarks.machine import Circumstances
from benchmarks.session import (
    CommandError,
    Session,
    begin_session,
    corpus_option,
    described,
    limit_option,
    out_option,
)
from benchmarks.tables import Sheet
from searchkit.analysis import Vocabulary
from searchkit.codec.snapshot import open_snapshot
from searchkit.codec.storage import Storage
from searchkit.kernels import LEAST_SHINGLES, SIGNATURE
from searchkit.kernels.signatures import take_similar
from searchkit.query.folding import MOST_DIFFERING_BITS

__all__ = ["Costs", "Row", "duplicates", "resemblances", "sheet_of"]

_BITS = 8 * SIGNATURE
_THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8)
# Beyond so much above or below a threshold an error is one that a reader would see.
_CLEARLY = 0.15

# Shingles of more articles are phrases of the trade; two near copies share others, too.
_MOST_ARTICLES = 60
# Articles that share fewer of their rare shingles are not looked at: they resemble less.
_LEAST_SHARED = 0.05

_HEADINGS = (
    *("Resemblance", "Bits\nthat differ", "Pairs", "Precision", "Recall"),
    *("Clearly\nwrong", "Clearly\nmissed"),
)

_WORD = re.compile(r"\w+")
_BATCH = 500
_ROUNDS = 3

_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """How well signatures tell the pairs that resemble each other by `threshold` at least.

    `bits` may differ. `pairs` do resemble each other so much; of the `found` ones `right` do.
    `clearly_wrong` are found and resemble by 0.15 less than that, `clearly_missed` are not and
    resemble by 0.15 more.
    """

    threshold: float
    bits: int
    pairs: int
    found: int
    right: int
    clearly_wrong: int
    clearly_missed: int


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds for each article to sign it, seconds to make surfaces of it beside, and seconds to
    compare a signature with another.
    """

    signing: float
    tokenising: float
    comparing: float


@click.command()
@corpus_option
@limit_option(2_000)
@out_option
@click.pass_context
def duplicates(
    context: click.Context, sources: tuple[Path, ...], limit: int | None, out: Path | None
) -> None:
    """Measure how well near copies are told, and what that costs.

    The truth is the share of shingles of three words that two articles have in common of all that
    either has, worked out for all pairs that could resemble each other.
    """
    with begin_session(context) as session:
        corpus = session.prepare(sources, limit, 2_000)
        session.tell("Signing …")
        texts, signatures = _signed(session, corpus)
        if len(texts) < 2:
            raise CommandError(
                "there are no two articles that are long enough; give a larger corpus"
            )
        session.tell(f"Comparing {len(texts):,} articles …")
        shingles = [_shingles(text) for text in texts]
        truth = resemblances(shingles)
        distances = _near(signatures)
        rows = [_row(threshold, truth, distances, shingles) for threshold in _THRESHOLDS]
        costs = _costs(texts, signatures)
        sheet = sheet_of(len(texts), rows, costs, session.circumstances)
        results = {
            "corpus": described(corpus),
            "signed": len(texts),
            "rows": [asdict(row) for row in rows],
            "costs": asdict(costs),
        }
        session.keep(sheet, results, out, sources)


def sheet_of(
    articles: int, rows: Sequence[Row], costs: Costs, circumstances: Circumstances
) -> Sheet:
    """The table: a row for each threshold, that of ``fold`` in bold."""
    return Sheet(
        title="Duplicates",
        headings=_HEADINGS,
        rows=tuple(
            (
                f"{row.threshold:.1f}",
                f"{row.bits}",
                f"{row.pairs:,}",
                _share(row.right, row.found),
                _share(row.right, row.pairs),
                f"{row.clearly_wrong:,}",
                f"{row.clearly_missed:,}",
            )
            for row in rows
        ),
        notes=(
            f"All pairs of {articles:,} articles, each of {LEAST_SHINGLES} shingles or more.",
            f"Clearly: by more than {_CLEARLY} of resemblance.",
            f"To find an article's words takes {costs.tokenising * 1e6:.2f} µs.",
            f"To sign it takes {costs.signing * 1e6:.2f} µs more.",
            f"To compare two takes {costs.comparing * 1e9:.1f} ns; each has {SIGNATURE} bytes.",
        ),
        circumstances=circumstances,
        emphasised=frozenset(
            place for place, row in enumerate(rows) if row.bits == MOST_DIFFERING_BITS
        ),
        details=(
            "Resemblance: the share that both have of the shingles that either has.",
            "A shingle: three words that follow each other, as Python's \\w has words.",
            f"Bits that differ: at most so many of {_BITS} make a pair; in bold what --fold takes.",
        ),
    )


def resemblances(shingles: Sequence[frozenset[int]]) -> dict[_Pair, float]:
    """How much articles resemble each other, of all pairs that share enough rare shingles."""
    where: dict[int, list[int]] = {}
    for article, own in enumerate(shingles):
        for each in own:
            where.setdefault(each, []).append(article)
    shared = Counter(
        pair
        for articles in where.values()
        if 1 < len(articles) <= _MOST_ARTICLES
        for pair in itertools.combinations(articles, 2)
    )
    return {
        (one, other): _resemblance(shingles[one], shingles[other])
        for (one, other), count in shared.items()
        if count >= _LEAST_SHARED * min(len(shingles[one]), len(shingles[other]))
    }


def _signed(session: Session, corpus: Corpus) -> tuple[list[tuple[str, str]], bytes]:
    """Headline and body of each article that has a signature and a body, and the signatures."""
    with tempfile.TemporaryDirectory(dir=session.scratch) as directory:
        path = Path(directory) / "index"
        with searchkit.create(path) as index:
            index.add(searchkit.read(str(corpus.path)))
        signature_of = {}
        for live in open_snapshot(Storage(path)).segments:
            for document in live.documents():
                signature_of[live.segment.ids[document]] = live.segment.signatures[document]
        texts, signatures = [], bytearray()
        with corpus.path.open("rb") as lines:
            for record in map(orjson.loads, lines):
                # A copy is in the document of another.
                signature = signature_of.get(record["id"], b"")
                if record["body"] and any(signature):
                    texts.append((record["headline"], record["body"]))
                    signatures += signature
    return texts, bytes(signatures)


def _shingles(text: tuple[str, str]) -> frozenset[int]:
    found = set()
    for part in text:
        words = _WORD.findall(part.lower())
        following = zip(words, words[1:], words[2:], strict=False)
        found |= {xxhash.xxh3_64_intdigest(" ".join(each).encode()) for each in following}
    return frozenset(found)


def _resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    both = len(one & other)
    return both / max(1, len(one) + len(other) - both)


def _bits(threshold: float) -> int:
    """How many bits of two signatures may differ where articles resemble so much."""
    return int((1 - threshold) / 2 * _BITS)


def _near(signatures: bytes) -> dict[_Pair, int]:
    """The bits in which pairs differ, of all that differ in no more than the least threshold
    allows.
    """
    count = len(signatures) // SIGNATURE
    everyone = ((1 << count) - 1).to_bytes((count + 63) // 64 * 8, "little")
    found = {}
    for one in range(count):
        own = _signature(signatures, one)
        number = int.from_bytes(own, "little")
        for other in take_similar(bytearray(everyone), signatures, own, _bits(_THRESHOLDS[0])):
            if other > one:
                differing = number ^ int.from_bytes(_signature(signatures, other), "little")
                found[one, other] = differing.bit_count()
    return found


def _signature(signatures: bytes, article: int) -> bytes:
    return signatures[article * SIGNATURE : (article + 1) * SIGNATURE]


def _row(
    threshold: float,
    truth: dict[_Pair, float],
    distances: dict[_Pair, int],
    shingles: Sequence[frozenset[int]],
) -> Row:
    bits = _bits(threshold)
    found = {pair for pair, differing in distances.items() if differing <= bits}
    true = {pair for pair, share in truth.items() if share >= threshold}
    shares = {pair: _resemblance(shingles[pair[0]], shingles[pair[1]]) for pair in found}
    return Row(
        threshold,
        bits,
        len(true),
        len(found),
        sum(share >= threshold for share in shares.values()),
        sum(share < threshold - _CLEARLY for share in shares.values()),
        sum(truth[pair] >= threshold + _CLEARLY for pair in true - found),
    )


def _costs(texts: Sequence[tuple[str, str]], signatures: bytes) -> Costs:
    """The best of several rounds over all articles, with a vocabulary that has their words."""
    vocabulary = Vocabulary(["en"])
    signing, tokenising = [], []
    for _ in range(_ROUNDS):
        spent = [0.0, 0.0]
        for batch in _batches(texts):
            parts = [part for place in (0, 1) for part in (text[place].encode() for text in batch)]
            started = time.perf_counter()
            tokens, ends = vocabulary.tokenize(parts, bytes(len(parts)))
            between = time.perf_counter()
            vocabulary.sign(tokens, ends, len(batch), array("I"))
            spent[0] += time.perf_counter() - between
            spent[1] += between - started
        signing.append(spent[0])
        tokenising.append(spent[1])
    everyone = ((1 << len(texts)) - 1).to_bytes((len(texts) + 63) // 64 * 8, "little")
    started = time.perf_counter()
    rounds = 100
    for one in range(rounds):
        take_similar(
            bytearray(everyone),
            signatures,
            _signature(signatures, one % len(texts)),
            MOST_DIFFERING_BITS,
        )
    comparing = (time.perf_counter() - started) / rounds
    count = len(texts)
    return Costs(min(signing) / count, min(tokenising) / count, comparing / count)


def _batches(texts: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(texts), _BATCH):
        yield texts[start : start + _BATCH]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"
