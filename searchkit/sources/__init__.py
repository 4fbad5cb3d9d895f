"""Here is a file: give me articles. One format per file."""

from searchkit.sources.checking import FormatCheck, check
from searchkit.sources.files import Document, Options
from searchkit.sources.formats import Format
from searchkit.sources.reading import Reading, read

__all__ = ["Document", "Format", "FormatCheck", "Options", "Reading", "check", "read"]
