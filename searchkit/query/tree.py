"""What a query says, as a tree: analysed words at its leaves, what combines them above.

    Tree        what it matches
    Word        a word or quoted phrase         AtLeast     a word that often
    Pattern     words that look like it         And Or Not  as in logic
    Near        members close to each other     Some        so many of its members
    NotNear     one not close to the other      Everything  every article
    Value  ValuePrefix  Dates  Length  Exists   Nothing     none
                conditions on an article, which say nothing about its rank

Positions are those of the analysis (`searchkit.analysis`), within one text field of one article.
There a positional node (Word, Pattern, Near, NotNear, or an Or of them) has *spans*, from its first
position to its last, and matches an article in which it has any:

- A word's spans are those of its variants: each a chain of terms, every one at most `slop`
  positions after the one before.
- Near takes a span of its first member, and of each next member one that does not overlap with
  what has been taken and is at most `distance` positions from it: from the end of one to the
  beginning of the other. Its span is from the first to the last position of all.
- NotNear has the spans of `wanted` with no span of `unwanted` as close as that, or overlapping.

All leaves of a Near or NotNear share a text field; it is looked for in each that they share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from searchkit.analysis import Variant
from searchkit.schema import TEXT_FIELDS

__all__ = [
    "MAX_BOOST",
    "MIN_BOOST",
    "And",
    "AtLeast",
    "Condition",
    "Dates",
    "Everything",
    "Exists",
    "Length",
    "Near",
    "Not",
    "NotNear",
    "Nothing",
    "Or",
    "Pattern",
    "PatternKind",
    "Some",
    "Tree",
    "Value",
    "ValuePrefix",
    "Word",
    "all_of",
    "any_of",
    "boosted",
    "fields_of",
    "is_condition",
    "is_positional",
    "leaves",
]

# Boosts of words and groups, multiplied, are held between these.
MIN_BOOST, MAX_BOOST = 0.001, 1000.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase, `typed` as it stands in the query, in any of these text fields.

    Any of its `variants` will do. An `exact` one stands for itself, unstemmed: of the articles
    with a variant those whose text has it as it was typed (`searchkit.query.exact`).
    """

    fields: tuple[str, ...]
    variants: tuple[Variant, ...]
    typed: str
    slop: int = 1
    boost: float = 1.0
    exact: bool = False


PatternKind = Literal["prefix", "wildcard", "fuzzy"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The terms that look like `text`, which is folded, and those of `stems` besides.

    ``"prefix"``: they begin with it. ``"wildcard"``: its ``*`` stand for any characters, its ``?``
    for one each. ``"fuzzy"``: they are at most `distance` (1 or 2, otherwise 0) changes from it,
    or from a stem that is one term: letters put in, left out, replaced, or exchanged with a
    neighbour (optimal string alignment). `stems` are what the text itself stands for as a word:
    terms are stems, ``airstrikes*`` would miss the term ``airstrik`` without them.
    """

    fields: tuple[str, ...]
    kind: PatternKind
    text: str
    distance: int
    stems: tuple[Variant, ...]
    typed: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Near:
    """Positional members, two at least, each within `distance` positions of those before it.

    `ordered`: each after those before it. `fields` are those that all its leaves share.
    """

    members: tuple[Tree, ...]
    distance: int
    ordered: bool
    fields: tuple[str, ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class NotNear:
    """Where `wanted` stands without `unwanted` within `distance` positions; both positional."""

    wanted: Tree
    unwanted: Tree
    distance: int
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A word that the article has `times` times, all its fields together.

    Of occurrences that overlap the first counts.
    """

    member: Word
    times: int


@dataclass(frozen=True, slots=True)
class Value:
    """A whole value of a filter field, as `filter_term` makes it, or the id."""

    field: str
    term: str


@dataclass(frozen=True, slots=True)
class ValuePrefix:
    """A value of a filter field, or an id, that begins so."""

    field: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Dates:
    """Published from `first` to `last`, both included: keys of `published_key`, or None."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Length:
    """From `least` to `most` words in the body, both included, or None."""

    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Exists:
    """Anything in the field."""

    field: str


@dataclass(frozen=True, slots=True)
class And:
    """All members."""

    members: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any member."""

    members: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What the member does not match."""

    member: Tree


@dataclass(frozen=True, slots=True)
class Some:
    """At least `required` of the members; with 0 every article, and members only rank."""

    members: tuple[Tree, ...]
    required: int


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No article."""


Condition = Value | ValuePrefix | Dates | Length | Exists
Tree = (
    Word | Pattern | Near | NotNear | AtLeast | Condition
    | And | Or | Not | Some | Everything | Nothing
)  # fmt: skip


def leaves(tree: Tree) -> Iterator[Tree]:
    """The nodes without members, in the order of the query."""
    match tree:
        case Near() | And() | Or() | Some():
            for member in tree.members:
                yield from leaves(member)
        case NotNear():
            yield from leaves(tree.wanted)
            yield from leaves(tree.unwanted)
        case Not() | AtLeast():
            yield from leaves(tree.member)
        case _:
            yield tree


def is_condition(tree: Tree) -> bool:
    """Whether it narrows down without a say in the ranking: it has no words."""
    return not any(isinstance(leaf, (Word, Pattern)) for leaf in leaves(tree))


def is_positional(tree: Tree) -> bool:
    """Whether it has spans."""
    if isinstance(tree, Or):
        return all(map(is_positional, tree.members))
    return isinstance(tree, (Word, Pattern, Near, NotNear))


def fields_of(tree: Tree) -> tuple[str, ...]:
    """The text fields that all leaves of a positional tree share."""
    shared = [leaf.fields for leaf in leaves(tree) if isinstance(leaf, (Word, Pattern))]
    return tuple(name for name in TEXT_FIELDS if all(name in fields for fields in shared))


def all_of(trees: Sequence[Tree]) -> Tree:
    """All of them, one at least, as one tree."""
    if len(trees) == 1:
        return trees[0]
    members: list[Tree] = []
    for tree in trees:
        members += tree.members if isinstance(tree, And) else (tree,)
    return And(tuple(members))


def any_of(trees: Sequence[Tree]) -> Tree:
    """Any of them, one at least, as one tree."""
    if len(trees) == 1:
        return trees[0]
    members: list[Tree] = []
    for tree in trees:
        members += tree.members if isinstance(tree, Or) else (tree,)
    return Or(tuple(members))


def boosted(tree: Tree, boost: float) -> Tree:
    """The tree with its scores multiplied: the factor goes down to what is scored as one."""
    match tree:
        case Word() | Pattern() | Near() | NotNear():
            return replace(tree, boost=_held(tree.boost * boost))
        case AtLeast():
            member = tree.member
            return replace(tree, member=replace(member, boost=_held(member.boost * boost)))
        case And() | Or() | Some():
            return replace(tree, members=tuple(boosted(member, boost) for member in tree.members))
        case _:
            return tree


def _held(boost: float) -> float:
    return min(max(boost, MIN_BOOST), MAX_BOOST)
