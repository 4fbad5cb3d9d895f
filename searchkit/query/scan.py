"""The characters of a query to lexemes: what of it is syntax, and what is text?

Each pass goes once over its input. The first knows a lexeme by its characters. The others know it
by its neighbours: a bracket without its partner and a sign before nothing are left out, an operator
without something on either side is a word. So nothing is ever wrong, only too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum, auto
from typing import NamedTuple

from searchkit.errors import QueryTooComplexError
from searchkit.schema import FILTER_FIELDS, TEXT_FIELDS

__all__ = [
    "BOOST",
    "FIELD_NAMES",
    "MAX_DEPTH",
    "MAX_PARTS",
    "QUOTES",
    "Kind",
    "Lexeme",
    "Tell",
    "lexemes_of",
    "too_complex",
    "too_deep",
]

# What a query may be made of: its words, terms of phrases, brackets and operators together. As
# many unlike words take 80 ms to be read in one language; a hundredth of them is a long query.
MAX_PARTS = 4_096
# Brackets within brackets. Trees are walked by recursion, and Python allows 1,000 calls.
MAX_DEPTH = 32

# Any of them opens and closes: people's keyboards and word processors differ.
QUOTES = '"“”„‟«»＂'

# What a query may call a field → its name in the index, or what is asked of it.
FIELD_NAMES = {name: name for name in (*TEXT_FIELDS, *FILTER_FIELDS, "published", "id")}
FIELD_NAMES |= {alias: name for name, alias in FILTER_FIELDS.items()}
FIELD_NAMES |= {"title": "headline", "caption": "captions"}
FIELD_NAMES |= {name: name for name in ("since", "until", "length")}


class Kind(IntEnum):
    """What a lexeme is."""

    WORD = auto()  # anything between spaces, brackets and quotes, with signs of its own
    PHRASE = auto()  # within quotes, with = before and ~5 * ^2 after, all of it in the text
    OPEN = auto()
    CLOSE = auto()  # the text has a boost: )^2
    FIELD = auto()  # headline: and the space after it
    COUNTED = auto()  # atleast3 or some3, before a bracket
    SIGN = auto()  # + or -
    NOT = auto()
    AND = auto()
    OR = auto()
    NEAR = auto()  # w/5, pre/5, not w/5


class Lexeme(NamedTuple):
    """A piece of the query, which stands at ``query[start:end]``."""

    kind: Kind
    text: str
    start: int
    end: int


# Is told of `query[start:end]` what there is to say about it.
Tell = Callable[[int, int, str], None]

# What a quote or a bracket may have after it.
BOOST = r"\^\d{1,20}(?:\.\d{1,20})?"

_END = rf"(?![^\s(){QUOTES}])"
# A straight quote after a letter or digit is an inch, or Hebrew; not so in scripts without spaces.
_INNER_QUOTE = r'(?<=[^\W_\u0e00-\U0010ffff])"'
# The first alternative is for most words: half the time of trying the others in vain.
_LEXEME = re.compile(
    rf"""
      (?P<PLAIN>(?!(?:AND|OR|(?i:not))\b)[^\W_]+(?=\s|\Z))
    | (?P<PHRASE>=?[{QUOTES}][^{QUOTES}]*[{QUOTES}](?:~\d{{0,9}})?\*?(?:{BOOST})?)
    | (?P<OPEN>\()
    | (?P<CLOSE>\)(?:{BOOST})?)
    | (?P<FIELD>(?:{"|".join(FIELD_NAMES)}):\s*(?=\S))
    | (?P<COUNTED>(?i:atleast|some)\d{{1,9}}(?=\())
    | (?P<SIGN>(?<![^\s(])(?:\+(?=[\w({QUOTES}\#@=*])|-(?=[^\W\d_]|[({QUOTES}\#@=*])))
    | (?P<NEAR>(?i:(?:not\s+)?w|pre)/\d{{1,9}}{_END})
    | (?P<AND>AND{_END}) | (?P<OR>OR{_END}) | (?P<NOT>NOT{_END})
    | (?P<WORD>(?:[^\s(){QUOTES}]|{_INNER_QUOTE})+)
    | (?P<STRAY>[{QUOTES}])
    """,
    re.VERBOSE,
)
_STRAY = _LEXEME.groupindex["STRAY"]
_KINDS = {
    group: Kind["WORD" if name == "PLAIN" else name]
    for name, group in _LEXEME.groupindex.items()
    if group != _STRAY
}

_OPERANDS = {Kind.WORD, Kind.PHRASE, Kind.OPEN, Kind.FIELD, Kind.COUNTED}
_PREFIXES = {Kind.SIGN, Kind.NOT}
_ENDS = {Kind.WORD, Kind.PHRASE, Kind.CLOSE}
# What may follow each that needs something to follow.
_FOLLOWED_BY = {
    Kind.AND: _OPERANDS | _PREFIXES,
    Kind.OR: _OPERANDS | _PREFIXES,
    Kind.NEAR: _OPERANDS,
    Kind.SIGN: _OPERANDS | _PREFIXES,
    Kind.NOT: _OPERANDS | _PREFIXES,
    Kind.FIELD: _OPERANDS - {Kind.FIELD},
    Kind.COUNTED: {Kind.OPEN},
}
_BETWEEN = {Kind.AND, Kind.OR, Kind.NEAR}


def lexemes_of(query: str, tell: Tell) -> list[Lexeme]:
    """The lexemes in order, brackets in pairs, each operator with something to work on.

    `tell` is told of what is left out or is no syntax here. Raises QueryTooComplexError for
    more than MAX_PARTS lexemes, or brackets deeper than MAX_DEPTH.
    """
    lexemes, plain = _scanned(query, tell)
    return lexemes if plain else _in_place(_paired(lexemes, tell), tell)


def _scanned(query: str, tell: Tell) -> tuple[list[Lexeme], bool]:
    """The lexemes by their characters, and whether they are words only."""
    found: list[Lexeme] = []
    plain = True
    for match in _LEXEME.finditer(query):
        start, end = match.span()
        group = match.lastindex or _STRAY
        if group == _STRAY:
            tell(start, end, "this quote has no partner")
            continue
        if len(found) == MAX_PARTS:
            raise too_complex()
        kind = _KINDS[group]
        plain = plain and kind is Kind.WORD
        found.append(Lexeme(kind, match[0], start, end))
    return found, plain


def _paired(lexemes: list[Lexeme], tell: Tell) -> list[Lexeme]:
    """Without brackets that have no partner, or nothing in between."""
    kept: list[Lexeme | None] = []
    opened: list[int] = []
    for lexeme in lexemes:
        if lexeme.kind is Kind.OPEN:
            opened.append(len(kept))
        elif lexeme.kind is Kind.CLOSE:
            if not opened:
                tell(lexeme.start, lexeme.end, "this bracket has no partner")
                continue
            if opened.pop() == len(kept) - 1:
                kept.pop()
                tell(lexeme.start, lexeme.end, "there is nothing between these brackets")
                continue
        kept.append(lexeme)
    for place in opened:
        if lonely := kept[place]:
            tell(lonely.start, lonely.end, "this bracket has no partner")
        kept[place] = None
    return [lexeme for lexeme in kept if lexeme]


def _in_place(lexemes: list[Lexeme], tell: Tell) -> list[Lexeme]:
    """With what is an operator by its looks only turned into a word.

    From the end on: what follows a lexeme is settled then, and what is before it cannot but be
    something to work on, an operator before a word that has something before it, or a word.
    """
    placed: list[Lexeme] = []
    following: Kind | None = None
    depth = 0
    for place in range(len(lexemes) - 1, -1, -1):
        lexeme = lexemes[place]
        kind, before = lexeme.kind, lexemes[place - 1].kind if place else None
        depth += (kind is Kind.CLOSE) - (kind is Kind.OPEN)
        if depth > MAX_DEPTH:
            raise too_deep()
        wants_more = kind in _FOLLOWED_BY and following not in _FOLLOWED_BY[kind]
        wants_less = kind in _BETWEEN and before not in _ENDS
        if wants_more and kind is Kind.SIGN:
            tell(lexeme.start, lexeme.end, "this sign has nothing after it")
            continue
        if wants_more or wants_less:
            missing = "after" if wants_more else "before"
            tell(lexeme.start, lexeme.end, f"a word here, with nothing {missing} it to work on")
            lexeme = lexeme._replace(kind=Kind.WORD)
        placed.append(lexeme)
        following = lexeme.kind
    return placed[::-1]


def too_complex() -> QueryTooComplexError:
    """The error of a query of too many parts."""
    return QueryTooComplexError(
        f"the query has more than {MAX_PARTS:,} words, brackets and operators; "
        "search for fewer words, or for one part after the other"
    )


def too_deep() -> QueryTooComplexError:
    """The error of brackets, or proximities, too many within each other."""
    return QueryTooComplexError(
        f"the query is nested more than {MAX_DEPTH} levels deep; use fewer parentheses"
    )
