"""Nothing that is damaged is built upon: writers refuse it, or write what is right."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import chain

import searchkit
from searchkit import IndexDamagedWarning
from tests.crashes.archive import EXHAUSTIVE, State, article, articles_in
from tests.crashes.damaged_archive import Archive, attempt, mistakes, read_wrongly, refused
from tests.crashes.damages import Damage, cuts, flips, sectors, wholes

_STEP = 7 if EXHAUSTIVE else 211
_NEW = article(9999)


def damages(archive: Archive) -> Iterator[Damage]:
    """A sample of all kinds."""
    for name, content in archive.files.items():
        step = 11 if name == archive.manifest else _STEP
        yield from flips(archive.files, name, range(0, len(content), step))
        yield from cuts(archive.files, name, range(0, len(content), 5 * step))
        yield from wholes(archive.files, name)
        yield from list(sectors(archive.files, name))[:: 1 if EXHAUSTIVE else 5]


def written_wrongly(archive: Archive, damage: Damage) -> Iterator[str]:
    """What is wrong with what writers make of damaged files."""
    path = archive.path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IndexDamagedWarning)
        added = attempt(lambda: searchkit.open(path).add(_NEW, workers=1))
        if refused(added):
            yield from read_wrongly(archive, damage)
            return
        if damage.file == archive.manifest:
            yield "something is added to the commit before"
        yield from found_wrongly(archive, damage, "an addition")
        compacted = attempt(lambda: searchkit.open(path).compact())
        yield from found_wrongly(archive, damage, "compacting")
        if not refused(compacted):
            articles_in(path)  # which is not refused


def found_wrongly(archive: Archive, damage: Damage, what: str) -> Iterator[str]:
    """What is wrong with the articles that are there after `_NEW` was added."""
    found = attempt(lambda: articles_in(archive.path))
    expected = {**archive.expected(damage).articles, _NEW.id: _NEW}
    if not refused(found) and found != expected:
        yield f"other articles after {what}"


def test_writers_refuse_what_is_damaged_or_write_what_is_right(archive: Archive) -> None:
    assert mistakes(archive, damages(archive), written_wrongly) == []


def repaired_wrongly(archive: Archive, damage: Damage) -> Iterator[str]:
    """What is wrong with what a repair makes of damaged files."""
    if refused(attempt(lambda: searchkit.repair(archive.path))):
        yield "not repaired"
        return
    if not searchkit.verify(archive.path, deep=True).whole:
        yield "not whole after a repair"
    found = articles_in(archive.path)
    expected = archive.expected(damage).articles
    back = {article(number).id: article(number) for number in (3, 9, 77, 201, 204)}
    if damage.file not in archive.deletions:
        back = {}
    if not found.items() <= {**expected, **back}.items():
        yield "there are articles that should not be"
    lost = expected.keys() - found.keys()
    may_be_lost = segments(expected) if damage.file.endswith(".segment") else []
    if lost and lost not in may_be_lost:
        yield f"{len(lost)} articles are lost"


def segments(articles: State) -> list[set[str]]:
    """The ids of the articles in each segment."""
    return [
        {each for each in articles if (int(each[1:]) < 200) == first} for first in (True, False)
    ]


def test_a_repair_keeps_all_but_the_damaged_segment(archive: Archive) -> None:
    assert mistakes(archive, damages(archive), repaired_wrongly) == []


def test_nothing_to_read_is_an_error_even_for_a_repair(archive: Archive) -> None:
    manifests = [name for name in archive.files if name.startswith("manifest-")]
    nothing = {name: archive.files[name] for name in archive.files if name not in manifests}
    rubbish = {**archive.files, **dict.fromkeys(manifests, b"rubbish")}

    def wrong(archive: Archive, damage: Damage) -> Iterator[str]:
        for work in (
            lambda: searchkit.open(archive.path),
            lambda: searchkit.repair(archive.path),
            lambda: searchkit.verify(archive.path).whole or searchkit.open(archive.path),
        ):
            if not refused(attempt(work)):
                yield f"{work} is not refused"

    both = [Damage("all", "without manifests", nothing), Damage("all", "rubbish", rubbish)]
    assert mistakes(archive, chain(both), wrong) == []
