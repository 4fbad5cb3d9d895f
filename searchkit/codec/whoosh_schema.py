"""An index and its articles as Whoosh has them: the schema, and articles as documents."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token as WhooshToken
from whoosh.fields import DATETIME, ID, STORED, TEXT, Schema
from whoosh.util.times import datetime_to_long

from searchkit.analysis import Token, analyzer_for, fold, language_of, variants_of
from searchkit.article import Article
from searchkit.codec.values import filter_term
from searchkit.errors import StorageError
from searchkit.kernels import NO_TIME
from searchkit.schema import CAPTION_GAP, FILTER_FIELDS, TEXT_FIELDS

__all__ = [
    "WORD_COLUMNS",
    "CommittedSchema",
    "document_of",
    "published_sort_key",
    "whoosh_schema",
]

# Of these fields a document has one value at most, which Whoosh can sort and group by.
WORD_COLUMNS = ("section", "publisher", "language")


def whoosh_schema(language: str) -> Schema:
    """The Whoosh schema of an index whose articles are in `language` unless they say otherwise.

    What is stored of a document is what `searchkit.record.stored_fields` gives.
    """
    text = {name: AnalyzedText(language) for name in TEXT_FIELDS}
    filters = {
        name: ID(stored=True, analyzer=ValueAnalyzer(), sortable=name in WORD_COLUMNS)
        for name in FILTER_FIELDS
    }
    return Schema(
        id=ID(unique=True, stored=True), published=_PublishedTime(), url=STORED, **text, **filters
    )


class CommittedSchema(Schema):  # type: ignore[misc]  # whoosh is untyped
    """The schema of an index that Whoosh may read and not write."""

    def clean(self) -> None:
        """Refused with a StorageError: Whoosh calls it first of all when it commits."""
        raise StorageError(
            "Whoosh can read an index of searchkit and not write to it; nothing was changed. "
            "Use Index.add and Index.delete, or `searchkit index` and `searchkit delete`"
        )


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of one field of one document, and the language that they are in."""

    texts: Sequence[str]
    language: str


class AnalyzedText(TEXT):  # type: ignore[misc]  # whoosh is untyped
    """A field of text with positions, analysed as searchkit does. Several texts of a document
    (a list, or `_Texts` in another language) get gaps in between.
    """

    def __init__(self, language: str) -> None:
        super().__init__(
            analyzer=TermAnalyzer(language), phrase=True, stored=True, multitoken_query="phrase"
        )

    def index(
        self,
        value: str | Sequence[str] | _Texts,
        **kwargs: Any,  # noqa: ARG002  # Whoosh's signature
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one document: (term, frequency, weight, encoded positions)."""
        analyzer = self.analyzer
        if isinstance(value, _Texts):
            analyzer, value = TermAnalyzer(value.language), value.texts
        positions: dict[str, list[int]] = {}
        for token in analyzer(value):
            positions.setdefault(token.text, []).append(token.pos)
        encode = self.format.encode
        for term, places in positions.items():
            yield term.encode(), len(places), float(len(places)), encode(places)

    def process_text(
        self,
        qstring: str,
        mode: str = "",
        tokenize: bool = True,
        **kwargs: Any,  # noqa: ARG002  # Whoosh's signature
    ) -> Iterator[str]:
        """The terms of a query's text; without `tokenize`, as for wildcards, only folded."""
        if not tokenize:
            return iter([fold(qstring)])
        return (token.text for token in self.analyzer(qstring, mode=mode))


class TermAnalyzer(WhooshAnalyzer):  # type: ignore[misc]  # whoosh is untyped
    """Our analyzer of a language in Whoosh's interface, for its parser and its highlighter."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(
        self,
        value: str | Sequence[str],
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        start_pos: int = 0,
        start_char: int = 0,
        mode: str = "",
        **kwargs: Any,
    ) -> Iterator[Any]:
        """Whoosh's protocol: yields one token object, again and again.

        Several terms may share a position; between the texts of a list CAPTION_GAP are left
        free. In the mode ``"query"`` there is one term to a position: the phrase that the text
        most likely means.
        """
        token = WhooshToken(positions, chars, mode=mode, **kwargs)
        base = start_pos
        for text in [value] if isinstance(value, str) else value:
            position = base
            for found in self._tokens(text, mode):
                position = base + found.position
                token.text = found.term
                token.boost = 1.0
                token.pos = position
                token.startchar = start_char + found.start
                token.endchar = start_char + found.end
                if keeporiginal:
                    token.original = text[found.start : found.end]
                yield token
            base = position + CAPTION_GAP

    def _tokens(self, text: str, mode: str) -> Iterator[Token]:
        if mode != "query":
            return analyzer_for(self.language).tokens(text)
        meant = variants_of(text, [self.language])[:1]
        terms = (term for variant in meant for term in variant.terms)
        return (Token(term, 0, len(text), position) for position, term in enumerate(terms))


class ValueAnalyzer(WhooshAnalyzer):  # type: ignore[misc]  # whoosh is untyped
    """Whole values, compared without letter case and accents: one token each."""

    def __call__(
        self, value: str, positions: bool = False, chars: bool = False, **kwargs: Any
    ) -> Iterator[Any]:
        """Whoosh's protocol: yields one token."""
        token = WhooshToken(positions, chars, **kwargs)
        token.text = filter_term(value)
        token.boost = 1.0
        token.pos = 0
        token.startchar, token.endchar = 0, len(value)
        yield token


class _PublishedTime(DATETIME):  # type: ignore[misc]  # whoosh is untyped
    """When an article was published: indexed and sorted by in UTC, stored as it was written."""

    def __init__(self) -> None:
        super().__init__(stored=True, sortable=True)

    def to_column_value(self, x: Any) -> Any:
        """Of a time, or of the ISO 8601 string that is stored of one."""
        return super().to_column_value(_utc(datetime.fromisoformat(x)) if type(x) is str else x)

    def from_column_value(self, x: Any) -> datetime | None:
        """The time in UTC; None for an article without."""
        return None if x == NO_TIME else super().from_column_value(x)


def document_of(article: Article, language: str) -> dict[str, Any]:
    """The arguments of Whoosh's ``add_document`` for an article of an index in `language`;
    empty fields are left out.
    """
    record = article.to_dict()
    fields = {name: value for name, value in record.items() if value}
    code = language_of(article.language, language)
    texts = {
        "headline": [article.headline],
        "body": [article.body],
        "captions": [caption.searchable for caption in article.captions],
    }
    for name in TEXT_FIELDS & fields.keys():
        fields[f"_stored_{name}"] = fields[name]
        fields[name] = _Texts(texts[name], code)
    for name in FILTER_FIELDS.keys() & fields.keys():
        value = fields[name]
        fields[f"_stored_{name}"] = value
        values = [value] if isinstance(value, str) else value
        # Whoosh takes a list as terms that are analysed already.
        fields[name] = [term for term in map(filter_term, values) if term]
    if article.published:
        fields["published"] = _utc(article.published)
        fields["_stored_published"] = article.published.isoformat()
    return fields


def published_sort_key(moment: datetime) -> int:
    """A time as the number by which Whoosh's queries, as `NumericRange`, know it."""
    return int(datetime_to_long(_utc(moment)))


def _utc(moment: datetime) -> datetime:
    """The moment in UTC without a zone, as Whoosh keeps it.

    Within a day of the years 1 and 9999 UTC may lie outside the calendar: then as written.
    """
    with contextlib.suppress(OverflowError):
        moment = moment.astimezone(timezone.utc)
    return moment.replace(tzinfo=None)
