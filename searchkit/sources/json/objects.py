"""Here are JSON objects as they are written, each by itself: which articles are they?

Whether they are lines or stand in a list, the same bytes give the same article.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import orjson

from searchkit.article import Article
from searchkit.errors import ArticleError, Notice, Reject, SourceError
from searchkit.record import Record
from searchkit.sources.encodings.line_decoding import LineDecoder
from searchkit.sources.encodings.recoding import Recoding
from searchkit.sources.fields.records import RecordReader
from searchkit.sources.fields.schema_org import single_articles
from searchkit.sources.fields.values import WrittenFloat
from searchkit.sources.files import Item, Options
from searchkit.sources.fingerprints import NEVER_KNOWN
from searchkit.sources.json.plain_lines import PlainLines
from searchkit.sources.rejects import is_reject, mended
from searchkit.sources.telling import Telling

__all__ = ["MAX_OBJECT_BYTES", "JsonObjects"]

# A longer object is passed over without being held in memory.
MAX_OBJECT_BYTES = 64 * 1024 * 1024

_SURROGATES = re.compile("[\ud800-\udfff]")


class JsonObjects:
    """Reads the objects of one file, each of which is a `record` in messages: "line"; `advice`
    says how it should be written. Without a `recoding` they are in UTF-8. `numbered` says that a
    line may hold many of them, so that their numbers are told.
    """

    def __init__(
        self,
        place: str,
        options: Options,
        recoding: Recoding | None,
        *,
        record: str,
        advice: str,
        numbered: bool = False,
    ) -> None:
        self._place = place
        self._record = record
        self._advice = advice
        self._numbered = numbered
        self._count = 0  # of the objects before
        self._records = RecordReader(options.fields)
        self._declared = recoding.declared if recoding else "utf-8"
        self._recoded = recoding.recoded if recoding else None
        self._decoder = LineDecoder(self._declared, record)
        self._telling = Telling(place, record)
        self._fields = options.fields
        self._recognition = options.recognition
        self._fingerprint: Callable[[bytes], bytes] | None = None
        self._plain = PlainLines(self._records, detect_language=options.detect_language)
        self._recognise()

    def _recognise(self) -> None:
        """Tells records by their bytes and all else that the article in them depends on."""
        if self._recognition is not None:
            fields = sorted((self._fields or {}).items())
            encodings = self._recoded, self._declared, self._decoder.detected
            self._fingerprint = self._recognition.fingerprints("jsonl", fields, *encodings)

    def read_all(self, objects: list[bytes | None], lines: Sequence[int | None]) -> Iterator[Item]:
        """What is in these, which begin at these lines and follow after those before; None in
        the place of one over the limit.
        """
        fingerprint_of = self._fingerprint or _never_known
        fingerprints = [fingerprint_of(each) if each else NEVER_KNOWN for each in objects]
        plain = self._read_plain(objects, fingerprints)
        for place, (written, fingerprint) in enumerate(zip(objects, fingerprints, strict=True)):
            if self._fingerprint and self._fingerprint is not fingerprint_of and written:
                # as an encoding was detected meanwhile
                fingerprint = self._fingerprint(written)
                if self._is_known(fingerprint):
                    plain.pop(place, None)
            if place in plain:
                yield fingerprint, plain[place]
            elif written is None:
                limit = f"longer than {MAX_OBJECT_BYTES // 2**20} MiB, which no article is"
                where = self._where(place)
                yield Reject(self._place, f"{where}{limit}; {self._advice}", lines[place])
            elif not written or written.isspace():
                continue
            elif self._is_known(fingerprint):
                if self._fields and self._records.missing:  # perhaps it has one of the keys
                    _ = self._read_sound(written, []) or self._read_any(written, [])
                yield fingerprint, None
            else:
                where = self._where(place)
                yield from self._read(lines[place], where, written, fingerprint)
        self._count += len(objects)

    def _where(self, place: int) -> str:
        return f"{self._record} {self._count + place + 1:,}: " if self._numbered else ""

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

    def _read(
        self, number: int | None, where: str, line: bytes, fingerprint: bytes
    ) -> Iterator[Item]:
        """The record of an object and its notices, or why it is rejected."""
        if b'"@graph"' in line and len(parts := _parts(line)) > 1:
            for part in parts:
                yield from self._read_part(number, where, part)
            return
        remarks: list[tuple[str, str]] = []
        article = self._read_sound(line, remarks)
        if article is None:
            remarks.clear()
            try:
                article = self._read_any(line, remarks)
            except (ArticleError, SourceError) as error:
                yield Reject(self._place, f"{where}{error}", number, _told(line))
                return
            except RecursionError:
                reason = f"{where}its JSON is nested too deeply; flatten it"
                yield Reject(self._place, reason, number, _told(line))
                return
        if remarks:
            yield from self._telling.notices(remarks, number, where)
        yield NEVER_KNOWN if remarks else fingerprint, article

    def _read_part(self, number: int | None, where: str, part: dict[str, Any]) -> Iterator[Item]:
        """The article of one of several records that an object holds."""
        remarks: list[tuple[str, str]] = []
        try:
            article = self._records.read(part, remarks, is_sound=True)
        except ArticleError as error:
            yield Reject(self._place, f"{where}{error}", number, json.dumps(part))
            return
        yield from self._telling.notices(remarks, number, where)
        yield NEVER_KNOWN, article

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

    def _read_any(self, line: bytes, remarks: list[tuple[str, str]]) -> Article:
        """The article of a line; what is to be told of it, with its sort, goes to `remarks`."""
        detected = self._decoder.detected
        text, remark = self._decoder.decode(line)
        if remark:
            remarks.append(("encoding", remark))
        if self._decoder.detected != detected:
            self._recognise()
        record = _parsed(text, self._advice)
        while is_reject(record):
            inner = mended(record)
            record = _parsed(inner, self._advice) if isinstance(inner, str) else inner
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
        return self._telling.end(self._records.missing)


def _parts(line: bytes) -> list[dict[str, Any]]:
    """Of a graph of several articles, each as an object by itself."""
    try:
        record = orjson.loads(line)
    except ValueError:
        return []
    return single_articles(record) if isinstance(record, dict) else []


def _told(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _never_known(line: bytes) -> bytes:  # noqa: ARG001  # in the place of a fingerprint
    return NEVER_KNOWN


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON; write null")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=WrittenFloat)


def _parsed(text: str, advice: str) -> dict[str, Any]:
    """The object in a text. Raises ArticleError for anything else, and RecursionError."""
    try:
        record = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ArticleError(f"not JSON ({error.msg} at {_at(error)}); {advice}") from error
    except ValueError as error:
        raise ArticleError(f"not JSON that can be read ({error})") from error
    if not isinstance(record, dict):
        names = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
        found = names.get(type(record), "a number")
        raise ArticleError(f"{found}, not an object; {advice}")
    return record


def _at(error: json.JSONDecodeError) -> str:
    within = f"its line {error.lineno}, " if error.lineno > 1 else ""
    return f"{within}column {error.colno}"


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATES.sub("�", value)
    if isinstance(value, list):
        return [_without_surrogates(part) for part in value]
    if isinstance(value, dict):
        return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
    return value
