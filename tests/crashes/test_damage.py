"""Whatever befalls a file: an error that says so, or the same answers as before."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

import searchkit
from searchkit import IndexDamagedWarning, SearchKitError
from searchkit.codec.commit import generation_on_disk, latest
from searchkit.codec.manifest import manifest_name
from searchkit.codec.storage import Storage
from tests.codec.recording import Disk, DiskStorage
from tests.crashes.archive import EXHAUSTIVE, article, read_disk, use_storage, without_syncs
from tests.crashes.children import Notes, outcome
from tests.crashes.damages import Damage, cuts, exchanges, flips, frame, sectors, wholes
from tests.crashes.memory import MemoryStorage

# Of the bytes of sections one in so many is flipped, and one in so many for writers.
_STEP = 1 if EXHAUSTIVE else 14
_WRITERS_STEP = 5 if EXHAUSTIVE else 60

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
    "day": lambda index: index.search("headline:gulf", since="1971-01-02", limit=0).total,
    "newest": lambda index: ids_and_marks(index.search("headline:rain", sort="date", limit=1)),
    "get": lambda index: index.get("a130"),
    "deleted": lambda index: index.get("a3"),
    "info": lambda index: replace(index.info(), size=0),
}


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of an index, which of them is the manifest of its last commit, and what it
    answers: as of that, and of the commit before.
    """

    path: Path
    files: Disk
    last: str
    answers: Answers
    answers_before: Answers


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two indexes that differ in their last commits only.

    Two segments, with deletions old and new, and a list of postings of more than one block.
    """
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        without_syncs(patch)
        path = folder / "one"
        with searchkit.create(path) as index:
            index.add([article(number) for number in range(132)], workers=1)
            index.add([article(number) for number in range(200, 208)], workers=1)
            index.delete("a3", "a77", "a201")
        (folder / "other").mkdir()
        for name, content in read_disk(path).items():
            (folder / "other" / name).write_bytes(content)
        for name, deleted in (("one", ("a9", "a204")), ("other", ("a10", "a205"))):
            with searchkit.open(folder / name) as index:
                index.delete(*deleted)
    return folder


@pytest.fixture
def archive(built: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    path = built / "one"
    files = read_disk(path)
    serve(monkeypatch, {})
    answers = reading(monkeypatch, path, files)
    last = manifest_name(generation_on_disk(DiskStorage(path, files)))
    before = {name: content for name, content in files.items() if name != last}
    answers_before = reading(monkeypatch, path, before)
    assert not [each for each in [*answers.values(), *answers_before.values()] if refused(each)]
    assert answers != answers_before
    assert answers["len"] == 135
    return Archive(path, files, last, answers, answers_before)


def serve(patch: pytest.MonkeyPatch, files: Disk) -> None:
    """These files are the directory, wherever searchkit looks."""
    use_storage(patch, partial(MemoryStorage, files=files), readers=True)


def refused(answer: Answer) -> bool:
    return isinstance(answer, SearchKitError)


def attempt(work: Callable[[], Answer]) -> Answer:
    """What it answers; errors that are not ours go on."""
    try:
        return work()
    except SearchKitError as error:
        return error


def reading(patch: pytest.MonkeyPatch, path: Path, files: Disk) -> Answers:
    """What everything that reads answers from these files."""
    serve(patch, files)
    index = attempt(lambda: searchkit.open(path))
    if not isinstance(index, searchkit.Index):
        return dict.fromkeys(READINGS, index)
    answers: Answers = {name: attempt(partial(read, index)) for name, read in READINGS.items()}
    index.close()
    return answers


def contradictions(patch: pytest.MonkeyPatch, archive: Archive, damage: Damage) -> Iterator[str]:
    """What is wrong with what is read from damaged files."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        answers = reading(patch, archive.path, damage.files)
        verification = attempt(lambda: searchkit.verify(archive.path))
    expected = archive.answers
    last_is_gone = archive.last not in damage.files
    if last_is_gone or any(issubclass(each.category, IndexDamagedWarning) for each in warned):
        expected = archive.answers_before
    for name, answer in answers.items():
        if refused(answer):
            if not str(answer).rpartition("; ")[2].startswith(("run", "install", "make one")):
                yield f"{name}: no remedy in {answer}"
        elif answer != expected[name]:
            yield f"{name} answers {str(answer)[:300]}"
    if isinstance(verification, searchkit.Verification) and verification.whole:
        if any(map(refused, answers.values())):
            yield "verify calls this whole"


def examine(
    archive: Archive,
    damages: Iterable[Damage],
    wrong_with: Callable[[pytest.MonkeyPatch, Archive, Damage], Iterable[str]] = contradictions,
) -> list[str]:
    """What is wrong with which damage, looked at by a child that may crash."""

    def work(note: Notes) -> list[str]:
        found: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            for damage in damages:
                note(damage.what)
                try:
                    found += [f"{damage.what}: {each}" for each in wrong_with(patch, archive, damage)]
                except Exception as error:
                    found.append(f"{damage.what}: {type(error).__name__}: {error}")
                if len(found) > 20:
                    break
        return found

    return outcome(work, archive.path.parent / f"outcome-{os.getpid()}")


def is_segment(name: str) -> bool:
    return name.endswith(".segment")


def test_every_byte_may_be_another(archive: Archive) -> None:
    files = archive.files
    small = [name for name in files if not is_segment(name)]
    assert examine(
        archive, itertools.chain(*(flips(files, each, range(len(files[each]))) for each in small))
    ) == []
    for name in filter(is_segment, files):
        places = {*frame(files[name]), *range(len(name) % _STEP, len(files[name]), _STEP)}
        assert examine(archive, flips(files, name, sorted(places))) == []


def test_every_file_may_end_anywhere(archive: Archive) -> None:
    damages = itertools.chain(*(cuts(archive.files, name) for name in archive.files))
    assert examine(archive, damages) == []


def test_files_may_be_missing_empty_longer_or_lose_sectors(archive: Archive) -> None:
    for name in archive.files:
        assert examine(archive, wholes(archive.files, name)) == []
        assert examine(archive, sectors(archive.files, name)) == []


def test_files_may_be_exchanged(archive: Archive, built: Path) -> None:
    others = read_disk(built / "other")
    assert examine(archive, exchanges(archive.files, others)) == []
