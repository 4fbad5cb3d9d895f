"""Hot loops: buffers in, buffers out.

Compiled from Cython; each module has a readable twin of the same name in
`searchkit.kernels.reference`, which is what the tests hold it against.
"""

import sys

__all__ = [
    "BLOCK",
    "BLOCK_ENTRY",
    "CHUNK",
    "DAY",
    "DICTIONARY_BLOCK",
    "FINGERPRINT",
    "FRAGMENT_CHARACTERS",
    "HEADS",
    "IMAGES_FIELD",
    "LEAST_SHINGLES",
    "LIST_HEADER",
    "MAX_RECORD_KEYS",
    "MAX_SPANS",
    "MAX_TERM_BYTES",
    "NO_TERM",
    "NO_TIME",
    "OWN_FIELD",
    "PATTERN_CHARACTERS",
    "PATTERN_KINDS",
    "RECORD_FIELDS",
    "REMEMBERED_KEYS",
    "REMEMBERED_VALUE",
    "REMEMBERED_VALUES",
    "SIGNATURE",
    "TELLING_BYTES",
    "TELLING_LEAST",
    "TELLING_RATIO",
    "TELLING_SHARE",
    "TELLING_STRIDE",
    "TELLING_WORD",
    "TIME_LEVELS",
    "TIME_ZERO",
]

if sys.byteorder != "little":
    raise ImportError("searchkit's index format and kernels are for little-endian machines")

# Postings in a block, bytes of a long list's header and of its entry for each block.
BLOCK = 128
LIST_HEADER = 20
BLOCK_ENTRY = 16

# A section's checksums are of so many bytes each: what a query looks at is checked, and little
# else.
CHUNK = 64 * 1024

# Terms in a block of the dictionary.
DICTIONARY_BLOCK = 32

# Bytes of a fingerprint: 128 bits, so that no two records ever share one by chance.
FINGERPRINT = 16

# Bytes of a signature, by which near copies are known. With fewer shingles (three words that follow
# each other) an article has none: so few estimate badly, and a sentence that many share would make
# copies of them.
SIGNATURE = 32
LEAST_SHINGLES = 32

# Bytes of a term; a word has 255 characters at most.
MAX_TERM_BYTES = 2040

# In the place of a term's number.
NO_TERM = (1 << 32) - 1

# What a pattern of terms can be, and its characters: those of a word at most.
PATTERN_KINDS = ("prefix", "wildcard", "fuzzy")
PATTERN_CHARACTERS = 255

# The terms of a time: in full, and at seven coarser levels, of 2**8 to 2**56 microseconds, so
# that a range of times is a few hundred terms at most (as Whoosh's NUMERIC fields have it).
TIME_LEVELS = 8

# The number of an article without a time; the largest, so that these come last.
NO_TIME = (1 << 64) - 1

# Pairs of words that are near each other in one document, of which hostile text has millions:
# those beyond are left out. An article has a few dozen.
MAX_SPANS = 1 << 16

# Times are microseconds from the beginning of the year 1 of our calendar, plus this; so many make
# a day.
TIME_ZERO = 1 << 63
DAY = 86_400_000_000
# Words to look for, by the first of their bytes.
HEADS = 256

# Two lines of a terminal: what is shown of a body in one piece.
FRAGMENT_CHARACTERS = 180

# What the values of a line of JSON are for: those of an article in their order, and two that
# go into its body.
RECORD_FIELDS = (
    *("", "id", "headline", "body", "captions", "published", "section", "publisher"),
    *("authors", "agencies", "language", "url", "keywords", "standfirst", "summary"),
)
# Flags of a field: the object is an article's own form; captions under a key that speaks of
# images, where an address alone is no caption.
OWN_FIELD = 0x80
IMAGES_FIELD = 0x40

# Lines with more keys are not plain. What is remembered of lines is bounded, so that a file of
# other keys or values in each costs time only: so many sets of keys, so many values, each
# shorter than so many bytes of JSON.
MAX_RECORD_KEYS = 64
REMEMBERED_KEYS = 1000
REMEMBERED_VALUES = 50_000
REMEMBERED_VALUE = 256

# When the words of a text tell its language: so many of them, so many times as many as of all
# other languages, one word among so many, looked for after each so many words. So many bytes are
# looked at, for words of so many bytes.
TELLING_LEAST = 5
TELLING_RATIO = 6
TELLING_SHARE = 16
TELLING_STRIDE = 16
TELLING_BYTES = 2048
TELLING_WORD = 8
