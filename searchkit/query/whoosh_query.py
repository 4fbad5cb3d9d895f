"""A query's tree as a query of Whoosh, for Whoosh's own matchers over a segment's postings.

Scores are those of Whoosh: each word's in each of its fields, times the field's weight, added up.
Own classes stand only where Whoosh has nothing, or something that does not mean the same.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from itertools import product
from typing import Any, NamedTuple

from whoosh import query as wq
from whoosh.matching import (
    AndMaybeMatcher,
    IntersectionMatcher,
    ListMatcher,
    Matcher,
    NullMatcher,
    UnionMatcher,
    WrappingMatcher,
)
from whoosh.query.spans import Span, SpanQuery, SpanWrappingMatcher
from whoosh.reading import IndexReader
from whoosh.searching import SearchContext, Searcher
from whoosh.util import make_binary_tree

from searchkit.analysis import Variant
from searchkit.article import Article
from searchkit.query import tree as t
from searchkit.query.exact import exact_spans_of
from searchkit.record import published_key
from searchkit.schema import FIELD_WEIGHTS, TEXT_FIELDS

__all__ = ["to_whoosh"]


def to_whoosh(tree: t.Tree) -> wq.Query:
    """The query of Whoosh that finds what the tree matches, in an index of searchkit."""
    match tree:
        case t.Word() | t.Pattern() | t.Near():
            return _in_fields(tree, tree.fields)
        case t.NotNear():
            return _in_fields(tree, t.fields_of(tree))
        case t.AtLeast():
            member = tree.member
            return _AtLeast(tree, [_positional(member, field, 1.0) for field in member.fields])
        case t.And():
            return _And(list(map(to_whoosh, tree.members)))
        case t.Or():
            return _any(map(to_whoosh, tree.members))
        case t.Not():
            return _Not(to_whoosh(tree.member))
        case t.Some():
            ranking = _Some(tree, list(map(to_whoosh, tree.members)))
            return ranking if tree.required else wq.AndMaybe(_Unscored(wq.Every()), ranking)
        case t.Everything():
            return wq.Every()
        case t.Nothing():
            return wq.NullQuery
        case _:
            return _Unscored(_condition(tree))


def _condition(tree: t.Condition) -> wq.Query:
    match tree:
        case t.Value():
            return wq.Term(tree.field, tree.term)
        case t.ValuePrefix():
            return wq.Prefix(tree.field, tree.prefix)
        case t.Dates():
            return wq.NumericRange("published", _moment(tree.first), _moment(tree.last))
        case t.Length():
            return _Length("body", tree.least, tree.most)
        case t.Exists():
            if tree.field in TEXT_FIELDS:
                return _Length(tree.field, 1, None)
            return wq.Every(None if tree.field == "id" else tree.field)


def _in_fields(tree: t.Tree, fields: tuple[str, ...]) -> wq.Query:
    return _any(_positional(tree, field, 1.0) for field in fields)


def _positional(tree: t.Tree, field: str, boost: float) -> wq.Query:
    """A positional tree in one field; its matchers have the tree's spans."""
    match tree:
        case t.Word():
            boost *= tree.boost * FIELD_WEIGHTS[field]
            found = _any(_variant(field, each, tree.slop, boost) for each in tree.variants)
            return _Exact(tree, found, field) if tree.exact else found
        case t.Pattern():
            boost *= tree.boost * FIELD_WEIGHTS[field]
            stems = [_variant(field, each, 1, boost) for each in tree.stems]
            return _any([_Terms(field, tree, boost), *stems])
        case t.Near():
            members = [_positional(each, field, boost * tree.boost) for each in tree.members]
            return _Near(tree, members)
        case t.NotNear():
            sides = (tree.wanted, tree.unwanted)
            return _NotNear(tree, [_positional(each, field, boost * tree.boost) for each in sides])
        case t.Or():
            return _any(_positional(each, field, boost) for each in tree.members)
        case _:
            raise ValueError(f"{tree} has no positions")


def _variant(field: str, variant: Variant, slop: int, boost: float) -> wq.Query:
    terms = variant.terms
    if variant.is_prefix:
        (text,) = terms
        return _Terms(field, t.Pattern((field,), "prefix", text, 0, (), text), boost)
    if len(terms) == 1:
        return wq.Term(field, terms[0], boost=boost)
    return wq.Phrase(field, list(terms), slop=slop, boost=boost)


def _any(queries: Iterable[wq.Query]) -> wq.Query:
    found = list(dict.fromkeys(queries))
    return found[0] if len(found) == 1 else _Or(found)


def _moment(key: int | None) -> int | None:
    return None if key is None else key - _FIRST_MOMENT


