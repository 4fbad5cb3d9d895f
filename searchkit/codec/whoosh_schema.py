"""Articles as Whoosh documents: the schema, and the conversion in both directions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token as WhooshToken
from whoosh.columns import FixedBytesColumn
from whoosh.fields import COLUMN, DATETIME, ID, STORED, TEXT, Schema
from whoosh.util.times import datetime_to_long

from searchkit.analysis import analyzer_for, fold
from searchkit.article import DIGEST_BYTES, Article
from searchkit.schema import CAPTION_GAP, FILTER_FIELDS, TEXT_FIELDS

__all__ = ["article_of", "document_of", "filter_term", "published_sort_key", "whoosh_schema"]

# A value longer than a term may be is cut for filtering, and so is what it is compared with.
_MAX_FILTER_CHARACTERS = 255


class AnalyzedText(TEXT):  # type: ignore[misc]  # whoosh is untyped
    """A field of analysed text with positions. A list of texts gets gaps in between.

    Indexing goes past Whoosh's token objects: 0.56 s instead of 1.4 s for 2.6 MB of text.
    """

    def __init__(self, language: str) -> None:
        super().__init__(
            analyzer=TermAnalyzer(language), phrase=True, stored=True, multitoken_query="phrase"
        )

    def index(
        self,
        value: str | Sequence[str],
        **kwargs: Any,  # noqa: ARG002  # Whoosh's signature
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one document: (term, frequency, weight, encoded positions)."""
        positions: dict[str, list[int]] = {}
        for term, position in self.analyzer.placed_terms(value):
            positions.setdefault(term, []).append(position)
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
    """Our analyzer in Whoosh's interface, for its parser and its users.

    It is pickled within Whoosh's table of contents, so it holds the language only.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def placed_terms(self, value: str | Sequence[str]) -> Iterator[tuple[str, int]]:
        """Terms with their positions; between the texts of a list CAPTION_GAP are left free."""
        base = 0
        for text in [value] if isinstance(value, str) else value:
            position = base
            for position, term in enumerate(analyzer_for(self.language).terms(text), base):
                yield term, position
            base = position + CAPTION_GAP

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
        """Whoosh's protocol: yields one token object, again and again."""
        token = WhooshToken(positions, chars, mode=mode, **kwargs)
        base = start_pos
        for text in [value] if isinstance(value, str) else value:
            position = base
            for position, found in enumerate(analyzer_for(self.language).tokens(text), base):
                token.text = found.term
                token.boost = 1.0
                token.pos = position
                token.startchar = start_char + found.start
                token.endchar = start_char + found.end
                if keeporiginal:
                    token.original = text[found.start : found.end]
                yield token
            base = position + CAPTION_GAP


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


def filter_term(value: str) -> str:
    """The term under which a whole value of a filter field is indexed and looked up.

    Empty for white space only; a value of accents only stands for itself.
    """
    return " ".join((fold(value).strip() or value).split())[:_MAX_FILTER_CHARACTERS]


def whoosh_schema(language: str) -> Schema:
    """The Whoosh schema of an index whose text is analysed in `language`."""
    text = {name: AnalyzedText(language) for name in TEXT_FIELDS}
    filters = {name: ID(stored=True, analyzer=ValueAnalyzer()) for name in FILTER_FIELDS}
    return Schema(
        id=ID(unique=True, stored=True),
        digest=COLUMN(FixedBytesColumn(DIGEST_BYTES)),
        published=DATETIME(sortable=True),
        # As it was written, with its offset from UTC.
        published_iso=STORED,
        url=STORED,
        **text,
        **filters,
    )


def document_of(article: Article) -> dict[str, Any]:
    """The arguments of Whoosh's ``add_document`` for an article; empty fields are left out."""
    record = article.to_dict()
    published_iso = record.pop("published")
    captions = record.pop("captions")
    fields = {name: value for name, value in record.items() if value}
    for name in FILTER_FIELDS & fields.keys():
        value = fields[name]
        fields[f"_stored_{name}"] = value
        values = [value] if isinstance(value, str) else value
        # Whoosh takes a list as terms that are analysed already.
        fields[name] = [term for term in map(filter_term, values) if term]
    if article.published:
        fields["published"] = _utc(article.published)
        fields["published_iso"] = published_iso
    if captions:
        fields["captions"] = [caption.searchable for caption in article.captions]
        fields["_stored_captions"] = captions
    fields["digest"] = article.digest
    return fields


def article_of(stored: dict[str, Any]) -> Article:
    """The article that `document_of` stored."""
    record = {name: value for name, value in stored.items() if name in _ARTICLE_NAMES}
    record["published"] = stored.get("published_iso")
    return Article.from_dict(record)


def published_sort_key(moment: datetime) -> int:
    """A time as the number that the column ``published`` holds for it."""
    return int(datetime_to_long(_utc(moment)))


def _utc(moment: datetime) -> datetime:
    """The moment in UTC without a zone, as Whoosh keeps it.

    Within a day of the years 1 and 9999 UTC may lie outside the calendar: then as written.
    """
    with contextlib.suppress(OverflowError):
        moment = moment.astimezone(timezone.utc)
    return moment.replace(tzinfo=None)


_ARTICLE_NAMES = frozenset(Article().to_dict())
