"""Here are files and folders: give me their articles."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from searchkit.article import Article
from searchkit.errors import Notice, Reject, RejectedError
from searchkit.record import Record, decode_article
from searchkit.sources.contents import LEFT_OUT, Part, Records, Whole
from searchkit.sources.encodings.encoding import require_encoding
from searchkit.sources.file_parts import End, FileParts
from searchkit.sources.files import FileDone, Found, Item, Options
from searchkit.sources.finding import (
    STANDARD_INPUT,
    FoundFile,
    find_files,
)
from searchkit.sources.fingerprints import NEVER_KNOWN, Recognition
from searchkit.sources.formats import Format, format_named
from searchkit.sources.parsing import Parsed, Task, parse
from searchkit.sources.rejects import RejectsFile

if TYPE_CHECKING:
    from searchkit.sources.processes import ParserPool

__all__ = ["Reading", "read"]

# What is sent to another process at once: to hand over a page costs 0.2 ms, to parse it some 5.
_BATCH_BYTES = 512 * 1024
_BATCH_PARTS = 64
# What is read ahead while other processes parse.
_BATCHES_AHEAD = 4
_BYTES_AHEAD = 128 << 20
# Fewer files are read sooner than other processes have started.
_FEW_BYTES = 2 << 20

# Of the files of a folder that are left out, so many are listed one by one.
_LISTED_AS_LEFT_OUT = 100


def read(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    file_format: str | None = None,
    encoding: str | None = None,
    fields: Mapping[str, str] | None = None,
    workers: int = 1,
    strict: bool = False,
    rejects: str | os.PathLike[str] | None = None,
    found_in_folder: bool = False,
) -> Reading:
    """The articles in files and folders, one after the other.

    Folders are searched in the order of names. What a file is, its content tells or else its
    name; what neither tells is left out, unless the file is named itself: then it is text.
    Archives and packed files are read as what is in them. "-" is standard input. Each file
    is read once, and nothing is read before the first article is asked for.

    `file_format`, such as "jsonl", is taken for all files in place of what they look like.
    `encoding` is that of the text; without it, it is what the file declares, UTF-8 or detected.
    `fields` says where records have an article's fields: {"headline": "hl"}. With more than
    one of the `workers`, files of one article each are parsed in so many processes.

    What cannot be read is not raised but listed in the result's `rejects`; if `strict`, the
    first of these is raised as RejectedError. `rejects` is a file that gets them too, each with
    the record as it was, to be mended and read as JSON lines. With `found_in_folder`, files
    are not read as text because they are named, but left out as those of folders are.

    Raises SourceError for an unknown format, encoding or field.
    """
    chosen = None if file_format is None else format_named(file_format)
    if encoding is not None:
        require_encoding(encoding)
    if workers < 1:
        raise ValueError(f"workers is {workers}; give 1 or more")
    if fields:
        from searchkit.sources.fields.records import require_fields

        require_fields(fields)
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    given = [os.fsdecode(path) for path in listed]
    return Reading(
        given,
        chosen,
        Options(encoding, fields),
        workers=workers,
        strict=strict,
        rejects=None if rejects is None else RejectsFile(rejects),
        named=not found_in_folder,
    )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Parts that follow one another, and what others make of the documents among them."""

    parts: list[Part | End]
    parsed: Future[list[list[Parsed]]] | None = None
    size: int = 0


