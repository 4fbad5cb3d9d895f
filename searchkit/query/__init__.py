"""Here is a string: what does the person mean, and how do we run it?"""

from searchkit.query.interpretation import Interpretation
from searchkit.query.parse import ParsedQuery, parse, parse_query

__all__ = ["Interpretation", "ParsedQuery", "parse", "parse_query"]
