"""A tree written out as a query again: one line, everything in brackets, nothing left to guess."""

from __future__ import annotations

import re

from searchkit.query import tree as t
from searchkit.query.dates import write_dates, write_length
from searchkit.schema import TEXT_FIELDS

__all__ = ["reading_of"]

# What reads as one word without quotes; what looks like an operator, or its beginning, has them.
_BARE = re.compile(r"(?!(?i:and|or|not)$)[#@]?[^\W_]+(?:[-'’.&_][^\W_]+)*")


def reading_of(tree: t.Tree) -> str:
    """A query that is parsed to this tree, in any mode.

    The tree is of the parser's making: it has no Nothing, and no values with quotes.
    """
    text = _written(tree)
    bracketed = isinstance(tree, (t.And, t.Or, t.Not, t.Near, t.NotNear)) and text[-1] == ")"
    return text[1:-1] if bracketed else text


def _written(tree: t.Tree) -> str:
    match tree:
        case t.Word():
            return _in_field(tree.fields, _word(tree)) + _boost(tree.boost)
        case t.Pattern():
            suffix = f"~{tree.distance}" if tree.kind == "fuzzy" else ""
            return _in_field(tree.fields, tree.typed + suffix) + _boost(tree.boost)
        case t.Near():
            operator = f" {'pre' if tree.ordered else 'w'}/{tree.distance} "
            return f"({operator.join(map(_written, tree.members))})" + _boost(tree.boost)
        case t.NotNear():
            wanted, unwanted = _written(tree.wanted), _written(tree.unwanted)
            return f"({wanted} not w/{tree.distance} {unwanted})" + _boost(tree.boost)
        case t.AtLeast():
            word = tree.member
            counted = f"atleast{tree.times}({_word(word)})"
            return _in_field(word.fields, counted) + _boost(word.boost)
        case t.And():
            return f"({' AND '.join(map(_written, tree.members))})"
        case t.Or():
            return f"({' OR '.join(map(_written, tree.members))})"
        case t.Not():
            return f"(NOT {_written(tree.member)})"
        case t.Some():
            return f"some{tree.required}({' '.join(map(_written, tree.members))})"
        case t.Everything():
            return "*"
        case _:
            return _condition(tree)


def _condition(tree: t.Tree) -> str:
    match tree:
        case t.Value():
            return f'{tree.field}:"{tree.term}"'
        case t.ValuePrefix():
            return f'{tree.field}:"{tree.prefix}"*'
        case t.Dates():
            return f"published:{write_dates(tree)}"
        case t.Length():
            return f"length:{write_length(tree)}"
        case t.Exists():
            return f"{tree.field}:*"
        case _:
            raise ValueError(f"{tree} cannot be written as a query")


def _word(word: t.Word) -> str:
    text = word.typed if _BARE.fullmatch(word.typed) and word.slop == 1 else f'"{word.typed}"'
    return "=" * word.exact + text + (f"~{word.slop}" if word.slop > 1 else "")


def _in_field(fields: tuple[str, ...], text: str) -> str:
    return text if fields == TEXT_FIELDS else f"{fields[0]}:{text}"


def _boost(boost: float) -> str:
    return "" if boost == 1 else f"^{boost!r}".removesuffix(".0")
