"""Here are questions: how long does a system take to answer each?"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.systems import System

__all__ = ["PAGE", "ask", "passes_over", "timed"]

# Hits on a page.
PAGE = 10

# What is timed is done again until all of it has taken so many seconds, or so often.
_ENOUGH_SECONDS = 4.0
_MOST_PASSES = 5


def ask(system: System, directory: Path, questions: Path, *, snippets: bool) -> dict[str, Any]:
    """Asks an index each question of a file, [how, words], from words to ids: once to warm up, then
    several times. Of each question, in `totals` what was found, in `seconds` the time of each pass.
    """
    asked = json.loads(questions.read_text(encoding="utf-8"))
    searcher = system.searcher(directory)

    def answer(how: Any, words: Sequence[str]) -> int:
        return searcher.search(words, how, PAGE, snippets=snippets).total

    totals = [answer(how, words) for how, words in asked]
    seconds = passes_over([functools.partial(answer, how, words) for how, words in asked])
    return {"totals": totals, "seconds": seconds}


def passes_over(works: Sequence[Callable[[], object]]) -> list[list[float]]:
    """Of each of the works the seconds that it took in each of several passes over all."""
    began = time.perf_counter()
    passes = [[timed(work) for work in works]]
    while len(passes) < _MOST_PASSES and time.perf_counter() - began < _ENOUGH_SECONDS:
        passes.append([timed(work) for work in works])
    return [list(taken) for taken in zip(*passes, strict=True)]


def timed(work: Callable[[], object]) -> float:
    """The seconds that it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