class Reading(Iterator[Article]):
    """An iterator over articles, and an account of what it has come across so far.

    `rejects` and `notices` grow, in the order of the files, while articles are taken; `place`
    and `format` are those of the last article. For progress: `files_found` is known from the
    start, and so is `bytes_total`, the size on disk, which is None when standard input is
    among the files; `files_read` and `bytes_read` grow, the latter within a file too.
    """

    def __init__(
        self,
        paths: Iterable[str],
        file_format: Format | None,
        options: Options,
        *,
        workers: int = 1,
        strict: bool = False,
        rejects: RejectsFile | None = None,
        named: bool = True,
    ) -> None:
        self.rejects: list[Reject] = []
        self.notices: list[Notice] = []
        self.files_read = 0
        self.place = ""
        self.format = ""
        self.paths = tuple(paths)
        self._strict = strict
        self._rejects_file = rejects
        self._left_out = 0
        self._remarks: list[Reject | Notice] = []  # of the file whose parts are being given
        self._files: list[FoundFile] = []
        for item in find_files(self.paths, named=named):
            if isinstance(item, FoundFile):
                self._files.append(item)
            else:
                self.note(item)
        self.files_found = len(self._files)
        sizes = [file.size for file in self._files]
        self.bytes_total = None if None in sizes else sum(size or 0 for size in sizes)
        self._pool: ParserPool | None = None
        if workers > 1 and (self.bytes_total is None or self.bytes_total > _FEW_BYTES):
            from searchkit.sources.processes import ParserPool

            self._pool = ParserPool(workers)
        self._parts = FileParts(self._files, file_format, options, retells=rejects is not None)
        self._tells_of_files = False
        self._stream = self._read_all()

    def __iter__(self) -> Reading:
        return self

    def __next__(self) -> Article:
        for each in self._stream:
            if isinstance(each, tuple):
                found = each[1]
                if isinstance(found, Record):
                    return decode_article(found.stored)
                if found is not None:
                    return found
        raise StopIteration

    def fingerprinted(
        self,
        seed: int,
        known: Callable[[bytes], bool],
        known_file: Callable[[str], FileDone | None] | None = None,
        *,
        detect_language: bool = False,
    ) -> Iterator[Found | FileDone]:
        """The articles that iterating gives, some as a Record, each after a fingerprint: 16
        bytes that are the same in every run and differ when anything differs that the article
        depends on. What has a fingerprint of which `known` says that the index has it is not
        read, and None stands in the place of its article.

        A record that has to be told of each time has the empty fingerprint, of which `known`
        is not asked; so have those of a file of which articles were taken before. `seed`,
        from 0 to 2**64 - 1, belongs to the index: with another all fingerprints are others.

        With `known_file`, which is asked as `Recognition.file` says, a FileDone follows
        after what is in each regular file; one that is known is not read.

        With `detect_language` a Record of an article that names no language has that of its
        texts, where it is clear; what is given as an Article is left as it is.
        """
        self._tells_of_files = known_file is not None
        recognition = Recognition(seed, known, known_file or _unknown_file)
        self._parts.options = replace(
            self._parts.options, recognition=recognition, detect_language=detect_language
        )
        return self._stream

    @property
    def bytes_read(self) -> int:
        """Bytes read so far, as they are on disk; at the end as many as `bytes_total`."""
        return self._parts.bytes_read

    @property
    def roots(self) -> list[str]:
        """What was to be read, as FileDone names files."""
        return [os.path.realpath(path) for path in self.paths if path != STANDARD_INPUT]

    @property
    def files(self) -> list[str]:
        """The regular files that were found, as FileDone names them."""
        return [file.real for file in self._files if file.path != STANDARD_INPUT]

    def close(self) -> None:
        """Closes the file that is being read; there are no more articles then."""
        self._stream.close()
        self._finish()

    def note(self, item: Reject | Notice) -> None:
        """Adds to the account. Raises RejectedError for a reject of a strict reading."""
        if isinstance(item, Reject):
            if self._rejects_file is not None:
                self._rejects_file.add(item)
            item = replace(item, record=None)  # which may be large
            self.rejects.append(item)
            if self._strict:
                raise RejectedError(item)
        else:
            self.notices.append(item)
        self._remarks.append(item)

    # -- in the order of the files: what the caller gets

    def _read_all(self) -> Generator[Found | FileDone, None, None]:
        self._remarks.clear()
        try:
            for batch in self._ahead():
                if isinstance(batch, Records):
                    self.place, self.format = batch.place, batch.format.name
                    yield from self._noted(batch.items)
                else:
                    yield from self._given(batch)
            if self._left_out > _LISTED_AS_LEFT_OUT:
                more = self._left_out - _LISTED_AS_LEFT_OUT
                self.note(Notice(self.paths[0], f"{more:,} more files were left out like these"))
        finally:
            self._finish()

    def _finish(self) -> None:
        if self._pool is not None:
            self._pool.close()
        if self._rejects_file is not None:
            self._rejects_file.close()

    def _given(self, batch: _Batch) -> Iterator[Found | FileDone]:
        parsed = iter(batch.parsed.result()) if batch.parsed is not None else None
        for part in batch.parts:
            if isinstance(part, Whole):
                found = next(parsed) if parsed is not None else self._parse([part])[0]
                self.format = part.format.name
                yield from self._of_document(part, found)
            elif isinstance(part, End):
                yield from self._ended(part)
            else:
                yield from self._noted([part])  # type: ignore[list-item]  # all others are items

    def _noted(self, items: Iterable[Item]) -> Iterator[Found]:
        for item in items:
            if isinstance(item, tuple):
                yield item
            elif isinstance(item, Notice) and item.reason == LEFT_OUT:
                self._left_out += 1
                if self._left_out <= _LISTED_AS_LEFT_OUT:
                    self.note(item)
            else:
                self.note(item)

    def _of_document(self, part: Whole, parsed: list[Parsed]) -> Iterator[Found]:
        """What is in a document. When there is anything to tell of it, or more than one article
        in it, it is read each time.
        """
        self.place = part.document.place
        fingerprint = part.fingerprint if len(parsed) == 1 else NEVER_KNOWN
        for each in parsed:
            if isinstance(each, (Reject, Notice)):
                self.note(each)
            else:
                yield fingerprint, each

    def _ended(self, end: End) -> Iterator[FileDone]:
        self.files_read += end.read
        remarks, self._remarks = tuple(self._remarks), []
        if end.done is not None and self._tells_of_files:
            if end.done.articles is None:
                yield replace(end.done, remarks=remarks)
            else:
                yield end.done

    # -- ahead of that: what is read and parsed meanwhile

    def _ahead(self) -> Iterator[_Batch | Records]:
        """Batches in order, so many of them begun as other processes need to be kept busy."""
        if self._pool is None:
            yield from self._batches(1)
            return
        most = _BATCHES_AHEAD * self._pool.workers
        waiting: deque[_Batch | Records] = deque()
        size = 0
        for batch in self._batches(_BATCH_PARTS):
            waiting.append(batch)
            if isinstance(batch, _Batch):
                size += batch.size
            # A stream is read when everything before it has been given.
            while waiting and (
                isinstance(batch, Records) or len(waiting) >= most or size > _BYTES_AHEAD
            ):
                given = waiting.popleft()
                size -= given.size if isinstance(given, _Batch) else 0
                yield given
        yield from waiting

    def _batches(self, most: int) -> Iterator[_Batch | Records]:
        parts: list[Part | End] = []
        size = 0
        for part in self._parts:
            if isinstance(part, Records):
                yield self._begun(parts, size)
                parts, size = [], 0
                yield part
                continue
            parts.append(part)
            size += len(part.document.content) if isinstance(part, Whole) else 0
            if len(parts) >= most or size >= _BATCH_BYTES:
                yield self._begun(parts, size)
                parts, size = [], 0
        yield self._begun(parts, size)

    def _begun(self, parts: list[Part | End], size: int) -> _Batch:
        documents = [part for part in parts if isinstance(part, Whole)]
        if self._pool is None or not documents:
            return _Batch(parts)
        return _Batch(parts, self._pool.submit(self._task(documents)), size)

    def _task(self, parts: Iterable[Whole]) -> Task:
        documents = tuple((part.document, part.format.name) for part in parts)
        plain = replace(self._parts.options, recognition=None)
        return Task(documents, plain, as_records=self._parts.options.recognition is not None)

    def _parse(self, parts: Iterable[Whole]) -> list[list[Parsed]]:
        return parse(self._task(parts))


def _unknown_file(path: str) -> None:  # noqa: ARG001  # in the place of an index's own
    return None
