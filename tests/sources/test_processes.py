"""Other processes parse documents as this one does, and a hostile one costs itself only."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchkit import Index, SourceError, read
from searchkit.errors import Reject
from searchkit.sources import formats, processes
from searchkit.sources.files import Document, Options
from searchkit.sources.parsing import Parsed, Task, parse
from searchkit.sources.processes import ParserPool
from tests.sources.conftest import read_all

# A package with a format whose documents say what is to happen when they are parsed. It is
# installed as packages are, so that the other processes have it as well.
HOSTILE = """
import os, sys, time
from searchkit import Article, Format

def read_hostile(document, options):
    kind = document.content.split()[0]
    if kind == b"die":
        os._exit(3)
    if kind == b"hang":
        time.sleep(600)
    if kind == b"eat":
        bytearray(6 << 30)
    if kind == b"print":
        os.write(1, b"noise" * 99)
        print("more of it", flush=True)
    if kind == b"fail":
        raise KeyError("no key")
    if kind == b"exit":
        sys.exit(5)
    yield Article(id=document.place, headline=document.content.decode()[:50])

HOSTILE = Format("hostile", (".hostile",), read_hostile)
"""


def forget_formats() -> None:
    formats.formats.cache_clear()
    formats._added.cache_clear()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The package is installed."""
    place = tmp_path_factory.mktemp("packages")
    (place / "hostile_package.py").write_text(HOSTILE)
    facts = place / "hostile_package-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile-package\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[searchkit.formats]\nhostile = hostile_package:HOSTILE\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(place))
        forget_formats()
        yield
    sys.modules.pop("hostile_package", None)
    forget_formats()


Start = Callable[..., ParserPool]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts pools, which are closed in the end."""
    pools: list[ParserPool] = []

    def start(workers: int = 1, seconds: float = 60.0) -> ParserPool:
        pools.append(ParserPool(workers, seconds))
        return pools[-1]

    yield start
    for pool in pools:
        pool.close()


def task(*contents: str, name: str = "hostile") -> Task:
    documents = tuple(
        (Document(f"file {number}", content.encode()), name)
        for number, content in enumerate(contents)
    )
    return Task(documents, Options(), as_records=False)


def told(found: list[list[Parsed]]) -> list[str]:
    """The headline of each document's article, or the reason for which it was left out."""
    return [
        each.reason if isinstance(each, Reject) else each.headline  # type: ignore[union-attr]
        for (each,) in found
    ]


