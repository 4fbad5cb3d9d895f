"""Here are articles, from a file or made up: write them down once, for all systems alike.

A prepared corpus is a plain file of JSON lines in UTF-8, each with exactly the fields in
`FIELDS`, all of them strings but `captions`, a list of strings; every id occurs once.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import string
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.generator import DEFAULT_SEED, MEDIAN_BODY_WORDS, generate_articles

__all__ = [
    "FIELDS",
    "Corpus",
    "CorpusError",
    "prepare_file",
    "prepare_files",
    "prepare_made_up",
    "prepare_part",
    "prepare_parts",
]

FIELDS = ("id", "headline", "body", "captions", "date", "section", "author", "source", "url")

# From these the check words are chosen: one in about half of the articles, one in 5 %, one
# in 0.5 %.
_SAMPLE_ARTICLES = 2_000
_CHECK_SHARES = (0.5, 0.05, 0.005)

# What may stand beside a word without any system taking it for a part of the word.
_PLAIN_MARKS = ".,;:!?()[]\"“”"  # fmt: skip

# That Porter's stemmers take off.
_ENDINGS = (
    *("s", "ed", "ing", "er", "ly", "ment", "ness", "tion", "sion", "al", "y", "e", "ive", "ble"),
    *("ic", "ist", "ism", "ful", "ant", "ent", "nce", "or", "ate", "ize", "ise", "ity", "ou"),
)

_GZIP_MAGIC = b"\x1f\x8b"


class CorpusError(Exception):
    """The corpus cannot be read, or has no articles; one line, with the remedy."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was prepared.

    `text_bytes` counts headlines, bodies and captions in UTF-8: the MB of every MB/s.
    `check_words` are words with the number of articles in which they stand by themselves;
    a system that stems finds that many or more. `left_out` says what was not prepared, and how
    many of it. `sha256` is that of the prepared file. `seed` is None for a corpus from a file.
    """

    name: str
    path: Path
    articles: int
    text_bytes: int
    file_bytes: int
    sha256: str
    check_words: dict[str, int]
    left_out: dict[str, int]
    seed: int | None = None


def prepare_files(sources: Sequence[Path], path: Path, limit: int | None) -> Corpus:
    """Prepares the first `limit` articles (None: all) of .jsonl files, gzipped or not, as one.

    Raises CorpusError when a file cannot be read or no line of it is an article.
    """
    preparation = _Preparation(path)
    try:
        preparation.take((record for source in sources for record in _records(source)), limit)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        names = ", ".join(map(str, sources))
        raise CorpusError(f"cannot read the corpus {names}: {reason}") from error
    if not preparation.articles:
        names = ", ".join(map(str, sources))
        raise CorpusError(
            f"no articles in {names}; each line must be a JSON object with id, headline and body"
        )
    return preparation.finish(" + ".join(source.name for source in sources), None)


def prepare_file(source: Path, path: Path, limit: int | None) -> Corpus:
    """As `prepare_files`, of one file."""
    return prepare_files([source], path, limit)


def prepare_made_up(
    path: Path, limit: int, seed: int = DEFAULT_SEED, body_words: int = MEDIAN_BODY_WORDS
) -> Corpus:
    """Prepares `limit` generated articles, half of their bodies shorter than `body_words`."""
    preparation = _Preparation(path)
    preparation.take(generate_articles(limit, seed, body_words), limit)
    return preparation.finish(f"{limit:,} generated articles", seed)


def prepare_part(corpus: Corpus, path: Path, articles: int) -> Corpus:
    """Prepares so many articles of a corpus that has more, spread evenly over it."""
    preparation = _Preparation(path)
    records = (
        record
        for number, record in enumerate(_records(corpus.path), 1)
        # The share that should have been taken rises by one.
        if number * articles // corpus.articles > (number - 1) * articles // corpus.articles
    )
    preparation.take(records, None)
    return preparation.finish(corpus.name, corpus.seed)


def prepare_parts(corpus: Corpus, directory: Path, count: int) -> list[Path]:
    """Deals the articles out to so many files, each of which has some of every stretch.

    The last has a sixteenth less: eight segments of one size would be merged, but no addition
    waits for the merge of more than eight times what it has added itself.
    """
    paths = [directory / f"part-{number}.jsonl" for number in range(count)]
    with contextlib.ExitStack() as opened:
        files = [opened.enter_context(path.open("wb")) for path in paths]
        lines = opened.enter_context(corpus.path.open("rb"))
        for number, line in enumerate(lines):
            turn, part = divmod(number, count)
            files[0 if part == count - 1 and turn % 16 == 0 else part].write(line)
    return paths


@dataclass(slots=True)
class _Preparation:
    path: Path
    articles: int = 0
    text_bytes: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    _check_words: dict[str, int] = field(default_factory=dict)

    def take(self, records: Iterable[Any], limit: int | None) -> None:
        """Writes the file, then reads it again for the check words."""
        seen: set[str] = set()
        texts: set[bytes] = set()
        sample: list[set[str]] = []
        with self.path.open("w", encoding="utf-8", newline="\n") as lines:
            for record in records:
                if limit is not None and self.articles >= limit:
                    break
                article = _normalised(record)
                if not article:
                    self.left_out["lines that are no articles"] += 1
                    continue
                if article["id"] in seen:
                    self.left_out["articles whose id was there before"] += 1
                    continue
                text = _text(article)
                # searchkit has a text once, which the others are not asked for.
                if (digest := hashlib.sha256(text.encode()).digest()) in texts:
                    self.left_out["articles whose text was there before"] += 1
                    continue
                seen.add(article["id"])
                texts.add(digest)
                lines.write(json.dumps(article, ensure_ascii=False) + "\n")
                self.articles += 1
                # Without the line feeds that join the parts.
                self.text_bytes += len(text.encode()) - len(article["captions"]) - 1
                if len(sample) < _SAMPLE_ARTICLES:
                    sample.append(_plain_words(text))
        self._check_words = self._count(_choose(sample))

    def finish(self, name: str, seed: int | None) -> Corpus:
        """What was prepared, under this name."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return Corpus(
            name=name,
            path=self.path,
            articles=self.articles,
            text_bytes=self.text_bytes,
            file_bytes=self.path.stat().st_size,
            sha256=digest.hexdigest(),
            check_words=self._check_words,
            left_out=dict(self.left_out),
            seed=seed,
        )

    def _count(self, words: list[str]) -> dict[str, int]:
        counts = dict.fromkeys(words, 0)
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                text = _text(json.loads(line)).lower()
                # Most articles have none of the rarer words: only the others are split.
                candidates = [word for word in words if word in text]
                if candidates:
                    present = _plain_words(text)
                    for word in candidates:
                        counts[word] += word in present
        return counts


