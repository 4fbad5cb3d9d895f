"""Words that an index has for those that it lacks: did you mean?"""

from __future__ import annotations

from collections.abc import Mapping

from searchkit.analysis import analyzer_for, fold, language_of
from searchkit.query import tree as t
from searchkit.query.searchable import Searchable
from searchkit.record import decode_article

__all__ = ["suggestions"]

_MOST_WORDS = 5
_MOST_EACH = 3
# Shorter words are near to too many others.
_LEAST_LETTERS = 3
_LEAST_LETTERS_FOR_TWO = 6


def suggestions(searchable: Searchable, tree: t.Tree) -> Mapping[str, tuple[str, ...]]:
    """For words of the query that no article has, words that are spelled alike and most articles
    have, best first. Of phrases, patterns and what is in no other way a single word there is none.
    """
    found: dict[str, tuple[str, ...]] = {}
    for leaf in t.leaves(tree):
        if len(found) == _MOST_WORDS:
            break
        if not isinstance(leaf, t.Word) or leaf.typed in found or len(leaf.typed.split()) > 1:
            continue
        articles = searchable.word(leaf.variants, leaf.fields)[0].articles
        terms = {each.terms[0] for each in leaf.variants if len(each.terms) == 1}
        if not articles and terms and (words := _alike(searchable, leaf, terms)):
            found[leaf.typed] = words
    return found


def _alike(searchable: Searchable, leaf: t.Word, terms: set[str]) -> tuple[str, ...]:
    letters = len(leaf.typed)
    if letters < _LEAST_LETTERS:
        return ()
    for distance in (1, 2) if letters >= _LEAST_LETTERS_FOR_TWO else (1,):
        near: set[str] = set()
        for term in terms | {fold(leaf.typed)}:
            near |= searchable.near(term, distance, leaf.fields)
        ranked = sorted(near, key=lambda term: (-searchable.term(term, leaf.fields).articles, term))
        words = dict.fromkeys(_written(searchable, term, leaf.fields) for term in ranked[:8])
        words.pop("", None)
        if words:
            return tuple(words)[:_MOST_EACH]
    return ()


def _written(searchable: Searchable, term: str, fields: tuple[str, ...]) -> str:
    """A word as an article has it that is indexed by this term, or nothing."""
    place = searchable.first_article(term, fields)
    if place is None:
        return ""
    live, document = place
    article = decode_article(live.segment.stored[document])
    analyzer = analyzer_for(language_of(article.language, searchable.snapshot.manifest.language))
    texts = {
        "headline": [article.headline],
        "body": [article.body],
        "captions": [caption.searchable for caption in article.captions],
    }
    for field in fields:
        for text in texts[field]:
            for token in analyzer.tokens(text):
                if token.term == term:
                    return fold(text[token.start : token.end])
    return ""
