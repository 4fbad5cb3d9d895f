"""Full-text search for news archives: headline, body and captions, ranked and highlighted.

>>> import searchkit
>>> index = searchkit.create("news.idx")                    # doctest: +SKIP
>>> report = index.add(searchkit.read(["articles/"]))       # doctest: +SKIP
>>> for hit in index.search("harbour fire"):                # doctest: +SKIP
...     print(hit.rank, hit.article.headline)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from searchkit.article import Article, Caption
from searchkit.copies import Copy
from searchkit.errors import (
    ArticleError,
    ExportError,
    IndexDamagedError,
    IndexDamagedWarning,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    IndexVersionError,
    LanguageError,
    Notice,
    QueryError,
    QueryTooComplexError,
    QueryTooLongError,
    Reject,
    RejectedError,
    SearchKitError,
    SourceError,
    StorageError,
)
from searchkit.highlight import Fragment, harmless
from searchkit.index import Index, create
from searchkit.index import open_index as open  # noqa: A004  # searchkit.open reads naturally
from searchkit.query import Interpretation, ParsedQuery, parse_query
from searchkit.results import Hit, Results

if TYPE_CHECKING:
    from searchkit.codec.verify import Finding, Verification, verify
    from searchkit.info import IndexInfo
    from searchkit.sources import Document, Format, FormatCheck, Options, Reading, check, read
    from searchkit.sources.whoosh_index import WhooshArticles, import_whoosh
    from searchkit.watching import watch
    from searchkit.writing import AddReport, Transaction
    from searchkit.writing.compaction import Compaction
    from searchkit.writing.repair import LostSegment, Repair, repair
else:
    # What no search needs is imported when it is first asked for: together it takes longer than
    # the imports of a search.
    _LATER = {
        "searchkit.codec.verify": ("Finding", "Verification", "verify"),
        "searchkit.info": ("IndexInfo",),
        "searchkit.sources": (
            *("Document", "Format", "FormatCheck", "Options", "Reading", "check", "read"),
        ),
        "searchkit.watching": ("watch",),
        "searchkit.sources.whoosh_index": ("WhooshArticles", "import_whoosh"),
        "searchkit.writing": ("AddReport", "Transaction"),
        "searchkit.writing.compaction": ("Compaction",),
        "searchkit.writing.repair": ("LostSegment", "Repair", "repair"),
    }

    def __getattr__(name):
        for module, names in _LATER.items():
            if name in names:
                found = globals()[name] = getattr(import_module(module), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "AddReport",
    "Article",
    "ArticleError",
    "Caption",
    "Compaction",
    "Copy",
    "Document",
    "ExportError",
    "Finding",
    "Format",
    "FormatCheck",
    "Fragment",
    "Hit",
    "Index",
    "IndexDamagedError",
    "IndexDamagedWarning",
    "IndexExistsError",
    "IndexInfo",
    "IndexLockedError",
    "IndexNotFoundError",
    "IndexVersionError",
    "Interpretation",
    "LanguageError",
    "LostSegment",
    "Notice",
    "Options",
    "ParsedQuery",
    "QueryError",
    "QueryTooComplexError",
    "QueryTooLongError",
    "Reading",
    "Reject",
    "RejectedError",
    "Repair",
    "Results",
    "SearchKitError",
    "SourceError",
    "StorageError",
    "Transaction",
    "Verification",
    "WhooshArticles",
    "check",
    "create",
    "harmless",
    "import_whoosh",
    "open",
    "parse_query",
    "read",
    "repair",
    "verify",
    "watch",
]
