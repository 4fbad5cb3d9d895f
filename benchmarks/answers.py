"""What did the systems answer, how long did each question take, and where do they differ?"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmarks.questions import Question

__all__ = ["PERCENTILES", "Answers", "Shown", "compare", "percentiles"]

PERCENTILES = (50, 90, 99)

Shown = Literal["ids", "snippets"]


@dataclass(slots=True)
class Answers:
    """Those of a system, from an index of so many segments, to some questions.

    `totals` are the articles found for each question, the same in every run; `seconds` are for each
    question those of every pass of every run.
    """

    system: str
    segments: int
    shown: Shown
    questions: Sequence[Question]
    totals: list[int] = field(default_factory=list)
    seconds: list[list[float]] = field(default_factory=list)

    def add(self, totals: list[int], seconds: list[list[float]]) -> None:
        """Those of one run."""
        if self.totals and totals != self.totals:
            raise RuntimeError(f"{self.system} has found something else than in the run before")
        self.totals = totals
        before = self.seconds or [[] for _ in totals]
        self.seconds = [old + new for old, new in zip(before, seconds, strict=True)]

    def classes(self) -> list[tuple[str, str]]:
        """Where questions come from and how they want their words, in order."""
        return sorted({(each.source, each.how) for each in self.questions})

    def medians(self, source: str, how: str) -> list[float]:
        """For each question of a class the median of its seconds."""
        return [
            statistics.median(taken)
            for question, taken in zip(self.questions, self.seconds, strict=True)
            if (question.source, question.how) == (source, how)
        ]

    def results(self) -> dict[str, Any]:
        """For the JSON."""
        return {
            "system": self.system,
            "segments": self.segments,
            "shown": self.shown,
            "classes": [
                {
                    "source": source,
                    "how": how,
                    "questions": len(taken := self.medians(source, how)),
                    "passes": len(self.seconds[0]),
                    "seconds": percentiles(taken),
                }
                for source, how in self.classes()
            ],
        }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """By their names, such as p50: the least value that so many hundredths do not exceed."""
    ordered = sorted(values)
    return {
        f"p{share}": ordered[math.ceil(len(ordered) * share / 100) - 1] for share in PERCENTILES
    }


def compare(answers: Iterable[Answers]) -> list[dict[str, Any]]:
    """How often another system has found as many articles as searchkit, for the same question.

    `found` and `own` are the articles of all questions together, the other's and searchkit's.
    """
    answers = [each for each in answers if each.shown == "ids"]
    own = next((each for each in answers if each.system == "searchkit"), None)
    if own is None:
        return []
    expected = dict(zip(own.questions, own.totals, strict=True))
    rows = []
    for each in answers:
        found = dict(zip(each.questions, each.totals, strict=True))
        for how in dict.fromkeys(question.how for question in found):
            asked = [question for question in found if question.how == how]
            rows.append(
                {
                    "system": each.system,
                    "segments": each.segments,
                    "how": how,
                    "questions": len(asked),
                    "alike": sum(found[one] == expected[one] for one in asked),
                    "found": sum(found[one] for one in asked),
                    "own": sum(expected[one] for one in asked),
                }
            )
    return rows
