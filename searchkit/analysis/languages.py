"""The languages that have a stemmer, and the names people give them."""

from __future__ import annotations

import functools
import re

from searchkit.errors import LanguageError

__all__ = ["LANGUAGES", "UNSTEMMED", "language_code", "language_of"]

# ISO 639-1 code → name, which is also Snowball's name of the algorithm
# (https://snowballstem.org/algorithms/).
LANGUAGES = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# What else sources call them: the codes of ISO 639-2, and of 639-1 for the two written forms of
# Norwegian.
_OTHER_CODES = """
    ara:ar arm:hy baq:eu cat:ca dan:da deu:de dut:nl ell:el eng:en eus:eu fin:fi fra:fr fre:fr
    ger:de gle:ga gre:el hin:hi hun:hu hye:hy ind:id ita:it lit:lt nb:no nep:ne nld:nl nn:no nno:no
    nob:no nor:no por:pt ron:ro rum:ro rus:ru spa:es srp:sr swe:sv tam:ta tur:tr yid:yi
"""
_CODES = {name: code for code, name in LANGUAGES.items()} | {code: code for code in LANGUAGES}
_CODES |= dict(pair.split(":") for pair in _OTHER_CODES.split())
_first_part = re.compile(r"[^\W_]*").match

# For archives in several languages, or in one without a stemmer: words are found as written.
UNSTEMMED = "none"


def language_code(name: str) -> str:
    """The ISO 639-1 code for a code of ISO 639, a locale such as ``de-AT``, or an English name.

    ``"none"`` stands for no stemming. Raises LanguageError for any other.
    """
    wanted = name.strip().casefold()
    if wanted == UNSTEMMED:
        return wanted
    first = _first_part(wanted)
    if first and first[0] in _CODES:
        return _CODES[first[0]]
    known = ", ".join(f"{code} ({full_name})" for code, full_name in LANGUAGES.items())
    raise LanguageError(
        f"no stemmer for the language {name!r}; choose one of {known}, or 'none' for no stemming"
    )


def language_of(name: str, default: str) -> str:
    """The code of an article's language, or `default` where `name` names none with a stemmer.

    Articles say what they like: nothing is raised. An index without stemming stays so.
    """
    if not name or default == UNSTEMMED:
        return default
    return _lenient_code(name, default)


@functools.lru_cache(maxsize=1024)
def _lenient_code(name: str, default: str) -> str:
    try:
        return language_code(name)
    except LanguageError:
        return default
