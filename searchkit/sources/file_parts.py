"""Here are files, one after the other: what is in each, unless the index has read it before?"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import BinaryIO, cast

from xxhash import xxh3_128

from searchkit.errors import Reject, SourceError
from searchkit.sources.contents import Part, contents
from searchkit.sources.files import FileDone, OpenFile, Options
from searchkit.sources.finding import STANDARD_INPUT, FoundFile, explained, place_of
from searchkit.sources.fingerprints import READING_VERSION
from searchkit.sources.formats import Format

__all__ = ["End", "FileParts"]

# A file that changes again within this, in nanoseconds, may have the same time as before.
_SETTLING = 3 * 10**9


@dataclass(slots=True)
class End:
    """What comes after the parts of a file, or in place of those of one that is known."""

    done: FileDone | None = None
    read: bool = False


class FileParts:
    """The parts of files in their order, after those of each an End; each file is open while its
    parts are taken. `chosen` is the format of all, if it was declared. With `retells`, a file of
    which rejects are known is read again, so that there are the records.
    """

    def __init__(
        self,
        files: Sequence[FoundFile],
        chosen: Format | None,
        options: Options,
        *,
        retells: bool,
    ) -> None:
        self.options = options
        self._files = files
        self._chosen = chosen
        self._retells = retells
        self._bytes_before = 0  # in the files that are done with
        self._open: tuple[OpenFile, int | None] | None = None

    @property
    def bytes_read(self) -> int:
        """Bytes read so far, as they are on disk; at the end as many as the files have."""
        if self._open is None:
            return self._bytes_before
        file, size = self._open
        # A file that grew meanwhile must not lead beyond the total.
        return self._bytes_before + min(file.bytes_read, file.bytes_read if size is None else size)

    def __iter__(self) -> Iterator[Part | End]:
        for found in self._files:
            yield from self._parts_of(found)

    def _parts_of(self, found: FoundFile) -> Iterator[Part | End]:
        place = place_of(found.path)
        end = End()
        try:
            with _opened(found) as stream:
                status = os.fstat(stream.fileno()) if isinstance(stream, FileIO) else None
                known = status and self._known(found, status, stream)
                if known:
                    end.done = known
                    yield from known.remarks
                else:
                    end.read = True
                    yield from self._contents(found, place, stream, status, end)
        except OSError as error:
            yield Reject(place, explained(error))
        except SourceError as error:
            yield Reject(place, str(error))
        finally:
            size = self.bytes_read - self._bytes_before if found.size is None else found.size
            self._open = None
            self._bytes_before += size
        yield end

    def _contents(
        self,
        found: FoundFile,
        place: str,
        stream: BinaryIO,
        before: os.stat_result | None,
        end: End,
    ) -> Iterator[Part]:
        is_file = before is not None and stat.S_ISREG(before.st_mode)
        path = found.path if is_file else None
        file = OpenFile(place, getattr(stream, "read1", stream.read), path, found.size)
        self._open = file, found.size
        yield from contents(file, found.path, self.options, self._chosen, named=found.named)
        if before is not None:
            if _version(os.fstat(stream.fileno())) != _version(before):
                yield Reject(place, "changed while it was being read; index it again")
            else:
                size, modified = _version(before)
                settled = time.time_ns() - modified > _SETTLING
                digest = file.digest if file.bytes_read == size else b""
                end.done = FileDone(
                    found.real, size, modified if settled else 0, digest, self._how, ()
                )

    def _known(self, found: FoundFile, status: os.stat_result, stream: BinaryIO) -> FileDone | None:
        """The file as the index remembers it, if it has not changed since."""
        if self.options.recognition is None:
            return None
        known = self.options.recognition.file(found.real)
        size, modified = _version(status)
        if known is None or known.size != size or known.reading != self._how:
            return None
        if self._retells and any(isinstance(each, Reject) for each in known.remarks):
            return None  # the file of rejects is to have the records
        if known.modified != modified:
            if not known.digest or known.digest != _digest_of(stream):
                stream.seek(0)
                return None
            if time.time_ns() - modified > _SETTLING:
                known = replace(known, modified=modified)
        return known

    @property
    def _how(self) -> str:
        """How files are read, as FileDone has it."""
        fields = sorted((self.options.fields or {}).items())
        chosen = self._chosen.name if self._chosen else None
        return repr((READING_VERSION, chosen, self.options.encoding, fields))


def _digest_of(stream: BinaryIO) -> bytes:
    digest = xxh3_128()
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
    return digest.digest()


def _version(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


@contextmanager
def _opened(found: FoundFile) -> Iterator[BinaryIO]:
    """The file as a stream of bytes, without a buffer of its own."""
    if found.path != STANDARD_INPUT:
        with Path(found.path).open("rb", buffering=0) as stream:
            yield cast("BinaryIO", stream)
        return
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None or buffer.closed:
        raise SourceError("there is no standard input of bytes; name a file")
    yield buffer
