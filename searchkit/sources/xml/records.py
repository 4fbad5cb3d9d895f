"""Here is what an element of XML says, under the usual keys: which article is it?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from searchkit.article import Article
from searchkit.errors import Notice, Reject
from searchkit.sources.fields.records import RecordReader
from searchkit.sources.files import OpenFile, Options, Outcome
from searchkit.sources.telling import Telling
from searchkit.sources.xml.parsing import Element, xml_records

__all__ = ["articles_of_xml", "bylines"]

_TEXTS = ("headline", "body", "standfirst", "summary", "captions")

# What makes a record of an element and of the outermost around it; None where it is no article.
RecordOf = Callable[[Element, Element], dict[str, Any] | None]


def articles_of_xml(
    file: OpenFile,
    options: Options,
    names: Collection[str],
    prefixes: Mapping[str, str],
    record_of: RecordOf,
) -> Iterator[Outcome]:
    """The articles of the elements with one of the names, in their order; rejects and notices where
    they arise.
    """
    what = next(iter(names)).rpartition(":")[2]
    reader, telling = RecordReader(), Telling(file.place, what)
    is_empty = True
    for found in xml_records(file, options, names, prefixes):
        if isinstance(found, (Reject, Notice)):
            is_empty = is_empty and isinstance(found, Notice)
            yield found
            continue
        is_empty = False
        record = record_of(*found)
        if record is None:
            continue
        line = found[0].line
        if not any(record.get(key) for key in _TEXTS):
            reason = f"the {what} has no headline, text or captions; add one of them"
            yield Reject(file.place, reason, line)
            continue
        remarks: list[tuple[str, str]] = []
        # Expat lets no half surrogate pairs through.
        article: Article = reader.read(record, remarks, is_sound=True)
        yield from telling.notices(remarks, line)
        yield article
    if is_empty:
        yield Reject(file.place, f"empty: there is no element {what} in it")
    yield from telling.end(())


def bylines(texts: Iterable[str]) -> list[str]:
    """The texts as entries that may name several people each, which those of a list do not unless
    they say so.
    """
    return [text if text[:3].casefold() == "by " else f"By {text}" for text in texts if text]
