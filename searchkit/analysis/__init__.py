"""Here is text: give me terms."""

from searchkit.analysis.analyzer import Analyzer, Token, analyzer_for, fold
from searchkit.analysis.languages import LANGUAGES, language_code
from searchkit.analysis.targets import Phrase, Span, Targets

__all__ = [
    "LANGUAGES",
    "Analyzer",
    "Phrase",
    "Span",
    "Targets",
    "Token",
    "analyzer_for",
    "fold",
    "language_code",
]
