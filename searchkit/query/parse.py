"""A query string to a Whoosh query, and to what highlighting has to look for.

The language is Whoosh's for now, and this is the only file that knows it: words (all of
them wanted), ``"exact phrases"``, ``"near words"~5``, ``field:word``, ``AND OR NOT``, ``-word``,
parentheses, ``prefix*`` and ``wild?card``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whoosh import query as wq
from whoosh.fields import ID, Schema
from whoosh.qparser import QueryParser, plugins

from searchkit.analysis import Variant, fold, variants_of
from searchkit.errors import QueryError
from searchkit.query.tree import Nothing, Or, Pattern, Tree, Word
from searchkit.schema import CAPTION_GAP, FIELD_WEIGHTS, FILTER_FIELDS, TEXT_FIELDS

__all__ = ["MAX_QUERY_CHARACTERS", "ParsedQuery", "parse"]

# For this many Whoosh's parser takes 25 to 80 ms, as measured with words and with groups; what
# is longer was not typed.
MAX_QUERY_CHARACTERS = 2_000

_EVERYTHING = "*"
# NOT as a word, and a minus before a word, phrase or group, as web search engines have it.
_NOT = r"(^|(?<=[\s(]))(NOT(?=\s)|-(?=[\w#@\"(]))"
_QUERY_FIELDS = (*TEXT_FIELDS, *FILTER_FIELDS, "published", "id")
# What people call the fields → the names in the index.
_ALIASES = {alias: name for name, alias in FILTER_FIELDS.items() if name != alias}
_ALIASES |= {"title": "headline", "caption": "captions"}
# "headline: fire" is meant as "headline:fire"; quoted text is left as it is.
_SPACED_FIELD = re.compile(
    rf'("[^"]*")|(?<!\S)([-(]*(?:{"|".join((*_QUERY_FIELDS, *_ALIASES))}):)\s+(?=\S)'
)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query that can be run: the Whoosh query, and as a tree what it marks in a text."""

    whoosh: wq.Query
    tree: Tree


def parse(text: str, schema: Schema, languages: Sequence[str]) -> ParsedQuery:
    """Reads a query string; ``*`` alone stands for every article.

    `languages` are those in which the index's articles were analysed, at least one. Raises
    QueryError for a query that is too long, nested too deeply, or has nothing to search for.
    """
    text = text.strip()
    if text == _EVERYTHING:
        return ParsedQuery(wq.Every(), Nothing())
    if len(text) > MAX_QUERY_CHARACTERS:
        raise QueryError(
            f"the query has {len(text):,} characters, the limit is {MAX_QUERY_CHARACTERS:,}; "
            "search for fewer words"
        )
    try:
        tidy = _SPACED_FIELD.sub(lambda match: match[1] or match[2], text)
        tree = _parser(schema).parse(tidy, normalize=False)
        tree = _adapt(tree, languages).normalize()
        marking = _marking(tree)
    except RecursionError as error:
        raise QueryError("the query is nested too deeply; use fewer parentheses") from error
    if tree == wq.NullQuery:
        raise QueryError(
            f"the query {_shortened(text)} has no word to search for; "
            "write one or more words, or * for every article"
        )
    return ParsedQuery(tree, marking)


def _parser(schema: Schema) -> QueryParser:
    searchable = Schema(**{name: schema[name] for name in _QUERY_FIELDS})
    for name in TEXT_FIELDS:
        # Words and phrases come as they were typed; what they mean is `_adapt`'s to say.
        searchable.remove(name)
        searchable.add(name, ID())
    return QueryParser(
        None,
        searchable,
        plugins=[
            plugins.WhitespacePlugin(),
            plugins.FieldAliasPlugin({name: [alias] for alias, name in _ALIASES.items()}),
            plugins.FieldsPlugin(),
            plugins.PhrasePlugin(),
            plugins.WildcardPlugin(),
            plugins.GroupPlugin(),
            plugins.OperatorsPlugin(Not=_NOT, AndNot=None, AndMaybe=None, Require=None),
            plugins.MultifieldPlugin(list(TEXT_FIELDS), fieldboosts=FIELD_WEIGHTS),
        ],
    )


