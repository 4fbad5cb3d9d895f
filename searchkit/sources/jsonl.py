"""Here is a file of JSON lines: which articles are they?

One object a line, in constant memory however large the file is. A line that cannot be
used is rejected with its number, and the next one is read.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import orjson

from searchkit.article import Article
from searchkit.errors import ArticleError, Notice, Reject, SourceError
from searchkit.record import Record
from searchkit.sources.encoding import bom_encoding, decode, require_encoding
from searchkit.sources.files import Item, OpenFile, Options
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.plain_lines import PlainLines
from searchkit.sources.records import RecordReader
from searchkit.sources.rejects import is_reject, mended
from searchkit.sources.values import WrittenFloat

__all__ = ["MAX_LINE_BYTES", "read_jsonl"]

# A longer line is passed over without being held in memory.
MAX_LINE_BYTES = 64 * 1024 * 1024

# When so many lines of a file are bad and none was good, it is not JSON lines at all.
_BAD_LINES_TO_GIVE_UP = 100

# A remark of one sort that is true of every line is not repeated a million times.
_NOTICES_OF_A_SORT = 20

# To detect an encoding takes time; of a file, so many lines are looked at.
_DETECTIONS = 20

_SURROGATES = re.compile("[\ud800-\udfff]")


def read_jsonl(file: OpenFile, options: Options) -> Iterator[Item]:
    """The records of the file in its order; rejects and notices where they arise."""
    return _unless_hopeless(file.place, _items(file, options))


def _unless_hopeless(place: str, items: Iterator[Item]) -> Iterator[Item]:
    """`items`; or one reject for the file when nothing in its beginning can be used."""
    held: list[Item] = []
    rejects: list[Reject] = []
    for item in items:
        if isinstance(item, tuple):
            yield from held
            yield item
            yield from items
            return
        held.append(item)
        if isinstance(item, Reject):
            rejects.append(item)
        if len(rejects) == _BAD_LINES_TO_GIVE_UP:
            first = rejects[0]
            yield Reject(
                place,
                f"this does not look like JSON lines: none of the first {len(rejects)} lines can "
                f"be used (line {first.line}: {first.reason})",
            )
            return
    yield from held


def _items(file: OpenFile, options: Options) -> Iterator[Item]:
    reader = _LineReader(file.place, options)
    number = 0
    empty = True
    try:
        yield from reader.begin(file.head())
        for lines in _lines(reader.utf8_chunks(file)):
            for item in reader.read_all(lines, number):
                empty = False
                yield item
            number += len(lines)
    except SourceError as error:
        empty = False
        yield Reject(file.place, str(error), number + 1)
    if empty:
        yield Reject(file.place, "empty: there are no lines in it")
    else:
        yield from reader.end()


def _lines(chunks: Iterable[bytes]) -> Iterator[list[bytes | None]]:
    """The lines that end in each chunk, without their newlines; None in the place of a line
    over the limit.
    """
    pending: list[bytes] = []  # the line that goes on into the next chunk
    size = 0  # of what was pending, kept or not
    for chunk in chunks:
        start = 0
        lines: list[bytes | None] = []
        # In half the time of chunk.split, which looks at each byte by itself.
        while (end := chunk.find(b"\n", start)) >= 0:
            line = chunk[start:end]
            start = end + 1
            if not size:
                lines.append(line)
                continue
            size += len(line)
            lines.append(b"".join((*pending, line)) if size <= MAX_LINE_BYTES else None)
            pending, size = [], 0
        if start < len(chunk):
            size += len(chunk) - start
            pending = [*pending, chunk[start:]] if size <= MAX_LINE_BYTES else []
        yield lines
    if size:
        yield [b"".join(pending) if size <= MAX_LINE_BYTES else None]


class _LineReader:
    """What is to be remembered from one line of a file to the next."""

    def __init__(self, place: str, options: Options) -> None:
        self._place = place
        self._records = RecordReader(options.fields)
        self._declared = require_encoding(options.encoding) if options.encoding else None
        self._recoded: str | None = None  # the whole stream is converted from this first
        self._detected: str | None = None
        self._detections = 0
        self._told: Counter[str] = Counter()
        self._fields = options.fields
        self._recognition = options.recognition
        self._fingerprint: Callable[[bytes], bytes] | None = None
        self._plain = PlainLines(self._records, detect_language=options.detect_language)

    def begin(self, head: bytes) -> Iterator[Notice]:
        """Finds out, from the beginning of the file, how its bytes become lines."""
        marked = bom_encoding(head)
        if marked and self._declared not in (None, codecs.lookup(marked).name, "utf-8"):
            yield Notice(
                self._place,
                f"begins with the byte order mark of {marked.removesuffix('-sig')}; "
                f"read as that, not as {self._declared}",
            )
        if marked == "utf-8-sig":
            self._declared = None
        elif marked is not None:  # the byte order by name, so that it is known in the middle too
            self._declared = f"{marked}-{'le' if head.startswith(codecs.BOM_UTF16_LE) else 'be'}"
        if self._declared and "\n{}".encode(self._declared) != b"\n{}":
            self._recoded, self._declared = self._declared, None
        self._recognise()

    def _recognise(self) -> None:
        """Tells records by their bytes and all else that the article in them depends on."""
        if self._recognition is not None:
            fields = sorted((self._fields or {}).items())
            encodings = self._recoded, self._declared, self._detected
            self._fingerprint = self._recognition.fingerprints("jsonl", fields, *encodings)

    def utf8_chunks(self, file: OpenFile) -> Iterator[bytes]:
        """The file's bytes in an encoding in which lines end with the byte 10.

        Raises SourceError where they do not fit theirs.
        """
        if self._recoded is None:
            yield from file.chunks()
            return
        decoder = codecs.getincrementaldecoder(self._recoded)()
        try:
            for chunk in file.chunks():
                yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
            yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
        except UnicodeError as error:
            if isinstance(error, UnicodeDecodeError):
                sound = error.object[: error.start].decode(self._recoded, "ignore")
                yield sound.encode("utf-8", "surrogatepass")
            raise SourceError(
                f"does not fit {self._recoded} from here on ({error}); declare the right encoding"
            ) from error

    def read_all(self, lines: list[bytes | None], before: int) -> Iterator[Item]:
        """What is in these lines, which follow after `before` others."""
        if not before and lines and lines[0]:
            lines[0] = lines[0].removeprefix(codecs.BOM_UTF8)
        fingerprint_of = self._fingerprint or _never_known
        fingerprints = [fingerprint_of(line) if line else NEVER_KNOWN for line in lines]
        plain = self._read_plain(lines, fingerprints)
        for place, (line, fingerprint) in enumerate(zip(lines, fingerprints, strict=True)):
            number = before + place + 1
            if line is None:
                limit = f"longer than {MAX_LINE_BYTES // 2**20} MiB"
                yield Reject(self._place, f"{limit}; is it JSON, one object a line?", number)
            elif line and not line.isspace():
                if self._fingerprint and self._fingerprint is not fingerprint_of:
                    fingerprint = self._fingerprint(line)  # as an encoding was detected meanwhile
                if self._is_known(fingerprint):
                    if self._fields and self._records.missing:  # perhaps it has one of the keys
                        _ = self._read_sound(line, []) or self._read_any(number, line, [])
                    yield fingerprint, None
                elif place in plain:
                    yield fingerprint, plain[place]
                else:
                    yield from self._read(number, line, fingerprint)

    def _is_known(self, fingerprint: bytes) -> bool:
        return self._recognition is not None and self._recognition.known(fingerprint)

    def _read_plain(
        self, lines: list[bytes | None], fingerprints: list[bytes]
    ) -> dict[int, Record]:
        """The records of those lines, by their places, that are plain and not known yet."""
        if self._recognition is None or self._declared not in (None, "utf-8"):
            return {}
        known = self._recognition.known
        unknown = {
            place: line
            for place, (line, fingerprint) in enumerate(zip(lines, fingerprints, strict=True))
            if line and not known(fingerprint)
        }
        found = self._plain.read(list(unknown.values()))
        return {place: record for place, record in zip(unknown, found, strict=True) if record}

    def _read(self, number: int, line: bytes, fingerprint: bytes) -> Iterator[Item]:
        """The record of a line and its notices, or why it is rejected."""
        remarks: list[tuple[str, str]] = []
        article = self._read_sound(line, remarks)
        if article is None:
            remarks.clear()
            try:
                article = self._read_any(number, line, remarks)
            except (ArticleError, SourceError) as error:
                yield Reject(self._place, str(error), number, _told(line))
                return
            except RecursionError:
                reason = "its JSON is nested too deeply; flatten it"
                yield Reject(self._place, reason, number, _told(line))
                return
        if remarks:
            yield from self._notices(remarks, number)
        yield NEVER_KNOWN if remarks else fingerprint, article

    def _read_sound(self, line: bytes, remarks: list[tuple[str, str]]) -> Article | None:
        """The article of a line that is strictly JSON in UTF-8, as nearly all lines are.

        None for any other and for one without an article: `_read_any` then says why.
        """
        if self._declared not in (None, "utf-8"):
            return None
        try:
            record = orjson.loads(line)
            if type(record) is dict:
                return self._records.read(record, remarks, is_sound=True)
        except (ValueError, RecursionError):  # JSONDecodeError and ArticleError are ValueErrors
            pass
        return None

    def _read_any(self, number: int, line: bytes, remarks: list[tuple[str, str]]) -> Article:
        """The article of a line; what is to be told of it, with its sort, goes to `remarks`."""
        try:
            text = line.decode(self._declared or "utf-8")
        except UnicodeError as error:
            text, remark = self._decoded(line, error)
            if remark:
                remarks.append(("encoding", remark))
        if number == 1:
            text = text.removeprefix("\ufeff")
        record = _parsed(text)
        while is_reject(record):
            inner = mended(record)
            record = _parsed(inner) if isinstance(inner, str) else inner
        of_fields: list[tuple[str, str]] = []
        try:
            article = self._records.read(record, of_fields)
        except ArticleError:
            # Half surrogate pairs are looked for only now: searching every line costs.
            whole = _without_surrogates(record)
            if whole == record:
                raise
            remarks.append(("surrogates", "holds half surrogate pairs, now U+FFFD"))
            of_fields.clear()
            article = self._records.read(whole, of_fields)
        remarks += of_fields
        return article

    def end(self) -> Iterator[Notice]:
        """What is left to tell at the end of the file."""
        for sort, count in self._told.items():
            if count > _NOTICES_OF_A_SORT:
                yield Notice(
                    self._place,
                    f"{sort}: {count - _NOTICES_OF_A_SORT:,} more lines with a remark of this sort",
                )
        for field, key in self._records.missing:
            yield Notice(
                self._place, f"no line has the key {key!r}, which was given for {field}; check it"
            )

    def _decoded(self, line: bytes, error: UnicodeError) -> tuple[str, str]:
        """The text of a line that is not UTF-8, and what is to be told of it."""
        if self._declared is not None:
            where = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
            raise SourceError(
                f"does not fit {self._declared}{where}; declare the right encoding, "
                "or none to have it detected"
            )
        if self._detected is not None:
            try:
                return line.decode(self._detected), ""
            except UnicodeDecodeError:
                pass
        self._detections += 1
        decoded = decode(line, detect=self._detections <= _DETECTIONS)
        if decoded.encoding == "utf-8":
            return decoded.text, decoded.remark
        self._detected = decoded.encoding
        self._recognise()
        return decoded.text, f"{decoded.remark}; so are other lines that are not UTF-8"

    def _notices(self, remarks: Iterable[tuple[str, str]], number: int) -> Iterator[Notice]:
        for sort, reason in remarks:
            self._told[sort] += 1
            if self._told[sort] <= _NOTICES_OF_A_SORT:
                yield Notice(self._place, reason, number)


def _told(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _never_known(line: bytes) -> bytes:  # noqa: ARG001  # in the place of a fingerprint
    return NEVER_KNOWN


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON; write null")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=WrittenFloat)


def _parsed(text: str) -> dict[str, Any]:
    """The object in a line. Raises ArticleError for anything else, and RecursionError."""
    try:
        record = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ArticleError(
            f"not JSON ({error.msg} at column {error.colno}); write one object a line"
        ) from error
    except ValueError as error:
        raise ArticleError(f"not JSON that can be read ({error})") from error
    if not isinstance(record, dict):
        names = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
        found = names.get(type(record), "a number")
        raise ArticleError(f"{found}, not an object; write one object a line")
    return record


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATES.sub("�", value)
    if isinstance(value, list):
        return [_without_surrogates(part) for part in value]
    if isinstance(value, dict):
        return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
    return value