def _records(source: Path) -> Iterator[Any]:
    with source.open("rb") as file:
        zipped = file.read(2) == _GZIP_MAGIC
    with gzip.open(source) if zipped else source.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield _decoded(line)


def _decoded(line: bytes) -> Any:
    """None when it is no JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _normalised(record: Any) -> dict[str, Any] | None:
    """The record with exactly the known fields, or None when it is not an article."""
    if not isinstance(record, dict):
        return None
    article: dict[str, Any] = {}
    for name in FIELDS:
        value = record.get(name)
        if name == "captions":
            value = value or []
            if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
                return None
        elif value is None:
            value = ""
        elif not isinstance(value, str):
            return None
        article[name] = value
    text = _text(article)
    if not article["id"] or not text.strip():
        return None
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    return article


def _text(article: dict[str, Any]) -> str:
    return "\n".join((article["headline"], article["body"], *article["captions"]))


def _plain_words(text: str) -> set[str]:
    """The words, in lower case, that stand by themselves in the eyes of every tokenizer."""
    return {word.strip(_PLAIN_MARKS) for word in text.lower().split()}


def _choose(sample: list[set[str]]) -> list[str]:
    """Words near the shares of `_CHECK_SHARES` that stemmers leave alone.

    A word counts as left alone when it has no ending that one takes off and no other word of the
    sample begins with it, less its last letter: then all systems should find the same number of
    articles.
    """
    frequencies = Counter(word for words in sample for word in words)
    plain = set(string.ascii_lowercase)
    ordered = sorted(frequencies)
    alone = []
    for before, word, after in zip(["", *ordered], ordered, [*ordered[1:], ""], strict=False):
        root = word[:-1]
        if (
            len(word) >= 4
            and plain.issuperset(word)
            and not word.endswith(_ENDINGS)
            and not before.startswith(root)
            and not after.startswith(root)
        ):
            alone.append(word)
    chosen: list[str] = []
    for share in _CHECK_SHARES:
        rest = [word for word in alone if word not in chosen]
        if rest:
            wanted = share * len(sample)
            chosen.append(min(rest, key=lambda word: (abs(frequencies[word] - wanted), word)))
    return chosen
