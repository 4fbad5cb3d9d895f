"""What a query marks in an article."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

from searchkit.analysis import Finder, Marks, Place, Variant, language_of
from searchkit.highlight.fragment import Fragment
from searchkit.kernels.fragments import best_fragments
from searchkit.query.exact import exact_spans
from searchkit.query.spans import Scene, places_of, spans_of
from searchkit.query.tree import (
    And,
    AtLeast,
    Near,
    NotNear,
    Or,
    Pattern,
    Some,
    Tree,
    Word,
    fields_of,
    leaves,
)
from searchkit.record import Texts
from searchkit.schema import TEXT_FIELDS

__all__ = ["Highlighter"]

# As many as have a bit in a machine word.
_MAX_WORDS = 64

# Among an article's texts, which are headline, body and captions.
_FIRST_CAPTION = 2


class Highlighter:
    """Marks what one query wants, in any number of articles.

    Words, patterns and phrases are marked wherever they stand, the words of a Near or NotNear
    where it holds, what is under a Not nowhere. `expansions` has the terms that each Pattern stands
    for in the index. Articles are in their own language, or else in the default, as for indexing.
    `weights` says how much it is worth to show a word or pattern of the query: 1.0 if it does not.
    Safe to share between threads.
    """

    def __init__(
        self,
        tree: Tree,
        expansions: Mapping[Pattern, frozenset[str]],
        default_language: str,
        weights: Mapping[Word | Pattern, float] | None = None,
    ) -> None:
        self._expansions = expansions
        self._default_language = default_language
        nodes = list(_marking(tree))
        wanted = list(dict.fromkeys(leaf for node in nodes for leaf in _words(node)))
        # Which words of the query a match shows, a bit for each; the last for all that are left.
        self._bits = {leaf: 1 << min(place, _MAX_WORDS - 1) for place, leaf in enumerate(wanted)}
        given = weights or {}
        self._weights = array("d", [given.get(leaf, 1.0) for leaf in wanted[:_MAX_WORDS]])
        # By field: the terms that are marked wherever they stand, and what has to be looked at.
        self._simple: dict[str, dict[str, int]] = {name: {} for name in TEXT_FIELDS}
        self._others: dict[str, list[Tree]] = {name: [] for name in TEXT_FIELDS}
        terms = {leaf: tuple(self._terms(leaf)) for leaf in wanted}
        for node in nodes:
            if isinstance(node, (Word, Pattern)) and _is_simple(node):
                for name in node.fields:
                    simple = self._simple[name]
                    for term in terms[node]:
                        simple[term] = simple.get(term, 0) | self._bits[node]
            else:
                for name in fields_of(node):
                    self._others[name].append(node)
        self._are_simple = not any(self._others.values())
        self._finder = Finder(
            set().union(*terms.values()),
            {terms[0] for leaf in wanted for terms, is_prefix in _variants(leaf) if is_prefix},
            positional=not self._are_simple,
        )

    def highlight(self, article: Texts) -> dict[str, tuple[Fragment, ...]]:
        """The matches in each text field, as far as there are any.

        The headline and each matching caption are one fragment, whole; the body gives its best
        fragments in the order of the text.
        """
        fragments: dict[str, tuple[Fragment, ...]] = dict.fromkeys(TEXT_FIELDS, ())
        if not self._bits:
            return fragments
        language = language_of(article.language, self._default_language)
        marked = self._marked(article, language)
        if marked[0][0]:
            fragments["headline"] = (Fragment(article.headline, _spans(marked[0])),)
        if marked[1][0]:
            best = best_fragments(article.body, *marked[1], self._weights)
            fragments["body"] = tuple([Fragment(*each) for each in best])
        if article.captions:
            fragments["captions"] = tuple(
                Fragment(text, _spans(marks), caption=number)
                for number, (text, marks) in enumerate(
                    zip(article.captions, marked[_FIRST_CAPTION:], strict=True)
                )
                if marks[0]
            )
        return fragments

    def _marked(self, article: Texts, language: str) -> list[Marks]:
        """The matches in headline, body and each caption."""
        if self._are_simple:
            texts: tuple[str | bytes, ...] = (article.headline, article.body, *article.captions)
            shows = self._simple
            captions = [shows["captions"]] * len(article.captions)
            return self._finder.mark(texts, language, (shows["headline"], shows["body"], *captions))
        # Positions are looked at in all of the text.
        whole = (article.headline, article.body.decode(), *article.captions)
        names = ("headline", "body", *["captions"] * len(article.captions))
        found = self._finder.find(whole, language)
        return [
            self._marks(name, text, places, language)
            for name, text, places in zip(names, whole, found, strict=True)
        ]

    def _marks(self, field: str, text: str, places: Sequence[Place], language: str) -> Marks:
        """The matches in a text of the field."""
        simple = self._simple[field]
        marks = [(start, end, simple[term]) for term, start, end, _ in places if term in simple]
        if self._others[field]:
            by_term: dict[str, list[Place]] = {}
            for place in places:
                by_term.setdefault(place[0], []).append(place)
            scene = Scene(
                field,
                by_term,
                self._expansions,
                lambda word: exact_spans(word.typed, [text], language),
            )
            for node in self._others[field]:
                for leaf, (_, start, end, _) in places_of(spans_of(node, scene)):
                    marks.append((start, end, self._bits[leaf]))
        return _apart(marks)

    def _terms(self, leaf: Word | Pattern) -> Iterator[str]:
        """All terms that it is about, save those that begin with one."""
        if isinstance(leaf, Pattern):
            yield from self._expansions.get(leaf, ())
        for terms, is_prefix in _variants(leaf):
            if not is_prefix:
                yield from terms


def _marking(tree: Tree) -> Iterator[Tree]:
    """The positional nodes that are wanted, each for itself."""
    match tree:
        case And() | Or() | Some():
            for member in tree.members:
                yield from _marking(member)
        case AtLeast():
            yield tree.member
        case Word() | Pattern() | Near() | NotNear():
            yield tree


def _words(tree: Tree) -> Iterator[Word | Pattern]:
    for leaf in leaves(tree):
        if isinstance(leaf, (Word, Pattern)):
            yield leaf


def _variants(leaf: Word | Pattern) -> tuple[Variant, ...]:
    return leaf.variants if isinstance(leaf, Word) else leaf.stems


def _is_simple(leaf: Word | Pattern) -> bool:
    """Whether each of its terms is marked wherever it stands."""
    exact = isinstance(leaf, Word) and leaf.exact
    return not exact and all(
        len(terms) == 1 and not is_prefix for terms, is_prefix in _variants(leaf)
    )


def _spans(marks: Marks) -> tuple[tuple[int, int], ...]:
    return tuple(zip(marks[0], marks[1], strict=True))


def _apart(marks: list[tuple[int, int, int]]) -> Marks:
    """The marks in order, those that overlap as one."""
    starts, ends, words = array("I"), array("I"), array("Q")
    for start, end, shown in sorted(marks):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
            words[-1] |= shown
            continue
        starts.append(start)
        ends.append(end)
        words.append(shown)
    return starts, ends, words
