"""The queries that most people type: a few words of plain letters, or one phrase of them.

They mean what `searchkit.query.descent` would make of them, in a fifth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Literal

from searchkit.analysis import fold, variants_of
from searchkit.query import tree as t
from searchkit.schema import TEXT_FIELDS

__all__ = ["Mode", "plain_query"]

# Whether of plain words all are wanted, or any; None is all, or else most of them.
Mode = Literal["all", "any"] | None


_WORDS = re.compile(r"[A-Za-z]{1,40}(?: [A-Za-z]{1,40}){0,20}")
_OPERATORS = {"AND", "OR", "NOT"}


def plain_query(
    text: str, languages: tuple[str, ...], any_of: bool, stop_words: AbstractSet[str]
) -> tuple[t.Tree, tuple[t.Tree, ...]] | None:
    """The tree of such a query and the words in it that are plain, or None for other queries, and
    where stop words are to be left out. `any_of` of plain words is wanted, or else all.
    """
    if text[:1] == '"' == text[-1:] and _WORDS.fullmatch(text, 1, len(text) - 1):
        return _word(text[1:-1], languages), ()
    if not _WORDS.fullmatch(text):
        return None
    words = text.split(" ")
    operators = _OPERATORS.intersection(words)
    if operators:
        (operator, *others) = operators
        joined = words[1::2].count(operator) == len(words) // 2 == words.count(operator)
        if others or operator == "NOT" or len(words) % 2 == 0 or not joined:
            return None
        members = tuple([_word(word, languages) for word in words[::2]])
        return (t.And if operator == "AND" else t.Or)(members), ()
    if stop_words and not stop_words.isdisjoint(map(fold, words)):
        return None
    members = tuple([_word(word, languages) for word in words])
    if len(members) == 1:
        return members[0], members
    return (t.Or if any_of else t.And)(members), members


@lru_cache(10_000)
def _word(typed: str, languages: tuple[str, ...]) -> t.Word:
    return t.Word(TEXT_FIELDS, tuple(variants_of(typed, languages)), typed)
