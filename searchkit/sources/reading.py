"""Here are files and folders: give me their articles."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from searchkit.article import Article
from searchkit.errors import Notice, Reject, SourceError
from searchkit.sources.encoding import bom_encoding, require_encoding
from searchkit.sources.files import (
    MAX_TEXT_BYTES,
    TOO_LARGE,
    Found,
    Item,
    LanguageOf,
    OpenFile,
    Options,
)
from searchkit.sources.finding import STANDARD_INPUT, FoundFile, explained, find_files, place_of

__all__ = ["Reading", "read"]


@dataclass(frozen=True, slots=True)
class _Format:
    """The endings of its files, each also with `.gz`, and the function that reads one.

    `largest`, in bytes, is looked at before an uncompressed file is opened.
    """

    endings: tuple[str, ...]
    items: Callable[[OpenFile, Options], Iterator[Item]]
    largest: int | None = None


# The formats are loaded when they are first used: a search needs none of them.


def _plaintext_items(file: OpenFile, options: Options) -> Iterator[Item]:
    from searchkit.sources.plaintext import read_plaintext

    return read_plaintext(file, options)


def _jsonl_items(file: OpenFile, options: Options) -> Iterator[Item]:
    from searchkit.sources.jsonl import read_jsonl

    return read_jsonl(file, options)


# To add a format, write its function and name it here.
_FORMATS: dict[str, _Format] = {
    "plaintext": _Format((".txt", ".text"), _plaintext_items, MAX_TEXT_BYTES),
    "jsonl": _Format((".jsonl", ".ndjson"), _jsonl_items),
}

# JSON that is not one object a line: an object over several lines, a list of objects.
_JSON_OVER_LINES = re.compile(r'\{\s*(?:"|$)|\[\s*\{')


def read(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    file_format: str | None = None,
    encoding: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> Reading:
    """The articles in files and folders, one after the other.

    Folders are searched, in the order of names, for files that end in .txt, .text, .jsonl
    or .ndjson, each also with .gz; a file that is named itself is read whatever its ending;
    "-" is standard input. Each file is read once, and nothing is read before the first
    article is asked for.

    `file_format`, "plaintext" or "jsonl", is taken for all files in place of their endings.
    `encoding` is that of the text; without it, it is UTF-8 or detected. `fields` says under
    which keys JSON lines have an article's fields: {"headline": "hl"}.

    What cannot be read is not raised but listed in the result's `rejects`. Raises SourceError
    for an unknown format, encoding or field.
    """
    if file_format is not None and file_format not in _FORMATS:
        raise SourceError(
            f"file format {file_format!r} is not known; use one of {', '.join(sorted(_FORMATS))}"
        )
    if encoding is not None:
        require_encoding(encoding)
    if fields:
        from searchkit.sources.records import require_fields

        require_fields(fields)
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    return Reading(
        [os.fsdecode(path) for path in listed],
        _FORMATS[file_format] if file_format else None,
        Options(encoding, fields),
    )


class Reading(Iterator[Article]):
    """An iterator over articles, and an account of what it has come across so far.

    `rejects` and `notices` grow, in the order of the files, while articles are taken. For
    progress: `files_found` is known from the start, and so is `bytes_total`, the size on
    disk, which is None when standard input is among the files; `files_read` and
    `bytes_read` grow, the latter within a file too.
    """

    def __init__(self, paths: Iterable[str], file_format: _Format | None, options: Options) -> None:
        self.rejects: list[Reject] = []
        self.notices: list[Notice] = []
        self.files_read = 0
        self._format = file_format
        self._options = options
        self._files: list[FoundFile] = []
        for item in find_files(paths, self._is_readable):
            if isinstance(item, FoundFile):
                self._files.append(item)
            else:
                self._note(item)
        self.files_found = len(self._files)
        sizes = [file.size for file in self._files]
        self.bytes_total = None if None in sizes else sum(size or 0 for size in sizes)
        self._bytes_before = 0  # in the files that are done with
        self._open: tuple[OpenFile, int | None] | None = None
        self._records = self._read_all()

    def __iter__(self) -> Reading:
        return self

    def __next__(self) -> Article:
        for _, article in self._records:
            if isinstance(article, Article):
                return article
        raise StopIteration

    def fingerprinted(
        self, seed: int, known: Callable[[bytes], bool], language: LanguageOf | None = None
    ) -> Iterator[Found]:
        """The articles that iterating gives, some as a Record, each after a fingerprint: 16
        bytes that are the same in every run and differ when anything differs that the article
        depends on. What has a fingerprint of which `known` says that the index has it is not
        read, and None stands in the place of its article.

        A record that has to be told of each time has the empty fingerprint, of which `known`
        is not asked; so have those of a file of which articles were taken before. `seed`,
        from 0 to 2**64 - 1, belongs to the index: with another all fingerprints are others.

        A Record of an article that names no language has the one that `language` tells of its
        texts; what is given as an Article is left as it is.
        """
        from searchkit.sources.fingerprints import Recognition

        self._options = replace(
            self._options, recognition=Recognition(seed, known), language=language
        )
        return self._records

    @property
    def bytes_read(self) -> int:
        """Bytes read so far, as they are on disk; at the end as many as `bytes_total`."""
        if self._open is None:
            return self._bytes_before
        file, size = self._open
        # A file that grew meanwhile must not lead beyond the total.
        return self._bytes_before + min(file.bytes_read, file.bytes_read if size is None else size)

    def close(self) -> None:
        """Closes the file that is being read; there are no more articles then."""
        self._records.close()

    def _is_readable(self, path: str) -> bool:
        return self._format is not None or _format_of(path) is not None

    def _note(self, item: Reject | Notice) -> None:
        if isinstance(item, Reject):
            self.rejects.append(item)
        else:
            self.notices.append(item)

    def _read_all(self) -> Generator[Found, None, None]:
        for found in self._files:
            for item in self._read_file(found):
                if isinstance(item, tuple):
                    yield item
                else:
                    self._note(item)

    def _read_file(self, found: FoundFile) -> Iterator[Item]:
        place = place_of(found.path)
        try:
            chosen = self._format or _format_of(found.path)
            if chosen and _is_too_large(found, chosen):
                yield Reject(place, TOO_LARGE)
                return
            with _bytes_of(found) as read_some:
                file = OpenFile(place, read_some)
                self._open = file, found.size
                yield from (chosen or _looked_into(file, self._options)).items(file, self._options)
                self.files_read += 1
        except OSError as error:
            yield Reject(place, explained(error))
        except SourceError as error:
            yield Reject(place, str(error))
        finally:
            size = self.bytes_read - self._bytes_before if found.size is None else found.size
            self._open = None
            self._bytes_before += size


@contextmanager
def _bytes_of(found: FoundFile) -> Iterator[Callable[[int], bytes]]:
    """A function that reads some bytes of the file, without a buffer of its own."""
    if found.path != STANDARD_INPUT:
        with Path(found.path).open("rb", buffering=0) as stream:
            yield stream.read
        return
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None or buffer.closed:
        raise SourceError("there is no standard input of bytes; name a file")
    yield getattr(buffer, "read1", buffer.read)


def _format_of(path: str) -> _Format | None:
    """The format of which the file's name says that it is."""
    name = path.lower().removesuffix(".gz")
    return next((form for form in _FORMATS.values() if name.endswith(form.endings)), None)


def _is_too_large(found: FoundFile, chosen: _Format) -> bool:
    if chosen.largest is None or found.size is None or found.path.lower().endswith(".gz"):
        return False
    return found.size > chosen.largest


def _looked_into(file: OpenFile, options: Options) -> _Format:
    """The format of a file of which the name says nothing.

    Raises SourceError for JSON that is not one object a line: no article could be had of it.
    """
    head = file.head()
    text = head.decode(bom_encoding(head) or options.encoding or "utf-8", "replace").lstrip()
    line, newline, _ = text.partition("\n")
    if line.startswith("{"):
        try:
            if isinstance(json.loads(line), dict):
                return _FORMATS["jsonl"]
        except RecursionError:
            return _FORMATS["jsonl"]  # which will say so
        except ValueError:
            if not newline and len(line) > 1 and _JSON_OVER_LINES.match(line):
                return _FORMATS["jsonl"]  # a line longer than what was looked at
    if _JSON_OVER_LINES.match(text):
        raise SourceError(
            "this is JSON, but not one object a line; convert it, for example with jq -c '.[]' "
            "or jq -c '.'"
        )
    return _FORMATS["plaintext"]
