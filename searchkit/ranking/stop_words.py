"""Words so common that they say nothing about what an article is about."""

from __future__ import annotations

__all__ = ["stop_words"]

# English words of grammar, by their kind. 127 of them.
_ENGLISH = frozenset(
    # articles, demonstratives, quantifiers
    "a an the this that these those all any both each every few more most much some such no "
    # pronouns
    "i me my you your he him his she her it its we us our they them their "
    "who whom whose which what myself himself itself themselves "
    # to be, to have, to do, and modal verbs
    "am is are was were be been being has have had having do does did doing "
    "can could must shall should will would "
    # prepositions
    "about above after against at before below between by during for from in into of off on "
    "out over through to under until up upon with within without "
    # conjunctions and adverbs
    "and as because but if nor or so than though while "
    "again also here how just not now only other own same then there too very when where why "
    "yet".split()
)


def stop_words(language: str) -> frozenset[str]:
    """Those of a language by its code, folded; none for languages without a list."""
    return _ENGLISH if language == "en" else frozenset()
