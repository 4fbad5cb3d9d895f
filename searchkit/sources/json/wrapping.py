"""Here is the beginning of JSON: are its articles lines, one after the other, or in a list
within an object?
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from searchkit.sources.fields.bylines import word_set
from searchkit.sources.fields.keys import folded
from searchkit.sources.fields.paths import first_key
from searchkit.sources.fields.records import field_of
from searchkit.sources.fields.shapes import shape_of

__all__ = ["IsPlace", "looks_like_json", "looks_like_jsonl", "places_of_records"]

# Whether what stands under a key and begins with this bracket is a list of records, or a record.
IsPlace = Callable[[str, bytes], bool]

# Keys of lists of records in the answers of interfaces and in feeds.
_LISTS = word_set(
    """
    articles data docs documents entries feed hits items list news newsitems objects posts
    records response results rows stories values
    """
)
# And of a single one.
_RECORDS = word_set("article content document entry item post record result story")
_DEEPEST = 8

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
        return len(first) > 1 and bool(_BEGINNING.match(first)) and places_of_records(head) is None
    # One bad line does not make it anything else.
    return _is_object(rest.partition(b"\n")[0]) and places_of_records(head) is None


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


def places_of_records(head: bytes, mapping: Mapping[str, str] | None = None) -> IsPlace | None:
    """For JSON that begins so, with an object: under which keys of objects around them the records
    are; None when the object is a record itself. Keys of lists have usual names; where none has,
    and no object is an article by its keys, lists under all keys are taken that an article does
    not have.
    """
    objects, lists = _held(head)
    at_top = objects[()]
    mapped = {first_key(path) for path in (mapping or {}).values()}
    if shape_of(at_top) or not mapped.isdisjoint(at_top):
        return None
    if any(field_of(key) == "body" and begins[:1] in b'"[' for key, begins in at_top.items()):
        return None
    fields = set(map(field_of, at_top))
    if "headline" in fields and not fields.isdisjoint(("published", "captions")):
        return None  # a feed may have a title, but not these
    records = [path for path, keys in objects.items() if _is_record(path, keys)]
    outside = {path[-1] for path in lists if not any(path[: len(r)] == r for r in records)}
    named = {(key, b"[") for key in outside if folded(key) in _LISTS}
    if not named and not fields.isdisjoint(("headline", "captions")):
        return None
    named = named or {(path[-1], b"{") for path in records}
    if named:
        return lambda key, bracket: (key, bracket) in named
    if not any(map(_is_strange, outside)):
        return None
    return lambda key, bracket: bracket == b"[" and _is_strange(key)


def _is_record(path: tuple[str, ...], keys: Mapping[str, bytes]) -> bool:
    """Whether an object around which there are others is an article."""
    if not path or folded(path[-1]) not in _RECORDS:
        return False
    fields = set(map(field_of, keys))
    return shape_of(keys) is not None or not fields.isdisjoint(("headline", "body"))


def _is_strange(key: str) -> bool:
    return field_of(key) is None


def _held(
    head: bytes,
) -> tuple[dict[tuple[str, ...], dict[str, bytes]], list[tuple[str, ...]]]:
    """Of the first object, and of the objects in it, by the keys under which they are: the keys,
    each with how its value begins. And the same of the lists of objects, or of nothing, in them.
    """
    path: list[str] = []
    objects: dict[tuple[str, ...], dict[str, bytes]] = {(): {}}
    lists: list[tuple[str, ...]] = []
    inside_lists = 0
    last = ""
    for token in _TOKEN.finditer(head, 0, _HEAD_BYTES):
        key, value, opened, closed = token.groups()
        if inside_lists:
            inside_lists += (opened is not None) - (closed is not None)
        elif value:
            last = key.decode("utf-8", "replace")
            objects.setdefault(tuple(path[1:]), {})[last] = value
            if value[:1] == b"[" and value[-1:] in b"{]":
                lists.append((*path[1:], last))
        elif opened == b"[":
            inside_lists = 1
        elif opened:
            if len(path) > _DEEPEST:
                break
            path.append(last)
        elif closed and path:
            path.pop()
            if not path:
                break
    return objects, lists
