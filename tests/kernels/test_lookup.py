from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.kernels import FINGERPRINT
from tests.kernels.twins import COMPILED, REFERENCE, fenced, on_both

NONE = bytes(FINGERPRINT)

# The first four bytes choose the slot: with few different ones, most collide.
FINGERPRINTS = st.one_of(
    st.just(NONE),
    st.binary(min_size=FINGERPRINT, max_size=FINGERPRINT),
    st.builds(
        lambda first, last: first + last,
        st.sampled_from((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x07\0\0\0")),
        st.binary(min_size=FINGERPRINT - 4, max_size=FINGERPRINT - 4),
    ),
)


@on_both
@given(st.lists(FINGERPRINTS, max_size=60), st.lists(FINGERPRINTS, max_size=5))
def test_the_last_document_with_a_fingerprint_is_found(
    kernels: SimpleNamespace, fingerprints: list[bytes], others: list[bytes]
) -> None:
    column = fenced(b"".join(fingerprints))
    slots = kernels.make_slots(column)
    assert slots == REFERENCE.make_slots(column) == COMPILED.make_slots(column)
    section = fenced(slots.tobytes())
    expected = {each: document for document, each in enumerate(fingerprints)}
    for wanted in fingerprints + others:
        found = -1 if wanted == NONE else expected.get(wanted, -1)
        assert kernels.find_slot(section, column, wanted) == found


@on_both
@pytest.mark.parametrize(
    ("documents", "slots"), [(0, 1), (1, 2), (2, 4), (3, 8), (5, 8), (6, 16), (85, 128), (86, 256)]
)
def test_a_third_of_the_slots_is_free_at_least(
    kernels: SimpleNamespace, documents: int, slots: int
) -> None:
    column = b"".join(bytes([1, *number.to_bytes(15, "big")]) for number in range(documents))
    made = kernels.make_slots(column)
    assert len(made) == slots
    assert made.typecode == "I"
    assert sum(map(bool, made)) == documents


@on_both
def test_what_is_no_fingerprint_is_not_found(kernels: SimpleNamespace) -> None:
    column = bytes(range(FINGERPRINT))
    slots = kernels.make_slots(column).tobytes()
    assert kernels.find_slot(slots, column, column) == 0
    assert kernels.find_slot(slots, column, column[:-1]) == -1
    assert kernels.find_slot(slots, column, column + b"\0") == -1
    assert kernels.find_slot(b"", column, column) == -1
