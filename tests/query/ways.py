"""All ways in which a positional tree holds in a text, tried one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, product

from searchkit.analysis import Variant
from searchkit.query.tree import Near, NotNear, Or, Pattern, Tree, Word

__all__ = ["Way", "ways_to_hold"]

# First and last position, and the terms that make it, each with its position.
Way = tuple[int, int, frozenset[tuple[str, int]]]


def ways_to_hold(
    tree: Tree,
    tokens: Sequence[tuple[str, int]],
    expansions: Mapping[Pattern, frozenset[str]],
) -> set[Way]:
    """The ways among these terms, each with its position, in a field that the tree is about."""

    def ways(tree: Tree) -> set[Way]:
        match tree:
            case Word():
                return set().union(*(chains(variant, tree.slop) for variant in tree.variants))
            case Pattern():
                terms = [Variant((term,)) for term in expansions[tree]]
                return set().union(*(chains(variant, 1) for variant in [*terms, *tree.stems]))
            case Or():
                return set().union(*map(ways, tree.members))
            case Near():
                found, *following = map(ways, tree.members)
                for others in following:
                    found = {
                        (min(one[0], other[0]), max(one[1], other[1]), one[2] | other[2])
                        for one, other in product(found, others)
                        if 0 < other[0] - one[1] <= tree.distance
                        or (not tree.ordered and 0 < one[0] - other[1] <= tree.distance)
                    }
                return found
            case NotNear():
                unwanted = ways(tree.unwanted)
                return {
                    one
                    for one in ways(tree.wanted)
                    if all(
                        max(other[0] - one[1], one[0] - other[1]) > tree.distance
                        for other in unwanted
                    )
                }
            case _:
                raise AssertionError(tree)

    def chains(variant: Variant, slop: int) -> set[Way]:
        fitting = [
            [
                token
                for token in tokens
                if token[0] == term or (variant[1] and token[0][: len(term)] == term)
            ]
            for term in variant.terms
        ]
        return {
            (chain[0][1], chain[-1][1], frozenset(chain))
            for chain in product(*fitting)
            if all(0 < after[1] - before[1] <= slop for before, after in pairwise(chain))
        }

    return ways(tree)
