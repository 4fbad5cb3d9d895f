"""One word or quoted phrase of a query to a leaf of its tree: what does it stand for?"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from searchkit.analysis import Variant, fold, variants_of
from searchkit.codec.values import filter_term
from searchkit.kernels.text import locate
from searchkit.query import tree as t
from searchkit.query.dates import dates_between, parse_dates, parse_length
from searchkit.query.scan import (
    BOOST,
    FIELD_NAMES,
    MAX_PARTS,
    QUOTES,
    Lexeme,
    Tell,
    too_complex,
)
from searchkit.schema import CAPTION_GAP, TEXT_FIELDS

__all__ = ["MAX_DISTANCE", "Leaves"]

# Further apart, what stands in one caption would be near what stands in the next.
MAX_DISTANCE = CAPTION_GAP - 1

# Words remembered with what they stand for: some 10 MB when full.
_MAX_REMEMBERED = 16_384
_MAX_REMEMBERED_CHARACTERS = 64

_PHRASE = re.compile(
    rf"(?P<exact>=?)[{QUOTES}](?P<inner>[^{QUOTES}]*)[{QUOTES}]"
    rf"(?P<slop>~\d*)?(?P<star>\*?)(?P<boost>{BOOST})?"
)
_BOOSTED = re.compile(rf"(?P<text>.+?)(?P<boost>{BOOST})", re.DOTALL)
_QUOTE = re.compile(f"[{QUOTES}]")
_DISTANCE = re.compile(r"\d{0,9}", re.ASCII)
_WILDCARD = re.compile(r"[*?]")
_FIELD = re.compile(rf"([^\W\d_]{{2,20}}):[\w({QUOTES}]")


class _Analysed(NamedTuple):
    """A text from its first word to its last, its variants, how many words that are.

    `start` is the place of the first; of a text without words all is empty, or 0.
    """

    typed: str
    variants: tuple[Variant, ...]
    words: int
    start: int


class Leaves:
    """Makes the leaves of one query, for articles that were analysed in these languages.

    What there is to say about the query goes to `tell`.
    """

    def __init__(self, query: str, languages: tuple[str, ...], tell: Tell) -> None:
        self._query = query
        self._languages = languages
        self._tell = tell
        self._parts = 0

    def count(self, parts: int) -> None:
        """Raises QueryTooComplexError when the query has more than MAX_PARTS by now."""
        self._parts += parts
        if self._parts > MAX_PARTS:
            raise too_complex()

    # -- words and phrases

    def text(self, lexeme: Lexeme, field: str | None) -> t.Tree | None:
        """What a WORD or PHRASE stands for in this text field, or in all; None for nothing."""
        text = lexeme.text
        fields = (field,) if field else TEXT_FIELDS
        if text.isalnum() and len(text) <= _MAX_REMEMBERED_CHARACTERS:
            word, words = _known_word(text, fields, self._languages)
            if word:
                self.count(words)
                return word
        if match := _PHRASE.fullmatch(text):
            made: t.Tree | None = self._phrase(match, lexeme, fields)
            boost = match["boost"]
        else:
            text, boost = _without_boost(text)
            if ":" in text:
                self._doubt_field(lexeme)
            made = self._bare(text, lexeme, fields)
        return self.boosted(made, boost, lexeme) if made and boost else made

    def boosted(self, tree: t.Tree, boost: str, lexeme: Lexeme) -> t.Tree:
        """The tree with a boost as it is written, ``^2``."""
        factor = float(boost[1:])
        if not t.MIN_BOOST <= factor <= t.MAX_BOOST:
            self._say(lexeme, f"boosts are held between {t.MIN_BOOST:g} and {t.MAX_BOOST:g}")
        return t.boosted(tree, factor)

    def _phrase(
        self, match: re.Match[str], lexeme: Lexeme, fields: tuple[str, ...]
    ) -> t.Word | None:
        if "*" in match["inner"] or match["star"]:
            self._say(lexeme, "* is no wildcard in or after quotes; write one word pre/1 another*")
        asked = int((match["slop"] or "~")[1:] or 1)
        exact = bool(match["exact"])
        if exact and asked > 1:
            self._say(lexeme, "a phrase after = is found as it is written, without ~")
            asked = 1
        slop = self.distance(asked, lexeme)
        return self._word(match["inner"], lexeme, fields, slop, exact)

    def _bare(self, text: str, lexeme: Lexeme, fields: tuple[str, ...]) -> t.Tree | None:
        """What a word without quotes stands for."""
        if text == "*":
            return t.Everything() if fields == TEXT_FIELDS else t.Exists(*fields)
        text = _QUOTE.sub(" ", text)
        if text[0] == "=" and len(text) > 1:
            if _WILDCARD.search(text):
                self._say(lexeme, "* and ? are no wildcards after =")
            return self._word(text[1:], lexeme, fields, exact=True)
        word, tilde, distance = text.rpartition("~")
        if word and tilde and _DISTANCE.fullmatch(distance):
            return self._fuzzy(word, int(distance or 1), lexeme, fields)
        if _WILDCARD.search(text) and "://" not in text:
            return self._patterns(text, lexeme, fields)
        return self._word(text, lexeme, fields)

    def _word(
        self,
        text: str,
        lexeme: Lexeme,
        fields: tuple[str, ...],
        slop: int = 1,
        exact: bool = False,
    ) -> t.Word | None:
        typed, variants, *_ = self._analysed(text, lexeme)
        return t.Word(fields, variants, typed, slop, 1.0, exact) if typed else None

    def _analysed(self, text: str, lexeme: Lexeme) -> _Analysed:
        if len(text) <= _MAX_REMEMBERED_CHARACTERS:
            found = _analysed(text, self._languages)
            self.count(found.words)
        else:
            self.count(len(locate(text)) // 2)
            found = _analysed.__wrapped__(text, self._languages)
        if not found.words:
            self._say(lexeme, "has no letter or digit to search for")
        elif found.start == 1 and text[0] == "-":
            self._say(lexeme, "read without its minus; to leave a word out write NOT before it")
        return found

    # -- patterns

    def _patterns(self, text: str, lexeme: Lexeme, fields: tuple[str, ...]) -> t.Tree | None:
        """A word with wildcards. Of one that is several in the index, such as ``smith.john*``,
        the parts stand one after the other.
        """
        # What words it has is seen with a letter in the place of each wildcard.
        bounds = iter(locate(_WILDCARD.sub("x", text)))
        found: list[t.Tree] = []
        plain_start = plain_end = 0
        for start, end in [*zip(bounds, bounds, strict=True), (len(text), len(text))]:
            piece = text[start:end]
            if piece.strip("*?") and not _WILDCARD.search(piece.rstrip("?")):
                if piece[-1] == "?":
                    self._say(lexeme, "? after a word is a question mark; * is for any ending")
                plain_end = end
                continue
            if plain_start < plain_end:
                word = self._word(text[plain_start:plain_end], lexeme, fields)
                found += [word] if word else []
            if fold(piece).strip("*?"):
                self.count(1)
                found.append(_pattern(piece, fields, self._languages))
            elif piece:
                self._say(lexeme, f"{piece} by itself is no word, and left out")
            plain_start = plain_end = end
        return t.Near(tuple(found), 1, True, fields) if len(found) > 1 else next(iter(found), None)

    def _fuzzy(
        self, text: str, asked: int, lexeme: Lexeme, fields: tuple[str, ...]
    ) -> t.Tree | None:
        typed, variants, words, _ = self._analysed(text, lexeme)
        if not typed:
            return None
        folded = fold(typed)
        # Among words of few letters nearly all are alike.
        most = 0 if len(folded) <= 2 else 1 if len(folded) <= 5 else 2
        distance = min(asked, most)
        if words > 1 or not any(len(each.terms) == 1 for each in variants):
            distance = 0
            self._say(lexeme, "~ is for single words, and this is several; they are read without")
        elif distance < asked:
            self._say(lexeme, f"~{asked} is read as ~{distance}, for {len(folded)} letters")
        if distance == 0:
            return t.Word(fields, variants, typed)
        return t.Pattern(fields, "fuzzy", folded, distance, variants, typed)

    # -- conditions

    def condition(self, lexeme: Lexeme, field: str) -> t.Condition | None:
        """The condition of a WORD or PHRASE in a field of whole values, dates or lengths.

        None, said so, for no value. Raises QueryError for a date or length that is none.
        """
        if match := _PHRASE.fullmatch(lexeme.text):
            value, star = match["inner"], match["star"]
            meaningless = match["slop"] or match["boost"]
        else:
            text, meaningless = _without_boost(lexeme.text)
            text = _QUOTE.sub(" ", text).removeprefix("=")
            value, star = text.rstrip("*"), "*" * text.endswith("*")
        if meaningless:
            self._say(lexeme, f"~ and ^ have no meaning in {field}")
        match field:
            case "published" if star and not value:
                return t.Exists(field)
            case "published":
                return parse_dates(value + star)
            case "since":
                return dates_between(value + star, None)
            case "until":
                return dates_between(None, value + star)
            case "length":
                return parse_length(value + star)
        term = value.strip() if field == "id" else filter_term(value)
        if star:
            return t.ValuePrefix(field, term) if term else t.Exists(field)
        if term:
            return t.Value(field, term)
        self._say(lexeme, "has no value to compare with")
        return None

    # -- what several need

    def distance(self, asked: int, lexeme: Lexeme) -> int:
        """How far apart words may be that are asked for within this distance."""
        distance = min(max(asked, 1), MAX_DISTANCE)
        if distance != asked:
            self._say(lexeme, f"distances are from 1 to {MAX_DISTANCE}; this is read as {distance}")
        return distance

    def _say(self, lexeme: Lexeme, text: str) -> None:
        self._tell(lexeme.start, lexeme.end, text)

    def _doubt_field(self, lexeme: Lexeme) -> None:
        """Says what a word is not that looks as if it were in a field."""
        match = _FIELD.match(self._query, lexeme.start)
        if not match or match[1] in FIELD_NAMES:
            return
        import difflib  # takes 5 ms, and is needed here only

        name = match[1]
        near = difflib.get_close_matches(name.lower(), FIELD_NAMES, 1)
        known = ", ".join(dict.fromkeys(FIELD_NAMES.values()))
        hint = f"write {near[0]}: if you mean it" if near else f"fields are {known}"
        self._tell(lexeme.start, lexeme.start + len(name) + 1, f"no field, hence text; {hint}")


@functools.lru_cache(_MAX_REMEMBERED)
def _analysed(text: str, languages: tuple[str, ...]) -> _Analysed:
    bounds = locate(text)
    if not bounds:
        return _Analysed("", (), 0, 0)
    typed = " ".join(text[bounds[0] : bounds[-1]].split())
    return _Analysed(typed, tuple(variants_of(typed, languages)), len(bounds) // 2, bounds[0])


@functools.lru_cache(_MAX_REMEMBERED)
def _known_word(
    text: str, fields: tuple[str, ...], languages: tuple[str, ...]
) -> tuple[t.Word | None, int]:
    """A plain word, None for none, and how many words it is."""
    typed, variants, words, _ = _analysed(text, languages)
    return t.Word(fields, variants, typed) if typed else None, words


@functools.lru_cache(_MAX_REMEMBERED)
def _pattern(typed: str, fields: tuple[str, ...], languages: tuple[str, ...]) -> t.Pattern:
    """A beginning or a wildcard: what has a ``*`` or ``?`` beside letters."""
    text = fold(typed)
    prefix = text.rstrip("*")
    if _WILDCARD.search(prefix):
        return t.Pattern(fields, "wildcard", text, 0, (), typed)
    # Terms have no hyphens.
    joined = prefix.replace("-", "")
    stems = [Variant((joined,), is_prefix=True)] if joined != prefix else []
    stems += [
        variant
        for variant in variants_of(prefix, languages)
        if not (len(variant.terms) == 1 and variant.terms[0].startswith((prefix, joined)))
    ]
    return t.Pattern(fields, "prefix", prefix, 0, tuple(stems), typed)


def _without_boost(text: str) -> tuple[str, str]:
    """The text without its boost, and the boost, or ""."""
    match = "^" in text and _BOOSTED.fullmatch(text)
    return (match["text"], match["boost"]) if match else (text, "")
