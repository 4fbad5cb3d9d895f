"""Here is a test collection: articles, queries, and which articles people found to answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import CorpusError
from benchmarks.questions import words_of

__all__ = ["MEASURES", "Article", "Collection", "Ranked", "read_collection", "score"]

# As ir-measures calls them: average precision over the best 1,000, and of the first ten or
# hundred how many are right, and how many of the right ones are among them.
MEASURES = ("AP@1000", "nDCG@10", "P@10", "R@100")

# Of each query, by its id, the articles found, by their ids, with their scores.
Ranked = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a collection; without a title that is empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """`queries` have ids, and are words as `words_of` has them. `judgements` are for each query the
    articles that were judged: 0 for wrong, above for right, more for better.
    """

    name: str
    articles: tuple[Article, ...]
    queries: Mapping[str, tuple[str, ...]]
    judgements: Mapping[str, Mapping[str, int]]

    @property
    def titled(self) -> bool:
        """Whether its articles have titles."""
        return any(article.title for article in self.articles)

    def fields(self, *, fielded: bool) -> dict[str, dict[str, str]]:
        """Of each article that has any text, by its id, headline and body: `fielded` with the title
        as headline, otherwise without. The text is the body; it begins with the title, where there
        is one.
        """
        return {
            article.id: {"headline": article.title if fielded else "", "body": article.text}
            for article in self.articles
            if article.text.strip()
        }

    def write(self, path: Path, *, fielded: bool) -> None:
        """Writes the articles as `corpus.prepare_file` would."""
        with path.open("w", encoding="utf-8") as lines:
            for article, fields in self.fields(fielded=fielded).items():
                record = {"id": article, **fields, "captions": []}
                lines.write(json.dumps(record, ensure_ascii=False) + "\n")


def read_collection(directory: Path) -> Collection:
    """Reads docs.jsonl (id, title, text), queries.tsv (id, text), and judgements in TREC's format:
    qrels_graded.txt, or else qrels.txt.

    Raises CorpusError.
    """
    judged = directory / "qrels_graded.txt"
    if not judged.exists():
        judged = directory / "qrels.txt"
    try:
        articles = tuple(map(_article, _lines(directory / "docs.jsonl")))
        queries = dict(map(_query, _lines(directory / "queries.tsv")))
        judgements: dict[str, dict[str, int]] = {}
        for line in _lines(judged):
            query, _, article, grade = line.split()
            judgements.setdefault(query, {})[article] = int(grade)
    except OSError as error:
        raise CorpusError(f"cannot read the collection {directory}: {error.strerror}") from error
    except (ValueError, KeyError) as error:
        raise CorpusError(
            f"{directory} is no collection: {error}; it must have docs.jsonl, queries.tsv and "
            "qrels.txt"
        ) from error
    return Collection(directory.resolve().name, articles, queries, judgements)


def score(collection: Collection, ranked: Ranked) -> dict[str, float]:
    """The mean of each of MEASURES over all queries."""
    import ir_measures

    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    found = ir_measures.calc_aggregate(
        measures, _as_dicts(collection.judgements), _as_dicts(ranked)
    )
    return {str(measure): float(found[measure]) for measure in measures}


def _as_dicts(by_query: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {query: dict(articles) for query, articles in by_query.items()}


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield line.rstrip("\n")


def _article(line: str) -> Article:
    record = json.loads(line)
    return Article(record["id"], record["title"], record["text"])


def _query(line: str) -> tuple[str, tuple[str, ...]]:
    query, text = line.split("\t")
    return query, words_of(text)
