"""A query string to its tree, and to how it was read; docs/query-language.md has the language.

What is not syntax is text, and no word is lost without a note. Any text takes time in proportion to
its length, and is refused when it has more parts than a person would type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from searchkit.analysis import language_code
from searchkit.errors import QueryError, QueryTooLongError
from searchkit.query import tree as t
from searchkit.query.interpretation import Interpretation, Note, Relaxation
from searchkit.query.plain import Mode, plain_query
from searchkit.schema import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from whoosh.query import Query

__all__ = ["MAX_QUERY_CHARACTERS", "Mode", "ParsedQuery", "parse", "parse_query"]

# Room for MAX_PARTS words of twelve letters. Whatever they are, so many characters are read, or
# refused, within 50 ms.
MAX_QUERY_CHARACTERS = 50_000

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as it was read.

    `plain` are the words of which, in the mode None, most are enough where no article has all:
    two at least, or none; `demanded` is what is wanted beside them in any case.
    """

    tree: t.Tree
    interpretation: Interpretation
    plain: tuple[t.Tree, ...] = ()
    demanded: tuple[t.Tree, ...] = ()

    @property
    def optional(self) -> int:
        """How many plain words there are that `relaxed` may do without; 0 for none."""
        return len(self.plain)

    def relaxed(self, required: int) -> t.Tree:
        """What is to be run when no article matches `tree`: this many of the plain words, from 1
        to `optional`, and everything that is demanded.
        """
        return t.all_of([t.Some(self.plain, required), *self.demanded])

    def relaxed_interpretation(self, required: int) -> Interpretation:
        """The interpretation that says that ``relaxed(required)`` was run."""
        relaxation = Relaxation(len(self.plain), required, self.relaxed(required))
        return replace(self.interpretation, relaxed=relaxation)

    def to_whoosh(self) -> Query:
        """The tree as a query of Whoosh; see `searchkit.query.whoosh_query`."""
        from searchkit.query.whoosh_query import to_whoosh

        return to_whoosh(self.tree)


def parse(
    text: str,
    languages: Sequence[str],
    *,
    mode: Mode = None,
    stop_words: AbstractSet[str] = frozenset(),
) -> ParsedQuery:
    """Reads a query for articles that were analysed in these languages, one at least.

    Plain words are those that stand side by side without quotes, signs, operators and fields. In
    the mode ``"all"`` all of them are demanded, in ``"any"`` one; None demands all, and has
    `ParsedQuery.relaxed` for when no article has them. Those of `stop_words`, which are folded,
    are left out as long as something else remains by which articles can be ranked.

    Raises QueryTooLongError, QueryTooComplexError, and QueryError for a date or length that is
    none, or when there is nothing to search for.
    """
    if mode not in ("all", "any", None):
        raise QueryError(f"mode is {mode!r}; it must be 'all', 'any' or None")
    if len(text) > MAX_QUERY_CHARACTERS:
        raise QueryTooLongError(
            f"the query has {len(text):,} characters, the limit is {MAX_QUERY_CHARACTERS:,}; "
            "search for fewer words"
        )
    languages = tuple(languages)
    if simple := plain_query(text, languages, mode == "any", stop_words):
        tree, words = simple
        interpretation = Interpretation(text, tree, ())
        if mode is not None or len(words) < 2:
            return ParsedQuery(tree, interpretation)
        return ParsedQuery(tree, interpretation, words)
    # Its import takes a quarter of the time of a whole search by a command.
    from searchkit.query.descent import Descent

    if not text.isascii():
        # They are not to be written in UTF-8, and part of no word.
        text = _SURROGATE.sub("\ufffd", text)
    notes: list[Note] = []

    def tell(start: int, end: int, remark: str) -> None:
        notes.append(Note(start, end, remark))

    descent = Descent(text, languages, mode, stop_words, tell)
    whole = descent.whole()
    if whole is None:
        raise QueryError(
            f"the query {_shortened(text.strip())} has no word to search for; "
            "write one or more words, or * for every article"
        )
    notes.sort(key=lambda note: note.start)
    interpretation = Interpretation(text, whole, tuple(notes))
    plain = [member.tree for member in descent.top if member.plain]
    if mode is not None or len(plain) < 2:
        return ParsedQuery(whole, interpretation)
    demanded = tuple(member.tree for member in descent.top if not member.plain)
    return ParsedQuery(whole, interpretation, tuple(plain), demanded)


def parse_query(
    text: str, languages: Sequence[str] = (DEFAULT_LANGUAGE,), mode: Mode = None
) -> ParsedQuery:
    """Reads a query without an index, to look at how it is read, or to run it with Whoosh.

    `languages` are codes or names of those in which the articles are stemmed. Raises as `parse`
    does, and LanguageError.
    """
    return parse(text, [language_code(language) for language in languages], mode=mode)


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
