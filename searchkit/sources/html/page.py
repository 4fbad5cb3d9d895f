"""Here are the bytes of a web page: what is its tree?

The encoding is the one that the caller declares, that of a byte order mark, that of the server,
that which the page names itself, or what is detected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from searchkit.errors import SourceError
from searchkit.sources.encoding import bom_encoding, decode, require_encoding
from searchkit.sources.files import Document, Options

__all__ = ["Element", "Page", "parse_page", "text_of"]

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

_SPACES = re.compile(r"\s+")
_CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), 127])


@dataclass(frozen=True, slots=True)
class Page:
    """A page's tree: the whole, its head and its body; and what is to be told of its text."""

    root: Element
    body: Element
    remark: str


def parse_page(document: Document, options: Options) -> Page:
    """The page of a document. Raises SourceError when it is no text, or there is nothing in it."""
    try:
        from lxml import etree
        from lxml import html
    except ImportError as error:
        raise SourceError("reading web pages needs lxml; pip install 'searchkit[html]'") from error
    text, remark = _text(document, options)
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise SourceError(f"there is no page in it ({error}); check how it was saved") from error
    body = root.find("body")
    return Page(root, root if body is None else body, remark)


def _text(document: Document, options: Options) -> tuple[str, str]:
    content = document.content
    declared = options.encoding
    if declared is None and bom_encoding(content) is None:
        declared = _usable(document.encoding) or _usable(_named_within(content))
        if declared is not None:
            # A page that says what it is not is more frequent than one that is damaged.
            try:
                return _cleaned(content.decode(declared)), ""
            except UnicodeDecodeError:
                pass
        declared = None
    decoded = decode(content.replace(b"\0", b" "), declared)
    return _cleaned(decoded.text), decoded.remark


def _cleaned(text: str) -> str:
    return text.translate(_CONTROLS)


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
    return _SPACES.sub(" ", "".join(element.itertext())).strip()
