"""Which first, and why?"""

from searchkit.ranking.bm25f import (
    Model,
    Ranking,
    Recency,
    inverse_document_frequency,
    whoosh_document_frequency,
)
from searchkit.ranking.explanation import Explanation, FieldShare, WordShare
from searchkit.ranking.stop_words import stop_words

__all__ = [
    "Explanation",
    "FieldShare",
    "Model",
    "Ranking",
    "Recency",
    "WordShare",
    "inverse_document_frequency",
    "stop_words",
    "whoosh_document_frequency",
]
