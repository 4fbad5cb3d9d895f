"""Here are the articles of an archive: what do they lack, format by format?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from searchkit.sources.reading import Reading

__all__ = ["FormatCheck", "check"]


@dataclass(slots=True)
class FormatCheck:
    """How many articles were read of a format, and how many of those have no headline, no body,
    no date, no captions.
    """

    articles: int = 0
    without_headline: int = 0
    without_body: int = 0
    without_date: int = 0
    without_captions: int = 0


def check(reading: Reading, on_article: Callable[[], None] | None = None) -> dict[str, FormatCheck]:
    """What there is of each format by its name, in the order of their first articles.

    Takes the reading to its end, which then has the rejects and notices; `on_article` is called
    after each article.
    """
    found: dict[str, FormatCheck] = {}
    for article in reading:
        counts = found.setdefault(reading.format, FormatCheck())
        counts.articles += 1
        counts.without_headline += not article.headline
        counts.without_body += not article.body
        counts.without_date += article.published is None
        counts.without_captions += not article.captions
        if on_article is not None:
            on_article()
    return found