_FIRST_MOMENT = published_key(datetime(1, 1, 1, tzinfo=timezone.utc))


# -- what Whoosh has not, or has otherwise


class _And(wq.And):  # type: ignore[misc]  # whoosh is untyped
    """And whose matchers are as deep as the logarithm of their number, not as the number."""

    def _matcher(
        self, subs: Sequence[wq.Query], searcher: Searcher, context: SearchContext | None
    ) -> Matcher:
        return self._tree_matcher(subs, IntersectionMatcher, searcher, context, None)


class _Or(wq.Or):  # type: ignore[misc]  # whoosh is untyped
    """Or that does without arrays of scores: they have no spans, and lose what scores nothing."""

    def _matcher(
        self, subs: Sequence[wq.Query], searcher: Searcher, context: SearchContext | None
    ) -> Matcher:
        return self._tree_matcher(subs, UnionMatcher, searcher, context, None)


class _Unscored(wq.ConstantScoreQuery):  # type: ignore[misc]  # whoosh is untyped
    """What narrows down and has no say in the ranking: a score of 0, which Whoosh takes for 1."""

    def __init__(self, child: wq.Query, score: float = 0.0) -> None:
        super().__init__(child, score)

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:  # noqa: ARG002
        """Of the child, without scores."""
        return WrappingMatcher(self.child.matcher(searcher, searcher.boolean_context()), boost=0.0)


class _Not(wq.Not):  # type: ignore[misc]  # whoosh is untyped
    """Not, without a score, and without deleted documents after the last one that is left out."""

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:  # noqa: ARG002
        """Of what is neither deleted nor matched."""
        left_out = set(self.query.matcher(searcher, searcher.boolean_context()).all_ids())
        return _documents(each for each in searcher.reader().all_doc_ids() if each not in left_out)


class _Own(SpanQuery):  # type: ignore[misc]  # whoosh is untyped
    """Equal to another of its class that means the same, as Whoosh wants it of its queries."""

    def __init__(self, *meaning: object) -> None:
        self._meaning = meaning

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._meaning == other._meaning

    def __hash__(self) -> int:
        return hash((type(self), self._meaning))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._meaning))})"


class _Length(_Own):
    """From `least` to `most` terms in a field; None is no bound."""

    def __init__(self, field: str, least: int | None, most: int | None) -> None:
        super().__init__(field, least, most)
        self._field = field
        self._range = range(least or 0, sys.maxsize if most is None else most + 1)

    def estimate_size(self, ixreader: IndexReader) -> int:
        """All documents: they may all be of this length."""
        return int(ixreader.doc_count())

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:  # noqa: ARG002
        """Of the documents of this length."""
        reader = searcher.reader()
        length = reader.doc_field_length
        return _documents(n for n in reader.all_doc_ids() if length(n, self._field) in self._range)


def _documents(numbers: Iterable[int]) -> Matcher:
    return WrappingMatcher(ListMatcher(array("I", numbers)), boost=0.0)


