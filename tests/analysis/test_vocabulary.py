from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import LanguageError
from searchkit.analysis import MULTIPLE, Vocabulary, analyzer_for

LANGUAGES = ("en", "de", "none")


def placed(vocabulary: Vocabulary, tokens: array[int]) -> list[tuple[str, int]]:
    """Terms and positions, read from the arrays as an indexer reads them."""
    terms, found, position = vocabulary.terms, [], 0
    for surface in tokens:
        number = vocabulary.single[surface]
        if number < MULTIPLE:
            found.append((terms[number].decode(), position))
            position += 1
        else:
            index = number - MULTIPLE
            count, width = vocabulary.multiple[index : index + 2]
            parts = vocabulary.multiple[index + 2 : index + 2 + 4 * count]
            for term, offset in zip(parts[::4], parts[1::4], strict=True):
                found.append((terms[term].decode(), position + offset))
            position += width
    return found


WORDS = ("COVID-19", "U.S.", "Häuser", "airstrikes", "@x", "C++", "東京", "1,000", "a.b.c", "The’s")
texts = st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join)
articles = st.lists(st.tuples(texts, st.sampled_from(LANGUAGES)), max_size=4)


@given(st.lists(articles, max_size=3))
def test_a_vocabulary_and_the_analyzers_find_the_same(
    batches: list[list[tuple[str, str]]],
) -> None:
    vocabulary = Vocabulary(["en"])
    for batch in batches:
        numbers = bytes(vocabulary.number(language) for _, language in batch)
        tokens, ends = vocabulary.tokenize([text for text, _ in batch], numbers)
        start = 0
        for (text, language), end in zip(batch, ends, strict=True):
            expected = [(each.term, each.position) for each in analyzer_for(language).tokens(text)]
            assert placed(vocabulary, tokens[start:end]) == expected
            start = end
    assert len(set(vocabulary.terms)) == len(vocabulary.terms)


def test_languages_share_terms_but_not_stems() -> None:
    vocabulary = Vocabulary(["en", "de"])
    tokens, _ = vocabulary.tokenize(["Houses", "Häuser houses"], bytes([0, 1]))
    assert placed(vocabulary, tokens) == [("hous", 0), ("haus", 1), ("hous", 2)]
    assert list(vocabulary.terms) == [b"hous", b"haus"]


def test_languages_are_numbered_once_under_any_of_their_names() -> None:
    vocabulary = Vocabulary(["en"])
    assert [vocabulary.number(name) for name in ("de", "German", "de-AT", "EN", "none")] == [
        1,
        1,
        1,
        0,
        2,
    ]
    with pytest.raises(LanguageError, match="klingon"):
        vocabulary.number("klingon")


def test_memory_is_accounted_for() -> None:
    vocabulary = Vocabulary(["en"])
    before = vocabulary.nbytes
    vocabulary.tokenize([" ".join(f"word{number}" for number in range(10_000))], b"\0")
    assert before + 500_000 < vocabulary.nbytes < before + 5_000_000
