"""Here are the bytes of a record: does the index have the article that they give?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from xxhash import xxh3_64_intdigest, xxh3_128_digest

from searchkit.sources.files import FileDone

__all__ = ["NEVER_KNOWN", "READING_VERSION", "Recognition"]

# Raised by every change of reading that makes another article of the same bytes, so that an
# archive is read anew after it.
READING_VERSION = 3

# In the place of a fingerprint, for what must be read each time because it has to be told of.
NEVER_KNOWN = b""


@dataclass(frozen=True, slots=True)
class Recognition:
    """Tells by their bytes the records that need not be read again.

    `known` is asked with a fingerprint and says whether the index has its article. `seed`,
    64 bits, is the index's own, so that nobody can make two records of one fingerprint
    who does not know it. `file` is asked with the path of a file, absolute and without links, and
    returns the file as it was when it was read last, None if it never was.
    """

    seed: int
    known: Callable[[bytes], bool]
    file: Callable[[str], FileDone | None]

    def fingerprints(self, *reading: object) -> Callable[[bytes], bytes]:
        """The function that gives a record's fingerprint, 16 bytes (XXH3, 128 bits).

        `reading` is how the records are read: the format, the encoding, the mapping. The same
        bytes read in another way have another fingerprint. It is told by its repr().
        """
        how = repr((READING_VERSION, *reading)).encode()
        return partial(xxh3_128_digest, seed=xxh3_64_intdigest(how, seed=self.seed))