class _Terms(_Own):
    """The terms that look like a pattern: Whoosh's wildcards have sets of letters besides, and its
    fuzzy terms do not exchange neighbours.
    """

    def __init__(self, field: str, pattern: t.Pattern, boost: float) -> None:
        super().__init__(field, pattern, boost)
        self._field = field
        self._pattern = pattern
        self._boost = boost

    def estimate_size(self, ixreader: IndexReader) -> int:
        """At most all documents."""
        return int(ixreader.doc_count())

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Of any of the terms."""
        pattern = self._pattern
        looks = _looks(pattern)
        beginning = "" if pattern.kind == "fuzzy" else re.split(r"[*?]", pattern.text)[0]
        terms = searcher.reader().expand_prefix(self._field, beginning)
        wanted = [wq.Term(self._field, each, self._boost) for each in terms if looks(each.decode())]
        return _any(wanted).matcher(searcher, context)


def _looks(pattern: t.Pattern) -> Callable[[str], object]:
    """Whether a term looks like the pattern, leaving its stems aside."""
    if pattern.kind == "prefix":
        return lambda term: term.startswith(pattern.text)
    if pattern.kind == "wildcard":
        parts = {"*": ".*", "?": "."}
        expression = "".join(parts.get(each) or re.escape(each) for each in pattern.text)
        return re.compile(expression, re.DOTALL).fullmatch
    words = {pattern.text, *(stem.terms[0] for stem in pattern.stems if len(stem.terms) == 1)}
    return lambda term: any(_within(term, word, pattern.distance) for word in words)


def _within(one: str, other: str, distance: int) -> bool:
    """Whether so many changes are enough, a stretch changed once: optimal string alignment
    (L. Boytsov, Indexing methods for approximate dictionary searching, 2011), row by row.
    """
    if abs(len(one) - len(other)) > distance:
        return False
    before: list[int]
    last: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        before, last, row = last, row, [i + 1]
        for j, opposite in enumerate(other):
            changes = min(last[j + 1] + 1, row[j] + 1, last[j] + (letter != opposite))
            if i and j and letter == other[j - 1] and opposite == one[i - 1]:
                changes = min(changes, before[j - 1] + 1)
            row.append(changes)
    return row[-1] <= distance


class _Here(NamedTuple):
    """A document that the parts of a query lead to; those which have it stand there."""

    document: int
    parts: Sequence[Matcher]
    searcher: Searcher

    def spans(self, part: int) -> list[Span]:
        """Those of one part, which may have none here."""
        return self.parts[part].spans() if self.has(self.parts[part]) else []

    def has(self, part: Matcher) -> bool:
        """Whether the document has it."""
        return bool(part.is_active() and part.id() == self.document)


class _Joined(_Own):
    """Documents that `parts` lead to, in which something is found.

    Subclasses have `join`, which leads the parts to a document, and `found`, which gives spans, or
    whatever else there is, or nothing.
    """

    join: type[Matcher] = UnionMatcher

    def __init__(self, tree: t.Tree, parts: Sequence[wq.Query], *others: object) -> None:
        super().__init__(tree, tuple(parts), *others)
        self.tree: Any = tree
        self.parts = parts

    def is_leaf(self) -> bool:
        """No: the parts are below."""
        return False

    def children(self) -> Iterator[wq.Query]:
        """The parts."""
        return iter(self.parts)

    def estimate_size(self, ixreader: IndexReader) -> int:
        """At most all documents."""
        return int(ixreader.doc_count())

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Of the documents in which something is found."""
        context = self._span_context(context)
        parts = [part.matcher(searcher, context) for part in self.parts]
        joined = make_binary_tree(self.join, parts)
        return _JoinedMatcher(joined, lambda: self.found(_Here(joined.id(), parts, searcher)))

    def found(self, here: _Here) -> Sequence[Any]:
        """What a document has of what is wanted."""
        raise NotImplementedError


class _JoinedMatcher(SpanWrappingMatcher):  # type: ignore[misc]  # whoosh is untyped
    """Stops at the documents in which something is found."""

    def __init__(self, child: Matcher, found: Callable[[], Sequence[Any]]) -> None:
        self._get_spans = found
        super().__init__(child)

    def replace(self, minquality: float = 0) -> Matcher:  # noqa: ARG002  # Whoosh's signature
        """Itself: what is found depends on the parts that it has."""
        return self if self.is_active() else NullMatcher()


class _Near(_Joined):
    join = IntersectionMatcher

    def found(self, here: _Here) -> list[Span]:
        """The spans of all members together."""
        near, distance = self.tree, self.tree.distance
        spans = set(here.spans(0))
        for part in range(1, len(here.parts)):
            spans = {
                before.to(after)
                for before, after in product(spans, here.spans(part))
                if 0 < after.start - before.end <= distance
                or (not near.ordered and 0 < before.start - after.end <= distance)
            }
        return sorted(spans)


class _NotNear(_Joined):
    join = AndMaybeMatcher

    def found(self, here: _Here) -> list[Span]:
        """The spans of what is wanted that are far enough from all others."""
        wanted, unwanted = here.spans(0), here.spans(1)
        distance = self.tree.distance
        return [
            span
            for span in wanted
            if all(
                other.start - span.end > distance or span.start - other.end > distance
                for other in unwanted
            )
        ]


class _AtLeast(_Joined):
    def found(self, here: _Here) -> list[Span]:
        """The spans in all fields, each of which is a part; none if they are too few."""
        counted = []
        for part in range(len(here.parts)):
            end = -1
            for span in sorted(here.spans(part), key=lambda span: span.end):
                if span.start > end:
                    end = span.end
                    counted.append(span)
        return counted if len(counted) >= self.tree.times else []


class _Some(_Joined):
    def found(self, here: _Here) -> list[Matcher]:
        """The members that the document has; none if they are too few."""
        members = list(filter(here.has, here.parts))
        return members if len(members) >= self.tree.required else []


class _Exact(_Joined):
    def __init__(self, word: t.Word, variants: wq.Query, field: str) -> None:
        super().__init__(word, [variants], field)
        self._field = field

    def found(self, here: _Here) -> list[Span]:
        """Where the stored text has the word as it was typed."""
        article = Article.from_dict(here.searcher.stored_fields(here.document))
        language = here.searcher.schema[self._field].analyzer.language
        spans = exact_spans_of(article, self._field, self.tree.typed, language)
        return [Span(first, last) for first, last in spans]
