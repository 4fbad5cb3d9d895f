"""Bytes become text, and nothing is garbled in silence."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import SourceError
from searchkit.sources.encodings.encoding import decode, require_encoding, with_plain_newlines

GERMAN = "Für die Bürger war es eine Überraschung: Die Straße bleibt gesperrt."
GERMAN_QUOTES = "„Das weiß ich nicht“, sagte die Bürgermeisterin – und schwieg."
FRENCH = "L’été fut très chaud à Besançon. « Voilà », dit-elle, « c’est Noël »."
SPANISH = "El niño comió una piña en la montaña. ¿Qué pasó después? ¡Nada!"
PORTUGUESE = "A situação não é fácil, disse o ministro em São Paulo."
ITALIAN = "Perché la città è così? Non si può più aspettare, ha detto."
SWEDISH = "Förslaget är dåligt för både företag och människor på Åland."
DANISH = "Færgen kom for sent til øen, og børnene måtte blive på skibet."
ENGLISH = "The café’s owner said “no” — twice."
POLISH = "Premier powiedział, że rząd nie zmieni decyzji, choć związkowcy grożą strajkiem."
CZECH = "Předseda vlády řekl, že dům nebude prodán, a věc považuje za vyřízenou."
TURKISH = "Başbakan, görüşmelerin İstanbul’da yapılacağını açıkladı."
RUSSIAN = "Президент заявил, что переговоры пройдут в Москве на следующей неделе."
GREEK = "Ο πρωθυπουργός δήλωσε ότι οι εκλογές θα γίνουν τον Μάιο."
HEBREW = "ראש הממשלה אמר כי השיחות יתקיימו בירושלים בשבוע הבא."
JAPANESE = "首相は月曜日に東京で記者会見を開き、新しい政策を発表した。"
CHINESE = "总统星期一在北京举行记者招待会，宣布新的政策。"
KOREAN = "대통령은 월요일 서울에서 기자회견을 열었다."

LEGACY = [
    *((text, "cp1252") for text in (GERMAN, GERMAN_QUOTES, FRENCH, SPANISH, PORTUGUESE)),
    *((text, "cp1252") for text in (ITALIAN, SWEDISH, DANISH, ENGLISH)),
    *((text, "latin-1") for text in (GERMAN, SPANISH, PORTUGUESE, SWEDISH)),
    *((text, "mac_roman") for text in (GERMAN, FRENCH, SPANISH, PORTUGUESE, ENGLISH)),
    *((text, "cp850") for text in (GERMAN, SPANISH, PORTUGUESE)),
    *((text, "cp1250") for text in (POLISH, CZECH)),
    (POLISH, "iso8859-2"),
    (TURKISH, "cp1254"),
    *((RUSSIAN, name) for name in ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac_cyrillic")),
    (GREEK, "cp1253"),
    (HEBREW, "cp1255"),
    *((JAPANESE, name) for name in ("shift_jis", "euc_jp", "iso2022_jp")),
    (CHINESE, "gb18030"),
    (KOREAN, "euc_kr"),
]


@given(st.text().filter(lambda text: "\0" not in text))
def test_utf8_is_read_as_it_is_and_without_a_remark(text: str) -> None:
    if not decode_is_shadowed(text.encode()):
        decoded = decode(text.encode())
        assert (decoded.text, decoded.remark) == (text.removeprefix("\ufeff"), "")


def decode_is_shadowed(data: bytes) -> bool:
    """Whether valid UTF-8 counts as something else: a document of a known kind, Japanese in
    escape sequences, or mostly control characters.
    """
    controls = sum((byte < 32 and byte not in b"\t\n\v\f\r\x1b") or byte == 127 for byte in data)
    return controls > 0 or b"\x1b$" in data or data.startswith((b"%PDF-", b"BZh", b"PK", b"{\\rtf"))


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b""])
def test_a_byte_order_mark_is_not_part_of_the_text(mark: bytes) -> None:
    assert decode(mark + "Möwe".encode()).text == "Möwe"


@pytest.mark.parametrize("name", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-be"])
def test_utf16_and_utf32_are_known_by_their_byte_order_marks(name: str) -> None:
    text = "Möwe 𝄞 über dem Kai"
    data = text.encode(name) if name[-1].isdigit() else ("\ufeff" + text).encode(name)
    assert decode(data).text == text
    assert decode(data).remark == ""


def test_utf16_without_a_mark_is_refused_with_the_name_to_declare() -> None:
    with pytest.raises(SourceError, match="--encoding utf-16-le"):
        decode("Die Möwe fliegt".encode("utf-16-le"))
    with pytest.raises(SourceError, match="--encoding utf-16-be"):
        decode("Die Möwe fliegt".encode("utf-16-be"))
    assert decode("Die Möwe".encode("utf-16-le"), "utf-16-le").text == "Die Möwe"


def test_a_truncated_utf16_file_is_read_with_a_remark() -> None:
    decoded = decode("Möwe".encode("utf-16")[:-1])
    assert decoded.text == "Möw�"
    assert "U+FFFD" in decoded.remark


@pytest.mark.parametrize(("text", "name"), LEGACY)
def test_an_older_encoding_is_detected_in_a_single_sentence_and_named(text: str, name: str) -> None:
    decoded = decode(text.encode(name))
    assert decoded.text == text
    assert f"read as {decoded.encoding}, detected" in decoded.remark
    assert "--encoding" in decoded.remark


@pytest.mark.parametrize(("text", "name"), LEGACY)
def test_detection_is_the_same_every_time(text: str, name: str) -> None:
    assert len({decode(text.encode(name)).encoding for _ in range(5)}) == 1


def test_one_accented_letter_is_read_in_the_western_european_way() -> None:
    # Nothing in the byte says that it is not a Czech á or a Russian б.
    assert decode(b"Caf\xe9").text == "Café"
    assert decode(b"Z\xfcrich").text == "Zürich"
    assert decode(b"\x93no\x94").text == "“no”"


def test_the_sentence_that_tells_the_encoding_may_come_late() -> None:
    ascii_lines = "An English line without anything special.\n" * 5000
    assert decode((ascii_lines + GERMAN).encode("cp1252")).text == ascii_lines + GERMAN
    one_line = ascii_lines.replace("\n", " ")
    assert decode((one_line + GERMAN).encode("cp1252")).text == one_line + GERMAN


def test_bytes_that_the_detected_encoding_lacks_are_replaced_and_told() -> None:
    # 0x81 is no character of cp1252; it comes too late for the sample.
    decoded = decode((GERMAN * 1000).encode("cp1252") + b" \x81")
    assert decoded.text == GERMAN * 1000 + " �"
    assert "does not fit" in decoded.remark


def test_a_few_invalid_bytes_do_not_turn_utf8_into_another_encoding() -> None:
    decoded = decode(("Möwen über\n".encode()) + b"dem \xff\xfe Kai: " + "“Ärger”".encode())
    assert decoded.text == "Möwen über\ndem �� Kai: “Ärger”"
    assert decoded.remark.startswith("2 invalid bytes in its UTF-8, the first at byte 17 (line 2)")


def test_a_character_cut_off_at_the_end_is_an_invalid_byte() -> None:
    assert decode("“Möwe” an der Küste".encode() + b"\xc3").text == "“Möwe” an der Küste�"


@pytest.mark.parametrize("name", ["latin-2000", "rot13", "hex", "", "a\0b", "ütf"])
def test_an_unknown_encoding_is_refused_with_names_to_use(name: str) -> None:
    with pytest.raises(SourceError, match="is not known; use a name such as utf-8"):
        require_encoding(name)


def test_the_declared_encoding_is_taken_without_a_remark() -> None:
    assert decode("Führer durch die Küche".encode("cp1250"), "cp1250").remark == ""
    assert decode("Ďábel".encode("cp1250"), "Windows-1250").text == "Ďábel"


def test_bytes_that_do_not_fit_the_declared_encoding_are_located() -> None:
    with pytest.raises(SourceError, match=r"byte 7 \(0xfc, in line 2\) does not fit utf-8"):
        decode(b"Tag\nab \xfc", "utf-8")


def test_a_byte_order_mark_counts_for_more_than_the_declaration() -> None:
    decoded = decode(codecs.BOM_UTF8 + "Möwe".encode(), "cp1252")
    assert decoded.text == "Möwe"
    assert decoded.remark == "begins with a UTF-8 mark; read as that, not as cp1252"
    assert decode(codecs.BOM_UTF8 + b"gull", "utf-8").remark == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7 \n1 0 obj",
        b"PK\x03\x04\x14\x00",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"{\\rtf1\\ansi Hello}",
        b"text with a zero \0 byte",
        bytes(range(1, 32)) * 20,
        bytes(range(256)) * 20,
    ],
)
def test_what_is_not_text_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match="not text"):
        decode(data)


def test_zero_characters_are_not_text_in_any_encoding() -> None:
    with pytest.raises(SourceError, match="zero bytes"):
        decode("gull\0s".encode("utf-16"))
    with pytest.raises(SourceError, match="zero bytes"):
        decode(b"gull\0s", "latin-1")


def test_no_half_surrogate_pair_comes_out_of_a_declared_encoding() -> None:
    decoded = decode(b"half +2AA- pair", "utf-7")
    assert decoded.text == "half � pair"
    assert "U+FFFD" in decoded.remark


@settings(deadline=None)  # the first call loads the detection
@given(st.binary())
def test_any_bytes_become_clean_text_or_an_error(data: bytes) -> None:
    try:
        decoded = decode(data)
    except SourceError:
        return
    decoded.text.encode()
    assert "\0" not in decoded.text
    assert decoded == decode(data)


def test_empty_bytes_are_empty_text() -> None:
    assert decode(b"").text == ""


def test_all_kinds_of_newlines_become_one() -> None:
    assert with_plain_newlines("a\r\nb\rc\nd\x85e\u2028f\u2029g") == "a\nb\nc\nd\ne\nf\ng"
    assert with_plain_newlines("a\r\n\r\nb") == "a\n\nb"
