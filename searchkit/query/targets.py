"""A query's tree to what highlighting looks for in each text field."""

from __future__ import annotations

import re

from searchkit.analysis import Phrase, Targets, Variant
from searchkit.query import tree as t

__all__ = ["targets_of"]


def targets_of(tree: t.Tree) -> dict[str, Targets]:
    """What the tree wants in each text field; what it does not want is not marked.

    Of fuzzy words only what they are without a change.
    """
    wanted: dict[str, Targets] = {}
    for word in _wanted(tree):
        if isinstance(word, t.Word):
            found = _targets(word.variants, word.slop)
        else:
            found = _targets(word.stems, 1)
            if word.kind != "fuzzy":
                found |= Targets(patterns=(_expression(word),))
        for field in word.fields:
            wanted[field] = wanted.get(field, Targets()) | found
    return wanted


def _wanted(tree: t.Tree) -> list[t.Word | t.Pattern]:
    match tree:
        case t.Word() | t.Pattern():
            return [tree]
        case t.Near() | t.And() | t.Or() | t.Some():
            return [word for member in tree.members for word in _wanted(member)]
        case t.NotNear():
            return _wanted(tree.wanted)
        case t.AtLeast():
            return [tree.member]
        case _:
            return []


def _targets(variants: tuple[Variant, ...], slop: int) -> Targets:
    phrases = [each.terms for each in variants if len(each.terms) > 1]
    beginnings = [each.terms[0] for each in variants if each.is_prefix]
    return Targets(
        frozenset(
            each.terms[0] for each in variants if len(each.terms) == 1 and not each.is_prefix
        ),
        tuple(re.compile(re.escape(text) + ".*", re.DOTALL) for text in beginnings),
        tuple(Phrase(terms, slop) for terms in phrases),
    )


def _expression(pattern: t.Pattern) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    expression = "".join(parts.get(each) or re.escape(each) for each in pattern.text)
    return re.compile(expression + ".*" * (pattern.kind == "prefix"), re.DOTALL)
