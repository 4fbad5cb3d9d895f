from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_64_hexdigest

from searchkit.codec.manifest import (
    Manifest,
    SegmentEntry,
    decode_manifest,
    manifest_name,
    new_segment_name,
    toc_name,
)
from searchkit.errors import IndexDamagedError, IndexVersionError

PLAIN = SegmentEntry("0123456789abcdef", 123, 4567, "fedcba9876543210", ("de", "en"))
WITH_DELETIONS = SegmentEntry(
    "00000000000000ff", 2**32 - 1, 1, "0" * 16, (), 3, "00000000000000ff-7.deletions", "1" * 16
)
# Those that `PLAIN` could have in `MANIFEST`.
DELETIONS = {
    "deleted": 1,
    "deletions": "0123456789abcdef-1.deletions",
    "deletions_checksum": "1" * 16,
}
MANIFEST = Manifest(8, "en", 2**64 - 1, (PLAIN, WITH_DELETIONS))

names = st.integers(0, 2**64 - 1).map("{:016x}".format)
languages = st.sets(st.sampled_from(["de", "en", "none", "yi"])).map(
    lambda drawn: tuple(sorted(drawn))
)


@st.composite
def segments(draw: st.DrawFn, generation: int) -> SegmentEntry:
    name, documents = draw(names), draw(st.integers(1, 2**32 - 1))
    deleted = draw(st.just(0) | st.integers(0, documents))
    born = draw(st.integers(0, generation))
    file = f"{name}-{born}.deletions" if deleted else None
    size, checksum = draw(st.integers(1, 2**63 - 1)), draw(names)
    of_deletions = draw(names) if deleted else None
    return SegmentEntry(
        name, documents, size, checksum, draw(languages), deleted, file, of_deletions
    )


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    generation = draw(st.integers(0, 10**18 - 1))
    drawn = draw(st.lists(segments(generation), max_size=4, unique_by=lambda each: each.name))
    return Manifest(generation, "en", draw(st.integers(0, 2**64 - 1)), tuple(drawn))


def decoded(content: bytes, name: str = "manifest-8.json") -> Manifest:
    return decode_manifest(content, Path("news.idx") / name)


@given(manifests())
def test_what_is_decoded_is_what_was_encoded(manifest: Manifest) -> None:
    assert decoded(manifest.encode(), manifest_name(manifest.generation)) == manifest


def test_the_file_is_as_it_is_specified() -> None:
    assert Manifest(0, "de", 5, (PLAIN,)).encode() == (
        b'{"checksum":"ce36b7bc77dc3a75","format":4,"generation":0,"language":"de","seed":5,'
        b'"segments":[{"checksum":"fedcba9876543210","deleted":0,"deletions":null,'
        b'"deletions_checksum":null,'
        b'"documents":123,"languages":["de","en"],"name":"0123456789abcdef","size":4567}]}\n'
    )


def test_the_checksum_is_of_the_record_without_it() -> None:
    record = json.loads(MANIFEST.encode())
    checksum = record.pop("checksum")
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
    assert checksum == xxh3_64_hexdigest(canonical.encode())


def test_a_commit_names_all_its_files() -> None:
    assert MANIFEST.files() == {
        "manifest-8.json",
        "_MAIN_8.toc",
        "0123456789abcdef.segment",
        "00000000000000ff.segment",
        "00000000000000ff-7.deletions",
    }
    assert toc_name(0) in Manifest(0, "en", 0).files()


def test_no_byte_can_be_changed_unnoticed() -> None:
    content = MANIFEST.encode()
    for place, byte in enumerate(content):
        for change in (0x01, 0x10, 0x20, 0x80, 0xFF):
            damaged = content[:place] + bytes([byte ^ change]) + content[place + 1 :]
            with pytest.raises(IndexDamagedError, match=r"^news.idx/manifest-8.json is damaged"):
                decoded(damaged)


def test_no_byte_can_be_lost_or_added_unnoticed() -> None:
    content = MANIFEST.encode()
    for length in range(len(content)):
        with pytest.raises(IndexDamagedError):
            decoded(content[:length])
        with pytest.raises(IndexDamagedError):
            decoded(content[:length] + bytes(len(content) - length))
        with pytest.raises(IndexDamagedError):
            decoded(content[:length] + b" " + content[length:])
    for added in (b"\n", b" ", b"\0", content):
        with pytest.raises(IndexDamagedError):
            decoded(content + added)


@given(st.binary())
def test_arbitrary_bytes_are_no_manifest(content: bytes) -> None:
    with pytest.raises(IndexDamagedError):
        decoded(content)


