"""Here are bytes: which text is it?

UTF-8 is the rule. Anything else is either declared (a byte order mark, or the caller) or
detected, and what was detected or mended is told, so that nothing is garbled in silence.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from searchkit.errors import SourceError

__all__ = [
    "Decoded",
    "binary_kind",
    "bom_encoding",
    "decode",
    "require_encoding",
    "with_plain_newlines",
]

# Longest first: the mark of UTF-32-LE begins with that of UTF-16-LE.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SAVE, _UNPACK = "save its text as plain text", "unpack it first"
_OMIT = "there are no articles in such files; leave it out"
# How files begin that are not text, though some of them look it at first; and what to do with them.
_BINARY_BEGINNINGS = (
    (b"\x89PNG", "a PNG picture", _OMIT),
    (b"\xff\xd8\xff", "a JPEG picture", _OMIT),
    (b"GIF8", "a GIF picture", _OMIT),
    (b"%PDF-", "a PDF document", _SAVE),
    (b"PK\x03\x04", "a zip archive or an office document", _SAVE),
    (b"PK\x05\x06", "an empty zip archive", _OMIT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document", _SAVE),
    (b"\x1f\x8b", "gzip data", _UNPACK),
    (b"BZh", "bzip2 data", _UNPACK),
    (b"\xfd7zXZ\x00", "xz data", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "Zstandard data", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"\x7fELF", "a program", _OMIT),
    (b"MZ\x90\x00", "a program", _OMIT),
    (b"\xcf\xfa\xed\xfe", "a program", _OMIT),
    (b"\xca\xfe\xba\xbe", "a program", _OMIT),
    (b"SQLite format 3\x00", "an SQLite database", "export its table as CSV"),
    (b"{\\rtf", "an RTF document", _SAVE),
)

# Control characters that text does not hold (tab, newlines, form feed and escape it may).
_CONTROLS = bytes({*range(32), 0x7F} - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B})
_MOST_CONTROLS = 0.02

# Fewer bytes say nothing about where the zeros among them stand.
_SHORTEST_UTF16 = 8

_BAD_BYTES = re.compile("[\udc80-\udcff]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ASCII = re.compile("[\x00-\x7f]+")
_NEWLINES = re.compile("\r\n|[\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the name of the encoding it was in, and what the user should be told of it.

    `remark` is empty when there was nothing to decide: UTF-8, a byte order mark, or the
    encoding that the caller declared.
    """

    text: str
    encoding: str
    remark: str = ""


def decode(data: bytes, encoding: str | None = None, *, detect: bool = True) -> Decoded:
    """The text of `data`: `encoding` when declared, otherwise UTF-8 or what is detected.

    Without `detect` only UTF-8, with a few invalid bytes, will do. A byte order mark counts
    for more than the declaration and is not part of the text.
    Never holds surrogates or NUL. Raises SourceError for an unknown encoding, for bytes
    that do not fit the declared one, and for what is not text.
    """
    if encoding is not None:
        encoding = require_encoding(encoding)
    _require_text(data)
    marked = bom_encoding(data)
    if marked is not None:
        decoded = _marked(data, marked, encoding)
    elif encoding is not None:
        decoded = Decoded(_strict(data, encoding), encoding)
    else:
        decoded = _undeclared(data, detect)
    if "\0" in decoded.text:
        raise SourceError("not text: it holds zero bytes; name only text files")
    if _holds_surrogates(decoded.text):
        decoded = Decoded(
            _SURROGATES.sub("�", decoded.text),
            decoded.encoding,
            decoded.remark or f"the {decoded.encoding} text holds half surrogate pairs: now U+FFFD",
        )
    return decoded


def _holds_surrogates(text: str) -> bool:
    try:
        text.encode()  # takes a tenth of the time of a search for them
    except UnicodeEncodeError:
        return True
    return False


def bom_encoding(data: bytes) -> str | None:
    """The Python name of the encoding whose byte order mark `data` begins with, or None."""
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    return None


def require_encoding(name: str) -> str:
    """The name as Python writes it. Raises SourceError when Python has no such text encoding."""
    try:
        "a".encode(name)  # lookup() alone would let through codecs that are not text's
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise SourceError(
            f"encoding {name!r} is not known; use a name such as utf-8, cp1252 or shift_jis"
        ) from error


def with_plain_newlines(text: str) -> str:
    r"""`text` with \r\n, \r, NEL and the two Unicode separators written as \n."""
    return _NEWLINES.sub("\n", text)


