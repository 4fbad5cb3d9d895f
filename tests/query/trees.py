"""Random articles, and random trees of every node that are about them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from searchkit import Article
from searchkit.analysis import Variant, fold, variants_of
from searchkit.copies import texts_of
from searchkit.query import tree as t
from searchkit.record import published_key
from searchkit.schema import FILTER_FIELDS, TEXT_FIELDS
from tests.conftest import captions

__all__ = ["LANGUAGES", "VALUES", "archives", "trees", "words"]

# Those of the index's articles, its own first.
LANGUAGES = ("en", "de", "fr")

# Words that begin alike, are stemmed, differ by a letter, accents or capitals; of several terms, or
# of one that overlaps; written without spaces.
VOCABULARY = (
    "harbour", "harbor", "harbours", "fog", "fogs", "frog", "fogbank", "Fog", "the", "The", "cafe",
    "café", "Häuser", "Haus", "strike", "strikes", "strikers", "U.S.", "R&D", "AT&T", "C++", "F-35",
    "COVID-19", "well-known", "#fog", "1,000", "O’Brien", "l’homme", "東京都", "東京", "京", "ไทย",
)  # fmt: skip
# Words that stand in many texts, so that they also stand near each other.
COMMON = ("fog", "the", "harbour", "F-35", "東京都")
# Typed, though no text has it so.
ELSEWHERE = ("airstrikes", "us", "35", "covid", "known", "well known", "zebra")

VALUES = {
    "section": ("News", "Sport & Leisure", ""),
    "publisher": ("Harbour Post", "harbour"),
    "authors": ("Ida Brandt", "Piers O’Brien", "Ida"),
    "agencies": ("AP", "Reuters"),
    "language": ("en", "de", "fr", ""),
    "keywords": ("Skarholm", "shipping", "東京"),
}
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
_DAYS = 4

_texts = st.lists(st.sampled_from(COMMON) | st.sampled_from(VOCABULARY), max_size=8).map(" ".join)
_moments = st.integers(0, _DAYS).map(lambda day: EPOCH + timedelta(days=day))


def _several(field: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(VALUES[field]), max_size=2, unique=True).map(tuple)


_articles = st.builds(
    Article,
    headline=_texts,
    body=_texts.map(lambda text: text or "fog"),
    captions=st.lists(_texts.filter(bool), max_size=2).map(lambda texts: captions(*texts)),
    published=st.none() | _moments,
    **{
        name: st.sampled_from(VALUES[name])
        if name in ("section", "publisher", "language")
        else _several(name)
        for name in FILTER_FIELDS
    },
)


@st.composite
def archives(draw: st.DrawFn, most: int = 10) -> list[Article]:
    """Articles with ids of their own, the number of each at the end of its id."""
    # Of the same text they would be one document.
    drawn = draw(st.lists(_articles, max_size=most, unique_by=texts_of))
    return [
        Article.from_dict({**article.to_dict(), "id": f"{'ab'[number % 2]}-{number}"})
        for number, article in enumerate(drawn)
    ]


# -- leaves

_fields = st.just(TEXT_FIELDS) | st.sampled_from([(name,) for name in TEXT_FIELDS])
_boosts = st.sampled_from([1.0, 1.0, 2.0, 0.5])
_typed = st.sampled_from((*VOCABULARY, *ELSEWHERE))


def _word(typed: str, fields: tuple[str, ...], slop: int, boost: float, exact: bool) -> t.Word:
    return t.Word(fields, tuple(variants_of(typed, LANGUAGES)), typed, slop, boost, exact)


words = st.builds(
    _word,
    st.lists(_typed, min_size=1, max_size=3).map(" ".join) | _typed,
    _fields,
    st.integers(1, 3),
    _boosts,
    st.booleans(),
)


def _prefix(typed: str, length: int, fields: tuple[str, ...], boost: float) -> t.Pattern:
    text = fold(typed)[:length]
    stems = variants_of(text, LANGUAGES)
    others = tuple(each for each in stems if not each.terms[0].startswith(text))
    return t.Pattern(fields, "prefix", text, 0, others, f"{text}*", boost)


def _wildcard(
    typed: str, signs: list[tuple[int, str]], fields: tuple[str, ...], boost: float
) -> t.Pattern:
    letters = list(fold(typed))
    for place, sign in signs:
        letters[place % len(letters)] = sign
    text = "".join(letters)
    return t.Pattern(fields, "wildcard", text, 0, (), text, boost)


def _fuzzy(typed: str, distance: int, fields: tuple[str, ...], boost: float) -> t.Pattern:
    stems: tuple[Variant, ...] = tuple(variants_of(typed, LANGUAGES))
    return t.Pattern(fields, "fuzzy", fold(typed), distance, stems, typed, boost)


_patterns = (
    st.builds(_prefix, _typed, st.integers(1, 5), _fields, _boosts)
    | st.builds(
        _wildcard,
        _typed,
        st.lists(st.tuples(st.integers(0, 8), st.sampled_from("*?")), min_size=1, max_size=3),
        _fields,
        _boosts,
    )
    | st.builds(
        _fuzzy,
        st.sampled_from(["fog", "frog", "gof", "harbuor", "striker", "café", "hazs"]),
        st.integers(1, 2),
        _fields,
        _boosts,
    )
)

_ends = st.tuples(st.none() | st.integers(0, _DAYS + 1), st.none() | st.integers(0, _DAYS + 1))


def _dates(ends: tuple[int | None, int | None]) -> t.Dates:
    first, last = (
        None if day is None else published_key(EPOCH + timedelta(days=day)) for day in ends
    )
    return t.Dates(first, last)


_filter_fields = st.sampled_from(tuple(FILTER_FIELDS))
_values = _filter_fields.flatmap(
    lambda field: st.tuples(st.just(field), st.sampled_from([v for v in VALUES[field] if v]))
)
_conditions = st.one_of(
    _values.map(lambda value: t.Value(value[0], fold(value[1]))),
    st.integers(0, 9).map(lambda number: t.Value("id", f"{'ab'[number % 2]}-{number}")),
    _values.map(lambda value: t.ValuePrefix(value[0], fold(value[1])[:3])),
    st.sampled_from(["a-", "b", "c"]).map(lambda prefix: t.ValuePrefix("id", prefix)),
    _ends.filter(lambda ends: ends != (None, None)).map(_dates),
    st.builds(t.Length, st.integers(0, 6), st.none() | st.integers(0, 9)),
    st.builds(t.Length, st.none(), st.integers(0, 9)),
    st.sampled_from([*TEXT_FIELDS, *FILTER_FIELDS, "published", "id"]).map(t.Exists),
)

# -- what combines them


def _positional(leaves: st.SearchStrategy[t.Tree]) -> st.SearchStrategy[t.Tree]:
    """Near, NotNear and Or whose leaves share a field."""

    def combined(members: st.SearchStrategy[t.Tree]) -> st.SearchStrategy[t.Tree]:
        several = st.lists(members, min_size=2, max_size=3).map(tuple)
        distances = st.integers(1, 4)
        near = st.builds(
            lambda parts, distance, ordered, boost: t.Near(
                parts, distance, ordered, t.fields_of(t.Or(parts)), boost
            ),
            several,
            distances,
            st.booleans(),
            _boosts,
        )
        return near | st.builds(t.NotNear, members, members, distances, _boosts) | several.map(t.Or)

    return st.recursive(leaves, combined, max_leaves=4).filter(lambda tree: bool(t.fields_of(tree)))


_common = st.builds(_word, st.sampled_from(COMMON), _fields, st.just(1), _boosts, st.just(False))
_positionals = _positional(_common | _common | words | _patterns)
_near_common = st.builds(
    lambda typed, distance, ordered, boost: t.Near(
        tuple(_word(each, TEXT_FIELDS, 1, 1.0, False) for each in typed),
        distance,
        ordered,
        TEXT_FIELDS,
        boost,
    ),
    st.lists(st.sampled_from(COMMON), min_size=2, max_size=3),
    st.integers(1, 6),
    st.booleans(),
    _boosts,
)
_counted = st.builds(t.AtLeast, words, st.integers(1, 4))


def _combined(members: st.SearchStrategy[t.Tree]) -> st.SearchStrategy[t.Tree]:
    either = st.one_of(members, members, members.map(t.Not))
    several = st.lists(either, min_size=1, max_size=4).map(tuple)
    return several.map(t.And) | several.map(t.Or) | st.builds(t.Some, several, st.integers(0, 3))


trees: st.SearchStrategy[t.Tree] = st.recursive(
    words
    | _patterns
    | _positionals
    | _near_common
    | _counted
    | _conditions
    | st.sampled_from([t.Everything(), t.Nothing()]),
    _combined,
    max_leaves=6,
)
