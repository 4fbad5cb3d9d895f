"""The lexemes of a query to its tree: what belongs together, what is wanted of it?

By recursive descent; docs/query-language.md has the grammar.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from searchkit.analysis import fold
from searchkit.query import tree as t
from searchkit.query.leaves import Leaves
from searchkit.query.plain import Mode
from searchkit.query.scan import (
    FIELD_NAMES,
    MAX_DEPTH,
    Kind,
    Lexeme,
    Tell,
    lexemes_of,
    too_deep,
)
from searchkit.schema import TEXT_FIELDS

__all__ = ["Descent", "Member"]

_UNLIKE = "this is for words, phrases and OR of them, in one field; read as"


class Member(NamedTuple):
    """One of several things side by side.

    `wanted`: it has a sign, or AND beside it. `plain` is the same tree if that is a plain word.
    """

    tree: t.Tree
    lexeme: Lexeme
    wanted: bool = False
    plain: t.Word | None = None


class Descent:
    """Goes through the lexemes of one query.

    `top` are the members of the whole, where it is words and other things side by side. Each
    method reads what it is named for, in a field or in all (None), and returns its tree, or None
    where there is nothing to search for.
    """

    def __init__(
        self,
        text: str,
        languages: tuple[str, ...],
        mode: Mode,
        stop_words: AbstractSet[str],
        tell: Tell,
    ) -> None:
        self._lexemes = lexemes_of(text, tell)
        self._leaves = Leaves(text, languages, tell)
        self._mode = mode
        self._stop_words = stop_words
        self._tell = tell
        self._place = 0
        self._nested = 0
        self.top: list[Member] = []

    def whole(self) -> t.Tree | None:
        """All of it."""
        if all(lexeme.kind is Kind.WORD for lexeme in self._lexemes):
            # As in most queries, which take a third less time so.
            members = [
                _bare(tree, lexeme)
                for lexeme in self._lexemes
                if (tree := self._leaves.text(lexeme, None))
            ]
        else:
            members, *others = sequences = self._sequences(None)
            if others:
                return self._alternatives(sequences)
        self.top = self._without_stop_words(members)
        return self._together(self.top)

    # -- what stands side by side, and alternatives

    def _alternatives(self, sequences: list[list[Member]]) -> t.Tree | None:
        together = [self._together(self._without_stop_words(members)) for members in sequences]
        trees = [tree for tree in together if tree]
        return t.any_of(trees) if trees else None

    def _sequences(self, field: str | None) -> list[list[Member]]:
        """What stands between OR, up to a closing bracket or the end."""
        sequences: list[list[Member]] = [[]]
        beside: Kind | None = None
        while (kind := self._kind) not in (None, Kind.CLOSE):
            if kind is Kind.AND or kind is Kind.OR:
                self._place += 1
                beside = kind
                if kind is Kind.OR:
                    sequences.append([])
                continue
            if member := self._member(field, beside):
                sequences[-1].append(member)
            beside = None
        return sequences

    def _member(self, field: str | None, before: Kind | None) -> Member | None:
        wanted = before is Kind.AND
        signed = negated = False
        while self._kind in (Kind.SIGN, Kind.NOT):
            signed = True
            if self._next().text == "+":
                wanted = True
            else:
                negated = not negated
        lexeme = self._lexemes[self._place]
        tree = self._near(field)
        if tree is None:
            return None
        after = self._kind
        wanted = wanted or after is Kind.AND
        if not (signed or wanted or field or before or after is Kind.OR):
            return _bare(tree, lexeme)
        return Member(_not(tree) if negated else tree, lexeme, wanted)

    def _without_stop_words(self, members: list[Member]) -> list[Member]:
        """The members without plain stop words, unless nothing else says what ranks first."""
        common = [m.plain and fold(m.plain.typed) in self._stop_words for m in members]
        if not any(common):
            return members
        others = [m for m, left_out in zip(members, common, strict=True) if not left_out]
        if not any(member.plain or _ranks(member.tree) for member in others):
            return members
        for (_, lexeme, *_), left_out in zip(members, common, strict=True):
            if left_out:
                self._tell(
                    lexeme.start,
                    lexeme.end,
                    f"left out, as it stands in nearly every article; +{lexeme.text} demands it",
                )
        return others

    def _together(self, members: list[Member]) -> t.Tree | None:
        if self._mode != "any":
            trees = [member.tree for member in members]
        else:
            trees = [m.tree for m in members if m.wanted or not _ranks(m.tree)]
            if free := [m.tree for m in members if not m.wanted and _ranks(m.tree)]:
                ranked = any(map(_ranks, trees))
                trees.insert(0, t.Some(tuple(free), 0) if ranked else t.any_of(free))
        return t.all_of(trees) if trees else None

    # -- proximity

    def _near(self, field: str | None) -> t.Tree | None:
        left = self._operand(field)
        while self._kind is Kind.NEAR:
            operator = self._next()
            right = self._operand(field)
            if left and right:
                left = self._close_by(left, right, operator)
            elif right and operator.text[0] not in "nN":
                left = right
        return left

    def _close_by(self, left: t.Tree, right: t.Tree, operator: Lexeme) -> t.Tree:
        name, number = operator.text.lower().split("/")
        distance = self._leaves.distance(int(number), operator)
        if name.startswith("not"):
            if _shared(left, right):
                self._nest(left)
                return t.NotNear(left, right, distance)
            self._tell(operator.start, operator.end, f"{_UNLIKE} AND NOT")
            return t.all_of([left, _not(right)])
        # What is joined by AND, or stands side by side, is near the other side each for itself.
        lefts, rights = (
            tree.members if isinstance(tree, t.And) else (tree,) for tree in (left, right)
        )
        self._leaves.count(2 * len(lefts) * len(rights))
        pairs = list(product(lefts, rights))
        if all(_shared(*pair) for pair in pairs):
            return t.all_of([self._near_two(*pair, distance, name == "pre") for pair in pairs])
        self._tell(operator.start, operator.end, f"{_UNLIKE} AND")
        return t.all_of([left, right])

    def _near_two(self, left: t.Tree, right: t.Tree, distance: int, ordered: bool) -> t.Near:
        members: tuple[t.Tree, ...] = (left, right)
        if isinstance(left, t.Near) and (left.distance, left.ordered, left.boost) == (
            distance,
            ordered,
            1.0,
        ):
            members = (*left.members, right)
        else:
            self._nest(left)
        return t.Near(members, distance, ordered, _shared(left, right))

    def _nest(self, tree: t.Tree) -> None:
        """Raises QueryTooComplexError for too many proximities that are not of one chain."""
        self._nested += isinstance(tree, (t.Near, t.NotNear))
        if self._nested > MAX_DEPTH:
            raise too_deep()

    # -- one thing

    def _operand(self, field: str | None) -> t.Tree | None:
        lexeme = self._next()
        if lexeme.kind is Kind.FIELD:
            return self._operand(FIELD_NAMES[lexeme.text.partition(":")[0]])
        if lexeme.kind is Kind.OPEN:
            tree = self._alternatives(self._sequences(field))
            return self._closed(tree)
        if lexeme.kind is Kind.COUNTED:
            return self._counted(lexeme, field)
        if field is None or field in TEXT_FIELDS:
            return self._leaves.text(lexeme, field)
        return self._leaves.condition(lexeme, field)

    def _counted(self, lexeme: Lexeme, field: str | None) -> t.Tree | None:
        some = lexeme.text[:4].lower() == "some"
        number = int(lexeme.text[len("some" if some else "atleast") :])
        self._next()
        sequences = self._sequences(field)
        if not some:
            tree = self._alternatives(sequences)
            return self._closed(tree and self._at_least(tree, number, lexeme))
        if len(sequences) == 1:
            members = [member.tree for member in sequences[0]]
        else:
            members = [tree for each in sequences if (tree := self._together(each))]
        required = min(number, len(members))
        if members and required < number:
            self._tell(lexeme.start, lexeme.end, f"read as some{required}: there are no more")
        return self._closed(t.Some(tuple(members), required) if members else None)

    def _at_least(self, tree: t.Tree, times: int, lexeme: Lexeme) -> t.Tree:
        match tree:
            case t.Word():
                return t.AtLeast(tree, times) if times > 1 else tree
            case t.And() | t.Or():
                members = [self._at_least(member, times, lexeme) for member in tree.members]
                return replace(tree, members=tuple(members))
            case _:
                what = "words and phrases are counted, nothing else; read without"
                self._tell(lexeme.start, lexeme.end, what)
                return tree

    def _closed(self, tree: t.Tree | None) -> t.Tree | None:
        """A group at its closing bracket, with the boost that it has there."""
        lexeme = self._next()
        boost = lexeme.text[1:]
        return self._leaves.boosted(tree, boost, lexeme) if tree and boost else tree

    # -- the lexemes

    @property
    def _kind(self) -> Kind | None:
        """The kind of the next lexeme; None at the end."""
        return self._lexemes[self._place].kind if self._place < len(self._lexemes) else None

    def _next(self) -> Lexeme:
        self._place += 1
        return self._lexemes[self._place - 1]


def _bare(tree: t.Tree, lexeme: Lexeme) -> Member:
    """What begins with this lexeme and has no sign, field or operator."""
    if lexeme.kind is Kind.WORD and isinstance(tree, t.Word) and not tree.exact:
        return Member(tree, lexeme, plain=tree)
    return Member(tree, lexeme)


def _not(tree: t.Tree) -> t.Tree:
    return tree.member if isinstance(tree, t.Not) else t.Not(tree)


def _ranks(tree: t.Tree) -> bool:
    """Whether articles that match may be ranked by it."""
    if isinstance(tree, (t.And, t.Or, t.Some)):
        return any(map(_ranks, tree.members))
    return not isinstance(tree, t.Not) and not t.is_condition(tree)


def _shared(left: t.Tree, right: t.Tree) -> tuple[str, ...]:
    """The fields in which they can be near each other; none where one has no spans."""
    if not (t.is_positional(left) and t.is_positional(right)):
        return ()
    # Those of a long chain are known.
    ours, theirs = (
        tree.fields if isinstance(tree, t.Near) else t.fields_of(tree) for tree in (left, right)
    )
    return tuple(name for name in ours if name in theirs)
