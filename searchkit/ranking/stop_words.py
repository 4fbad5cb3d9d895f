"""Words so common that they say nothing about what an article is about."""

from __future__ import annotations

__all__ = ["stop_words"]

# English words of grammar, 127 of them: articles, demonstratives and quantifiers; pronouns; forms
# of be, have and do, and modal verbs; prepositions; conjunctions and adverbs.
_ENGLISH = """
    a an the this that these those all any both each every few more most much some such no
    i me my you your he him his she her it its we us our they them their
    who whom whose which what myself himself itself themselves
    am is are was were be been being has have had having do does did doing
    can could must shall should will would
    about above after against at before below between by during for from in into of off on
    out over through to under until up upon with within without
    and as because but if nor or so than though while
    again also here how just not now only other own same then there too very when where why yet
"""
_LISTS = {"en": frozenset(_ENGLISH.split())}
_NONE: frozenset[str] = frozenset()


def stop_words(language: str) -> frozenset[str]:
    """Those of a language by its code, folded; none for languages without a list."""
    return _LISTS.get(language, _NONE)
