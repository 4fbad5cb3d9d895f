"""Is the index as it was written? All of it is read and held against its checksums."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from searchkit.codec.commit import generation_on_disk, latest
from searchkit.codec.consistency import contradictions
from searchkit.codec.deletions import read_deletions
from searchkit.codec.format import CHUNK, damaged
from searchkit.codec.lock import LOCK_NAME
from searchkit.codec.manifest import (
    LEDGER_FILES,
    Manifest,
    SegmentEntry,
    decode_manifest,
    manifest_name,
    toc_name,
)
from searchkit.codec.segment import Segment
from searchkit.codec.storage import Storage
from searchkit.errors import IndexDamagedError

__all__ = ["Finding", "Verification", "verify"]

# Between two calls of `on_progress`: a millisecond's work.
_PIECE = 64 * CHUNK

_MISSING = "it is missing"
_STRAY = (
    "it belongs to no commit that can be read; left by a writer, the next one removes it, "
    "unless one is at work"
)
_NO_TOC = "it is missing, so that Whoosh cannot open the index; the next writer makes it again"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or remarkable, about a file of the index directory, in words.

    `section` is the part of a segment that is meant, None for the file as a whole.
    """

    file: str
    what: str
    section: str | None = None

    def __str__(self) -> str:
        section = f"section {self.section} " if self.section else ""
        return f"{self.file}: {section}{self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` has read and found.

    `generation` is the commit as of which the index is opened (None: no commit can be read),
    with so many `segments` and `articles`; of these, `affected` are in segments that are
    damaged. `files` and `size`, in bytes, were checked, in so many `seconds`. `damages` are
    what the index is not whole for; `remarks` concern files that it does without.
    """

    path: str
    generation: int | None
    segments: int
    articles: int
    affected: int
    files: int
    size: int
    seconds: float
    damages: tuple[Finding, ...]
    remarks: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damages


def verify(
    path: str | os.PathLike[str],
    on_progress: Callable[[int, int], None] | None = None,
    *,
    deep: bool = False,
) -> Verification:
    """Reads all files of the index in a directory, and tells what is not as it was written.

    What the last commit needs and is damaged or missing is a damage; what only the commit
    before needs, which is opened when the last one cannot be, is a remark, and so is a file
    that belongs to neither. `deep` also walks through the contents and compares the parts of
    each segment with each other. `on_progress` is called with the bytes that are read and
    those to read. Other processes may search and write meanwhile; nothing is changed.

    Raises IndexNotFoundError, IndexVersionError for files of another version, and StorageError
    when the directory may not be read.
    """
    started = time.perf_counter()
    storage = Storage(Path(path))
    survey = _survey(storage)
    total = sum(survey.checked.values())
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if on_progress:
            on_progress(done, total)

    for commit in survey.commits:
        for segment, content in commit.segments:
            with content:
                found = list(_damaged_sections(segment, content, advance))
            commit.findings += found
            if deep and not found:
                file = segment.file.path.name
                with commit.noting(file):
                    commit.findings += [Finding(file, what) for what in contradictions(segment)]
    return _verification(storage, survey, time.perf_counter() - started)


@dataclass(slots=True)
class _Commit:
    """A commit whose manifest can be read: the segments to check with their files, which are
    open, and what was found so far.
    """

    manifest: Manifest
    segments: list[tuple[Segment, BinaryIO]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @contextlib.contextmanager
    def noting(self, file: str) -> Iterator[None]:
        """Keeps as a finding that a file is missing or damaged."""
        try:
            yield
        except FileNotFoundError:
            self.findings.append(Finding(file, _MISSING))
        except IndexDamagedError as error:
            self.findings.append(Finding(file, _facts(error)))


@dataclass(slots=True)
class _Survey:
    """The commits on disk, the last first, `checked`: their files with the bytes of each, and
    findings about what belongs to none: `unreadable` manifests and `strays`.
    """

    newest: int
    commits: list[_Commit] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    unreadable: list[Finding] = field(default_factory=list)
    strays: list[Finding] = field(default_factory=list)

    def close(self) -> None:
        """Closes the files."""
        for commit in self.commits:
            for _, content in commit.segments:
                content.close()

    def lacks_files(self) -> bool:
        """Whether something was not there."""
        found = [each for commit in self.commits for each in commit.findings]
        return any(each.what == _MISSING for each in (*self.unreadable, *found))


def _survey(storage: Storage) -> _Survey:
    """Opens everything, so that a writer may remove it while it is read."""
    while True:
        survey = _Survey(generation_on_disk(storage))
        if survey.newest < 0:
            latest(storage)  # says what there is instead of an index
        _open_all(storage, survey)
        # What is missing a writer may have removed just now, and then there is a newer commit.
        if not survey.lacks_files() or generation_on_disk(storage) == survey.newest:
            return survey
        survey.close()


def _open_all(storage: Storage, survey: _Survey) -> None:
    names = storage.names()
    manifests = []
    for name in sorted(names):
        if name.startswith("manifest-") and name.endswith(".json"):
            try:
                content = storage.read(name)
                survey.checked[name] = len(content)
                manifests.append(decode_manifest(content, storage.path / name))
            except FileNotFoundError:
                if name == manifest_name(survey.newest):  # others a writer removes just now
                    survey.unreadable.append(Finding(name, _MISSING))
            except IndexDamagedError as error:
                survey.unreadable.append(Finding(name, _facts(error)))
    if manifest_name(survey.newest) not in names:
        survey.unreadable.append(Finding(manifest_name(survey.newest), _MISSING))
    manifests.sort(key=lambda each: each.generation, reverse=True)
    expected = {
        LOCK_NAME,
        *LEDGER_FILES,
        toc_name(survey.newest),
        *survey.checked,
    }
    expected |= {each.file for each in survey.unreadable}
    for manifest in manifests[:2]:
        survey.commits.append(_open_commit(storage, manifest, survey.checked))
        expected |= manifest.files()
    if manifests and toc_name(manifests[0].generation) not in names:
        survey.strays.append(Finding(toc_name(manifests[0].generation), _NO_TOC))
    survey.strays += [Finding(name, _STRAY) for name in sorted(names) if name not in expected]


def _open_commit(storage: Storage, manifest: Manifest, checked: dict[str, int]) -> _Commit:
    """Opens the files of a commit that are not `checked` yet, and adds them there."""
    commit = _Commit(manifest)
    for entry in manifest.segments:
        if entry.file not in checked:
            with commit.noting(entry.file):
                checked[entry.file] = storage.size(entry.file)
                segment = _open_segment(storage, entry, checked[entry.file])
                commit.segments.append((segment, storage.open(entry.file)))
        if entry.deletions and entry.deletions not in checked:
            with commit.noting(entry.deletions):
                checked[entry.deletions] = storage.size(entry.deletions)
                read_deletions(storage, entry)
    return commit


def _open_segment(storage: Storage, entry: SegmentEntry, size: int) -> Segment:
    segment = Segment(storage, entry.name)
    found = size, segment.file.checksum, segment.documents
    if found != (entry.size, entry.checksum, entry.documents):
        raise damaged(segment.file.path, "it is not the file that the manifest names")
    return segment


def _damaged_sections(
    segment: Segment, content: BinaryIO, advance: Callable[[int], None]
) -> Iterator[Finding]:
    """Reads a segment; tells of each section where it begins to be another than was written.

    `content` is its file, which is read before the mapped memory is looked at: what the disk
    cannot read is an error there, and here the end of the process.
    """
    file = segment.file
    for name in file.names():
        length = file.length(name)
        content.seek(file.offset(name))
        try:
            for start in range(0, length, _PIECE):
                end = min(start + _PIECE, length)
                content.read(end - start)
                file.part(name, start, end)
                advance(end - start)
        except OSError as error:
            yield Finding(file.path.name, f"cannot be read: {error.strerror or error}", name)
        except IndexDamagedError as error:
            yield Finding(file.path.name, _facts(error).removeprefix(f"section {name} "), name)


def _verification(storage: Storage, survey: _Survey, seconds: float) -> Verification:
    manifest = survey.commits[0].manifest if survey.commits else None
    damages: list[Finding] = []
    remarks: list[Finding] = []
    for finding in survey.unreadable:
        last = finding.file == manifest_name(survey.newest)
        (damages if last or manifest is None else remarks).append(finding)
    for number, commit in enumerate(survey.commits):
        if number == 0:
            damages += commit.findings
            continue
        only = f"; only the commit before, {commit.manifest.generation}, needs it"
        remarks += [replace(each, what=each.what + only) for each in commit.findings]
    broken = {each.file for each in damages}
    entries = manifest.segments if manifest else ()
    live = {entry.file: entry.documents - entry.deleted for entry in entries}
    return Verification(
        path=str(storage.path),
        generation=manifest.generation if manifest else None,
        segments=len(entries),
        articles=sum(live.values()),
        affected=sum(live[file] for file in live.keys() & broken),
        files=len(survey.checked),
        size=sum(survey.checked.values()),
        seconds=seconds,
        damages=tuple(damages),
        remarks=(*remarks, *survey.strays),
    )


def _facts(error: IndexDamagedError) -> str:
    """What an error says, without the file, which is named beside it, and the remedy."""
    facts = str(error).rpartition("; run ")[0]
    return facts.partition(" is damaged: ")[2] or facts