def binary_kind(data: bytes) -> str | None:
    """What data that begins so is, where it is known and no text: "a PDF document"."""
    return next((what for begin, what, _ in _BINARY_BEGINNINGS if data.startswith(begin)), None)


def _require_text(data: bytes) -> None:
    for begin, what, advice in _BINARY_BEGINNINGS:
        if data.startswith(begin):
            raise SourceError(f"not text but {what}; {advice}")


def _marked(data: bytes, marked: str, declared: str | None) -> Decoded:
    try:
        text, remark = data.decode(marked), ""
    except UnicodeDecodeError as error:
        text = data.decode(marked, errors="replace")
        remark = (
            f"begins with a {_public(marked)} mark, but byte {error.start} does not fit it; "
            "what could not be read is now U+FFFD"
        )
    if not remark and declared and codecs.lookup(marked.removesuffix("-sig")).name != declared:
        remark = f"begins with a {_public(marked)} mark; read as that, not as {declared}"
    return Decoded(text, marked, remark)


def _public(name: str) -> str:
    return name.removesuffix("-sig").upper()


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = data[error.start : error.start + 1].hex()
        raise SourceError(
            f"byte {error.start} (0x{found}, in line {line}) does not fit {encoding}; "
            "declare the right encoding, or none to have it detected"
        ) from error
    except UnicodeError as error:  # some codecs give no position
        raise SourceError(f"does not fit {encoding} ({error}); declare the right one") from error


def _undeclared(data: bytes, detect: bool) -> Decoded:
    if b"\0" in data:
        raise SourceError(_zero_bytes(data))
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > _MOST_CONTROLS * len(data) and controls > 1:
        raise SourceError(
            f"not text: {controls:,} of its {len(data):,} bytes are control characters; "
            "name only text files"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _damaged_utf8(data, error.start) or _detected(data, detect)
    if "\x1b$" in text and text.isascii():
        return _escaped_japanese(data, text)
    return Decoded(text, "utf-8")


def _zero_bytes(data: bytes) -> str:
    head = data[:4096] if len(data) >= _SHORTEST_UTF16 else b""
    for name, zeros, others in (
        ("utf-16-le", head[1::2], head[0::2]),
        ("utf-16-be", head[0::2], head[1::2]),
    ):
        if zeros.count(0) > 0.3 * len(zeros) and others.count(0) < 0.1 * len(others):
            return (
                "has zero bytes, as UTF-16 text without a byte order mark does; "
                f"if that is what it is, pass encoding={name!r} / --encoding {name}"
            )
    return "not text: it holds zero bytes; name only text files"


def _damaged_utf8(data: bytes, first: int) -> Decoded | None:
    """UTF-8 of which a few bytes are broken; None when more is broken than fits.

    An accented letter of an older encoding is an invalid byte and next to never a valid
    sequence, so that whichever is more frequent decides.
    """
    text = data.decode("utf-8", errors="surrogateescape")
    bad = sum(len(run) for run in _BAD_BYTES.findall(text))
    valid = len(_ASCII.sub("", text)) - bad
    if valid <= bad:
        return None
    return Decoded(
        _BAD_BYTES.sub(lambda run: "�" * len(run[0]), text),
        "utf-8",
        f"{bad:,} invalid {'byte' if bad == 1 else 'bytes'} in its UTF-8, the first at "
        f"byte {first} (line {data.count(bytes([10]), 0, first) + 1}), now U+FFFD; if it is "
        "not UTF-8 at all, pass encoding=... / --encoding",
    )


def _escaped_japanese(data: bytes, text: str) -> Decoded:
    """ISO-2022-JP, whose bytes are all ASCII; or, when they do not fit it, ASCII."""
    try:
        return _told(data.decode("iso2022_jp"), "iso2022_jp")
    except UnicodeDecodeError:
        return Decoded(text, "utf-8")


def _detected(data: bytes, detect: bool) -> Decoded:
    # Loaded here: most archives are UTF-8 throughout and never need it.
    from searchkit.sources.encodings.detection import detect_encoding

    name = detect_encoding(data) if detect else None
    if name is None:
        raise SourceError(
            "not UTF-8, and its encoding could not be recognised; if it is text, "
            "pass encoding=... / --encoding"
        )
    try:
        return _told(data.decode(name), name)
    except UnicodeDecodeError as error:
        return _told(
            data.decode(name, errors="replace"),
            name,
            f", but byte {error.start} does not fit it: what could not be read is now U+FFFD",
        )


def _told(text: str, name: str, exception: str = "") -> Decoded:
    return Decoded(
        text,
        name,
        f"read as {name}, detected{exception}; pass encoding=... / --encoding if that is wrong",
    )
