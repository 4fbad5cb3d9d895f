"""Hot loops: buffers in, buffers out.

Compiled from Cython; each module has a readable twin of the same name in
`searchkit.kernels.reference`, which is what the tests hold it against.
"""

import sys

__all__ = ["BLOCK", "BLOCK_ENTRY", "DICTIONARY_BLOCK", "FINGERPRINT", "LIST_HEADER"]

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
