"""Conditions on segments of several windows, made for a kernel and its twin alike."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from types import SimpleNamespace

from hypothesis import strategies as st

from searchkit.kernels import NO_TIME, TIME_ZERO
from tests.kernels.fields import Field
from tests.kernels.segments import add_field, bits_of, view_of
from tests.kernels.twins import fenced

__all__ = ["Archive", "Searched", "archive", "trees"]

# As nested tuples: the name of a method of Matching, and what it is made of.
Tree = tuple

NOW = TIME_ZERO + 1_000_000

# Terms of the text fields, by the share of documents which have them.
SHARES = {b"every": 1.0, b"most": 0.9, b"half": 0.5, b"some": 0.05, b"rare": 0.004, b"none": 0.0}
# Of these, lists of a few documents each, a word has more than are followed one by one.
SMALL = [f"small{number:02}".encode() for number in range(40)]
PLACED = [*SHARES, b"block", b"early", b"late", b"runs", *SMALL[:2]]
# The one that stands in some documents tens of thousands of times the twin would not place.
TERMS = [*PLACED, b"often"]
VALUES = [b"north", b"south"]
TEXT_FIELDS = 2
VALUE_FIELD = 2
# Of each text field.
WEIGHTS = [(3.0, 0.6, 0.4 / 20), (1.0, 0.6, 0.4 / 300)]
SATURATION = 0.9
FRESH_SHARE = 0.4


@dataclass(frozen=True)
class Archive:
    """What a segment is made of: two fields of text, one of values, and columns."""

    documents: int
    fields: tuple[Field, ...]
    lengths: tuple[list[int], ...]
    widths: tuple[int, ...]
    deleted: frozenset[int]
    # Of one, two, four and eight bytes each.
    numbers: dict[int, bytes]
    ends: bytes
    published: bytes
    members: bytes
    amounts: array[float]


@cache
def archive(documents: int, width: int) -> Archive:
    """An archive; lengths in its second field have this width."""
    chance = random.Random(documents + width)
    texts = tuple(_text(chance, documents) for _ in range(TEXT_FIELDS))
    longest = {1: 255, 2: 0xFFFF, 4: 100_000}[width]
    lengths = (
        [chance.randint(1, 30) for _ in range(documents)],
        [min(longest, chance.choice((50, 300, 1023, 1024, 70_000))) for _ in range(documents)],
    )
    values = {
        term: _chosen(chance, documents, share)
        for term, share in zip(VALUES, (0.5, 0.02), strict=True)
    }
    return Archive(
        documents,
        (*texts, values),
        lengths,
        (1, width),
        frozenset(number for number in range(documents) if chance.random() < 0.1),
        {
            size: array(kind, (chance.randrange(200) for _ in range(documents))).tobytes()
            for size, kind in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))
        },
        array("I", accumulate(chance.choice((0, 0, 1, 3)) for _ in range(documents))).tobytes(),
        array(
            "Q",
            (
                chance.choice((NO_TIME, NOW + 5, NOW - chance.randrange(900)))
                for _ in range(documents)
            ),
        ).tobytes(),
        bits_of(_chosen(chance, documents, 0.3), documents),
        array("d", (chance.random() for _ in range(documents))),
    )


def _text(chance: random.Random, documents: int) -> Field:
    text = {term: _chosen(chance, documents, share) for term, share in SHARES.items()}
    for term in SMALL:
        text[term] = _chosen(chance, documents, 3 / documents)
    text[b"block"] = dict.fromkeys(sorted(chance.sample(range(documents), min(128, documents))))
    text[b"early"] = dict.fromkeys(range(min(127, documents)))
    text[b"late"] = dict.fromkeys(range(max(0, documents - 129), documents))
    text[b"runs"] = dict.fromkeys(each for each in range(documents) if each // 300 % 5 == 1)
    text[b"often"] = _chosen(chance, documents, 0.4)
    for postings in text.values():
        for document in postings:
            postings[document] = sorted(chance.sample(range(50), chance.choice((1, 1, 2, 4))))
    for document in list(text[b"often"])[5::400]:
        text[b"often"][document] = list(range(chance.choice((300, 65_534, 65_535, 65_536, 70_000))))
    return {term: postings for term, postings in text.items() if postings}


def _chosen(chance: random.Random, documents: int, share: float) -> dict[int, list[int]]:
    return {number: [] for number in range(documents) if chance.random() < share}


@dataclass
class Searched:
    """An archive that a family of kernels searches."""

    kernels: SimpleNamespace
    archive: Archive
    view: object = field(init=False)
    weighting: object = field(init=False)

    def __post_init__(self) -> None:
        self.view = view_of(self.kernels, self.archive.documents, self.archive.deleted)
        made = self.archive
        for number in range(TEXT_FIELDS):
            text, lengths, width = made.fields[number], made.lengths[number], made.widths[number]
            add_field(self.kernels, self.view, text, lengths, width=width)
        add_field(self.kernels, self.view, self.archive.fields[VALUE_FIELD], positional=False)
        self.weighting = self.kernels.Weighting(SATURATION, WEIGHTS)
        self._lists: dict[tuple, object] = {}

    def run(
        self,
        tree: Tree,
        best: int,
        *,
        count: bool = True,
        floor: float = -1.0,
        half_life: float = 0.0,
        matches: memoryview | bytearray = bytearray(),  # noqa: B008
    ) -> tuple[int, list[tuple[float, int]], bool]:
        """What `Matching.run` says of a tree; with a half-life, recent documents are preferred."""
        matching = self.kernels.Matching(self.view, self.weighting)
        if half_life:
            matching.prefer_recent(fenced(self.archive.published), NOW, half_life, FRESH_SHARE)
        root = self.condition(matching, tree)
        return matching.run(root, best, count, matches, floor, 0.0)

    def lists(self, terms: Sequence[bytes], fields: Sequence[int]) -> object:
        """The lists of these terms in these fields."""
        key = tuple(terms), tuple(fields)
        if key not in self._lists:
            self._lists[key] = self.view.find(terms, fields)
        return self._lists[key]

    def condition(self, matching: object, tree: Tree) -> int:
        """Makes a condition with all that it is made of."""
        name, *parts = tree
        if name == "word":
            terms, fields, places, weight, least = parts
            expressions = [(each, self.place(matching, place, each)) for each, place in places]
            lists = self.lists(terms, fields) if terms else None
            return matching.word(lists, expressions, weight, least)
        if name == "members_of":
            amounts, weight = parts
            of_each = self.archive.amounts if amounts else array("d")
            return matching.members_of(fenced(self.archive.members), of_each, weight)
        if name == "numbered":
            width, low, high = parts
            return matching.numbered(fenced(self.archive.numbers[width]), width, low, high)
        if name == "filled":
            return matching.filled(fenced(self.archive.ends))
        if name == "everything":
            return matching.everything()
        if name in ("all_of", "some_of"):
            members, *least = parts
            made = [self.condition(matching, member) for member in members]
            return getattr(matching, name)(made, *least)
        return getattr(matching, name)(*(self.condition(matching, member) for member in parts))

    def place(self, matching: object, tree: Tree, field: int) -> int:
        """Makes an expression with all that it is made of, in one field."""
        name, *parts = tree
        if name == "places":
            # Those of other fields are of no concern.
            return matching.places(self.lists(parts[0], range(TEXT_FIELDS)), field)
        if name == "not_near":
            wanted, unwanted, distance = parts
            return matching.not_near(
                self.place(matching, wanted, field), self.place(matching, unwanted, field), distance
            )
        members, *others = parts
        made = [self.place(matching, member, field) for member in members]
        return getattr(matching, name)(made, *others)


def _places() -> st.SearchStrategy[Tree]:
    terms = st.lists(st.sampled_from(PLACED), max_size=3, unique=True).map(tuple)
    distances = st.sampled_from((0, 1, 2, 10, 100))
    return st.recursive(
        st.tuples(st.just("places"), terms),
        lambda inner: st.one_of(
            st.tuples(st.just("any_of"), st.lists(inner, max_size=3)),
            st.tuples(
                st.just("near"), st.lists(inner, min_size=1, max_size=3), distances, st.booleans()
            ),
            st.tuples(st.just("not_near"), inner, inner, distances),
        ),
        max_leaves=4,
    )


def _words() -> st.SearchStrategy[Tree]:
    weights = st.sampled_from((0.5, 1.0, 4.0))
    least = st.sampled_from((1, 1, 1, 2, 3, 300))
    texts = st.lists(st.integers(0, TEXT_FIELDS - 1), min_size=1, unique=True).map(tuple)
    terms = st.lists(st.sampled_from(TERMS), min_size=1, max_size=3, unique=True).map(tuple)
    small = st.integers(30, 40).map(lambda count: tuple(SMALL[:count]))
    placed = st.tuples(st.integers(0, TEXT_FIELDS - 1), _places())
    no_places = st.just(())
    word = st.just("word")
    return st.one_of(
        st.tuples(word, terms, texts, no_places, weights, least),
        st.tuples(word, terms, texts, no_places, st.just(0.0), least),
        st.tuples(word, small, texts, no_places, weights | st.just(0.0), least),
        st.tuples(
            word, st.sampled_from(VALUES).map(lambda term: (term,)), st.just((VALUE_FIELD,)),
            no_places, st.just(0.0), st.just(1),
        ),
        st.tuples(
            word, terms | st.just(()), texts, st.lists(placed, min_size=1, max_size=2),
            weights | st.just(0.0), least,
        ),
    )  # fmt: skip


def _conditions() -> st.SearchStrategy[Tree]:
    numbers = st.integers(0, 200)
    return st.one_of(
        st.tuples(st.just("members_of"), st.booleans(), st.sampled_from((0.5, 2.0))),
        st.tuples(st.just("numbered"), st.sampled_from((1, 2, 4, 8)), numbers, numbers),
        st.sampled_from((("filled",), ("everything",))),
    )


def _combined(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    members = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        st.tuples(st.just("all_of"), members),
        st.tuples(st.just("some_of"), members, st.just(1)),
        st.tuples(st.just("some_of"), members, st.integers(0, 5)),
        st.tuples(st.just("all_but"), inner),
        st.tuples(st.just("preferably"), inner, inner),
    )


trees = st.recursive(_words() | _words() | _conditions(), _combined, max_leaves=8)
