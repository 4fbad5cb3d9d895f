"""The specification and the writer agree: its examples are what is written."""

from __future__ import annotations

import re
from array import array
from pathlib import Path

import pytest
import zstandard

from searchkit.analysis import Vocabulary
from searchkit.article import Article
from searchkit.codec.segment import Segment
from searchkit.codec.storage import Storage
from searchkit.copies import text_key
from searchkit.kernels.postings import Encoder, PostingList
from searchkit.record import digest_of, encode_article, record_of
from searchkit.writing.batch import Entry, SegmentBuilder
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "index-format.md").read_text(encoding="utf-8")

NAME = "0123456789abcdef"
FINGERPRINT = bytes(range(16))
FOG = Article.from_dict(
    {
        "id": "a1",
        "headline": "Fog over the sound",
        "captions": ["Fog", "The F-35 in fog"],
        "published": "1978-11-03T04:30:00+01:00",
        "authors": ["Ida Brandt"],
        "language": "en",
    }
)
MORE_FOG = Article.from_dict(
    {"id": "a2", "headline": "The fog, the fog", "authors": ["Ida Brandt", "Zoë Lind"]}
)


def examples(heading: str) -> list[bytes]:
    """The bytes of each example below a heading: lines of an offset, bytes and a remark."""
    section = re.split(r"^## ", PAGE.split(f"\n## {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)
    found: list[bytearray] = []
    for offset, rest in re.findall(r"^    ([0-9a-f]{4})  (.*)$", section[0], re.MULTILINE):
        if int(offset, 16) == 0:
            found.append(bytearray())
        assert len(found[-1]) == int(offset, 16), f"the offset {offset} is wrong"
        written = re.match(r"(?:(?:(?:[0-9a-f]{2})+|'[^']*')(?: (?! )|$|(?=  )))+", rest)
        assert written, rest
        for text, digits in re.findall(r"'([^']*)'|([0-9a-f]+)", written[0]):
            found[-1] += text.encode() if text else bytes.fromhex(digits)
    return [bytes(example) for example in found]


(EXAMPLE,) = examples("A worked example")


def test_the_example_is_what_the_writer_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = frames_of_example(tmp_path)

    class Compressor:
        """Any version of zstd decompresses the frames to the same; not each would make them."""

        def __init__(self, compression_params: object) -> None:
            pass

        def multi_compress_to_buffer(self, documents: list[bytes]) -> list[memoryview]:
            assert documents == [zstandard.decompress(frame) for frame in frames]
            return [memoryview(frame) for frame in frames]

    monkeypatch.setattr("searchkit.codec.stored.zstandard.ZstdCompressor", Compressor)
    directory = tmp_path / "written"
    directory.mkdir()
    builder = SegmentBuilder(Storage(directory), "en", 1 << 20)
    builder.add(0, example_entries(), NAME)
    builder.finish()
    assert (directory / f"{NAME}.segment").read_bytes() == EXAMPLE


def example_entries() -> list[Entry]:
    fog, more_fog = record_of(FOG), record_of(MORE_FOG)
    return [
        Entry(fog, digest_of(fog.stored), FINGERPRINT, text_key(fog)),
        Entry(more_fog, digest_of(more_fog.stored), b"", text_key(more_fog)),
    ]


def frames_of_example(path: Path) -> list[bytes]:
    stored = opened_example(path).stored
    return [bytes(stored.frames(range(document, document + 1))[0]) for document in (0, 1)]


def opened_example(path: Path) -> Segment:
    """The example as a file, opened by the real reader."""
    (path / f"{NAME}.segment").write_bytes(EXAMPLE)
    return Segment(Storage(path), NAME)


def test_the_example_is_read_as_what_the_page_says(tmp_path: Path) -> None:
    segment = opened_example(tmp_path)
    for name in segment.file.names():
        segment.file.whole(name)
    assert segment.documents == 2
    assert [segment.stored[document] for document in (0, 1)] == [
        encode_article(FOG),
        encode_article(MORE_FOG),
    ]
    assert list(segment.ids) == ["a1", "a2"]
    assert list(segment.caption_starts[0]) == [0, 1000]
    assert segment.words("authors")[1] == ["Ida Brandt", "Zoë Lind"]
    assert segment.document_with_fingerprint(FINGERPRINT) == 0
    fog = segment.find("captions", b"fog")
    assert fog is not None
    assert list(fog.positions(0, fog.block(0)[1])) == [0, 1004]


def test_the_articles_stand_in_the_page() -> None:
    text = re.sub(r"\n    #     ", " ", PAGE)
    for article in (FOG, MORE_FOG):
        assert encode_article(article).decode() in text


def test_the_long_list_and_the_patched_frame_are_what_the_encoder_makes() -> None:
    documents = array("I", range(0, 258, 2))
    count = len(documents)
    nothing, once = array("I", [0]) * count, array("I", [1]) * count
    long_list = Encoder().add(documents, once, nothing, array("I", [4]) * 257, True)
    gaps = array("I", [1, 0] * 5 + [1, 992])
    patched = Encoder().add(array("I", [0]), array("I", [12]), gaps, array("I", [0]), True)
    assert [long_list, patched] == examples("A long list, and a patched frame")
    positions = PostingList(patched + bytes(8), 0, 1, 12, True).positions(0, array("I", [12]))
    assert list(positions) == [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 1009]


def test_the_signature_of_fog_is_what_the_page_says() -> None:
    vocabulary = Vocabulary(["en"])
    tokens, ends = vocabulary.tokenize(["", "fog " * 40], bytes(2))
    assert f"`{vocabulary.sign(tokens, ends, 1, array('I')).hex()}`" in PAGE


def test_every_section_is_specified(tmp_path: Path) -> None:
    specification = PAGE.split("## A long list")[0]
    for name in opened_example(tmp_path).file.names():
        kind, _, what = name.partition(":")
        assert f"`{kind}:" in specification or f"`{name}`" in specification
        assert not what or what in specification
