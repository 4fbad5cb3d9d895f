"""What an index answers from damaged files, and what must not be answered."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

import searchkit
from searchkit import IndexDamagedWarning, SearchKitError
from tests.codec.recording import Disk
from tests.crashes.archive import State, use_storage
from tests.crashes.children import Notes, outcome
from tests.crashes.damages import Damage
from tests.crashes.memory import MemoryStorage

# What an operation says; an error of ours is an answer, too.
Answer = object
Answers = dict[str, Answer]


def ids_and_marks(results: searchkit.Results) -> Answer:
    """All that a person sees of a page of hits."""
    hits = [(hit.article, round(hit.score, 9), hit.highlights) for hit in results.hits]
    return results.total, hits


READINGS: Mapping[str, Callable[[searchkit.Index], Answer]] = {
    "len": len,
    "word": lambda index: ids_and_marks(index.search("ferry", limit=1)),
    "phrase": lambda index: ids_and_marks(index.search('body:"off mast"', limit=1)),
    "prefix": lambda index: ids_and_marks(index.search("captions:fo*", limit=1)),
    "filter": lambda index: index.search("captions:fog", section="news", limit=0).total,
    "day": lambda index: index.search("headline:gulf", since="1971", until="1971", limit=0).total,
    "newest": lambda index: ids_and_marks(index.search("headline:rain", sort="date", limit=1)),
    "get": lambda index: index.get("a130"),
    "deleted": lambda index: index.get("a3"),
    "info": lambda index: replace(index.info(), size=0),
}


@dataclass(frozen=True, slots=True)
class Commit:
    """What an index has and answers as of a commit."""

    articles: State
    answers: Answers


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of an index whole, and what is right to answer from them.

    `manifest` and `deletions` are files of the last commit; `before` is the commit before it.
    """

    path: Path
    files: Disk
    manifest: str
    deletions: tuple[str, ...]
    last: Commit
    before: Commit

    def serve(self, patch: pytest.MonkeyPatch, files: Disk) -> None:
        """These files are the directory, wherever searchkit looks."""
        use_storage(patch, partial(MemoryStorage, files=files), readers=True)

    def expected(self, damage: Damage) -> Commit:
        """The commit that is the last when the manifest of the last cannot be read."""
        return self.before if damage.file == self.manifest else self.last


def refused(answer: Answer) -> bool:
    """Whether it is an error."""
    return isinstance(answer, SearchKitError)


def attempt(work: Callable[[], Answer]) -> Answer:
    """What it answers, an error of ours included; other errors go on."""
    try:
        return work()
    except SearchKitError as error:
        return error


def answers_of(path: Path) -> Answers:
    """What everything that reads an index answers."""
    index = attempt(lambda: searchkit.open(path))
    if not isinstance(index, searchkit.Index):
        return dict.fromkeys(READINGS, index)
    with index:
        return {name: attempt(partial(read, index)) for name, read in READINGS.items()}


def read_wrongly(archive: Archive, damage: Damage) -> Iterator[str]:
    """What is wrong with what readers say of damaged files, which are being served."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        answers = answers_of(archive.path)
        verification = attempt(lambda: searchkit.verify(archive.path))
    told = any(issubclass(each.category, IndexDamagedWarning) for each in warned)
    silent = not told and not refused(answers["len"])
    if damage.file == archive.manifest and silent:
        yield "it is not told that the last commit cannot be read"
    expected = archive.expected(damage).answers
    for name, answer in answers.items():
        if refused(answer):
            if not str(answer).rpartition("; ")[2].startswith(("run", "install", "make one")):
                yield f"{name} tells no remedy: {answer}"
        elif answer != expected[name]:
            yield f"{name} answers {str(answer)[:300]}"
    whole = isinstance(verification, searchkit.Verification) and verification.whole
    if whole and any(map(refused, answers.values())):
        yield "verify calls this whole"


def mistakes(
    archive: Archive,
    damages: Iterable[Damage],
    wrong_with: Callable[[Archive, Damage], Iterable[str]] = read_wrongly,
) -> list[str]:
    """What is wrong with which damage; it is all looked at by a child, which may crash."""

    def work(note: Notes) -> list[str]:
        found: list[str] = []
        for damage in damages:
            note(str(damage))
            with pytest.MonkeyPatch.context() as patch:
                archive.serve(patch, dict(damage.files))
                try:
                    found += [f"{damage}: {each}" for each in wrong_with(archive, damage)]
                except Exception as error:
                    found.append(f"{damage}: {type(error).__name__}: {error}")
            if len(found) > 20:
                break
        return found

    return outcome(work, archive.path.parent / "outcome")
