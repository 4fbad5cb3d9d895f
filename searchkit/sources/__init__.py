"""Here is a file: give me articles. One format per file."""

from searchkit.sources.reading import Reading, read

__all__ = ["Reading", "read"]
