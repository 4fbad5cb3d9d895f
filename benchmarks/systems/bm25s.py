"""bm25s: BM25 scores computed while indexing, as one sparse matrix of numpy arrays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.systems.interface import (
    Answer,
    Cores,
    How,
    Installed,
    Missing,
    Searcher,
    probe,
    read_articles,
)

__all__ = [
    "CORES",
    "DURABLE",
    "POSITIONS",
    "SETTINGS",
    "TITLE",
    "available",
    "count",
    "index",
    "index_parts",
    "searcher",
]

TITLE = "bm25s"
CORES: tuple[Cores, ...] = ("one",)
POSITIONS = False
DURABLE = False
SETTINGS = (
    "its own tokenizer with PyStemmer, no stop words, saved with the corpus; no positions, all "
    "fields as one text, all texts in memory; indexes on one core"
)

_TOKEN = re.compile(r"\b\w\w+\b")


def available() -> Installed | Missing:
    return probe(bm25s="bm25s", Stemmer="PyStemmer", numpy="numpy")


def index(corpus: Path, directory: Path, threads: int) -> None:  # noqa: ARG001  # one thread
    import bm25s
    import Stemmer

    records = []
    texts = []
    for article in read_articles(corpus):
        headline, body, captions = article["headline"], article["body"], article["captions"]
        records.append(
            {"id": article["id"], "headline": headline, "body": body, "captions": captions}
        )
        texts.append("\n".join((headline, body, *captions)))
    # The quickest of its ways: bm25s.tokenize() took 1.3 times as long.
    tokenizer = bm25s.tokenization.Tokenizer(stopwords=[], stemmer=Stemmer.Stemmer("english"))
    tokens = tokenizer.tokenize(texts, return_as="tuple", show_progress=False)
    retriever = bm25s.BM25()
    retriever.index(tokens, show_progress=False)
    retriever.save(directory, corpus=records, show_progress=False)


def index_parts(parts: Sequence[Path], directory: Path) -> None:
    """It has no segments, and is given one part."""
    [corpus] = parts
    index(corpus, directory, 1)


def count(directory: Path, word: str) -> int:
    """Apostrophes separate words, and words of one letter are left out."""
    import bm25s
    import Stemmer

    retriever = bm25s.BM25.load(directory, mmap=True)
    # Every article with the word has a score above 0, as the method "lucene" has no negative
    # or zero idf.
    scores = retriever.get_scores([Stemmer.Stemmer("english").stemWord(word)])
    return int((scores > 0).sum())


def searcher(directory: Path) -> Searcher:
    return _Searcher(directory)


class _Searcher:
    def __init__(self, directory: Path) -> None:
        import bm25s
        import Stemmer

        self._stem = Stemmer.Stemmer("english").stemWords
        self._retriever = bm25s.BM25.load(directory, load_corpus=True)

    def search(
        self,
        words: Sequence[str],
        how: How,
        limit: int,
        *,
        snippets: bool = False,  # noqa: ARG002  # it makes none
    ) -> Answer:
        if how != "or":
            raise NotImplementedError("bm25s has no operators; ask it for any of the words")
        # As its tokenizer takes words apart.
        tokens = self._stem([token for word in words for token in _TOKEN.findall(word)])
        scores = self._retriever.get_scores(tokens)
        best = (-scores).argsort(kind="stable")[:limit]
        corpus = self._retriever.corpus
        hits = [(corpus[int(n)]["id"], float(scores[n])) for n in best if scores[n] > 0]
        return Answer(int((scores > 0).sum()), hits)
