"""Here is an archive: which files are in it? The modules for it are imported with the first.

Nothing is unpacked to the disk, so that no name can lead out of its place; one that tries to
is refused all the same. What all members unpack to is held against the size of the archive.
"""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from searchkit.errors import Reject, SourceError
from searchkit.sources.containers.packed import check_ratio
from searchkit.sources.files import OpenFile
from searchkit.sources.finding import place_of

__all__ = ["Member", "Stream", "archive_of", "members"]

_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MAGIC, _TAR_MAGIC_AT = b"ustar", 257

# A zip archive's list of its files stands at its end: it has to be on the disk or in memory.
_SPOOLED_BYTES = 16 << 20
_ENCRYPTED = 1
_REMEDY = "save the text of its articles as .txt, .html or JSON lines"
# Each takes half a kilobyte of memory before the first one is read.
_MOST_MEMBERS = 2_000_000

# How the files in a zip archive are named that is a document, not an archive of files.
_DOCUMENTS = {
    "word/document.xml": "a DOCX document",
    "xl/workbook.xml": "an XLSX table",
    "ppt/presentation.xml": "a PPTX presentation",
    "META-INF/container.xml": "an EPUB book",
    "content.xml": "an OpenDocument file",
}


class Member(NamedTuple):
    """A file in an archive: its name there, and the archive with it, as it is told; its bytes."""

    name: str
    file: OpenFile


def archive_of(head: bytes) -> str | None:
    """Which sort of archive begins so: "zip" or "tar"."""
    if head.startswith(_ZIP_MAGICS):
        return "zip"
    if head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + len(_TAR_MAGIC)] == _TAR_MAGIC:
        return "tar"
    return None


def members(kind: str, file: OpenFile) -> Iterator[Member | Reject]:
    """The files in an archive, in its order, each to be read before the next; rejects of those
    that cannot be.

    Raises SourceError where the archive itself is damaged, a bomb, or a document.
    """
    budget = _Budget(file)
    found = _zip_members(file, budget) if kind == "zip" else _tar_members(file, budget)
    for member in found:
        if budget.exceeded:
            return
        if isinstance(member, Member) and _leads_out(member.name):
            yield Reject(
                member.file.place,
                "its name leads out of the archive; pack it again with a plain name",
            )
        elif isinstance(member, Reject) or not _is_hidden(member.name):
            yield member


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name[:2]


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)


class _Budget:
    """Counts what the members of an archive unpack to, and refuses what no archive does."""

    def __init__(self, archive: OpenFile) -> None:
        self._archive = archive
        self._unpacked = 0
        self.exceeded = False

    def opened(self, name: str, stream: IO[bytes]) -> Member:
        """The member of this name with these bytes."""

        def read(size: int) -> bytes:
            try:
                data = stream.read(size)
            except Exception as error:  # what the modules for unpacking raise is their own
                raise _unreadable(error) from error
            self._unpacked += len(data)
            try:
                check_ratio(self._unpacked, self._archive.bytes_read)
            except SourceError:
                self.exceeded = True
                raise
            return data

        return Member(name, OpenFile(_place(self._archive, name), read))


def _place(archive: OpenFile, name: str) -> str:
    return f"{archive.place}/{place_of(name)}"


def _unreadable(error: Exception) -> SourceError:
    if isinstance(error, SourceError):
        return error
    return SourceError(
        f"cannot be unpacked ({type(error).__name__}: {error}); pack the archive again"
    )


def _zip_members(file: OpenFile, budget: _Budget) -> Iterator[Member | Reject]:
    import tempfile
    import zipfile

    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.seek(0)
        try:
            archive = zipfile.ZipFile(copy)
            listed = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise SourceError(
                f"its list of files cannot be read ({error}); copy the archive again"
            ) from error
        names = {info.filename for info in listed}
        for name, what in _DOCUMENTS.items():
            if name in names:
                raise SourceError(f"not an archive of articles but {what}; {_REMEDY}")
        if len(listed) > _MOST_MEMBERS:
            raise SourceError(f"has more than {_MOST_MEMBERS:,} files; unpack it first")
        for info in listed:
            place = _place(file, info.filename)
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
                continue
            if info.flag_bits & _ENCRYPTED:
                yield Reject(place, "is encrypted; unpack the archive with its password first")
                continue
            try:
                stream = archive.open(info)
            except Exception as error:  # as above
                yield Reject(place, str(_unreadable(error)))
                continue
            with stream:
                yield budget.opened(info.filename, stream)


def _tar_members(file: OpenFile, budget: _Budget) -> Iterator[Member | Reject]:
    import tarfile

    try:
        with tarfile.open(fileobj=Stream(file), mode="r|", errorlevel=0) as archive:
            for info in archive:
                stream = archive.extractfile(info) if info.isreg() else None
                if stream is not None:
                    yield budget.opened(info.name, stream)
                archive.members = []  # type: ignore[attr-defined]  # which it would keep of all of them
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SourceError(
            f"the archive is damaged from here on ({error}); copy it again"
        ) from error


class Stream(io.RawIOBase):
    """An open file as other libraries read one, from its beginning to its end."""

    def __init__(self, file: OpenFile) -> None:
        self._chunks = file.chunks()
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """As many bytes, or fewer at the end."""
        pieces = []
        while size and (self._rest or self._more()):
            piece = self._rest if size < 0 else self._rest[:size]
            self._rest = self._rest[len(piece) :]
            size -= len(piece) if size > 0 else 0
            pieces.append(piece)
        return b"".join(pieces)

    def _more(self) -> bool:
        self._rest = memoryview(next(self._chunks, b""))
        return bool(self._rest)
