"""Here is text: give me terms."""

from searchkit.analysis.analyzer import Analyzer, Token, analyzer_for
from searchkit.analysis.finder import Finder, Marks, Place
from searchkit.analysis.folding import fold
from searchkit.analysis.languages import LANGUAGES, language_code, language_of
from searchkit.analysis.variants import Variant, variants_of
from searchkit.analysis.vocabulary import MULTIPLE, Vocabulary

__all__ = [
    "LANGUAGES",
    "MULTIPLE",
    "Analyzer",
    "Finder",
    "Marks",
    "Place",
    "Token",
    "Variant",
    "Vocabulary",
    "analyzer_for",
    "fold",
    "language_code",
    "language_of",
    "variants_of",
]