def _adapt(tree: wq.Query, languages: Sequence[str]) -> wq.Query:
    """The tree with words as typed turned into terms, and with what Whoosh's parser leaves
    undone, or does otherwise, put right.
    """
    if getattr(tree, "error", None):
        raise QueryError(
            "the query has a date that cannot be read; "
            "write published:2020, published:2020-02 or published:2020-02-20"
        )
    if isinstance(tree, (wq.Prefix, wq.Wildcard)):
        return _pattern(tree, languages)
    if isinstance(tree, (wq.Term, wq.Phrase)):
        return _words(tree, languages)
    if isinstance(tree, wq.Not):
        return wq.Not(_adapt(tree.query, languages), boost=tree.boost)
    if isinstance(tree, (wq.And, wq.Or)):
        members = [_adapt(member, languages) for member in tree]
        return tree.__class__(members, boost=tree.boost)
    return tree


def _words(tree: wq.Term | wq.Phrase, languages: Sequence[str]) -> wq.Query:
    """A word or phrase as typed: any of its variants."""
    typed = tree.words[0] if isinstance(tree, wq.Phrase) else tree.text
    if tree.fieldname not in TEXT_FIELDS:
        return wq.Term(tree.fieldname, typed, boost=tree.boost)
    # A phrase must not reach from one caption into the next.
    slop = min(getattr(tree, "slop", 1), CAPTION_GAP - 1)
    variants = variants_of(typed, languages)
    return _any(_variant(tree.fieldname, variant, slop, tree.boost) for variant in variants)


def _variant(field: str, variant: Variant, slop: int, boost: float) -> wq.Query:
    terms = variant.terms
    if variant.is_prefix:
        return wq.Prefix(field, terms[0], boost=boost)
    if len(terms) == 1:
        return wq.Term(field, terms[0], boost=boost)
    return wq.Phrase(field, list(terms), slop=slop, boost=boost)


def _any(alternatives: Iterable[wq.Query]) -> wq.Query:
    alternatives = list(alternatives)
    if len(alternatives) == 1:
        return alternatives[0]
    return wq.Or(alternatives) if alternatives else wq.NullQuery


def _pattern(tree: wq.Prefix | wq.Wildcard, languages: Sequence[str]) -> wq.Query:
    """A prefix or wildcard query. Terms are stems, so that of the prefix itself is added:
    without it ``airstrikes*`` would miss the term ``airstrik``. Terms have no hyphens either.
    """
    field, boost = tree.fieldname, tree.boost
    pattern = fold(tree.text) if field in TEXT_FIELDS else tree.text
    if isinstance(tree, wq.Wildcard) and not (pattern.endswith("*") and _is_prefix(pattern)):
        return wq.Wildcard(field, pattern, boost=boost)
    prefix = pattern.rstrip("*")
    if not prefix:
        return wq.NullQuery
    alternatives: list[wq.Query] = [wq.Prefix(field, prefix, boost=boost)]
    if field in TEXT_FIELDS:
        if joined := prefix.replace("-", ""):
            alternatives.append(wq.Prefix(field, joined, boost=boost))
        alternatives += (
            _variant(field, variant, 1, boost)
            for variant in variants_of(prefix, languages)
            if not (len(variant.terms) == 1 and variant.terms[0].startswith((prefix, joined)))
        )
    return _any(dict.fromkeys(alternatives))


def _is_prefix(pattern: str) -> bool:
    return not re.search(r"[*?\[]", pattern.rstrip("*"))


def _marking(tree: wq.Query) -> Tree:
    """What the query wants in text fields; what it does not want is not marked."""
    if isinstance(tree, (wq.And, wq.Or)):
        return Or(tuple(map(_marking, tree)))
    field = getattr(tree, "fieldname", None)
    if field not in TEXT_FIELDS:
        return Nothing()
    if isinstance(tree, wq.Phrase):
        return Word((field,), (Variant(tuple(tree.words)),), " ".join(tree.words), tree.slop)
    if isinstance(tree, wq.Prefix):
        return Pattern((field,), "prefix", tree.text, 0, (), tree.text)
    if isinstance(tree, wq.Wildcard):
        return Pattern((field,), "wildcard", tree.text, 0, (), tree.text)
    if isinstance(tree, wq.Term):
        return Word((field,), (Variant((tree.text,)),), tree.text)
    return Nothing()


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
