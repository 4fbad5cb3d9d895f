"""The terms of a dictionary that look like something: by prefix, by wildcards, by edit distance.

The compiled one goes through a dictionary once for each pattern, without those parts of it that
cannot match; here each term is looked at by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from searchkit.kernels import PATTERN_KINDS
from searchkit.kernels.reference.dictionary import Dictionary
from searchkit.kernels.reference.lists import Lists, SegmentView

__all__ = ["expand"]

_ANY = {"*": ".*", "?": "."}


def expand(
    view: SegmentView,
    fields: Iterable[int],
    patterns: Sequence[tuple[int, str, int]],
    limit: int,
    terms: set[bytes] | None,
) -> tuple[Lists, bool]:
    """The lists of all terms that look like any of these patterns, in fields by number; and
    whether that is all: there are `limit` terms of each pattern in a field at most, the first.

    A pattern is (kind, text, distance): the number of its kind in PATTERN_KINDS, text of
    PATTERN_CHARACTERS at most, of which a wildcard's ``*`` stands for any characters and ``?``
    for one; the distance is that of fuzzy ones, 0 to 2. The terms are put into the set `terms`,
    unless that is None.
    """
    lists = Lists(view)
    complete = True
    for field in fields:
        dictionary = view._fields[field].dictionary
        every = _terms(dictionary)
        wanted: set[bytes] = set()
        for pattern in patterns:
            found = [term for term in every if _matches(*pattern, term.decode())]
            complete = complete and len(found) <= limit
            wanted.update(found[:limit])
        for term in sorted(wanted):
            dictionary.seek(term)
            view._put_here(lists, field)
        if terms is not None:
            terms |= wanted
    return lists, complete


def _terms(dictionary: Dictionary) -> list[bytes]:
    terms = []
    dictionary.first()
    while dictionary.valid:
        terms.append(dictionary.term)
        dictionary.next()
    return terms


def _matches(kind: int, text: str, distance: int, term: str) -> bool:
    if PATTERN_KINDS[kind] == "prefix":
        return term.startswith(text)
    if PATTERN_KINDS[kind] == "wildcard":
        expression = "".join(_ANY.get(char) or re.escape(char) for char in text)
        return re.fullmatch(expression, term, re.DOTALL) is not None
    return _distance(text, term) <= distance


def _distance(one: str, other: str) -> int:
    """By optimal string alignment: letters put in, left out, replaced, or exchanged with a
    neighbour, no part changed twice (Boytsov, "Indexing methods for approximate dictionary
    searching", 2011, section 2.1).
    """
    # rows[i][j] is that of the first i letters of the one to the first j of the other.
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, another in enumerate(other, 1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (letter != another))
            if i > 1 < j and one[i - 2 : i] == another + other[j - 2]:
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
