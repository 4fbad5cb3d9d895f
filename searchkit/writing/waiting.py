"""Articles whose text is there already: they wait here to be joined with it.

A document cannot be changed, and one that is being built cannot be read. So what comes with a text
that is known waits until all is in segments; then the documents of these texts are written anew,
with their copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from searchkit.article import Article
from searchkit.copies import texts_of

__all__ = ["Waiting", "WaitingArticles"]

# What an article costs beside its stored form.
_WAITING_BYTES = 2_000


class Waiting(NamedTuple):
    """An article that waits, the key of its texts, and the fingerprint of its record, b"" for
    none.
    """

    article: Article
    key: bytes
    fingerprint: bytes


class WaitingArticles:
    """By their ids, in the order in which they came. `nbytes` is about what they hold."""

    def __init__(self) -> None:
        self._by_id: dict[bytes, Waiting] = {}
        self.nbytes = 0

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def put(self, article_id: bytes, waiting: Waiting, size: int) -> None:
        """Has an article wait that does not yet; `size` is that of its stored form."""
        self._by_id[article_id] = waiting
        self.nbytes += size + _WAITING_BYTES

    def drop(self, article_id: bytes) -> None:
        """Forgets the article with this id, which waits."""
        del self._by_id[article_id]

    def take(self) -> Iterator[list[Waiting]]:
        """All that wait, those with the same texts together; none waits any more."""
        together: dict[object, list[Waiting]] = {}
        for each in self._by_id.values():
            together.setdefault(texts_of(each.article), []).append(each)
        self._by_id.clear()
        self.nbytes = 0
        return iter(together.values())
