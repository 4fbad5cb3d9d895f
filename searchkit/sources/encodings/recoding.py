"""Here is an open file of text: which bytes are its lines, in an encoding that has such?

Files are streams here, and what is no UTF-8 is found where it stands; what is known before is
a byte order mark, or what the caller declares.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from searchkit.errors import Notice, SourceError
from searchkit.sources.encodings.encoding import bom_encoding, require_encoding
from searchkit.sources.files import OpenFile, Options

__all__ = ["Recoding"]


class Recoding:
    """How the bytes of one file become those of lines.

    `declared` is the encoding that the bytes of `chunks` are in for sure, None when nothing is
    known; `recoded` that from which they are converted, to UTF-8, if they are. `notice` is what is
    to be told of it. With `all_declared`, every declared encoding is converted from, as for a
    scanner to which a byte of ASCII has to be that character.
    """

    def __init__(self, file: OpenFile, options: Options, *, all_declared: bool = False) -> None:
        self._file = file
        self.declared = require_encoding(options.encoding) if options.encoding else None
        self.recoded: str | None = None
        self.notice: Notice | None = None
        head = file.head()
        marked = bom_encoding(head)
        if marked and self.declared not in (None, codecs.lookup(marked).name, "utf-8"):
            self.notice = Notice(
                file.place,
                f"begins with the byte order mark of {marked.removesuffix('-sig')}; "
                f"read as that, not as {self.declared}",
            )
        if marked == "utf-8-sig":
            self.declared = None
        elif marked is not None:  # the byte order by name, so that it is known in the middle too
            self.declared = f"{marked}-{'le' if head.startswith(codecs.BOM_UTF16_LE) else 'be'}"
        if self.declared and (
            "\n{}".encode(self.declared) != b"\n{}" or (all_declared and self.declared != "utf-8")
        ):
            self.recoded, self.declared = self.declared, None

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes, without a byte order mark, in an encoding in which lines end with
        the byte 10.

        Raises SourceError where they do not fit theirs.
        """
        chunks = self._file.chunks() if self.recoded is None else self._utf8(self.recoded)
        yield next(chunks, b"").removeprefix(codecs.BOM_UTF8)
        yield from chunks

    def _utf8(self, encoding: str) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for chunk in self._file.chunks():
                yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
            yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
        except UnicodeError as error:
            if isinstance(error, UnicodeDecodeError):
                sound = error.object[: error.start].decode(encoding, "ignore")
                yield sound.encode("utf-8", "surrogatepass")
            raise SourceError(
                f"does not fit {encoding} from here on ({error}); declare the right encoding"
            ) from error
