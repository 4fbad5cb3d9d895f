"""Here are paths that somebody named: which files are to be read, and how large are they?"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from searchkit.errors import Notice, Reject

__all__ = ["STANDARD_INPUT", "FoundFile", "explained", "find_files", "place_of"]

STANDARD_INPUT = "-"

# Of each folder that is named, so many files of other kinds are listed one by one.
_LISTED_AS_LEFT_OUT = 100

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file and its size in bytes; or standard input, which has none."""

    path: str
    size: int | None


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
    paths: Iterable[str], is_readable: Callable[[str], bool]
) -> Iterator[FoundFile | Reject | Notice]:
    """The files that `paths` name, in order; folders are walked, in the order of names.

    Within folders hidden files and folders are left out, and those whose name is not
    `is_readable`. Links are followed. No file comes twice, however often it is named.
    """
    seen: set[str] = set()
    for path in paths:
        if path == STANDARD_INPUT:
            if path not in seen:
                seen.add(path)
                yield FoundFile(path, None)
            continue
        yield from _limited(path, _found(path, seen, is_readable))


def _found(
    path: str, seen: set[str], is_readable: Callable[[str], bool]
) -> Iterator[FoundFile | Reject | Notice]:
    # A stack instead of recursion: folders can be nested deeper than calls. Beside each path
    # stands where it really is, which for what is no link follows from its folder.
    stack: list[tuple[str, str | None]] = [(path, None)]
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
                stack += _inside(path_now, real)
            except OSError as error:
                yield Reject(place_of(path_now), explained(error))
        elif not stat.S_ISREG(status.st_mode):
            kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "no file")
            yield Reject(
                place_of(path_now),
                f"{kind}, not a file; name a file, or - to read from standard input",
            )
        elif path_now == path or is_readable(path_now):
            yield FoundFile(path_now, status.st_size)
        else:
            seen.discard(real)  # it may be named itself later
            yield Notice(
                place_of(path_now),
                "left out: its ending is not of a format that searchkit reads "
                "(name the file itself to read it as text)",
            )


def _inside(folder: str, real_folder: str) -> list[tuple[str, str | None]]:
    """What lies in a folder and is not hidden, last name first, and where it really is,
    unless that has to be looked up.
    """
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name, reverse=True)
    return [
        (entry.path, None if entry.is_symlink() else f"{real_folder.rstrip(os.sep)}/{entry.name}")
        for entry in found
        if not entry.name.startswith(".")
    ]


def _limited(
    path: str, items: Iterator[FoundFile | Reject | Notice]
) -> Iterator[FoundFile | Reject | Notice]:
    """`items` with the notices beyond the first ones counted rather than listed."""
    notices = 0
    for item in items:
        notices += isinstance(item, Notice)
        if not isinstance(item, Notice) or notices <= _LISTED_AS_LEFT_OUT:
            yield item
    if notices > _LISTED_AS_LEFT_OUT:
        yield Notice(
            place_of(path), f"{notices - _LISTED_AS_LEFT_OUT:,} more files were left out like these"
        )
