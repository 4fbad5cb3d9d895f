"""Here is a string: what does the person mean, and how do we run it?"""

from searchkit.query.execute import Matches, execute
from searchkit.query.filters import Filters
from searchkit.query.interpretation import Interpretation
from searchkit.query.parse import ParsedQuery, parse, parse_query

__all__ = ["Filters", "Interpretation", "Matches", "ParsedQuery", "execute", "parse", "parse_query"]
