"""Additions and deletions that become the index together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from searchkit.article import Article
from searchkit.writing.adding import AddReport, add_articles
from searchkit.writing.writer import Writer

__all__ = ["Transaction"]


class Transaction:
    """The changes of a ``with`` block, as `Index.transaction` gives it; whoever has opened the
    writer commits them.
    """

    def __init__(self, writer: Writer, checked: Callable[[Iterable[Any]], Iterable[Any]]) -> None:
        self._writer = writer
        self._checked = checked

    def add(
        self,
        articles: Article | Iterable[Any],
        *,
        detect_language: bool = True,
        on_progress: Callable[[AddReport], None] | None = None,
    ) -> AddReport:
        """Adds articles as `Index.add` does; they replace what this block added before them."""
        if isinstance(articles, Article):
            articles = [articles]
        return add_articles(
            self._writer,
            self._checked(articles),
            on_progress,
            commit=False,
            detect_language=detect_language,
        )

    def delete(self, *ids: str) -> int:
        """Deletes the articles with these ids; returns how many there were."""
        return sum(self._writer.delete(each) for each in dict.fromkeys(ids))