def pids(pool: ParserPool) -> list[int]:
    return [process._process.pid for process in pool._processes]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than is read without other processes: texts, with lines and what is bad in between."""
    folder = tmp_path_factory.mktemp("archive")
    for number in range(300):
        path = folder / f"{number:03}.txt"
        path.write_text(f"Headline {number}\n\n" + f"The ferry number {number} was late. " * 300)
    for number in range(0, 300, 60):
        (folder / f"{number:03}a.jsonl").write_text(
            f'{{"headline": "Line {number}"}}\n{{broken\n{{"headline": "Last of {number}"}}\n'
        )
        (folder / f"{number:03}b.txt").write_bytes(b"\x00\x01" * 99)
        (folder / f"{number:03}c.unknown").write_text("left out")
    return folder


class TestAReadingByProcesses:
    def test_gives_the_same_in_the_same_order(self, archive: Path) -> None:
        alone, together = read_all(archive), read_all(archive, workers=3)
        assert len(alone.articles) == 310
        assert together.articles == alone.articles
        assert together.rejects == alone.rejects
        assert together.notices == alone.notices
        assert together.reading.files_read == alone.reading.files_read == 315
        assert together.reading.bytes_read == together.reading.bytes_total

    def test_makes_the_same_index(self, archive: Path, fresh_index: Index) -> None:
        fresh_index.add(read(archive))
        report = fresh_index.add(read(archive, workers=2, encoding="utf-8"))
        assert (report.added, report.updated, report.unchanged) == (0, 0, 310)

    def test_leaves_no_process_at_its_end_or_when_it_is_closed(self, archive: Path) -> None:
        for take in (10_000, 5, 0):
            reading = read(archive, workers=2)
            for _ in zip(range(take), reading, strict=False):
                pass
            pool = reading._pool
            assert pool is not None
            running = pids(pool)
            reading.close()
            assert not any(map(is_running, running))
            assert not [each for each in threading.enumerate() if "searchkit-parse" in each.name]

    def test_of_few_files_starts_none(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("A headline")
        result = read_all(tmp_path, workers=4)
        assert result.article.headline == "A headline"
        assert result.reading._pool is None

    @pytest.mark.usefixtures("hostile")
    def test_goes_on_behind_a_document_that_kills_its_process(
        self, archive: Path, tmp_path: Path
    ) -> None:
        for number in range(9):
            (tmp_path / f"{number}.hostile").write_text("die" if number == 4 else f"News {number}")
        result = read_all([tmp_path, archive], workers=2)
        assert len(result.articles) == 8 + 310
        assert result.rejects[0].place == str(tmp_path / "4.hostile")
        assert "the process that read it died" in result.rejects[0].reason

    def test_needs_at_least_one(self, archive: Path) -> None:
        with pytest.raises(ValueError, match="workers is 0"):
            read(archive, workers=0)


@pytest.mark.usefixtures("hostile")
class TestADocument:
    def test_that_is_sound_is_parsed_as_it_is_here(self, start: Start) -> None:
        given = task("First\n\nWords", "Second", "", name="plaintext")
        assert start().submit(given).result() == parse(given)

    def test_that_kills_its_process_costs_only_itself(self, start: Start) -> None:
        pool = start()
        first, second, third = told(pool.submit(task("News", "die", "More news")).result())
        assert (first, third) == ("News", "More news")
        assert "the process that read it died" in second
        assert "convert it to JSON lines" in second
        assert told(pool.submit(task("And more")).result()) == ["And more"]

    def test_that_ends_its_process_politely_costs_only_itself(self, start: Start) -> None:
        first, second = told(start().submit(task("exit", "News")).result())
        assert "died" in first
        assert second == "News"

    def test_that_takes_too_long_costs_only_itself(self, start: Start) -> None:
        pool = start(seconds=2)
        begun = time.monotonic()
        first, second, third = told(pool.submit(task("News", "hang", "More news")).result())
        assert (first, third) == ("News", "More news")
        assert second == "not read within 2 seconds; split or simplify it"
        assert time.monotonic() - begun < 30

    def test_that_eats_memory_costs_only_itself(self, start: Start) -> None:
        first, second = told(start().submit(task("eat", "News")).result())
        assert first == "takes too much memory to read; split it"
        assert second == "News"

    def test_may_print_what_it_likes(self, start: Start) -> None:
        assert told(start().submit(task("print", "News")).result()) == ["print", "News"]

    def test_whose_parser_fails_is_a_reject(self, start: Start) -> None:
        (reason,) = told(start().submit(task("fail")).result())
        assert "could not be read as hostile (KeyError: 'no key')" in reason


class TestAPool:
    def test_replaces_a_process_that_was_killed(self, start: Start) -> None:
        pool = start()
        assert told(pool.submit(task("One", name="plaintext")).result()) == ["One"]
        (before,) = pids(pool)
        os.kill(before, signal.SIGKILL)
        found = pool.submit(task("Two", "Three", name="plaintext")).result()
        assert told(found) == ["Two", "Three"]
        assert before not in pids(pool)

    def test_replaces_a_process_that_was_stopped(self, start: Start) -> None:
        pool = start(seconds=2)
        pool.submit(task("One", name="plaintext")).result()
        os.kill(pids(pool)[0], signal.SIGSTOP)
        found = pool.submit(task("Two", "Three", name="plaintext")).result()
        assert told(found) == ["Two", "Three"]

    @pytest.mark.usefixtures("hostile")
    def test_that_is_closed_leaves_no_process_that_is_busy(self, start: Start) -> None:
        pool = start(workers=2)
        futures = [pool.submit(task("hang")) for _ in range(5)]
        while len(pids(pool)) < 2:
            time.sleep(0.01)
        running = pids(pool)
        begun = time.monotonic()
        pool.close()
        pool.close()
        assert time.monotonic() - begun < 10
        assert not any(map(is_running, running))
        assert all(future.done() for future in futures)

    def test_is_not_ended_by_a_key_that_is_for_the_program(self, start: Start) -> None:
        pool = start()
        pool.submit(task("One", name="plaintext")).result()
        os.kill(pids(pool)[0], signal.SIGINT)
        assert told(pool.submit(task("Two", name="plaintext")).result()) == ["Two"]
        assert os.getsid(pids(pool)[0]) != os.getsid(0)

    def test_that_cannot_start_says_what_to_do(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "_COMMAND", "raise SystemExit(3)")
        with pytest.raises(SourceError, match=r"cannot be started .* read with workers=1"):
            start().submit(task("One", name="plaintext")).result()
