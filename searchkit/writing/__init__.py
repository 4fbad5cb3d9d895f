"""Here are articles: put them into the index, and take them out."""

from searchkit.writing.writer import AddReport, add_articles, delete_articles, delete_documents

__all__ = ["AddReport", "add_articles", "delete_articles", "delete_documents"]
