"""Here are packed bytes: what are they unpacked?

gzip, bzip2, xz and Zstandard, each of one member or several, in pieces of a bounded size
however well they were packed. A bomb is refused: what unpacks to more than `MAX_RATIO` times
its size, beyond the first `UNSUSPECTED_BYTES`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any

from searchkit.errors import SourceError

__all__ = [
    "LONGEST_MAGIC",
    "MAX_RATIO",
    "UNSUSPECTED_BYTES",
    "check_ratio",
    "packing_of",
    "unpacked",
]

# The most that packed data is unpacked to at once.
_CHUNK_BYTES = 512 * 1024

# Text packs to a tenth, an archive of one page again and again to a hundredth; a bomb to a
# thousandth. What unpacks to less than this does no harm however it was packed.
MAX_RATIO = 200
UNSUSPECTED_BYTES = 256 << 20

# An xz file may ask for a dictionary of 4 GiB, Zstandard for windows of 2 GiB.
_MOST_XZ_MEMORY = 256 << 20
_MOST_ZSTD_WINDOW = 128 << 20
_ZSTD_PIECE = 1024

_GZIP_WINDOW = 16 + zlib.MAX_WBITS  # gzip's header and checksum, not zlib's

# The header of a member: no unknown flags, and a compression that zlib has; and so many bytes of it
# are unpacked to see how its content begins.
_GZIP_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04]", re.DOTALL)
_PROBED_BYTES = 512
_RECORD = b"WARC/"
_IN_PLACE_OF_A_RECORD = b"WARC/ damaged\r\n"

_MAGICS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}
LONGEST_MAGIC = max(map(len, _MAGICS))


def packing_of(beginning: bytes) -> str | None:
    """How data that begins so is packed, if it is."""
    return next((name for magic, name in _MAGICS.items() if beginning.startswith(magic)), None)


def unpacked(packing: str, first: bytes, stored: Iterator[bytes]) -> Iterator[bytes]:
    """The content of packed data, which is `first` and what follows in `stored`.

    Raises SourceError where it is damaged, cut short, followed by something else, or a bomb. Of a
    WARC file, which has a member of gzip for each record, the next record follows where one is
    damaged, after a line that is none.
    """
    return _limited(_unpacked_members(packing, first, stored))


def check_ratio(size: int, packed: int) -> None:
    """Raises SourceError when so many bytes came of so few."""
    if size > UNSUSPECTED_BYTES and size > MAX_RATIO * packed:
        raise SourceError(
            f"unpacks to more than {MAX_RATIO} times its size, which is what a bomb does: "
            "the rest was left out; if it is sound, unpack it first"
        )


def _limited(pieces: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
    """The pieces, each of which comes with the packed bytes that were used so far."""
    size = 0
    for used, piece in pieces:
        size += len(piece)
        check_ratio(size, used)
        yield piece


class _Gzip:
    """A member of gzip data, with the interface of those of bzip2 and xz."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self.eof = False
        self.needs_input = True
        self.unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many bytes; `data` is b"" while it does not need input."""
        piece = self._member.decompress(self._member.unconsumed_tail + data, max_length)
        self.eof = self._member.eof
        self.unused_data = self._member.unused_data
        self.needs_input = not self._member.unconsumed_tail
        return piece


class _Zstandard:
    """A frame of Zstandard data, likewise. Its library unpacks all that it is given, and each
    four bytes may be a block of 128 KiB: it is given little at a time.
    """

    def __init__(self) -> None:
        import zstandard

        self._errors = zstandard.ZstdError
        decompressor = zstandard.ZstdDecompressor(max_window_size=_MOST_ZSTD_WINDOW)
        self._frame = decompressor.decompressobj()
        self._rest = memoryview(b"")
        self.eof = False
        self.unused_data = b""

    @property
    def needs_input(self) -> bool:
        """Whether all data has been used."""
        return not self._rest

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002
        """What the next piece of the data gives."""
        if data:
            self._rest = memoryview(data)
        piece, self._rest = self._rest[:_ZSTD_PIECE], self._rest[_ZSTD_PIECE:]
        try:
            found: bytes = self._frame.decompress(bytes(piece))
        except self._errors as error:
            raise EOFError(str(error)) from error
        if self._frame.eof:
            self.eof = True
            self.unused_data = self._frame.unused_data + bytes(self._rest)
        return found


def _new_member(packing: str) -> Any:
    if packing == "Zstandard":
        return _Zstandard()
    if packing == "gzip":
        return _Gzip()
    if packing == "bzip2":
        import bz2

        return bz2.BZ2Decompressor()
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_XZ_MEMORY)


def _unpacked_members(
    packing: str, first: bytes, stored: Iterator[bytes]
) -> Iterator[tuple[int, bytes]]:
    member = _new_member(packing)
    packed = given = first  # `given` are the last bytes that there were
    used = len(first)
    beginning = b""  # of all content
    while True:
        try:
            if member.eof:
                given = packed
                if packing_of(packed) != packing:
                    raise SourceError(
                        "other data follows its compressed data and was left out; "
                        "check how the file was made"
                    )
                member = _new_member(packing)
            elif member.needs_input and not packed:
                packed = next(stored, b"")
                used += len(packed)
                if not packed:
                    raise SourceError("its compressed data is cut short; copy the file again")
                given = packed
            piece = member.decompress(packed, _CHUNK_BYTES)
        except (zlib.error, OSError, EOFError, SourceError) as error:
            taken = 0
            packed = b""
            if packing == "gzip" and (not beginning or beginning.startswith(_RECORD)):
                packed, taken = _next_record(given, stored)
            if not packed:
                if isinstance(error, SourceError):
                    raise
                raise _damaged(error) from error
            given = packed
            used += taken
            beginning = _IN_PLACE_OF_A_RECORD
            yield used, beginning
            member = _new_member(packing)
            continue
        except Exception as error:
            # xz has an error of its own, for which alone it would have to be imported.
            if type(error).__name__ != "LZMAError":
                raise
            raise _damaged(error) from error
        packed = b""
        if piece:
            beginning = beginning or piece
            yield used, piece
        if member.eof:
            packed = member.unused_data.lstrip(b"\0")
            while len(packed) < LONGEST_MAGIC and (more := next(stored, b"")):
                used += len(more)
                packed = (packed + more).lstrip(b"\0")
            if not packed:
                return


def _next_record(given: bytes, stored: Iterator[bytes]) -> tuple[bytes, int]:
    """The bytes from the next member of gzip on that is a record, and how many were taken of
    `stored`; b"" when there is none.
    """
    taken = 0
    place = 1  # where the damaged one may begin itself
    while True:
        while found := _GZIP_MEMBER.search(given, place):
            place = found.start() + 1
            if _is_record(given[found.start() : found.start() + _PROBED_BYTES]):
                return given[found.start() :], taken
        chunk = next(stored, b"")
        if not chunk:
            return b"", taken
        taken += len(chunk)
        # A member may begin at the end of what was given, which did not tell its content.
        given = given[max(1, len(given) - _PROBED_BYTES) :] + chunk
        place = 0


def _is_record(member: bytes) -> bool:
    """Whether a member of gzip that begins so is a record."""
    try:
        # No more than is needed, as it may be a bomb.
        return zlib.decompressobj(_GZIP_WINDOW).decompress(member, len(_RECORD)) == _RECORD
    except zlib.error:
        return False


def _damaged(error: Exception) -> SourceError:
    return SourceError(
        f"its compressed data is damaged from here on ({error}); copy the file again"
    )
