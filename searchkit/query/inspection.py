"""How often does a positional tree stand in an article? By reading its text, which tells what the
index does not: how words were written before they were stemmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from searchkit.analysis import Finder, Place, Variant, language_of
from searchkit.article import Article
from searchkit.query import tree as t
from searchkit.query.exact import exact_spans_at, needed_bytes
from searchkit.query.spans import Scene, Span, spans_of

__all__ = ["Inspection"]


class Inspection:
    """Counts one positional tree in any number of articles, as the index would.

    `expansions` has the terms of its patterns. Articles are in their own language, or else in the
    default. Safe to share between threads.
    """

    def __init__(
        self,
        tree: t.Tree,
        expansions: Mapping[t.Pattern, frozenset[str]],
        default_language: str,
    ) -> None:
        self._tree = tree
        self._expansions = expansions
        self._default_language = default_language
        words = [leaf for leaf in t.leaves(tree) if isinstance(leaf, (t.Word, t.Pattern))]
        variants = [variant for leaf in words for variant in _variants(leaf)]
        whole = [each.terms for each in variants if not each.is_prefix]
        # Of a word or pattern these count each; of other trees, and exact words, their spans.
        self._single = {terms[0] for terms in whole if len(terms) == 1}
        if isinstance(tree, t.Pattern):
            self._single |= expansions[tree]
        self._beginnings = tuple(each.terms[0] for each in variants if each.is_prefix)
        terms = {term for each in whole for term in each}
        terms.update(*(expansions[leaf] for leaf in words if isinstance(leaf, t.Pattern)))
        self._finder = Finder(terms, self._beginnings)
        self._phrases: t.Word | None = None
        self._needed: tuple[bytes, ...] = ()
        if isinstance(tree, t.Word) and tree.exact:
            self._needed = needed_bytes(tree.typed, default_language)
        self._is_spanned = not isinstance(tree, (t.Word, t.Pattern)) or _is_exact(tree)
        if isinstance(tree, (t.Word, t.Pattern)):
            self._phrases = _phrases_of(tree)

    def may_stand_in(self, stored: bytes) -> bool:
        """Whether it may stand in the article with this stored form; most do not have it."""
        return all(each in stored for each in self._needed)

    def occurrences(self, article: Article) -> dict[str, int]:
        """How often it stands in each text field in which it does.

        Of a word or pattern the terms that are variants by themselves count each, and of phrases,
        as of all other trees, the spans that do not overlap, from the left by their ends.
        """
        language = language_of(article.language, self._default_language)
        texts = [
            ("headline", article.headline),
            ("body", article.body),
            *(("captions", caption.searchable) for caption in article.captions),
        ]
        found = self._finder.find([text for _, text in texts], language)
        counts: dict[str, int] = {}
        for (name, text), places in zip(texts, found, strict=True):
            if places and (count := self._count(name, text, places, language)):
                counts[name] = counts.get(name, 0) + count
        return counts

    def _count(self, field: str, text: str, places: list[Place], language: str) -> int:
        by_term: dict[str, list[Place]] = {}
        for place in places:
            by_term.setdefault(place[0], []).append(place)
        scene = Scene(field, by_term, self._expansions, _exact_in(text, by_term, language))
        if self._is_spanned:
            return _apart(spans_of(self._tree, scene))
        count = _apart(spans_of(self._phrases, scene)) if self._phrases else 0
        if field not in t.fields_of(self._tree):
            return count
        return count + sum(
            len(each)
            for term, each in by_term.items()
            if term in self._single or term.startswith(self._beginnings)
        )


def _is_exact(leaf: t.Word | t.Pattern) -> bool:
    return isinstance(leaf, t.Word) and leaf.exact


def _variants(leaf: t.Word | t.Pattern) -> Iterable[Variant]:
    return leaf.variants if isinstance(leaf, t.Word) else leaf.stems


def _phrases_of(tree: t.Word | t.Pattern) -> t.Word | None:
    """The phrases among the variants of a word or pattern."""
    phrases = tuple(each for each in _variants(tree) if len(each.terms) > 1)
    slop = tree.slop if isinstance(tree, t.Word) else 1
    return t.Word(tree.fields, phrases, tree.typed, slop) if phrases else None


def _exact_in(
    text: str, places: Mapping[str, list[Place]], language: str
) -> Callable[[t.Word], list[tuple[int, int]]]:
    def spans(word: t.Word) -> list[tuple[int, int]]:
        firsts = {variant.terms[0] for variant in word.variants}
        beginnings = [place for term in firsts for place in places.get(term, ())]
        return exact_spans_at(word.typed, text, language, beginnings)

    return spans


def _apart(spans: list[Span]) -> int:
    """How many spans there are that do not overlap, from the left by their ends."""
    count = 0
    last = -1
    for span in sorted(spans, key=lambda span: (span.last, span.first)):
        if span.first > last:
            count += 1
            last = span.last
    return count
