"""Here are articles: write each as a row of a table of comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import orjson

from searchkit.article import Article
from searchkit.exporting.target import Output

__all__ = ["write_csv"]


def write_csv(articles: Iterable[Article], output: Output) -> None:
    """Writes RFC 4180 in UTF-8: a line with the names of the fields, then a row for each article.

    A list is a JSON array in its cell, captions are objects in it, and what is empty is an empty
    cell. Text is left as it is, so that nothing is lost: a spreadsheet may take a cell that begins
    with =, +, - or @ for a formula.
    """
    writer = csv.DictWriter(_Encoding(output), [field.name for field in fields(Article)])
    writer.writeheader()
    for article in articles:
        writer.writerow({name: _cell(value) for name, value in article.to_dict().items()})


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list) and value else value or ""


class _Encoding:
    """Text into a stream of bytes, which stays open."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, text: str) -> None:
        self._output.write(text.encode())
