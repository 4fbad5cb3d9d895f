"""Here are articles: put them into the index, and take them out."""

from searchkit.writing.adding import AddReport, add_articles
from searchkit.writing.transaction import Transaction
from searchkit.writing.writer import Writer

__all__ = ["AddReport", "Transaction", "Writer", "add_articles"]