def test_a_manifest_under_the_name_of_another_is_not_taken() -> None:
    with pytest.raises(IndexDamagedError, match=r"it is manifest-8\.json"):
        decoded(MANIFEST.encode(), "manifest-9.json")


def sealed(text: str) -> bytes:
    """A file with a checksum that is right, whatever the rest is."""
    return b'{"checksum":"%b",%b\n' % (xxh3_64_hexdigest(text.encode()).encode(), text[1:].encode())


def sealed_with(changes: dict[str, Any], **segment: Any) -> bytes:
    record = json.loads(MANIFEST.encode())
    del record["checksum"]
    record.update(changes)
    if segment:
        record["segments"][0].update(segment)
    return sealed(json.dumps(record, sort_keys=True, separators=(",", ":")))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 1},
        {"format": "3"},
        {"format": True},
        {"format": None},
        {"generation": -1},
        {"generation": 8.0},
        {"generation": 10**18},
        {"language": "../x"},
        {"language": 3},
        {"seed": 2**64},
        {"seed": True},
        {"segments": None},
        {"segments": [3]},
        {"segments": {}},
        {"segments": [[]]},
        {"segments": [{}]},
        {"segments": [{"languages": []}]},
        {"segments": 2 * [json.loads(MANIFEST.encode())["segments"][0]]},
        {"more": 1},
        {"not an identifier": 1},
    ],
    ids=str,
)
def test_what_no_index_has_is_damage_even_with_a_right_checksum(changes: dict[str, Any]) -> None:
    with pytest.raises(IndexDamagedError):
        decoded(sealed_with(changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "../../etc/passwd"},
        {"name": "0123456789ABCDEF"},
        {"name": "0123456789abcdef\n"},
        {"name": 16 * "٣"},
        {"name": None},
        {"documents": 0},
        {"documents": 2**32},
        {"documents": 1.5},
        {"documents": 1e400},
        {"size": 0},
        {"size": "1"},
        {"checksum": ""},
        {"languages": ["en", "de"]},
        {"languages": ["en", "en"]},
        {"languages": "en"},
        {"languages": ["e/n"]},
        {"languages": [3]},
        {"languages": None},
        {"deleted": 1},
        {"deletions": "0123456789abcdef-1.deletions"},
        {"deletions_checksum": "1" * 16},
        {**DELETIONS, "deleted": 0},
        {**DELETIONS, "deleted": 124},
        {**DELETIONS, "deletions": "../x"},
        {**DELETIONS, "deletions": "0123456789abcdee-1.deletions"},
        {**DELETIONS, "deletions": "0123456789abcdef-9.deletions"},
        {**DELETIONS, "deletions": "0123456789abcdef-01.deletions"},
        {**DELETIONS, "deletions": 3},
        {**DELETIONS, "deletions_checksum": None},
        {**DELETIONS, "deletions_checksum": ""},
        {**DELETIONS, "deletions_checksum": 16 * "x"},
        {**DELETIONS, "deletions_checksum": 3},
        {"more": 1},
    ],
    ids=str,
)
def test_what_no_segment_has_is_damage_even_with_a_right_checksum(changes: dict[str, Any]) -> None:
    assert decoded(sealed_with({}, **DELETIONS))
    with pytest.raises(IndexDamagedError):
        decoded(sealed_with({}, **changes))


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"a":1}',
        "[1]",
        '{"format":4}',
        '{"a":' + "[" * 100_000 + "}",
        '{"a":' + "9" * 9999 + "}",
    ],
    ids=lambda text: text[:20],
)
def test_json_that_is_no_record_is_damage(text: str) -> None:
    with pytest.raises(IndexDamagedError):
        decoded(sealed(text))


def test_another_way_of_writing_the_same_is_not_ours() -> None:
    record = json.loads(MANIFEST.encode())
    del record["checksum"]
    for text in (json.dumps(record), json.dumps(record, sort_keys=True)):
        with pytest.raises(IndexDamagedError):
            decoded(sealed(text))


@pytest.mark.parametrize("version", [3, 5, 10**9])
def test_another_format_is_refused_with_the_remedy(version: int) -> None:
    other = sealed_with({"format": version, "segments": "in another file"})
    with pytest.raises(
        IndexVersionError,
        match=rf"of index format {version}, .* format 4; install .* or index the articles again",
    ):
        decoded(other)


@pytest.mark.parametrize("changes", [{"seed": -1}, {"language": ""}, {"segments": (PLAIN, PLAIN)}])
def test_what_no_index_has_is_not_written_either(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(MANIFEST, **changes)


def test_names_of_segments_are_not_repeated() -> None:
    assert len({new_segment_name() for _ in range(1000)}) == 1000
    assert SegmentEntry(new_segment_name(), 1, 1, "0" * 16, ()).file.endswith(".segment")
