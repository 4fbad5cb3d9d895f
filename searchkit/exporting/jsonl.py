"""Here are articles: write each as a line of JSON."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from searchkit.article import Article
from searchkit.exporting.target import Output

__all__ = ["write_jsonl"]


def write_jsonl(articles: Iterable[Article], output: Output) -> None:
    """Writes all fields of each, as `Article.to_dict` has them, in UTF-8.

    `searchkit.read` makes the same articles of them.
    """
    for article in articles:
        output.write(orjson.dumps(article.to_dict(), option=orjson.OPT_APPEND_NEWLINE))
