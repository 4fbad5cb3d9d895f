"""Where in the text did it match?"""

from searchkit.highlight.fragment import Fragment, harmless
from searchkit.highlight.highlighter import Highlighter

__all__ = ["Fragment", "Highlighter", "harmless"]
