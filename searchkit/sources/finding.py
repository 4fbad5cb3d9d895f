"""Here are paths that somebody named: which files are to be read, and how large are they?"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from searchkit.errors import Notice, Reject
from searchkit.sources.fields.bylines import word_set

__all__ = ["STANDARD_INPUT", "FoundFile", "explained", "find_files", "is_listed", "place_of"]

STANDARD_INPUT = "-"

# Files with these endings are no articles, and looking into each would take a while: what pages
# are saved with, and what else lies about.
_OTHER_KINDS = word_set(
    """
    jpg jpeg png gif webp avif svg ico bmp tif tiff heic css js mjs map woff woff2 ttf otf eot
    mp3 mp4 m4a m4v mov avi mkv webm ogg wav flac so o a pyc class jar exe dll iso img
    """
)
# A browser saves a page as page.html, and what belongs to it into the folder page_files.
_PAGE_FOLDER = re.compile(r"(.+)(?:_files|_fichiers|_archivos|-Dateien|_bestanden)", re.IGNORECASE)

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file and its size in bytes; or standard input, which has none.

    `named` says that it was named itself, not found in a folder; `real` is its absolute path
    without links.
    """

    path: str
    size: int | None
    named: bool
    real: str


def place_of(path: str) -> str:
    r"""`path` as it can be written anywhere: what is not printable, or no text, as \x.. or \u.."""
    if path == STANDARD_INPUT:
        return "<stdin>"
    if path.isprintable():
        return path
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in path
    )


def explained(error: OSError | ValueError) -> str:
    """An operating system's error as a reason that ends with what to do."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder; check the name"
    if isinstance(error, PermissionError):
        return "no permission to read it; change its permissions or run as another user"
    if isinstance(error, OSError):
        return f"cannot be read ({error.strerror or error}); check the file and the disk"
    return f"not a file name ({error})"


def find_files(
    paths: Iterable[str], *, named: bool = True
) -> Iterator[FoundFile | Reject | Notice]:
    """The files that `paths` name, in order; folders are walked, in the order of names.

    Within folders hidden files and folders are left out, pictures, style sheets, programs and
    the like, and the folders of what belongs to saved pages. Links are followed. No file comes
    twice, however often it is named. Without `named`, files are as if found in folders.
    """
    seen: set[str] = set()
    paths = list(paths)
    files = {os.path.realpath(path) for path in paths if _is_file(path)} if named else set()
    for path in paths:
        if path == STANDARD_INPUT:
            if path not in seen:
                seen.add(path)
                yield FoundFile(path, None, named=True, real=path)
            continue
        yield from _found(path, seen, files)


def is_listed(path: str, roots: Iterable[str]) -> bool:
    """Whether `find_files` would look at a file at this absolute path, if it were there, as one
    of these roots, which have no links, or in one of them.
    """
    for root in roots:
        if path == root:
            return True
        if path.startswith(root.rstrip(os.sep) + os.sep):
            parts = PurePath(path[len(root) :].strip(os.sep)).parts
            hidden = any(part.startswith(".") or _PAGE_FOLDER.fullmatch(part) for part in parts)
            return not hidden and not _is_other(parts[-1])
    return False


def _found(path: str, seen: set[str], named: set[str]) -> Iterator[FoundFile | Reject | Notice]:
    # A stack instead of recursion: folders can be nested deeper than calls. Beside each path
    # stands where it really is, which for what is no link follows from its folder.
    stack: list[tuple[str, str | None]] = [(path, None)]
    others = 0
    while stack:
        path_now, real = stack.pop()
        try:
            status = os.stat(path_now)  # noqa: PTH116  # Path("") would be the current folder
            real = real or os.path.realpath(path_now)
        except (OSError, ValueError) as error:
            yield Reject(place_of(path_now), explained(error))
            continue
        if real in seen:
            continue
        seen.add(real)
        if stat.S_ISDIR(status.st_mode):
            try:
                inside, left_out = _inside(path_now, real)
                stack += inside
                others += left_out
            except OSError as error:
                yield Reject(place_of(path_now), explained(error))
        elif not stat.S_ISREG(status.st_mode):
            kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "no file")
            yield Reject(
                place_of(path_now),
                f"{kind}, not a file; name a file, or - to read from standard input",
            )
        else:
            yield FoundFile(path_now, status.st_size, named=real in named, real=real)
    if others:
        yield Notice(
            place_of(path),
            f"left out by their names: {others:,} pictures, style sheets and the like, with what "
            "browsers have saved beside pages",
        )


def _inside(folder: str, real_folder: str) -> tuple[list[tuple[str, str | None]], int]:
    """What lies in a folder and is to be looked at, last name first, and where it really is,
    unless that has to be looked up; and how many files are not to be looked at.
    """
    with os.scandir(folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
    pages = {entry.name.rpartition(".")[0] for entry in shown if _is_page(entry.name)}
    found = [
        entry
        for entry in shown
        if not (_belongs(entry.name, pages) if _is_folder(entry) else _is_other(entry.name))
    ]
    found.sort(key=lambda entry: entry.name, reverse=True)
    inside = [
        (entry.path, None if entry.is_symlink() else f"{real_folder.rstrip(os.sep)}/{entry.name}")
        for entry in found
    ]
    return inside, len(shown) - len(found)


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116  # as above
    except (OSError, ValueError):
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_page(name: str) -> bool:
    return name.lower().endswith((".html", ".htm", ".xhtml"))


def _is_other(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _OTHER_KINDS


def _belongs(name: str, pages: set[str]) -> bool:
    """Whether this is the folder of what belongs to one of the saved pages beside it."""
    match = _PAGE_FOLDER.fullmatch(name)
    return match is not None and match[1] in pages
