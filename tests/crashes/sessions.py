"""What people do to an index, step by step, and what it should have after each."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from searchkit import Article, Index
from tests.crashes.archive import State, article, state_of

# With as little memory as there may be, each of so many articles is a commit.
_PIECE = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One call; `states` are what the index may have while it runs, the last when it returns."""

    name: str
    run: Callable[[Index], object]
    states: Sequence[State]


def in_small_pieces(patch: pytest.MonkeyPatch) -> None:
    """Makes little be much: additions of a hundred articles have pieces, and merges follow."""
    patch.setattr("searchkit.writing.writer._BATCH_ARTICLES", _PIECE)
    patch.setattr("searchkit.index._LEAST_MEMORY", 1)
    patch.setattr("searchkit.writing.merge._TIER_WIDTH", 3)


class _Script:
    """Makes steps, each from the state that the one before ends with."""

    def __init__(self, workers: int) -> None:
        self.state: State = {}
        self._workers = workers

    def add(self, *articles: Article) -> Step:
        """All at once."""
        states = [{**self.state, **state_of(*articles)}]
        return self._step("add", lambda index: index.add(articles, workers=self._workers), states)

    def add_in_pieces(self, *articles: Article) -> Step:
        """Commits may come after any of them."""
        states = [
            {**self.state, **state_of(*articles[:end])} for end in range(1, len(articles) + 1)
        ]
        return self._step(
            "add in pieces",
            lambda index: index.add(articles, memory=1, workers=self._workers),
            states,
        )

    def delete(self, *ids: str) -> Step:
        states = [{each: self.state[each] for each in self.state if each not in ids}]
        return self._step("delete", lambda index: index.delete(*ids), states)

    def change(self, articles: Sequence[Article], *ids: str) -> Step:
        """A transaction."""

        def run(index: Index) -> None:
            with index.transaction(workers=self._workers) as changes:
                changes.add(articles)
                changes.delete(*ids)

        both = {**self.state, **state_of(*articles)}
        return self._step("change", run, [{each: both[each] for each in both if each not in ids}])

    def fail(self) -> Step:
        """A transaction that has written files when it fails."""

        def run(index: Index) -> None:
            with (
                contextlib.suppress(ZeroDivisionError),
                index.transaction(workers=self._workers, memory=1) as changes,
            ):
                changes.add(article(number) for number in range(200, 215))
                changes.delete("a0", "a2")
                changes.add(article(300))
                raise ZeroDivisionError

        return self._step("fail", run, [self.state])

    def compact(self) -> Step:
        return self._step("compact", Index.compact, [self.state])

    def _step(self, name: str, run: Callable[[Index], object], states: list[State]) -> Step:
        step = Step(name, run, [self.state, *states])
        self.state = states[-1]
        return step


def session(workers: int = 1) -> Iterator[Step]:
    """One of everything, on a new index."""
    script = _Script(workers)
    yield script.add_in_pieces(*map(article, range(45)))
    yield script.add(article(3, 1), article(17, 1), article(100))
    yield script.delete("a5", "a17", "a41")
    yield script.add(article(0), article(1))  # is nothing new
    yield script.fail()
    yield script.add(article(60))
    yield script.add_in_pieces(*(article(number, 2) for number in range(15, 40)))
    yield script.change([article(70), article(0, 5)], "a1", "a60", "a404")
    yield script.compact()
    yield script.delete("a70")
    yield script.add(article(80))


def random_steps(seed: int, workers: int) -> Iterator[Step]:
    """Without end; the same for the same seed."""
    chance = random.Random(seed)
    script = _Script(workers)
    while True:
        numbers = chance.sample(range(60), chance.randrange(1, 35))
        articles = [article(number, chance.randrange(3)) for number in numbers]
        ids = [each.id for each in articles]
        kind = chance.choice(["add", "add in pieces", "delete", "change", "compact"])
        if kind == "add":
            yield script.add(*articles[:3])
        elif kind == "add in pieces":
            yield script.add_in_pieces(*articles)
        elif kind == "delete":
            yield script.delete(*ids[:9])
        elif kind == "change":
            yield script.change(articles[:9], *ids[7:14])
        else:
            yield script.compact()
