"""Here are articles: give me a file of them."""

from searchkit.exporting.export import Target, export_articles

__all__ = ["Target", "export_articles"]
