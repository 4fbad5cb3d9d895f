"""Where in a text does a positional tree hold, and which of its words make it hold?

Spans are those that `searchkit.query.tree` defines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from searchkit.analysis import Place, Variant
from searchkit.query.tree import Near, NotNear, Or, Pattern, Tree, Word, fields_of

__all__ = ["Scene", "Span", "places_of", "spans_of"]

# Of the pairs of two members of a Near, or two words of a phrase, that are close to each other so
# many are looked at, the first of a text.
_MAX_PAIRS = 50_000


@dataclass(eq=False, slots=True)
class Span:
    """From the first position to the last: what makes it are spans, or one place of a leaf."""

    first: int
    last: int
    parts: Sequence[Span]
    leaf: Word | Pattern | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One text: the text `field` that it is of, the places of all terms that the tree names, in
    their order, the terms of each pattern, and the first and last position of each place where
    it has an exact word as it is typed.
    """

    field: str
    places: Mapping[str, Sequence[Place]]
    expansions: Mapping[Pattern, frozenset[str]]
    exact: Callable[[Word], Iterable[tuple[int, int]]]


def spans_of(tree: Tree, scene: Scene) -> list[Span]:
    """The spans of a positional tree, by their first position; of other trees none."""
    found: list[Span] = []
    match tree:
        case Word() if scene.field in tree.fields:
            found = _exact(tree, scene) if tree.exact else _any_variant(tree, tree.variants, scene)
        case Pattern() if scene.field in tree.fields:
            terms = scene.expansions.get(tree, frozenset())
            found = _leaves(tree, terms, scene) + _any_variant(tree, tree.stems, scene)
        case Or():
            found = [span for member in tree.members for span in spans_of(member, scene)]
        case Near() if scene.field in tree.fields:
            found, *following = (spans_of(member, scene) for member in tree.members)
            for spans in following:
                found = _joined(found, spans, tree.distance, tree.ordered)
        case NotNear() if scene.field in fields_of(tree):
            found = _apart(
                spans_of(tree.wanted, scene), spans_of(tree.unwanted, scene), tree.distance
            )
    return sorted(found, key=lambda span: span.first)


def places_of(spans: Iterable[Span]) -> Iterator[tuple[Word | Pattern, Place]]:
    """The places that make the spans, each with its leaf, in no order."""
    seen: set[Span] = set()
    waiting = list(spans)
    while waiting:
        span = waiting.pop()
        if span not in seen:
            seen.add(span)
            waiting += span.parts
            if span.leaf and span.place:
                yield span.leaf, span.place


def _leaves(leaf: Word | Pattern, terms: Iterable[str], scene: Scene) -> list[Span]:
    return [
        Span(place[3], place[3], (), leaf, place)
        for term in terms
        for place in scene.places.get(term, ())
    ]


def _any_variant(leaf: Word | Pattern, variants: Iterable[Variant], scene: Scene) -> list[Span]:
    found = []
    slop = leaf.slop if isinstance(leaf, Word) else 1
    for terms, is_prefix in variants:
        if is_prefix:
            beginning = [term for term in scene.places if term.startswith(terms[0])]
            found += _leaves(leaf, beginning, scene)
            continue
        chains = _leaves(leaf, terms[:1], scene)
        for term in terms[1:]:
            chains = _joined(chains, _leaves(leaf, (term,), scene), slop, True)
        found += chains
    return found


def _exact(word: Word, scene: Scene) -> list[Span]:
    terms = {term for variant in word.variants for term in variant.terms}
    places = sorted(_leaves(word, terms, scene), key=lambda span: span.first)
    found = []
    for first, last in scene.exact(word):
        begin = bisect_left(places, first, key=lambda span: span.first)
        end = bisect_right(places, last, key=lambda span: span.first)
        found.append(Span(first, last, places[begin:end]))
    return found


def _joined(before: list[Span], after: list[Span], distance: int, ordered: bool) -> list[Span]:
    """The spans from one of `before` to one of `after` that does not overlap with it and begins
    at most `distance` positions after its end, or unless `ordered` ends so far before it.
    """
    by_first = sorted(after, key=lambda span: span.first)
    by_last = [] if ordered else sorted(after, key=lambda span: span.last)
    firsts = [span.first for span in by_first]
    lasts = [span.last for span in by_last]
    found: dict[tuple[int, int], list[Span]] = {}
    pairs = 0
    for one in before:
        begin = bisect_right(firsts, one.last)
        others = by_first[begin : bisect_right(firsts, one.last + distance, begin)]
        if not ordered:
            begin = bisect_left(lasts, one.first - distance)
            others += by_last[begin : bisect_left(lasts, one.first, begin)]
        for other in others:
            bounds = min(one.first, other.first), max(one.last, other.last)
            if bounds in found:
                found[bounds] += (one, other)
            else:
                found[bounds] = [one, other]
        pairs += len(others)
        if pairs > _MAX_PAIRS:
            break
    return [Span(first, last, parts) for (first, last), parts in found.items()]


def _apart(wanted: list[Span], unwanted: list[Span], distance: int) -> list[Span]:
    """Those of `wanted` that overlap with none of `unwanted` and are further away."""
    firsts = [span.first for span in unwanted]
    # Of those up to each the furthest position.
    furthest = list(accumulate((span.last for span in unwanted), max))
    return [
        span
        for span in wanted
        if not (count := bisect_right(firsts, span.last + distance))
        or furthest[count - 1] < span.first - distance
    ]
