"""Here are the bytes of a web page: what is its tree?

The encoding is the one that the caller declares, that of a byte order mark, that of the server,
that which the page names itself, or what is detected.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Any

from searchkit.errors import SourceError
from searchkit.sources.encodings.encoding import bom_encoding, decode, require_encoding
from searchkit.sources.files import Document, Options

__all__ = ["Element", "Page", "key_of", "parse_page", "text_of"]

# An element of lxml, which has no types of its own.
Element = Any

_DECLARED = re.compile(
    rb"<meta[^>]+?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]+?encoding\s*=\s*[\"']([\w.:-]+)",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096
# What pages say and mean something else by, as the WHATWG's Encoding Standard has it.
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
          "ascii": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
          "shift_jis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949"}  # fmt: skip

# Elements without content, for whose end libxml2's parser, which knows HTML 4, would wait.
_VOID = re.compile(rb"<(?:source|track|wbr|SOURCE|TRACK|WBR)\b[^<>]*>")
_NOT_ALNUM = re.compile(r"[\W_]+")
_CONTROLS = bytes([*range(9), 11, *range(14, 32), 127])


@dataclass(frozen=True, slots=True)
class Page:
    """A page's tree: the whole, its head and its body; and what is to be told of its text."""

    root: Element
    body: Element
    remark: str


def parse_page(document: Document, options: Options) -> Page:
    """The page of a document. Raises SourceError when it is no text, or there is nothing in it."""
    from lxml import etree  # takes 10 ms

    text, remark = _text(document, options)
    # The elements of lxml.html, which know more, take twice the time to be walked through.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"there is no page in it ({error}); check how it was saved") from error
    if root is None:
        raise SourceError("there is no page in it: it is empty; check how it was saved")
    body = root.find("body")
    return Page(root, root if body is None else body, remark)


def _text(document: Document, options: Options) -> tuple[bytes, str]:
    content = document.content
    declared = options.encoding
    if declared is None and bom_encoding(content) is None and not _is_utf8(content):
        named = _usable(document.encoding) or _usable(_named_within(content))
        if named is not None:
            with contextlib.suppress(UnicodeDecodeError):
                return _cleaned(content.decode(named)), ""
    if bom_encoding(content) is None:
        content = content.replace(b"\0", b" ")
    decoded = decode(content, declared)
    return _cleaned(decoded.text), decoded.remark


def _is_utf8(content: bytes) -> bool:
    """Whether this can be nothing else: what saves pages as UTF-8 often leaves their own words
    about another encoding in them.
    """
    if content.isascii():
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _cleaned(text: str) -> bytes:
    """The text in UTF-8, without what the parser stumbles over."""
    return _VOID.sub(b"", text.encode().translate(None, _CONTROLS))


def _named_within(content: bytes) -> str | None:
    match = _DECLARED.search(content[:_DECLARED_WITHIN])
    return (match[1] or match[2]).decode("ascii") if match else None


def _usable(name: str | None) -> str | None:
    """The encoding that is meant by a name, if there is one."""
    if not name:
        return None
    try:
        return require_encoding(_MEANT.get(name.lower(), name))
    except SourceError:
        return None


def text_of(element: Element | None) -> str:
    """All text within an element, on one line."""
    if element is None:
        return ""
    return " ".join("".join(element.itertext()).split())


def key_of(text: str) -> str:
    """By what two texts are the same, whatever their case, spaces and punctuation."""
    return _NOT_ALNUM.sub("", text).casefold()
