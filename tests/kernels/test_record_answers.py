"""What the kernel that reads records asks for, and how often."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from searchkit.kernels import REMEMBERED_VALUE
from tests.kernels.lines import Answers, line_with
from tests.kernels.twins import COMPILED, compiled, on_both, reference


@on_both
def test_keys_and_values_are_asked_for_once(kernels: SimpleNamespace) -> None:
    answers = Answers()
    records = kernels.Records(answers)
    line = line_with(section="news", publisher="news", keywords=["a"]).encode()
    first = records.read([line, line])
    asked = list(answers.asked)
    assert len(asked) == 4
    assert records.read([line]) == first[:1] == first[1:]
    assert answers.asked == asked
    records.read([line_with(section="x" * (REMEMBERED_VALUE - 3)).encode()] * 2)
    assert len(answers.asked) == 6
    records.read([line_with(section="x" * (REMEMBERED_VALUE - 2)).encode()] * 2)
    assert len(answers.asked) == 8


@on_both
def test_what_is_not_plain_is_remembered_too(kernels: SimpleNamespace) -> None:
    answers = Answers()
    records = kernels.Records(answers)
    for line in (line_with(unknown=1).encode(), line_with(section="odd").encode()):
        assert records.read([line, line]) == records.read([line, line]) == [None, None]
    assert len(answers.asked) == 3


@on_both
@pytest.mark.parametrize("limit", ["REMEMBERED_KEYS", "REMEMBERED_VALUES"])
def test_what_is_remembered_is_bounded(
    kernels: SimpleNamespace, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for family in (compiled, reference):
        monkeypatch.setattr(family("records"), limit, 3)
    records = kernels.Records(answers := Answers())
    lines = [
        line_with(**{f"key {number}": 1, "section": f"section {number}"}).encode()
        for number in range(50)
    ]
    for _ in range(2):
        found = [row for line in lines for row in records.read([line])]
        assert [row[5] for row in found] == [(f'"section {number}"',) for number in range(50)]
    assert len(answers.asked) == 200
    assert records.read(lines) == found


@on_both
def test_thousands_of_keys_and_values_are_kept_apart(kernels: SimpleNamespace) -> None:
    records = kernels.Records(Answers())
    lines = [
        line_with(**{f"key {number}": 1, "section": f"{number}"}).encode() for number in range(5000)
    ]
    for _ in range(2):
        found = records.read(lines)
        assert [row[5] for row in found] == [(f'"{number}"',) for number in range(5000)]


class Failing(Answers):
    """Fails until it is told not to."""

    fails = ""

    def fields(self, keys: tuple[str, ...]) -> bytes | None:
        if self.fails == "fields":
            raise KeyboardInterrupt
        return super().fields(keys)

    def value(self, field: str, flags: int, text: bytes) -> tuple[Any, bytes] | None:
        if self.fails == "value":
            raise KeyboardInterrupt
        return super().value(field, flags, text)

    def id_of_url(self, url: str) -> bytes | None:
        if self.fails == "id_of_url":
            raise KeyboardInterrupt
        return super().id_of_url(url)


@on_both
@pytest.mark.parametrize("fails", ["fields", "value", "id_of_url"])
def test_an_exception_goes_through_and_is_forgotten(kernels: SimpleNamespace, fails: str) -> None:
    lines = [line_with(section="a").encode(), b'{"url":"http://a/b","body":"b","section":"c"}']
    answers = Failing()
    records = kernels.Records(answers)
    answers.fails = fails
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            records.read(lines)
    answers.fails = ""
    assert records.read(lines) == kernels.Records(Answers()).read(lines)


@on_both
def test_lines_are_bytes(kernels: SimpleNamespace) -> None:
    records = kernels.Records(Answers())
    for wrong in ("text", None, 7):
        with pytest.raises((TypeError, AttributeError)):
            records.read([b"{}", wrong])
    assert records.read([]) == []
    assert records.read([line_with().encode()])[0][0] == b"a"


def test_records_in_use_are_refused_to_others() -> None:
    refused: list[str] = []

    class Asking(Answers):
        def value(self, field: str, flags: int, text: bytes) -> tuple[Any, bytes] | None:
            def read() -> None:
                with pytest.raises(RuntimeError, match="by another thread; make one each") as error:
                    records.read([b"{}"])
                refused.append(str(error.value))

            read()
            other = threading.Thread(target=read)
            other.start()
            other.join()
            return super().value(field, flags, text)

    records = COMPILED.Records(Asking())
    assert records.read([line_with(section="a").encode()])[0][5] == ('"a"',)
    assert len(refused) == 2
