"""The fields of an index: their names, what they are for, how much they weigh."""

from __future__ import annotations

__all__ = [
    "CAPTION_GAP",
    "DEFAULT_LANGUAGE",
    "FIELD_WEIGHTS",
    "FILTER_FIELDS",
    "LIST_COLUMNS",
    "TEXT_FIELDS",
    "VALUE_FIELDS",
]

# Searched by plain words, ranked and highlighted, in the order in which hits show them.
TEXT_FIELDS = ("headline", "body", "captions")

# A match in the headline says most about an article, one in a caption more than one
# somewhere in the body.
FIELD_WEIGHTS = {"headline": 3.0, "body": 1.0, "captions": 1.5}

# Filtered by whole values, letter case and accents aside. The name in the article and in
# the index → the name of the filter.
FILTER_FIELDS = {
    "section": "section",
    "publisher": "publisher",
    "authors": "author",
    "agencies": "agency",
    "language": "language",
    "keywords": "keyword",
}

# Indexed as whole values, without positions.
VALUE_FIELDS = ("id", *FILTER_FIELDS, "published")

# Kept for each article as a column of words, for counts per value.
LIST_COLUMNS = tuple(FILTER_FIELDS)

# Positions left free between two captions, so that no phrase crosses from one into the
# next: larger than any distance within which a query may ask for words.
CAPTION_GAP = 1000

DEFAULT_LANGUAGE = "en"
