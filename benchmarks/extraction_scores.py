"""How near is what was taken from a page to what is in it?

Bodies are compared as in scrapinghub's article-extraction-benchmark (evaluate.py of
github.com/scrapinghub/article-extraction-benchmark): by runs of four words, with multiplicity;
precision and recall of each page are averaged, and F1 is of the averages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = [
    "SHINGLE_WORDS",
    "Agreement",
    "agreement_of_captions",
    "agreement_of_texts",
    "f1",
    "mean_f1",
    "normalised",
    "share_within",
]

SHINGLE_WORDS = 4

# From here on two captions are the same one.
_SIMILAR = 0.9

# So many words of a caption in a row are the caption, and not words that both happen to have.
_TELLING_WORDS = 6

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much was rightly found, wrongly found, missed."""

    found: float
    wrong: float
    missed: float

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.found + other.found, self.wrong + other.wrong, self.missed + other.missed
        )


def normalised(text: str) -> str:
    """The words in lower case, with single spaces between them."""
    return " ".join(_WORD.findall(text.casefold()))


def agreement_of_texts(wanted: str, got: str) -> Agreement:
    """In runs of four words; a shorter text is one run."""
    one, other = _shingles(wanted), _shingles(got)
    both = (one & other).total()
    return Agreement(both, other.total() - both, one.total() - both)


def agreement_of_captions(wanted: Sequence[str], got: Sequence[str]) -> Agreement:
    """In captions: each is the same as at most one other, whose words are equal or similar."""
    left = [normalised(text) for text in got]
    found = 0
    for text in map(normalised, wanted):
        similar = [(_similarity(text, other), other) for other in left]
        best = max(similar, default=(0.0, ""))
        if best[0] >= _SIMILAR:
            left.remove(best[1])
            found += 1
    return Agreement(found, len(left), len(wanted) - found)


def share_within(captions: Iterable[str], body: str) -> tuple[int, int]:
    """How many words of the captions stand in the body as well, in runs of six, and how many
    words the captions have. A shorter caption stands in it as a paragraph.
    """
    words = _WORD.findall(body.casefold())
    runs = set(zip(*(words[start:] for start in range(_TELLING_WORDS)), strict=False))
    paragraphs = {normalised(paragraph) for paragraph in body.split("\n")}
    inside = total = 0
    for caption in captions:
        own = _WORD.findall(caption.casefold())
        total += len(own)
        if len(own) < _TELLING_WORDS:
            inside += len(own) if " ".join(own) in paragraphs else 0
            continue
        covered: set[int] = set()
        for start in range(len(own) - _TELLING_WORDS + 1):
            if tuple(own[start : start + _TELLING_WORDS]) in runs:
                covered.update(range(start, start + _TELLING_WORDS))
        inside += len(covered)
    return inside, total


def mean_f1(pages: Sequence[Agreement]) -> tuple[float, float, float]:
    """F1 of the means over the pages, and these: precision and recall. A page of which nothing
    was found has no precision, one that has nothing no recall.
    """
    precisions = [page.found / given for page in pages if (given := page.found + page.wrong)]
    recalls = [page.found / there for page in pages if (there := page.found + page.missed)]
    precision = sum(precisions) / max(len(precisions), 1)
    recall = sum(recalls) / max(len(recalls), 1)
    return _harmonic(precision, recall), precision, recall


def f1(sum_of_all: Agreement) -> float:
    """Of what was counted over all pages."""
    given = sum_of_all.found + sum_of_all.wrong
    there = sum_of_all.found + sum_of_all.missed
    if not given or not there:
        return float(given == there)
    return _harmonic(sum_of_all.found / given, sum_of_all.found / there)


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    runs = max(1, len(words) - SHINGLE_WORDS + 1) if words else 0
    return Counter(tuple(words[start : start + SHINGLE_WORDS]) for start in range(runs))


def _similarity(one: str, other: str) -> float:
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _SIMILAR else 0.0
