"""A batch of tokens to postings.

Text gives tokens in the order of documents; an index wants them in the order of terms.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

__all__ = ["Inverter", "Run"]

_MANY = 0x80000000


class Run:
    """The postings of one field of one batch, by term number.

    `postings` has for each term that occurs the positions in each document, by document.
    """

    def __init__(self) -> None:
        self.postings: dict[int, dict[int, list[int]]] = {}

    def __len__(self) -> int:
        """How many terms occur."""
        return len(self.postings)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the positions would take as numbers of 32 bits."""
        return 4 * sum(
            len(places) for postings in self.postings.values() for places in postings.values()
        )


class Inverter:
    """Inverts one batch after the other."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory held: none between batches."""
        return 0

    def invert(
        self,
        tokens: array[int],
        ends: array[int],
        documents: array[int],
        single: array[int],
        multiple: array[int],
        first: int,
        last: int,
        terms: int,  # noqa: ARG002  # the compiled one counts in an array of so many
        gap: int,
        positional: bool,  # noqa: ARG002  # this run always has the positions
        lengths: array[int],
    ) -> tuple[Run, array[int]]:
        """The run of the texts `first` to `last` (excluded), and where each text begins.

        `tokens` are surface numbers and `ends` each text's end among them; `documents` the
        document of each text, ascending. `single` and `multiple` give surfaces their terms,
        as `Vocabulary` has it, which knows `terms` of them; an empty `single` means that
        tokens are term numbers. Of several texts of one document each begins `gap` positions
        after the last position of the one before. Adds to `lengths`, unless that is empty, the
        tokens of each document; returns (Run, array('I') of each text's first position). The
        places of one term in an expansion must ascend.
        """
        run = Run()
        starts = array("I")
        begin = position = 0
        for text in range(first, last):
            document = documents[text]
            if text == first or documents[text - 1] != document:
                begin = 0
            elif position > begin:
                begin = position - 1 + gap
            else:  # the text before has no positions
                begin += gap
            starts.append(begin)
            position = begin
            for token in tokens[ends[text - 1] if text else 0 : ends[text]]:
                expansion, width = _expand(token, single, multiple)
                for term, offset in expansion:
                    postings = run.postings.setdefault(term, {})
                    postings.setdefault(document, []).append(position + offset)
                    if lengths:
                        lengths[document] += 1
                position += width
        return run, starts


def _expand(
    token: int, single: array[int], multiple: array[int]
) -> tuple[Iterator[tuple[int, int]], int]:
    """The terms of a token, each with its offset in positions; how many positions it takes."""
    if not single:
        return iter([(token, 0)]), 1
    code = single[token]
    if not code & _MANY:
        return iter([(code, 0)]), 1
    place = code & ~_MANY
    count, width = multiple[place], multiple[place + 1]
    parts = multiple[place + 2 : place + 2 + 4 * count]
    return zip(parts[::4], parts[1::4], strict=True), width
