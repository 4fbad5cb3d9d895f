"""Here is a web page: which article is on it?"""

from searchkit.sources.html.web_page import read_html

__all__ = ["read_html"]
