"""What every node of a query's tree means, over articles that are read word by word.

Slow and meant to be obviously right: what runs queries is held against it. Of the parser it knows
nothing; terms and their positions are those of `searchkit.analysis`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import product

from searchkit import Article
from searchkit.analysis import Variant, analyzer_for, language_of
from searchkit.codec.values import filter_term
from searchkit.query import tree as t
from searchkit.query.exact import exact_spans
from searchkit.record import published_key
from searchkit.schema import CAPTION_GAP, FILTER_FIELDS, TEXT_FIELDS

__all__ = ["Oracle", "Span", "looks_like"]

# First and last position.
Span = tuple[int, int]


class Oracle:
    """Answers for `articles`, which are numbered from 0.

    `languages` are those of the index, its own first: that of articles which name none.
    """

    def __init__(self, articles: Sequence[Article], languages: Sequence[str]) -> None:
        self._articles = articles
        self._languages = [language_of(each.language, languages[0]) for each in articles]
        self._terms = cache(self._read)

    # -- which articles

    def matching(self, tree: t.Tree) -> set[int]:
        """The numbers of the articles that match."""
        every = set(range(len(self._articles)))
        match tree:
            case t.And():
                return every.intersection(*map(self.matching, tree.members))
            case t.Or():
                return set().union(*map(self.matching, tree.members))
            case t.Not():
                return every - self.matching(tree.member)
            case t.Some():
                members = [self.matching(member) for member in tree.members]
                return {n for n in every if sum(n in each for each in members) >= tree.required}
            case t.AtLeast():
                return {
                    n for n in every if sum(self.occurrences(tree.member, n).values()) >= tree.times
                }
            case t.Everything():
                return every
            case t.Nothing():
                return set()
            case t.Word() | t.Pattern() | t.Near() | t.NotNear():
                return {
                    n for n in every if any(self.spans(tree, n, field) for field in TEXT_FIELDS)
                }
            case _:
                return {n for n in every if self._holds(tree, n)}

    def _holds(self, condition: t.Tree, number: int) -> bool:
        article = self._articles[number]
        match condition:
            case t.Value():
                return condition.term in self.values(number, condition.field)
            case t.ValuePrefix():
                values = self.values(number, condition.field)
                return any(value.startswith(condition.prefix) for value in values)
            case t.Dates() if article.published is None:
                return False
            case t.Dates():
                return _between(published_key(article.published), condition.first, condition.last)
            case t.Length():
                return _between(self.length(number, "body"), condition.least, condition.most)
            case t.Exists(field) if field in TEXT_FIELDS:
                return self.length(number, field) > 0
            case t.Exists("published"):
                return article.published is not None
            case t.Exists():
                return bool(self.values(number, condition.field))
            case _:
                raise AssertionError(condition)

    # -- where

    def spans(self, tree: t.Tree, number: int, field: str) -> list[Span]:
        """The spans of a positional tree in one text field of an article, by their ends."""
        found: set[Span] = set()
        match tree:
            case t.Word() if field in tree.fields and tree.exact:
                if self._has_variant(tree, number):
                    texts = _texts(self._articles[number], field)
                    found.update(exact_spans(tree.typed, texts, self._languages[number]))
            case t.Word() if field in tree.fields:
                for variant in tree.variants:
                    found |= self._chains(variant, tree.slop, number, field)
            case t.Pattern() if field in tree.fields:
                found |= self._places(looks_like(tree), number, field)
                for variant in tree.stems:
                    found |= self._chains(variant, 1, number, field)
            case t.Or():
                found.update(*(self.spans(member, number, field) for member in tree.members))
            case t.Near() if field in tree.fields:
                first, *following = (self.spans(member, number, field) for member in tree.members)
                found.update(first)
                for spans in following:
                    found = {
                        (min(before[0], after[0]), max(before[1], after[1]))
                        for before, after in product(found, spans)
                        if _gap(before, after) in range(1, tree.distance + 1)
                        or (not tree.ordered and _gap(after, before) in range(1, tree.distance + 1))
                    }
            case t.NotNear() if field in t.fields_of(tree):
                unwanted = self.spans(tree.unwanted, number, field)
                found = {
                    wanted
                    for wanted in self.spans(tree.wanted, number, field)
                    if all(
                        max(_gap(wanted, other), _gap(other, wanted)) > tree.distance
                        for other in unwanted
                    )
                }
        return sorted(found, key=lambda span: (span[1], span[0]))

    def occurrences(self, tree: t.Tree, number: int) -> dict[str, int]:
        """How often a positional tree stands in each text field that has it at all.

        Of spans that overlap the one that ends first counts.
        """
        counts = {}
        for field in TEXT_FIELDS:
            end = -1
            for first, last in self.spans(tree, number, field):
                if first > end:
                    end = last
                    counts[field] = counts.get(field, 0) + 1
        return counts

    def _has_variant(self, word: t.Word, number: int) -> bool:
        return any(
            self._chains(variant, word.slop, number, field)
            for variant in word.variants
            for field in word.fields
        )

    def _chains(self, variant: Variant, slop: int, number: int, field: str) -> set[Span]:
        terms = variant.terms
        if variant.is_prefix:
            return self._places(lambda term: term.startswith(terms[0]), number, field)
        found = self._places(lambda term: term == terms[0], number, field)
        for wanted in terms[1:]:
            places = self._places(lambda term, wanted=wanted: term == wanted, number, field)
            found = {
                (first, place)
                for (first, last), (place, _) in product(found, places)
                if 0 < place - last <= slop
            }
        return found

    def _places(self, wanted: Callable[[str], bool], number: int, field: str) -> set[Span]:
        return {
            (position, position) for term, position in self._terms(number, field) if wanted(term)
        }

    # -- what an article has

    def length(self, number: int, field: str) -> int:
        """The terms of a text field, each as often as it stands there."""
        return len(self._terms(number, field))

    def terms(self, number: int, field: str) -> list[str]:
        """The terms of a text field, each as often as it stands there."""
        return [term for term, _ in self._terms(number, field)]

    def values(self, number: int, field: str) -> list[str]:
        """The terms of a filter field, or the id."""
        value = getattr(self._articles[number], field)
        if field not in FILTER_FIELDS:
            return [value]
        values = [value] if isinstance(value, str) else value
        return [term for term in map(filter_term, values) if term]

    def _read(self, number: int, field: str) -> list[tuple[str, int]]:
        """The terms of a text field with their positions."""
        analyzer = analyzer_for(self._languages[number])
        found = []
        base = 0
        for text in _texts(self._articles[number], field):
            tokens = list(analyzer.tokens(text))
            found += [(token.term, base + token.position) for token in tokens]
            base += (tokens[-1].position if tokens else 0) + CAPTION_GAP
        return found


def _texts(article: Article, field: str) -> Iterable[str]:
    if field == "captions":
        return [caption.searchable for caption in article.captions]
    return [getattr(article, field)]


def _between(number: int, least: int | None, most: int | None) -> bool:
    return (least is None or least <= number) and (most is None or number <= most)


def _gap(before: Span, after: Span) -> int:
    """From the end of one to the beginning of the other; 0 or less if it is not after it."""
    return after[0] - before[1]


def looks_like(pattern: t.Pattern) -> Callable[[str], bool]:
    """Whether a term is one that the pattern stands for, leaving its stems aside."""
    if pattern.kind == "prefix":
        return lambda term: term.startswith(pattern.text)
    if pattern.kind == "wildcard":
        return lambda term: _fits(term, pattern.text)
    words = [pattern.text, *(stem.terms[0] for stem in pattern.stems if len(stem.terms) == 1)]
    return lambda term: any(_changes(term, word) <= pattern.distance for word in words)


def _fits(term: str, pattern: str) -> bool:
    if not pattern:
        return not term
    if pattern[0] == "*":
        return _fits(term, pattern[1:]) or (bool(term) and _fits(term[1:], pattern))
    return bool(term) and pattern[0] in ("?", term[0]) and _fits(term[1:], pattern[1:])


def _changes(one: str, other: str) -> int:
    """Letters put in, left out, replaced or exchanged with a neighbour, no stretch twice."""

    @cache
    def changes(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        fewest = min(
            changes(i - 1, j) + 1,
            changes(i, j - 1) + 1,
            changes(i - 1, j - 1) + (one[i - 1] != other[j - 1]),
        )
        if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
            fewest = min(fewest, changes(i - 2, j - 2) + 1)
        return fewest

    return changes(len(one), len(other))
