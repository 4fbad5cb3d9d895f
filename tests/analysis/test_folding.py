from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis import fold


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("erdogan", "Erdoğan"),
        ("cafe", "cafe\u0301"),
        ("o'brien", "O’Brien"),
        ("strasse", "STRAẞE"),
        ("lodz", "Łódź"),
        ("fire", "\ufb01re"),
        ("istanbul", "İstanbul"),
        ("soft", "so\u00adft"),
        ("abc", "ＡＢＣ"),
        ("co2", "CO₂"),
        ("העברית", "הָעִבְרִית"),
        ("العربية", "العَرَبِيّة"),
        ("ガス", "ｶﾞｽ"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("✈", "✈\ufe0f"),
    ],
)
def test_spellings_that_differ_in_form_only_fold_alike(typed: str, printed: str) -> None:
    assert fold(printed) == typed


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("हिन्दी", "हिनदी"), ("ไม", "ไม่")])
def test_marks_that_spell_another_word_stay(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_is_idempotent_and_blind_to_composition(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
