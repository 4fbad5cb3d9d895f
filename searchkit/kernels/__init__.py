"""Hot loops: buffers in, buffers out.

Compiled from Cython; each module has a readable twin of the same name in
`searchkit.kernels.reference`, which is what the tests hold it against.
"""

import sys

__all__ = [
    "BLOCK",
    "BLOCK_ENTRY",
    "DICTIONARY_BLOCK",
    "FINGERPRINT",
    "LIST_HEADER",
    "MAX_VALUE_BYTES",
    "NO_TIME",
    "TIME_LEVELS",
]

if sys.byteorder != "little":
    raise ImportError("searchkit's index format and kernels are for little-endian machines")

# Postings in a block, bytes of a long list's header and of its entry for each block.
BLOCK = 128
LIST_HEADER = 20
BLOCK_ENTRY = 16

# Terms in a block of the dictionary.
DICTIONARY_BLOCK = 32

# Bytes of a fingerprint: 128 bits, so that no two records ever share one by chance.
FINGERPRINT = 16

# Bytes of a whole value's term.
MAX_VALUE_BYTES = 2040

# The terms of a time: in full, and at seven coarser levels, of 2**8 to 2**56 microseconds, so
# that a range of times is a few hundred terms at most (as Whoosh's NUMERIC fields have it).
TIME_LEVELS = 8

# The number of an article without a time; the largest, so that these come last.
NO_TIME = (1 << 64) - 1
