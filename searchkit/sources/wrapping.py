"""Here is the beginning of JSON: are its articles lines, one after the other, or in a list
within an object?
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from searchkit.sources.bylines import word_set
from searchkit.sources.keys import folded
from searchkit.sources.paths import first_key
from searchkit.sources.records import field_of
from searchkit.sources.shapes import shape_of

__all__ = ["lists_of_records", "looks_like_json", "looks_like_jsonl"]

# Keys of lists of records in the answers of interfaces and in feeds.
_LISTS = word_set(
    """
    articles data docs documents entries feed hits items list news newsitems objects posts
    records response results rows stories values
    """
)
_BEGINNING = re.compile(rb'\{\s*(?:"|$)|\[\s*(?:\{\s*"|\]?\s*$)')
# A key and how its value begins, or another text, which may be cut short; or a bracket.
_TOKEN = re.compile(
    rb'"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)(?:\s*:\s*(?=(\[\s*[\[{\]]?|\S)))?|([\[{])|([\]}])',
    re.DOTALL,
)
# Is looked at, for what is around the records.
_HEAD_BYTES = 64 * 1024


def looks_like_jsonl(head: bytes) -> bool:
    """Whether content that begins so, with a brace, is one object a line."""
    first, newline, rest = head.lstrip().partition(b"\n")
    if _is_object(first) or not newline:
        return len(first) > 1 and bool(_BEGINNING.match(first)) and lists_of_records(head) is None
    # One bad line does not make it anything else.
    return _is_object(rest.partition(b"\n")[0]) and lists_of_records(head) is None


def looks_like_json(head: bytes) -> bool:
    """Whether content that begins so is a list of objects, or objects over several lines."""
    return bool(_BEGINNING.match(head.lstrip()))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except RecursionError:
        return True  # which the reader will say
    except ValueError:
        return False


def lists_of_records(
    head: bytes, mapping: Mapping[str, str] | None = None
) -> Callable[[str], bool] | None:
    """For JSON that begins so, with an object: whether the list under a key is one of records;
    None when the object is a record itself. Keys of lists have usual names; where none has,
    lists under all keys are taken that an article does not have.
    """
    keys, lists = _keys(head)
    at_top = tuple(keys)
    mapped = {first_key(path) for path in (mapping or {}).values()}
    if shape_of(at_top) or not mapped.isdisjoint(at_top):
        return None
    fields = {field_of(key) for key in at_top}
    if any(field_of(key) == "body" and begins[:1] in b'"[' for key, begins in keys.items()):
        return None
    if "headline" in fields and not fields.isdisjoint(("published", "captions")):
        return None  # a feed may have a title, but not these
    named = {key for key in lists if folded(key) in _LISTS}
    if named:
        return named.__contains__
    if not fields.isdisjoint(("headline", "captions")):
        return None
    return _is_strange if any(map(_is_strange, lists)) else None


def _is_strange(key: str) -> bool:
    return field_of(key) is None


def _keys(head: bytes) -> tuple[dict[str, bytes], set[str]]:
    """The keys of the first object, each with how its value begins; and those, of this object
    and the objects in it, that hold lists of objects or nothing.
    """
    keys: dict[str, bytes] = {}
    lists: set[str] = set()
    depth = inside_lists = 0
    for token in _TOKEN.finditer(head, 0, _HEAD_BYTES):
        key, value, opened, closed = token.groups()
        if value and not inside_lists:
            name = key.decode("utf-8", "replace")
            if depth == 1:
                keys[name] = value
            if value[:1] == b"[" and value[-1:] in b"{]":
                lists.add(name)
        elif opened:
            depth += 1
            inside_lists += opened == b"[" or inside_lists > 0
        elif closed:
            depth -= 1
            inside_lists -= inside_lists > 0
            if not depth:
                break
    return keys, lists
