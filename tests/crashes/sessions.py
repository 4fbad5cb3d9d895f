"""What people do to an index, step by step, and what it should have after each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from tests.crashes.archive import State, article, state_of

# Of a large addition each piece is a commit.
_PIECE = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One call; `states` are what the index may have while it runs, the last when it returns."""

    name: str
    run: Callable[[searchkit.Index], object]
    states: tuple[State, ...]


def in_small_pieces(patch: pytest.MonkeyPatch) -> None:
    """Has an addition with the least memory commit every `_PIECE` articles, and every commit
    be followed by the merges that only a larger index has.
    """
    patch.setattr("searchkit.writing.writer._BATCH_ARTICLES", _PIECE)
    patch.setattr("searchkit.index._LEAST_MEMORY", 1)
    patch.setattr("searchkit.writing.merge._TIER_WIDTH", 3)


def session(workers: int = 1) -> Iterator[Step]:
    """One of everything, on a new index."""
    state: State = {}

    def add(name: str, *numbers: int, version: int = 0, pieces: bool = False) -> Step:
        nonlocal state
        articles = [article(number, version) for number in numbers]
        ends = range(_PIECE, len(articles), _PIECE) if pieces else ()
        states = tuple({**state, **state_of(*articles[:end])} for end in (*ends, len(articles)))
        state = states[-1]
        memory = 1 if pieces else 1 << 20
        return Step(name, lambda index: index.add(articles, memory=memory, workers=workers), states)

    def delete(*numbers: int) -> Step:
        nonlocal state
        ids = [article(number).id for number in numbers]
        state = {each: state[each] for each in state if each not in ids}
        return Step("delete", lambda index: index.delete(*ids), (state,))

    yield add("add in pieces", *range(45), pieces=True)
    yield add("update", 3, 4, 17, 100, version=1)
    yield delete(5, 17, 41)
    yield add("add the same", 0, 1, 2)
    yield add("add", 60, 61)
    yield add("update in pieces", *range(15, 40), version=2, pieces=True)
    yield delete(60, 61)
    before = state
    yield Step("a transaction that fails", failing, (before,))
    changed = article(0, 5)
    state = {**state_of(article(70)), **{k: v for k, v in state.items() if k != "a1"}}
    state[changed.id] = changed

    def transaction(index: searchkit.Index) -> None:
        with index.transaction(workers=workers) as changes:
            changes.add([article(70), changed])
            changes.delete("a1", "a404")

    yield Step("transaction", transaction, (state,))
    yield Step("compact", searchkit.Index.compact, (state,))
    yield delete(70)
    yield add("the last", 80)


def failing(index: searchkit.Index) -> None:
    """A transaction that has written something when it fails."""
    with pytest.raises(ZeroDivisionError), index.transaction(workers=1) as changes:
        changes.add(article(number) for number in range(200, 215))
        changes.delete("a0", "a2")
        changes.add([article(300)])
        raise ZeroDivisionError


def random_steps(seed: int, workers: int) -> Iterator[Step]:
    """Without end; the same for the same seed."""
    chance = random.Random(seed)
    state: State = {}
    while True:
        kind = chance.choice(["add", "add", "add in pieces", "delete", "compact"])
        if kind == "compact":
            yield Step(kind, searchkit.Index.compact, (state,))
        elif kind == "delete":
            ids = [f"a{chance.randrange(60)}" for _ in range(chance.randrange(1, 12))]
            state = {each: state[each] for each in state if each not in ids}
            yield Step(kind, _deletion(ids), (state,))
        else:
            pieces = kind == "add in pieces"
            count = chance.randrange(1, 35) if pieces else chance.randrange(1, 4)
            numbers = chance.sample(range(60), count)
            articles = [article(number, chance.randrange(3)) for number in numbers]
            ends = range(_PIECE, count, _PIECE) if pieces else ()
            states = tuple({**state, **state_of(*articles[:end])} for end in (*ends, count))
            state = states[-1]
            yield Step(kind, _addition(articles, 1 if pieces else 1 << 20, workers), states)


def _deletion(ids: list[str]) -> Callable[[searchkit.Index], object]:
    return lambda index: index.delete(*ids)


def _addition(
    articles: list[Article], memory: int, workers: int
) -> Callable[[searchkit.Index], object]:
    return lambda index: index.add(articles, memory=memory, workers=workers)


def make(path: Path) -> searchkit.Index:
    """The index of a session."""
    return searchkit.create(path)
