from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.kernels import LEAST_SHINGLES, SIGNATURE
from tests.kernels.twins import COMPILED, REFERENCE, fenced, on_both

WORDS = st.sampled_from(["fog", "storm", "a", "harbour-master's", "x" * 255, "ß", "e-mail"])
TEXTS = st.lists(WORDS, max_size=60).map(" ".join)
ARTICLES = st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=3)), max_size=5)

Article = tuple[str, str, Sequence[str]]


def signatures(kernels: SimpleNamespace, articles: Sequence[Article]) -> list[bytes]:
    captions = [(number, text) for number, each in enumerate(articles) for text in each[2]]
    texts = [each[0] for each in articles] + [each[1] for each in articles]
    texts += [text for _, text in captions]
    surfaces = kernels.Surfaces()
    tokens, ends = surfaces.tokenize(texts, bytes(len(texts)))
    owners = array("I", [number for number, _ in captions])
    signed = kernels.Signer(surfaces).sign(tokens, ends, len(articles), owners)
    return [signed[start : start + SIGNATURE] for start in range(0, len(signed), SIGNATURE)]


def words(seed: int, count: int) -> list[str]:
    chosen = random.Random(seed)
    return [f"w{chosen.randrange(5000)}" for _ in range(count)]


def differing(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "little") ^ int.from_bytes(other, "little")).bit_count()


@given(ARTICLES)
def test_twins_sign_alike(articles: list[Article]) -> None:
    assert signatures(COMPILED, articles) == signatures(REFERENCE, articles)


@on_both
def test_a_signature_does_not_depend_on_the_other_articles(kernels: SimpleNamespace) -> None:
    articles = [("", " ".join(words(seed, 40 + seed)), ()) for seed in range(20)]
    together = signatures(kernels, articles)
    assert together == [signatures(kernels, [each])[0] for each in articles]
    assert together[::-1] == signatures(kernels, articles[::-1])
    assert len(set(together)) == 20


def test_a_large_batch_is_signed_as_its_parts_are() -> None:
    articles = [("", " ".join(words(seed, 9000)), ()) for seed in range(60)]
    assert signatures(COMPILED, articles) == [signatures(COMPILED, [each])[0] for each in articles]


@on_both
def test_of_copies_few_bits_differ_and_of_others_half(kernels: SimpleNamespace) -> None:
    text = words(1, 300)
    changed = [*text[:150], "another", "word", *text[152:]]
    longer = text + words(2, 300)
    one, same, near, half, other = signatures(
        kernels,
        [("", " ".join(each), ()) for each in (text, text, changed, longer, words(3, 300))],
    )
    assert one == same
    assert 0 < differing(one, near) < 12
    assert 40 < differing(one, half) < 90
    assert 100 < differing(one, other) < 156


@on_both
@pytest.mark.parametrize("extra", [0, 1])
def test_an_article_of_few_words_has_no_signature(kernels: SimpleNamespace, extra: int) -> None:
    text = words(1, LEAST_SHINGLES + 1 + extra)
    (signed,) = signatures(kernels, [("two words", " ".join(text), ())])
    assert bool(any(signed)) == bool(extra)


@on_both
def test_captions_are_signed_where_there_is_no_body(kernels: SimpleNamespace) -> None:
    first, second = (" ".join(words(seed, 60)) for seed in (1, 2))
    with_body, other_captions, captions, others, none = signatures(
        kernels,
        [
            ("", first, [second]),
            ("", first, [first, second]),
            ("", "", [second, first]),
            ("", "", [first]),
            ("", "", []),
        ],
    )
    assert with_body == other_captions
    assert any(captions)
    assert captions != others
    assert with_body == others
    assert not any(none)


@on_both
@given(
    st.lists(st.sampled_from([0, 1, 7, 2**256 - 1, 2**255, 2**130 - 1]), max_size=70),
    st.integers(0, 2**70 - 1),
    st.integers(0, 256),
)
def test_what_is_similar_is_taken_out_of_a_set(
    kernels: SimpleNamespace, numbers: list[int], chosen: int, most: int
) -> None:
    there = [d for d in range(len(numbers)) if chosen >> d & 1]
    column = fenced(b"".join(number.to_bytes(SIGNATURE, "little") for number in numbers))
    size = (len(numbers) + 63) // 64 * 8
    documents = bytearray(sum(1 << d for d in there).to_bytes(size, "little"))
    wanted = (5).to_bytes(SIGNATURE, "little")
    expected = [d for d in there if numbers[d] and (numbers[d] ^ 5).bit_count() <= most]
    taken = kernels.take_similar(documents, column, wanted, most)
    assert taken == array("I", expected)
    left = int.from_bytes(documents, "little")
    assert [d for d in there if left >> d & 1] == [d for d in there if d not in expected]


@on_both
def test_what_is_no_signature_is_refused(kernels: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        kernels.take_similar(bytearray(8), b"", bytes(31), 3)
